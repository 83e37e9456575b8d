"""Assertions of passkeys, with real keys and signatures, and everything that a thief would change in them."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from eth_abi.abi import decode
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from escrow_chain.evidence.passkeys import (
    MAX_CLIENT_DATA_BYTES,
    PasskeyAssertion,
    passkey_address,
    passkey_signer,
)
from tests.p256 import ORDER, P256Key

KEY, OTHER_KEY = P256Key(31), P256Key(32)
DIGEST = keccak(b"what was handed in")
RP_ID, ORIGIN = "example.org", "https://example.org"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def challenge(digest: bytes) -> str:
    """A digest as client data have it."""
    return urlsafe_b64encode(digest).decode().rstrip("=")


def authenticator(*, flags: int = PRESENT | VERIFIED, rp_id: str = RP_ID, counter: int = 7, more: bytes = b"") -> bytes:
    """What an authenticator signs of itself."""
    return sha256(rp_id.encode()).digest() + bytes([flags]) + counter.to_bytes(4) + more


def client(**other: Any) -> bytes:
    """What a browser says; a field that is None is left out."""
    fields = {"type": "webauthn.get", "challenge": challenge(DIGEST), "origin": ORIGIN, "crossOrigin": False} | other
    present = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(present, separators=(",", ":")).encode()


def numbers(data: bytes, client_data: bytes, key: P256Key = KEY) -> tuple[int, int]:
    """The two numbers of a signature over these."""
    signature = key.sign(sha256(data + sha256(client_data).digest()).digest())
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:])


def asserted(data: bytes | None = None, client_data: bytes | None = None, **other: Any) -> PasskeyAssertion:
    """An assertion by the key, rightly signed whatever it says."""
    data, client_data = authenticator() if data is None else data, client() if client_data is None else client_data
    fields = {
        "public_key": KEY.public,
        "authenticator_data": data,
        "client_data_json": client_data,
        "signature": encode_dss_signature(*numbers(data, client_data)),
    }
    return PasskeyAssertion.model_validate(fields | other)


def signer(assertion: PasskeyAssertion, *, digest: bytes = DIGEST, origins: tuple[str, ...] = (ORIGIN,)) -> str | None:
    """Who signed the digest, as the service asks."""
    return passkey_signer(assertion, digest=digest, rp_id=RP_ID, origins=origins)


def test_a_passkey_s_assertion_names_its_address() -> None:
    """The address is made of the public key as Ethereum makes addresses of its own."""
    found = signer(asserted())
    assert found == passkey_address(KEY.public)
    assert bytes.fromhex(found[2:]) == keccak(KEY.public)[-20:]
    assert found != passkey_address(OTHER_KEY.public)


def test_what_the_contracts_verifier_takes_is_taken() -> None:
    """The same assertion, from OpenZeppelin's encoding of it."""
    types = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"]
    r, s, _, _, data, client_data = decode(types, KEY.assertion(DIGEST))
    assertion = PasskeyAssertion(
        public_key=KEY.public,
        authenticator_data=data,
        client_data_json=client_data.encode(),
        signature=encode_dss_signature(int.from_bytes(r), int.from_bytes(s)),
    )
    assert signer(assertion) == passkey_address(KEY.public)


@pytest.mark.parametrize("counter", [0, 1, 2**32 - 1])
def test_the_counter_says_nothing(counter: int) -> None:
    """The challenge is new each time."""
    assert signer(asserted(authenticator(counter=counter)))


def test_a_key_that_is_backed_up_signs() -> None:
    """As most passkeys are."""
    assert signer(asserted(authenticator(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)))


def test_one_of_several_origins_is_enough() -> None:
    """A service may have more than one page."""
    assert signer(asserted(), origins=("https://www.example.org", ORIGIN))
    assert not signer(asserted(), origins=())


@pytest.mark.parametrize(
    "written",
    [
        client(crossOrigin=None),
        client(other_keys_can_be_added_here="do not compare clientDataJSON against a template"),
        client(tokenBinding={"status": "supported"}),
        json.dumps({"challenge": challenge(DIGEST), "origin": ORIGIN, "type": "webauthn.get"}, indent=2).encode(),
    ],
    ids=["no_frame_named", "more", "token_binding", "order_and_space"],
)
def test_browsers_write_client_data_in_many_ways(written: bytes) -> None:
    """In any order, with further fields."""
    assert signer(asserted(client_data=written))


# -- what was signed


def test_it_is_void_for_another_digest() -> None:
    """An assertion seen once is worth nothing for another message."""
    assert signer(asserted(), digest=keccak(b"something else")) is None


@pytest.mark.parametrize(
    "text",
    [
        challenge(DIGEST) + "=",
        challenge(DIGEST)[:10] + "." + challenge(DIGEST)[10:],
        challenge(DIGEST) + "A",
        challenge(DIGEST)[:-1],
        challenge(DIGEST)[:-1] + chr(ord(challenge(DIGEST)[-1]) + 1),
        DIGEST.hex(),
        "",
        7,
        [challenge(DIGEST)],
    ],
)
def test_a_challenge_has_one_form(text: Any) -> None:
    """Padding, foreign letters and stray bits, which a lenient reader skips, are another challenge."""
    assert signer(asserted(client_data=client(challenge=text))) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "webauthn.create"},
        {"type": "payment.get"},
        {"type": None},
        {"type": ["webauthn.get"]},
        {"origin": "https://evil.example"},
        {"origin": "http://example.org"},
        {"origin": "https://example.org.evil.example"},
        {"origin": "https://example.org/"},
        {"origin": "https://EXAMPLE.org"},
        {"origin": None},
        {"origin": [ORIGIN]},
        {"challenge": None},
        {"crossOrigin": True},
        {"crossOrigin": "false"},
        {"crossOrigin": 0},
        {"crossOrigin": []},
    ],
    ids=str,
)
def test_client_data_of_something_else_are_void(fields: dict[str, Any]) -> None:
    """A registration, another page, a frame in another site's page."""
    assert signer(asserted(client_data=client(**fields))) is None


@pytest.mark.parametrize(
    "second",
    [
        b'"challenge":"%s"' % challenge(DIGEST).encode(),
        b'"\\u0063hallenge":"%s"' % challenge(DIGEST).encode(),
        b'"type":"webauthn.get"',
        b'"origin":"https://example.org"',
        b'"crossOrigin":false',
        b'"more":{"a":1,"a":1}',
    ],
)
def test_a_name_stands_once(second: bytes) -> None:
    """Of two, readers take different ones; so neither counts, however it is spelt."""
    for written in (client()[:-1] + b"," + second + b"}", b"{" + second + b"," + client()[1:]):
        json.loads(written)
        assert signer(asserted(client_data=written)) is None


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{}",
        b"null",
        b"[" + client() + b"]",
        client() + b"x",
        b"\xef\xbb\xbf" + client(),
        client().decode().encode("utf-16"),
        client().decode().encode("utf-16-le"),
        client(more="\ud800").replace(b"\\ud800", b"\xed\xa0\x80"),
        b"[" * MAX_CLIENT_DATA_BYTES,
    ],
)
def test_client_data_are_an_object_in_utf_8(written: bytes) -> None:
    """Nothing else is, not even if a lenient reader could make it out."""
    assert signer(asserted(client_data=written)) is None


# -- who signed it, and how


@pytest.mark.parametrize(
    "data",
    [
        authenticator(rp_id="evil.example"),
        authenticator(rp_id="EXAMPLE.ORG"),
        authenticator(flags=PRESENT),
        authenticator(flags=VERIFIED),
        authenticator(flags=0),
        authenticator(flags=PRESENT | VERIFIED | ATTESTED),
        authenticator(flags=PRESENT | VERIFIED | EXTENDED),
        authenticator(flags=PRESENT | VERIFIED | BACKED_UP),
    ],
    ids=[
        "other_rp",
        "capitals",
        "unverified",
        "absent",
        "neither",
        "attested",
        "extended",
        "backed_up_but_not_eligible",
    ],
)
def test_an_authenticator_that_says_something_else_is_void(data: bytes) -> None:
    """Another relying party, no user, an unverified one, or flags that promise what is not there."""
    assert signer(asserted(data)) is None


def test_nothing_may_change_after_signing() -> None:
    """Every byte of what was signed counts."""
    good = asserted()
    for field in ("authenticator_data", "client_data_json"):
        written = getattr(good, field)
        for place in range(len(written)):
            changed = written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :]
            assert signer(good.model_copy(update={field: changed})) is None


def test_another_key_s_signature_is_not_this_one_s() -> None:
    """The address commits to the key: who puts another there, signs as somebody else."""
    data, client_data = authenticator(), client()
    by_other = encode_dss_signature(*numbers(data, client_data, OTHER_KEY))
    assert signer(asserted(signature=by_other)) is None
    assert signer(asserted(signature=by_other, public_key=OTHER_KEY.public)) == passkey_address(OTHER_KEY.public)


@pytest.mark.parametrize(
    "public_key",
    [
        bytes(64),
        b"\xff" * 64,
        KEY.public[:63] + bytes([KEY.public[63] ^ 1]),
        KEY.public[32:] + KEY.public[:32],
        bytes(32) + KEY.public[32:],
    ],
    ids=["zero", "ones", "bit", "swapped", "x_zero"],
)
def test_a_point_that_is_not_on_the_curve_is_nobody_s_key(public_key: bytes) -> None:
    """It is refused, and no error."""
    assert signer(asserted(public_key=public_key)) is None


def test_nobody_signs_with_a_point_of_another_curve() -> None:
    """(x, 0) doubled is nothing, on a curve of its own: who does not look at the curve takes this for a signature."""
    data, client_data = authenticator(), client()
    hashed = int.from_bytes(sha256(data + sha256(client_data).digest()).digest())
    secrets = range(2, 20)
    forged = ((int.from_bytes(P256Key(k).public[:32]) % ORDER, hashed * pow(k, -1, ORDER) % ORDER) for k in secrets)
    r, s = next((r, s) for r, s in forged if r * pow(s, -1, ORDER) % ORDER % 2 == 0)
    assert signer(asserted(public_key=KEY.public[:32] + bytes(32), signature=encode_dss_signature(r, s))) is None


def test_both_forms_of_a_signature_are_the_signer_s() -> None:
    """With s or with its negative: authenticators make both."""
    r, s = numbers(authenticator(), client())
    assert s <= ORDER // 2
    assert signer(asserted(signature=encode_dss_signature(r, ORDER - s))) == passkey_address(KEY.public)


def der(*parts: bytes) -> bytes:
    """A sequence of integers with these contents, as they are."""
    body = b"".join(b"\x02" + bytes([len(part)]) + part for part in parts)
    return b"\x30" + bytes([len(body)]) + body


def integer(number: int) -> bytes:
    """The content of an integer, as DER has it."""
    return number.to_bytes(number.bit_length() // 8 + 1)


R, S = numbers(authenticator(), client())


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        R.to_bytes(32) + S.to_bytes(32),
        der(integer(R), integer(S)) + b"\0",
        der(integer(R), integer(S) + b"\0"),
        der(b"\0" + integer(R), integer(S)) if R.bit_length() % 8 == 0 else der(b"\0\0" + integer(R), integer(S)),
        der(integer(R)),
        b"\x30\x81" + der(integer(R), integer(S))[1:],
        b"\x30\x80" + der(integer(R), integer(S))[2:] + b"\0\0",
        der(integer(R), integer(0)),
        der(integer(0), integer(0)),
        der(integer(R), integer(S + ORDER)),
        der(integer(R + ORDER), integer(S)),
        der(b"\xff" + integer(R), integer(S)),
    ],
    ids=[
        "empty", "raw", "trailing", "inside", "leading_zero", "one", "long_length", "indefinite", "s_zero",
        "zeros", "s_not_reduced", "r_not_reduced", "negative",
    ],
)  # fmt: skip
def test_a_signature_is_in_der(signature: bytes) -> None:
    """Anything that only looks like the right two numbers is nobody's."""
    assert signer(asserted(signature=der(integer(R), integer(S))))
    assert signer(asserted(signature=signature)) is None


# -- as it comes in


@pytest.mark.parametrize(
    "fields",
    [
        {"public_key": b"\x04" + KEY.public},
        {"public_key": KEY.public[:63]},
        {"authenticator_data": authenticator(more=b"\0")},
        {"authenticator_data": authenticator(flags=PRESENT | VERIFIED | EXTENDED, more=b"\xa0")},
        {"authenticator_data": authenticator()[:36]},
        {"client_data_json": client(more="x" * MAX_CLIENT_DATA_BYTES)},
        {"signature": bytes(73)},
        {"public_key": "not hexadecimal"},
        {"user_handle": b""},
    ],
    ids=["tagged", "short", "trailing", "extension", "cut", "huge", "long", "text", "unknown"],
)
def test_an_assertion_has_its_sizes(fields: dict[str, Any]) -> None:
    """What is longer, shorter or more is not read at all."""
    with pytest.raises(ValidationError):
        asserted(**fields)


def test_an_assertion_is_hexadecimal_in_json() -> None:
    """And the same after a trip through it; other text is refused."""
    assertion = asserted()
    written = json.loads(assertion.model_dump_json())
    assert written["public_key"] == "0x" + KEY.public.hex()
    assert PasskeyAssertion.model_validate_json(json.dumps(written)) == assertion
    for text in ("x" * 64, KEY.public.hex(), "0x" + KEY.public.hex() + "0"):
        with pytest.raises(ValidationError):
            PasskeyAssertion.model_validate_json(json.dumps(written | {"public_key": text}))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(min_size=64, max_size=64) | st.just(KEY.public),
    st.binary(min_size=37, max_size=37) | st.just(authenticator()),
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.floats() | st.integers(-9, 9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "status"]), inner),
        max_leaves=5,
    ),
    st.sampled_from(["type", "origin", "crossOrigin", "tokenBinding", "challenge"]),
    st.binary(max_size=72),
)
def test_nonsense_is_nobody_s_and_no_error(
    public_key: bytes, data: bytes, value: Any, name: str, signature: bytes
) -> None:
    """Whatever the bytes and values are."""
    written = client(**{name: value})
    if len(written) <= MAX_CLIENT_DATA_BYTES:
        assertion = asserted(data, written, public_key=public_key, signature=signature)
        assert signer(assertion) is None

"""Play Integrity: tokens that a platform made, and everything that somebody may hand in instead."""

import json
import pickle
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from escrow_chain.evidence.devices import MAX_BYTES, Occasion, Unproven
from escrow_chain.evidence.devices.jose import decrypted, verified
from escrow_chain.evidence.devices.play_integrity import (
    DeviceLabel,
    IntegrityToken,
    PlayIntegrity,
    PlayIntegrityPolicy,
    stated,
)
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.provenance import DevicePlatform, DeviceStatement
from tests.evidence.platforms import ANDROID_APP, Google, base64url

NOON = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)
DIGEST = bytes(range(32))
OCCASION = Occasion(DIGEST, NOON)
GOOGLE, STRANGER = Google(), Google()
POLICY = PlayIntegrityPolicy(
    package=ANDROID_APP,
    certificates=frozenset({GOOGLE.certificate, bytes(32)}),
    decryption_key=GOOGLE.decryption_key,
    verification_key=GOOGLE.verification_key,
)
GENUINE = DeviceStatement(platform=DevicePlatform.PLAY_INTEGRITY, app=ANDROID_APP)
MESSAGE = "it is of another message"
CERTIFICATE = "its app is signed by somebody else"
DEVICE = "its device is not known to be MEETS_DEVICE_INTEGRITY"
TIME = "it was not made at the time of its receipt"
VERDICT = "it is no verdict of Play Integrity"
SIGNATURE = "it is not signed by the platform, or was changed"
ENCRYPTION = "it is not encrypted with the key of this app, or was changed"
HEADER = "its header is no strict JSON object"
ASKS = "its header asks for what is not understood"
JWE = "its algorithm is not A256KW with A256GCM"
JWS = "its algorithm is not ES256"
SPELLING = "a part of it is not spelled as base64url"
LEFT_OUT = object()


def said(token: str, occasion: Occasion = OCCASION, policy: PlayIntegrityPolicy = POLICY) -> DeviceStatement | str:
    """What the token states."""
    return stated(IntegrityToken(token), policy, occasion)


def verdict(**changes: Any) -> dict[str, Any]:
    """A good verdict with some members changed, named as in `requestDetails__nonce`."""
    changed = GOOGLE.verdict(DIGEST, NOON)
    for name, value in changes.items():
        part, _, member = name.partition("__")
        holder = changed[part] if member else changed
        if value is LEFT_OUT:
            del holder[member or part]
        else:
            holder[member or part] = value
    return changed


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)


TOKEN = GOOGLE.token(verdict())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"requestDetails__nonce": base64url(DIGEST) + "="},
        {"requestDetails__nonce": LEFT_OUT, "requestDetails__requestHash": base64url(DIGEST)},
        {"requestDetails__timestampMillis": milliseconds(NOON)},
        {"requestDetails__timestampMillis": str(milliseconds(NOON - timedelta(minutes=5)))},
        {"requestDetails__timestampMillis": str(milliseconds(NOON + timedelta(minutes=5)))},
        {"appIntegrity__certificateSha256Digest": [base64url(GOOGLE.certificate) + "=", base64url(bytes(32))]},
        {"deviceIntegrity__deviceRecognitionVerdict": ["MEETS_BASIC_INTEGRITY", "MEETS_DEVICE_INTEGRITY", "NEW"]},
        {"environmentDetails": {"playProtectVerdict": "NO_ISSUES"}, "accountDetails": LEFT_OUT},
    ],
)
def test_a_good_token_names_its_app(changes: dict[str, Any]) -> None:
    """Of a classic request or a standard one, with whatever else Google says."""
    assert said(GOOGLE.token(verdict(**changes))) == GENUINE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"requestDetails__requestPackageName": "org.example.other"}, "another app asked for it"),
        ({"requestDetails__nonce": base64url(bytes(32))}, MESSAGE),
        ({"requestDetails__nonce": DIGEST.hex()}, MESSAGE),
        ({"requestDetails__nonce": base64url(DIGEST) + "=="}, MESSAGE),
        ({"requestDetails__nonce": LEFT_OUT}, MESSAGE),
        ({"requestDetails__requestHash": base64url(DIGEST)}, MESSAGE),
        ({"requestDetails__requestHash": base64url(bytes(32))}, MESSAGE),
        ({"requestDetails__timestampMillis": str(milliseconds(NOON - timedelta(minutes=5)) - 1)}, TIME),
        ({"requestDetails__timestampMillis": str(milliseconds(NOON + timedelta(minutes=5)) + 1)}, TIME),
        ({"requestDetails__timestampMillis": "0"}, TIME),
        ({"requestDetails__timestampMillis": "9" * 15}, TIME),
        ({"requestDetails__timestampMillis": "9" * 16}, VERDICT),
        ({"requestDetails__timestampMillis": "-1"}, VERDICT),
        ({"requestDetails__timestampMillis": float(milliseconds(NOON)) + 0.5}, VERDICT),
        ({"requestDetails__timestampMillis": True}, VERDICT),
        ({"requestDetails__timestampMillis": LEFT_OUT}, VERDICT),
        ({"testingDetails": {"isTestingResponse": True}}, "it is a made-up answer for tests"),
        (
            {"appIntegrity__appRecognitionVerdict": "UNRECOGNIZED_VERSION"},
            "its app is not as Google Play distributes it",
        ),
        ({"appIntegrity__appRecognitionVerdict": "UNEVALUATED"}, "its app is not as Google Play distributes it"),
        ({"appIntegrity__packageName": "org.example.other"}, "it is of another app"),
        ({"appIntegrity__packageName": LEFT_OUT}, "it is of another app"),
        ({"appIntegrity__certificateSha256Digest": [base64url(STRANGER.certificate)]}, CERTIFICATE),
        (
            {"appIntegrity__certificateSha256Digest": [base64url(GOOGLE.certificate), base64url(STRANGER.certificate)]},
            CERTIFICATE,
        ),
        ({"appIntegrity__certificateSha256Digest": []}, CERTIFICATE),
        ({"appIntegrity__certificateSha256Digest": LEFT_OUT}, CERTIFICATE),
        ({"appIntegrity__certificateSha256Digest": base64url(GOOGLE.certificate)}, VERDICT),
        ({"deviceIntegrity__deviceRecognitionVerdict": ["MEETS_BASIC_INTEGRITY"]}, DEVICE),
        ({"deviceIntegrity__deviceRecognitionVerdict": []}, DEVICE),
        ({"deviceIntegrity": {}}, DEVICE),
        ({"deviceIntegrity__deviceRecognitionVerdict": "MEETS_DEVICE_INTEGRITY"}, VERDICT),
        ({"deviceIntegrity": LEFT_OUT}, VERDICT),
        ({"appIntegrity": LEFT_OUT}, VERDICT),
        ({"requestDetails": LEFT_OUT}, VERDICT),
    ],
)
def test_a_verdict_with_one_thing_wrong_states_nothing(changes: dict[str, Any], reason: str) -> None:
    """Everything else is right, the signature included, and the reason is its own."""
    assert said(GOOGLE.token(verdict(**changes))) == reason


def test_a_stronger_device_can_be_asked_for() -> None:
    """The label must be there by its own name."""
    strict = PlayIntegrityPolicy(
        package=POLICY.package,
        certificates=POLICY.certificates,
        decryption_key=POLICY.decryption_key,
        verification_key=POLICY.verification_key,
        device=DeviceLabel.STRONG,
    )
    strong = verdict(deviceIntegrity__deviceRecognitionVerdict=["MEETS_DEVICE_INTEGRITY", "MEETS_STRONG_INTEGRITY"])
    assert said(TOKEN, policy=strict) == "its device is not known to be MEETS_STRONG_INTEGRITY"
    assert said(GOOGLE.token(strong), policy=strict) == GENUINE


def test_a_token_is_of_one_message_and_moment() -> None:
    """It states nothing about another digest, nor later."""
    assert said(TOKEN, Occasion(bytes(32), NOON)) == MESSAGE
    assert said(TOKEN, Occasion(DIGEST, NOON + timedelta(hours=1))) == TIME


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"signer": STRANGER.key}, SIGNATURE),
        ({"signature": bytes(64)}, SIGNATURE),
        ({"signature": b"\xff" * 64}, SIGNATURE),
        ({"signature": b""}, SPELLING),
        ({"signature": bytes(65)}, SPELLING),
        ({"jws_header": b'{"alg":"none"}'}, JWS),
        ({"jws_header": b'{"alg":"none"}', "signature": b""}, JWS),
        ({"jws_header": b'{"alg":"HS256"}'}, JWS),
        ({"jws_header": b'{"alg":"ES384"}'}, JWS),
        ({"jws_header": b'{"alg":"es256"}'}, JWS),
        ({"jws_header": b'{"alg":["ES256"]}'}, JWS),
        ({"jws_header": b"{}"}, JWS),
        ({"jws_header": b'{"alg":"none","alg":"ES256"}'}, HEADER),
        ({"jws_header": b'{"alg":"ES256","crit":["exp"]}'}, ASKS),
        ({"jws_header": b'{"alg":"ES256","crit":["b64"],"b64":false}'}, ASKS),
        ({"jws_header": b'["ES256"]'}, HEADER),
        ({"jws_header": b'{"alg":"ES256"'}, HEADER),
        ({"decryption_key": STRANGER.decryption_key}, ENCRYPTION),
        ({"jwe_header": b'{"alg":"dir","enc":"A256GCM"}'}, JWE),
        ({"jwe_header": b'{"alg":"A128KW","enc":"A256GCM"}'}, JWE),
        ({"jwe_header": b'{"alg":"RSA-OAEP","enc":"A256GCM"}'}, JWE),
        ({"jwe_header": b'{"alg":"A256KW","enc":"A128GCM"}', "content_key": 16}, JWE),
        ({"jwe_header": b'{"alg":"A256KW","enc":"A256CBC-HS512"}'}, JWE),
        ({"jwe_header": b'{"alg":"A256KW"}'}, JWE),
        ({"jwe_header": b'{"alg":"A256KW","enc":"A256GCM","zip":"DEF"}'}, ASKS),
        ({"jwe_header": b'{"alg":"A256KW","enc":"A256GCM","crit":[]}'}, ASKS),
        ({"jwe_header": b'{"enc":"A256GCM","alg":"dir","alg":"A256KW"}'}, HEADER),
        ({"jwe_header": b"\xff"}, HEADER),
        ({"content_key": 16}, SPELLING),
    ],
)
def test_a_token_made_otherwise_states_nothing(wrong: dict[str, Any], reason: str) -> None:
    """Though its verdict is a good one."""
    assert said(GOOGLE.token(verdict(), **wrong)) == reason


@pytest.mark.parametrize("header", ["jwe_header", "jws_header"])
def test_keys_in_a_header_are_ignored(header: str) -> None:
    """A token brings no key of its own."""
    names = {"alg": "A256KW", "enc": "A256GCM"} if header == "jwe_header" else {"alg": "ES256"}
    wrong = {header: json.dumps(names | {"kid": "1", "jku": "https://example.org", "jwk": {"kty": "oct"}}).encode()}
    assert said(GOOGLE.token(verdict(), **wrong)) == GENUINE
    assert said(STRANGER.token(verdict(), **wrong)) == ENCRYPTION


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"requestDetails":{},' + json.dumps(verdict()).encode()[1:], VERDICT),
        (json.dumps(verdict()).encode().replace(b'"nonce"', b'"nonce":"x","nonce"'), VERDICT),
        (json.dumps(verdict()).encode() + b"{}", VERDICT),
        (b"[]", VERDICT),
        (b"", VERDICT),
        (b"\xff", VERDICT),
        (b"[" * 5000, VERDICT),
    ],
    ids=count(),
)
def test_a_signed_payload_that_is_no_verdict_states_nothing(payload: bytes, reason: str) -> None:
    """Keys given twice above all, of which readers believe different ones."""
    assert said(GOOGLE.encrypted(GOOGLE.signed(payload))) == reason


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "it has 1 parts where 5 are expected"),
        (GOOGLE.signed(json.dumps(verdict()).encode()).decode(), "it has 3 parts where 5 are expected"),
        (GOOGLE.encrypted(b"{}"), "it has 1 parts where 3 are expected"),
        (GOOGLE.encrypted(GOOGLE.encrypted(b"nested").encode()), "it has 5 parts where 3 are expected"),
        (TOKEN + ".", "it has 6 parts where 5 are expected"),
        (TOKEN + "=", SPELLING),
        (TOKEN + "\n", SPELLING),
        (" " + TOKEN, SPELLING),
        (TOKEN.replace(".", ".=", 1), SPELLING),
        ("é" + TOKEN, SPELLING),
        ("\ud800" + TOKEN, SPELLING),
        (TOKEN.replace("A", "A A", 1), SPELLING),
        ("A" * (MAX_BYTES + 1), f"it has {MAX_BYTES + 1} bytes, and {MAX_BYTES} are allowed"),
    ],
    ids=count(),
)
def test_a_text_that_is_no_token_states_nothing(token: str, reason: str) -> None:
    """Each for its own reason."""
    assert said(token) == reason


def test_base64url_has_one_spelling() -> None:
    """The bits of the last letter that mean nothing are zero: a token cannot be written in two ways."""
    header, *others = TOKEN.split(".")
    tag = others[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = tag[:-1] + alphabet[alphabet.index(tag[-1]) + 1]
    assert said(".".join([header, *others[:-1], twin])) == SPELLING


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_of_a_token_states_anything(data: st.DataObject) -> None:
    """Any letter changed or the end cut: a reason, and no error. All of a token is authenticated."""
    place = data.draw(st.integers(0, len(TOKEN) - 1))
    letter = data.draw(st.characters(max_codepoint=0x17F).filter(lambda each: each != TOKEN[place]))
    damaged = data.draw(st.sampled_from([TOKEN[:place], TOKEN[:place] + letter + TOKEN[place + 1 :]]))
    assert isinstance(said(damaged), str)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_of_a_signed_verdict_states_anything(data: st.DataObject) -> None:
    """Nor if whoever changes it has the key that it is encrypted with."""
    signed = GOOGLE.signed(json.dumps(verdict()).encode())
    place = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.integers(0, 255).filter(lambda each: each != signed[place]))
    damaged = data.draw(st.sampled_from([signed[:place], signed[:place] + bytes([letter]) + signed[place + 1 :]]))
    assert isinstance(said(GOOGLE.encrypted(damaged)), str)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: st.dictionaries(
            st.sampled_from(["requestDetails", "appIntegrity", "deviceIntegrity", "nonce", "timestampMillis"]), each
        ),
    )
)
def test_whatever_json_is_signed_raises_nothing(document: Any) -> None:
    """It is no verdict."""
    assert said(GOOGLE.token(document)) == VERDICT


def test_the_forms_agree_with_the_specification() -> None:
    """RFC 7515, appendix A.3, was signed by somebody else's program."""
    token = (
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        b"VlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    key = ec.EllipticCurvePublicNumbers(
        x=int("7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445", 16),
        y=int("c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad", 16),
        curve=ec.SECP256R1(),
    ).public_key()
    assert json.loads(verified(token, key)) == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
    with pytest.raises(Unproven):
        verified(token, STRANGER.key.public_key())
    with pytest.raises(Unproven):
        decrypted(token, bytes(32))


def rsa_key() -> bytes:
    """A key of another kind."""
    key = rsa.generate_private_key(65537, 2048).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "wrong",
    [
        {"decryption_key": bytes(16)},
        {"certificates": frozenset()},
        {"certificates": frozenset({b"ab:cd"})},
        {"verification_key": b"no key"},
        {"verification_key": rsa_key()},
        {
            "verification_key": ec.generate_private_key(ec.SECP384R1())
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        },
    ],
)
def test_a_policy_that_cannot_work_is_refused_at_once(wrong: dict[str, Any]) -> None:
    """Not at the first token."""
    good = {
        "package": ANDROID_APP,
        "certificates": POLICY.certificates,
        "decryption_key": POLICY.decryption_key,
        "verification_key": POLICY.verification_key,
    }
    with pytest.raises(ValueError, match=r".+"):
        PlayIntegrityPolicy(**good | wrong)


def test_the_decryption_key_is_not_shown() -> None:
    """Where a policy is printed."""
    assert repr(GOOGLE.decryption_key) not in repr(POLICY)


def test_tokens_are_read_by_a_worker() -> None:
    """With everything passed in, and the answer passed out."""
    assert pickle.loads(pickle.dumps(POLICY)) == POLICY  # noqa: S301  (its own)
    with Sandbox() as sandbox:
        play = PlayIntegrity(POLICY, sandbox=sandbox)
        assert play.verify(IntegrityToken(TOKEN), OCCASION) == GENUINE
        assert play.verify(IntegrityToken(TOKEN[:-1]), OCCASION) == SPELLING

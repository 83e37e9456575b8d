"""App Attest: keys that a platform vouches for, and everything that somebody may hand in instead."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from escrow_chain.evidence.devices import MAX_BYTES, Occasion
from escrow_chain.evidence.devices.app_attest import (
    AppAttest,
    AppAttestPolicy,
    AppleAssertion,
    AppleAttestation,
    DeviceKey,
    Environment,
    InMemoryDeviceKeys,
    asserted_counter,
    attested_key,
)
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.provenance import DevicePlatform, DeviceStatement
from tests.evidence.platforms import APP_STORE, IOS_APP, Apple, Phone, named, point_of, sha256

NOON = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)
DIGEST = bytes(range(32))
OCCASION = Occasion(DIGEST, NOON)
APPLE, STRANGER = Apple(NOON), Apple(NOON)
POLICY = AppAttestPolicy(app=IOS_APP, root=APPLE.pem)
PHONE, OTHER = Phone(APPLE), Phone(APPLE)
CHAIN = "its certificates do not lead to the pinned root, or not at the time of receipt"
MESSAGE = "it is of another message"
APP = "it is of another app"
NAMED_KEY = "it names another key than its certificate"
ENVIRONMENT = "its key is of an environment that does not count"
DISTRIBUTION = "its app came neither from the App Store nor from TestFlight"
CBOR = "it is no CBOR, or more than is needed"
ONE_MAP = "it is no single CBOR map"
SIGNATURE = "it is of another message, or another key signed it"
DEVELOPMENT = b"appattestdevelop"


def attested(attestation: bytes, occasion: Occasion = OCCASION, policy: AppAttestPolicy = POLICY) -> DeviceKey | str:
    """What the attestation proves."""
    return attested_key(AppleAttestation(attestation), policy, occasion)


def asserted(assertion: bytes, occasion: Occasion = OCCASION, policy: AppAttestPolicy = POLICY) -> int | str:
    """What the assertion proves, if it is of the phone's key."""
    return asserted_counter(AppleAssertion(PHONE.key_id, assertion), KEY, policy, occasion)


def category(number: int) -> dict[str, Any]:
    """The extensions of an app that came to its phone in this way."""
    return APP_STORE | {"apple_validation_category_01": number.to_bytes(4, "little")}


KEY = DeviceKey(key_id=PHONE.key_id, point=point_of(PHONE.key), environment=Environment.PRODUCTION)
ATTESTATION = PHONE.attestation(DIGEST)
ASSERTION = PHONE.assertion(DIGEST, counter=7)


@pytest.mark.parametrize("root", [APPLE.pem, APPLE.root.public_bytes(Encoding.DER)], ids=["PEM", "DER"])
@pytest.mark.parametrize("extensions", [b"", APP_STORE, category(2), {"apple_bundle_version_01": "1"}, {"new": [1]}])
def test_a_new_key_is_attested(root: bytes, extensions: Any) -> None:
    """By its certificate for this message, on old systems and new ones."""
    attestation = PHONE.attestation(DIGEST, extensions=extensions)
    assert attested(attestation, policy=AppAttestPolicy(app=IOS_APP, root=root)) == KEY


@pytest.mark.parametrize("extensions", [{}, APP_STORE])
def test_a_known_key_asserts(extensions: Any) -> None:
    """Its counter is what is found."""
    assert asserted(PHONE.assertion(DIGEST, counter=7, extensions=extensions)) == 7


def forged_leaf() -> dict[str, Any]:
    """A certificate signed with the key of another phone, whose own certificate is real."""
    real = APPLE.leaf(OTHER.key, extension=None)
    return {"issuer": real.subject, "issuer_key": OTHER.key, "behind": [real, APPLE.intermediate]}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"fmt": "apple"}, "it is no attestation of the format apple-appattest"),
        ({"fmt": 1}, "it is no attestation"),
        ({"issued": NOON + timedelta(seconds=1)}, CHAIN),
        ({"issued": NOON - timedelta(days=3, seconds=1)}, CHAIN),
        ({"issuer_key": STRANGER.ca_key}, CHAIN),
        ({"issuer_key": STRANGER.ca_key, "behind": [STRANGER.intermediate]}, CHAIN),
        ({"issuer_key": STRANGER.ca_key, "behind": [STRANGER.intermediate, STRANGER.root]}, CHAIN),
        ({"behind": []}, CHAIN),
        ({"issuer": named("Nobody")}, CHAIN),
        (forged_leaf(), CHAIN),
        ({"behind": [APPLE.intermediate] * 4}, "it has not 1 to 4 certificates"),
        ({"nonce": bytes(32)}, MESSAGE),
        ({"extension": None}, MESSAGE),
        ({"extension": b""}, MESSAGE),
        ({"der": bytes.fromhex("3024a2220420")}, MESSAGE),
        ({"oid": "1.2.840.113635.100.8.3"}, MESSAGE),
        ({"app": "ABCDE12345.org.example.other"}, APP),
        ({"counter": 1}, "its key was used before it was attested"),
        ({"key_id": OTHER.key_id}, NAMED_KEY),
        ({"key_id": b""}, NAMED_KEY),
        ({"point": point_of(OTHER.key)}, NAMED_KEY),
        ({"aaguid": DEVELOPMENT}, ENVIRONMENT),
        ({"aaguid": bytes(16)}, ENVIRONMENT),
        ({"extensions": category(1)}, DISTRIBUTION),
        ({"extensions": category(3)}, DISTRIBUTION),
        ({"extensions": APP_STORE | {"apple_validation_category_01": 4}}, DISTRIBUTION),
        ({"extensions": b"\x00"}, ONE_MAP),
        ({"extensions": cbor2.dumps(APP_STORE) + b"\x00"}, ONE_MAP),
        ({"extensions": b"\xa1"}, CBOR),
    ],
)
def test_an_attestation_with_one_thing_wrong_proves_nothing(wrong: dict[str, Any], reason: str) -> None:
    """Everything else is right, the nonce included, and the reason is its own."""
    assert attested(PHONE.attestation(DIGEST, **wrong)) == reason


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"signer": OTHER.key}, SIGNATURE),
        ({"data": b""}, APP),
        ({"data": sha256(IOS_APP.encode()) + b"\x40" + bytes(3)}, APP),
        ({"app": "ABCDE12345.org.example.other"}, APP),
        ({"extensions": category(3)}, DISTRIBUTION),
        ({"extensions": [1]}, ONE_MAP),
    ],
)
def test_an_assertion_with_one_thing_wrong_proves_nothing(wrong: dict[str, Any], reason: str) -> None:
    """Everything else is right, the signature included, and the reason is its own."""
    assert asserted(PHONE.assertion(DIGEST, **wrong)) == reason


def test_a_proof_is_of_one_message() -> None:
    """It says nothing about another digest."""
    elsewhere = Occasion(bytes(32), NOON)
    assert attested(ATTESTATION, elsewhere) == MESSAGE
    assert asserted(ASSERTION, elsewhere) == SIGNATURE


def test_neither_form_passes_for_the_other() -> None:
    """Each has names of its own."""
    assert attested(ASSERTION) == "it is no attestation"
    assert asserted(ATTESTATION) == "it is no assertion of App Attest"


def test_certificates_are_looked_at_as_of_the_receipt() -> None:
    """To the second, in whichever zone it is told, and whatever the machine's clock says."""
    issued = NOON - timedelta(days=1)
    for at, good in (
        (issued, True),
        (issued - timedelta(seconds=1), False),
        (issued + timedelta(days=3), True),
        (issued + timedelta(days=3, seconds=1), False),
    ):
        for zone in (UTC, timezone(timedelta(hours=13))):
            assert (attested(ATTESTATION, Occasion(DIGEST, at.astimezone(zone))) == KEY) is good


def test_the_root_is_the_pinned_one() -> None:
    """A chain to another is none, though the names are the same."""
    strict = AppAttestPolicy(app=IOS_APP, root=STRANGER.pem)
    assert attested(ATTESTATION, policy=strict) == CHAIN
    assert isinstance(attested(Phone(STRANGER).attestation(DIGEST), policy=strict), DeviceKey)


def test_an_expired_authority_vouches_for_nothing() -> None:
    """Its leaves may be as new as they like."""
    late = NOON + timedelta(days=1827)
    assert attested(PHONE.attestation(DIGEST, issued=late), Occasion(DIGEST, late)) == CHAIN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01"),
        (b"\x0c\x03key", b"\x03\x03\x00ey"),
    ],
    ids=["version", "name"],
)
def test_a_crooked_certificate_is_none(old: bytes, new: bytes) -> None:
    """Another version, or bits for a name: the library raises another type for each."""
    parts = PHONE.attestation_parts(DIGEST)
    leaf, *others = parts["attStmt"]["x5c"]
    assert old in leaf
    crooked = cbor2.dumps(parts | {"attStmt": {"x5c": [leaf.replace(old, new), *others]}})
    assert attested(crooked) == CHAIN
    assert attested(crooked, Occasion(DIGEST, NOON + timedelta(days=9))) == CHAIN


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1()], ids=lambda curve: curve.name)
def test_only_keys_on_p256_count(curve: ec.EllipticCurve) -> None:
    """The Secure Enclave has no others."""
    assert attested(Phone(APPLE, curve).attestation(DIGEST)) == "its key is not on the curve P-256"


def test_development_counts_only_if_configured() -> None:
    """For attestations and for the assertions of keys that were attested while it did."""
    generous = AppAttestPolicy(app=IOS_APP, root=APPLE.pem, environments=frozenset(Environment))
    key = attested(PHONE.attestation(DIGEST, aaguid=DEVELOPMENT, extensions=category(3)), policy=generous)
    assert isinstance(key, DeviceKey)
    assert key.environment is Environment.DEVELOPMENT
    proof = AppleAssertion(PHONE.key_id, ASSERTION)
    assert asserted_counter(proof, key, generous, OCCASION) == 7
    assert asserted_counter(proof, key, POLICY, OCCASION) == ENVIRONMENT


def test_a_root_that_is_none_is_refused_at_once() -> None:
    """Not at the first proof."""
    with pytest.raises(ValueError, match=r".+"):
        AppAttestPolicy(app=IOS_APP, root=b"no certificate")


def twice(content: bytes) -> bytes:
    """The same map with its first key given again."""
    return bytes([content[0] + 1]) + content[1:] + cbor2.dumps("fmt") + cbor2.dumps("apple-appattest")


def tagged(content: bytes) -> bytes:
    """Says of itself that it is CBOR."""
    return b"\xd9\xd9\xf7" + content


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        (b"", CBOR),
        (b"\xff", CBOR),
        (b"\x00", ONE_MAP),
        (ATTESTATION + b"\x00", ONE_MAP),
        (twice(ATTESTATION), CBOR),
        (tagged(ATTESTATION), CBOR),
        (b"\xa1\x61a\xc5\x82\x1a\x7f\xff\xff\xff\x01", CBOR),
        (b"\xa1\x61a\xd8\x23\x63(a)", CBOR),
        (b"\xbf" + ATTESTATION[1:] + b"\xff", CBOR),
        (b"\xa1\x00\x00", CBOR),
        (b"\xa1\x61\xff\x00", CBOR),
        (b"\xa1\x61a" + b"\x81" * 3 + b"\x00", "it is no attestation"),
        (b"\xa1\x61a" + b"\x81" * 4 + b"\x00", CBOR),
        (b"\xa1\x61a\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", CBOR),
        (b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff", CBOR),
        (b"\xa1\x61a\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", CBOR),
        (
            cbor2.dumps({"fmt": "apple-appattest", "attStmt": {"x5c": []}, "authData": b""}),
            "it has not 1 to 4 certificates",
        ),
        (
            cbor2.dumps({"fmt": "apple-appattest", "attStmt": {"x5c": [1]}, "authData": b""}),
            "it has not 1 to 4 certificates",
        ),
        (cbor2.dumps({"fmt": "apple-appattest", "attStmt": {"x5c": [b"0"]}, "authData": b""}), CHAIN),
        (cbor2.dumps({"fmt": "apple-appattest", "attStmt": [], "authData": b""}), "it is no attestation"),
        (bytes(MAX_BYTES + 1), f"it has {MAX_BYTES + 1} bytes, and {MAX_BYTES} are allowed"),
    ],
    ids=count(),
)
def test_hostile_cbor_is_refused(hostile: bytes, reason: str) -> None:
    """Before anything is believed or made of it."""
    assert attested(hostile) == reason


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_an_attestation_proves_anything_else(data: st.DataObject) -> None:
    """Any bytes changed or cut: the same key, or a reason, and no error."""
    assert attested(_damaged(ATTESTATION, data)) in {KEY, *_REASONS}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_an_assertion_proves_anything_else(data: st.DataObject) -> None:
    """Any bytes changed or cut: a reason, and no error. What is signed twice alike is the same assertion."""
    damaged = _damaged(ASSERTION, data)
    assert asserted(damaged) in ({7} if damaged == ASSERTION else _REASONS)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_noise_proves_nothing(noise: bytes) -> None:
    """Whatever it is."""
    assert isinstance(attested(noise), str)
    assert isinstance(asserted(noise), str)


_REASONS = {
    CHAIN,
    MESSAGE,
    CBOR,
    ONE_MAP,
    SIGNATURE,
    "it is no attestation",
    "it is no attestation of the format apple-appattest",
    "it is no assertion of App Attest",
}
"""What can be said of a damaged proof: all that follows is covered by the signature."""


def _damaged(content: bytes, data: st.DataObject) -> bytes:
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        return content[:place]
    return content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]


@pytest.fixture(scope="module")
def sandbox() -> Any:
    """One worker."""
    with Sandbox() as sandbox:
        yield sandbox


def test_a_key_is_attested_once_and_then_asserts(sandbox: Sandbox) -> None:
    """Every counter counts once, and only forwards; a proof that failed changes nothing."""
    phone, devices = Phone(APPLE), AppAttest(POLICY, keys=InMemoryDeviceKeys(), sandbox=sandbox)
    genuine = DeviceStatement(platform=DevicePlatform.APP_ATTEST, app=IOS_APP)

    def assert_(counter: int, **wrong: Any) -> DeviceStatement | str:
        digest = os.urandom(32)
        assertion = phone.assertion(digest, counter=counter, **wrong)
        return devices.verify(AppleAssertion(phone.key_id, assertion), Occasion(digest, NOON))

    assert assert_(1) == "its key is not known: the first message of a key carries its attestation"
    assert devices.verify(AppleAttestation(phone.attestation(DIGEST, nonce=bytes(32))), OCCASION) == MESSAGE
    assert devices.verify(AppleAttestation(phone.attestation(DIGEST)), OCCASION) == genuine
    again = devices.verify(AppleAttestation(phone.attestation(DIGEST)), OCCASION)
    assert again == "its key was attested before, and signs assertions now"
    assert assert_(0) == "its counter was there before"
    assert assert_(9, signer=OTHER.key) == SIGNATURE
    assert assert_(2) == genuine
    assert assert_(2) == "its counter was there before"
    assert assert_(1) == "its counter was there before"
    assert assert_(3) == genuine


def test_a_worker_that_fails_proves_nothing(sandbox: Sandbox) -> None:
    """It is a reason like others, and no key is kept."""
    devices = AppAttest(POLICY, keys=InMemoryDeviceKeys(), sandbox=sandbox)
    broken: Any = None
    answer = devices.verify(AppleAttestation(broken), OCCASION)
    assert isinstance(answer, str)
    assert answer.startswith("it cannot be read safely: TypeError")


def test_a_key_is_never_overwritten() -> None:
    """Neither the key nor its counter."""
    keys = InMemoryDeviceKeys()
    assert keys.add(KEY)
    assert keys.advance(KEY.key_id, counter=5)
    assert not keys.add(DeviceKey(KEY.key_id, point_of(OTHER.key), Environment.DEVELOPMENT))
    assert keys.find(KEY.key_id) == DeviceKey(KEY.key_id, KEY.point, KEY.environment, counter=5)


@pytest.mark.parametrize("change", ["add", "advance"])
def test_of_many_changes_at_once_one_succeeds(change: str) -> None:
    """Each is one step."""
    keys = InMemoryDeviceKeys()

    def add() -> bool:
        return keys.add(DeviceKey(KEY.key_id, KEY.point, KEY.environment))

    def advance() -> bool:
        return keys.advance(KEY.key_id, counter=1)

    if change == "advance":
        add()
    attempt: Callable[[], bool] = {"add": add, "advance": advance}[change]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: attempt(), range(200))) == 1

"""What Apple and Google say of an app.

App Attest is read by compiled code (CBOR, X.509): in the sandbox. Play Integrity's tokens are taken apart in Python:
led by the code that is reached. Both are tried as they come, and with their insides changed and signed rightly, as if
the platform itself could not be trusted to write what it should.
"""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from escrow_chain.evidence.devices import Occasion
from escrow_chain.evidence.devices.app_attest import (
    AppAttestPolicy,
    AppleAssertion,
    AppleAttestation,
    DeviceKey,
    Environment,
    asserted_counter,
    attested_key,
)
from escrow_chain.evidence.devices.play_integrity import IntegrityToken, PlayIntegrityPolicy, stated
from escrow_chain.terms.provenance import DeviceStatement
from fuzz.mutation import mutate_bytes, mutate_either, mutate_json, one_in
from fuzz.target import Material, Source, Target, expect
from tests.evidence.platforms import ANDROID_APP, IOS_APP, Apple, Google, Phone, base64url, point_of, sha256

_NOON: Final = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)
_DIGEST: Final = bytes(range(32))
_OCCASION: Final = Occasion(_DIGEST, _NOON)
_COUNTER: Final = slice(33, 37)
_INSIDE: Final = b"inside:"
"""Before an input that is signed, and encrypted, before it is read."""
_SEALED: Final = b"sealed:"
"""Before a signed token that is encrypted before it is read."""


@dataclass(frozen=True, slots=True)
class _Apple:
    """Who is trusted; the key of a phone, its secret number, and what it did sign."""

    policy: AppAttestPolicy
    key: DeviceKey
    secret: int
    data: frozenset[bytes]


def app_attest(content: bytes, apple: _Apple) -> str:
    """An attestation attests the one key that was attested, and an assertion asserts what the key signed."""
    if content.startswith(_INSIDE):
        return _asserted_inside(content.removeprefix(_INSIDE), apple)
    attested = attested_key(AppleAttestation(content), apple.policy, _OCCASION)
    asserted = asserted_counter(AppleAssertion(apple.key.key_id, content), apple.key, apple.policy, _OCCASION)
    if isinstance(attested, DeviceKey):
        expect(attested == apple.key, "a key is attested that never was")
        return "attested"
    if isinstance(asserted, int):
        data = cbor2.loads(content)["authenticatorData"]
        expect(data in apple.data and asserted == int.from_bytes(data[_COUNTER]), "a key asserts what it never saw")
        return "asserted"
    expect(attested.strip() and asserted.strip(), "no reason is given")
    return attested


def _asserted_inside(data: bytes, apple: _Apple) -> str:
    """Authenticator data of any form, signed by the phone's own key."""
    phone = Phone.__new__(Phone)
    phone.key = ec.derive_private_key(apple.secret, ec.SECP256R1())
    assertion = phone.assertion(_DIGEST, data=data)
    found = asserted_counter(AppleAssertion(apple.key.key_id, assertion), apple.key, apple.policy, _OCCASION)
    if isinstance(found, int):
        expect(data[:32] == sha256(IOS_APP.encode()), "it is of another app")
        expect(found == int.from_bytes(data[_COUNTER]), "the counter is another one")
        return "asserted inside"
    return found


@dataclass(frozen=True, slots=True)
class _Google:
    """What is asked for; the key of the platform, as a number; the tokens that it made, and the verdicts in them."""

    policy: PlayIntegrityPolicy
    secret: int
    tokens: frozenset[str]
    verdicts: frozenset[bytes]


def play_integrity(content: bytes, google: _Google) -> str:
    """A token states what Google signed: no other one does, and what is signed is asked for in full."""
    platform = Google()
    platform.decryption_key = google.policy.decryption_key
    platform.key = ec.derive_private_key(google.secret, ec.SECP256R1())
    inside, sealed = content.removeprefix(_INSIDE), content.removeprefix(_SEALED)
    token = content.decode("utf-8", "replace")
    if content != inside:
        token = platform.encrypted(platform.signed(inside))
    elif content != sealed:
        token = platform.encrypted(sealed)
    found = stated(IntegrityToken(token), google.policy, _OCCASION)
    if not isinstance(found, DeviceStatement):
        expect(found.strip(), "no reason is given")
        return found.partition(":")[0]
    if content != inside:
        _expect_asked_for(json.loads(inside), google.policy)
    elif content != sealed:
        expect(_payload(sealed) in google.verdicts, "a verdict is taken that was never signed")
    else:
        expect(token in google.tokens, "a token is taken that was never made")
    return "stated"


def _payload(signed: bytes) -> bytes:
    payload = signed.split(b".")[1]
    return urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))


def _expect_asked_for(verdict: Any, policy: PlayIntegrityPolicy) -> None:
    request, app = verdict["requestDetails"], verdict["appIntegrity"]
    named = [str(request.get(place) or "").removesuffix("=") for place in ("nonce", "requestHash")]
    expect(sorted(named) == ["", base64url(_DIGEST)], "it is of another message")
    expect(request["requestPackageName"] == app["packageName"] == ANDROID_APP, "it is of another app")
    at = int(request["timestampMillis"]) / 1000
    expect(abs(at - _NOON.timestamp()) <= policy.tolerance.total_seconds(), "it is of another time")
    certificates = {each.removesuffix("=") for each in app["certificateSha256Digest"]}
    expect(certificates == {base64url(each) for each in policy.certificates}, "it is signed by somebody else")
    expect(policy.device in verdict["deviceIntegrity"]["deviceRecognitionVerdict"], "its device is not known")
    expect(app["appRecognitionVerdict"] == "PLAY_RECOGNIZED", "it is not recognized")
    expect(verdict.get("testingDetails") is None, "it is made up")


def _mutate_cbor(content: bytes, source: Source) -> bytes:
    """Changes a part of a CBOR map, and spells it rightly."""
    try:
        parts = cbor2.loads(content)
        return cbor2.dumps(_changed(parts, source))
    except Exception:  # noqa: BLE001  (it is no CBOR, or not any more)
        return mutate_bytes(content, source)


def _changed(part: Any, source: Source) -> Any:
    chance = source.chance
    if isinstance(part, dict) and part and not one_in(chance, 10):
        key = chance.choice(list(part))
        return part | {key: _changed(part[key], source)}
    if isinstance(part, list) and part and not one_in(chance, 5):
        place = chance.randrange(len(part))
        return [*part[:place], _changed(part[place], source), *part[place + chance.choice((0, 1, 1, 1)) :]]
    if isinstance(part, bytes):
        return mutate_bytes(part, source)
    return chance.choice((None, part, [part], {"fmt": part}, 1.5, "apple-appattest", b"", cbor2.CBORTag(24, b"\x01")))


def _mutate_inside(content: bytes, source: Source) -> bytes:
    """Keeps the mark."""
    if content.startswith(_INSIDE):
        return _INSIDE + mutate_json(content.removeprefix(_INSIDE), source)
    if content.startswith(_SEALED):
        return _SEALED + mutate_bytes(content.removeprefix(_SEALED), source)
    return mutate_bytes(content, source)


def _app_attest_seeds() -> Material:
    apple = Apple(_NOON)
    phone = Phone(apple)
    key = DeviceKey(phone.key_id, point_of(phone.key), Environment.PRODUCTION)
    assertions = [phone.assertion(_DIGEST, counter=7), phone.assertion(_DIGEST, extensions={"a": 1})]
    data = [cbor2.loads(each)["authenticatorData"] for each in assertions]
    secret = phone.key.private_numbers().private_value
    context = _Apple(AppAttestPolicy(app=IOS_APP, root=apple.pem), key, secret, frozenset(data))
    inside = [_INSIDE + each for each in data]
    attestations = [phone.attestation(_DIGEST), phone.attestation(_DIGEST, extensions={})]
    other = Phone(apple).assertion(_DIGEST, counter=8)
    return Material((*attestations, *assertions, other, *inside), context)


def _play_integrity_seeds() -> Material:
    google = Google()
    policy = PlayIntegrityPolicy(
        package=ANDROID_APP,
        certificates=frozenset({google.certificate}),
        decryption_key=google.decryption_key,
        verification_key=google.verification_key,
    )
    classic = google.verdict(_DIGEST, _NOON)
    request = {"requestHash": base64url(_DIGEST) + "=", "requestPackageName": ANDROID_APP, "timestampMillis": 0}
    standard = classic | {"requestDetails": request | {"timestampMillis": int(_NOON.timestamp() * 1000)}}
    both = classic | {"requestDetails": classic["requestDetails"] | {"requestHash": base64url(bytes(32))}}
    verdicts = [json.dumps(each).encode() for each in (classic, standard)]
    sealed = [google.signed(each) for each in verdicts]
    other = google.signed(json.dumps(classic | {"by": "a stranger"}).encode(), signer=Google().key)
    tokens = [google.encrypted(each) for each in sealed]
    seeds = (
        *(each.encode() for each in tokens),
        *(_INSIDE + each for each in (*verdicts, json.dumps(both).encode())),
        *(_SEALED + each for each in (*sealed, other)),
    )
    secret = google.key.private_numbers().private_value
    return Material(seeds, _Google(policy, secret, frozenset(tokens), frozenset(verdicts)))


_APPLES: Final = (
    b"apple-appattest",
    b"x5c",
    b"authData",
    b"appattestdevelop",
    b"\xd8\x18",
    b"\x9f",
    b"\xbf",
    b"\xff",
    _INSIDE,
)
_GOOGLES: Final = (
    b"requestHash",
    b"nonce",
    b"testingDetails",
    b"MEETS_STRONG_INTEGRITY",
    b".",
    b"..",
    b"=",
    b"crit",
    b"zip",
    _INSIDE,
)
APP_ATTEST: Final = Target(
    "app_attest",
    _app_attest_seeds,
    app_attest,
    mutate_either(mutate_bytes, _mutate_cbor),
    words=_APPLES,
    contained=True,
)
PLAY_INTEGRITY: Final = Target("play_integrity", _play_integrity_seeds, play_integrity, _mutate_inside, words=_GOOGLES)

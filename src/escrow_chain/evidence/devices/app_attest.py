"""Apple App Attest: a key in a device's Secure Enclave, vouched for by Apple, which an app signs messages with.

    attestation   {"fmt": "apple-appattest", "attStmt": {"x5c": [leaf, intermediate], "receipt": …}, "authData": …}
    assertion     {"signature": …, "authenticatorData": …}

in CBOR. A new key comes with an attestation whose challenge is the digest of its first message; the messages after that
carry assertions. The app passes sha256(digest) as `clientDataHash` to `attestKey` and to `generateAssertion`.

It proves which app spoke, on a genuine device, and nothing about coordinates. The tests make their keys themselves.

Source: Apple, "Validating apps that connect to your server"; WebAuthn, section 6.1, for the authenticator data.
"""

import hashlib
import io
import warnings
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from threading import Lock
from typing import Any, Final, NoReturn, Protocol

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store

from escrow_chain.evidence.devices import Occasion, Unproven, found, refuse_large
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.terms.provenance import DevicePlatform, DeviceStatement


class Environment(Enum):
    """Where Apple says that a key was made, as authenticator data spell it."""

    PRODUCTION = b"appattest" + bytes(7)
    DEVELOPMENT = b"appattestdevelop"


_FORMAT: Final = "apple-appattest"
_MAX_CERTIFICATES: Final = 4
_MAX_DEPTH: Final = 4
_NONCE: Final = x509.ObjectIdentifier("1.2.840.113635.100.8.2")
_NONCE_DER: Final = bytes.fromhex("3024a1220420")
"""Before the 32 bytes of the nonce: SEQUENCE { [1] OCTET STRING }."""
_HEADER: Final = 37
"""Bytes of authenticator data before what is optional: the app's hash, flags, counter."""
_AAGUID: Final = 16
_ID_SIZE: Final = bytes.fromhex("0020")
_COSE_X: Final = bytes.fromhex("a5010203262001215820")
_COSE_Y: Final = bytes.fromhex("225820")
"""A P-256 key for ES256 in the only form that CTAP2 allows: these bytes before x, and these before y."""
_CATEGORY: Final = "apple_validation_category_01"
_DISTRIBUTED: Final = (None, bytes.fromhex("02000000"), bytes.fromhex("04000000"))
"""How an app came to its device: not said, by TestFlight, by the App Store."""


@dataclass(frozen=True, slots=True)
class AppleAttestation:
    """An attestation object, as `attestKey` gave it."""

    attestation: bytes


@dataclass(frozen=True, slots=True)
class AppleAssertion:
    """An assertion object, as `generateAssertion` gave it, and the id of the key that made it (32 bytes)."""

    key_id: bytes
    assertion: bytes


@dataclass(frozen=True, slots=True)
class AppAttestPolicy:
    """What counts: the app's id (`TEAMID.bundle.id`), up to the one root certificate (PEM or DER) that is trusted.

    Keys of the development environment count only if `environments` says so. Raises `ValueError` if `root` is none.
    """

    app: str
    root: bytes
    environments: frozenset[Environment] = frozenset({Environment.PRODUCTION})

    def __post_init__(self) -> None:
        """Fails here rather than at the first proof."""
        _certificate(self.root)

    @property
    def app_hash(self) -> bytes:
        """What authenticator data have of the app."""
        return hashlib.sha256(self.app.encode()).digest()


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A key that Apple vouched for. `point` is the public key (65 bytes, X9.62), `key_id` its sha-256.

    `counter` is the highest one that an assertion of it had, 0 if there was none.
    """

    key_id: bytes
    point: bytes
    environment: Environment
    counter: int = 0


class DeviceKeys(Protocol):
    """Remembers keys. Both changes are one step each: of two at once, one sees the other."""

    def find(self, key_id: bytes) -> DeviceKey | None:
        """The key with this id, if there is one."""

    def add(self, key: DeviceKey) -> bool:
        """Puts a key that is not there yet. False, and nothing changes, if it is."""

    def advance(self, key_id: bytes, *, counter: int) -> bool:
        """Moves on the counter of a key that is there. False, and nothing changes, unless it is greater than before."""


class InMemoryDeviceKeys:
    """Keys that live as long as their process."""

    def __init__(self) -> None:
        self._keys: dict[bytes, DeviceKey] = {}
        self._lock = Lock()

    def find(self, key_id: bytes) -> DeviceKey | None:
        """See `DeviceKeys`."""
        with self._lock:
            return self._keys.get(key_id)

    def add(self, key: DeviceKey) -> bool:
        """See `DeviceKeys`."""
        with self._lock:
            return self._keys.setdefault(key.key_id, key) is key

    def advance(self, key_id: bytes, *, counter: int) -> bool:
        """See `DeviceKeys`."""
        with self._lock:
            key = self._keys[key_id]
            if counter <= key.counter:
                return False
            self._keys[key_id] = replace(key, counter=counter)
            return True


class AppAttest:
    """Verifies what an app of the policy hands in. An `escrow_chain.evidence.devices.DeviceVerifier`.

    The counter refuses an assertion that was there before. So does the nonce in the digest, already before that.
    """

    def __init__(self, policy: AppAttestPolicy, *, keys: DeviceKeys, sandbox: Sandbox) -> None:
        self._policy = policy
        self._keys = keys
        self._sandbox = sandbox

    def verify(self, proof: AppleAttestation | AppleAssertion, occasion: Occasion) -> DeviceStatement | str:
        """See `DeviceVerifier`. A new key is kept, and a counter moved on, only if all else is in order."""
        match proof:
            case AppleAttestation():
                reason = self._attestation(proof, occasion)
            case AppleAssertion():
                reason = self._assertion(proof, occasion)
        return reason or DeviceStatement(platform=DevicePlatform.APP_ATTEST, app=self._policy.app)

    def _attestation(self, proof: AppleAttestation, occasion: Occasion) -> str | None:
        key = found(self._sandbox.submit(attested_key, proof, self._policy, occasion))
        if isinstance(key, str):
            return key
        return None if self._keys.add(key) else "its key was attested before, and signs assertions now"

    def _assertion(self, proof: AppleAssertion, occasion: Occasion) -> str | None:
        key = self._keys.find(proof.key_id)
        if key is None:
            return "its key is not known: the first message of a key carries its attestation"
        counter = found(self._sandbox.submit(asserted_counter, proof, key, self._policy, occasion))
        if isinstance(counter, str):
            return counter
        return None if self._keys.advance(key.key_id, counter=counter) else "its counter was there before"


def attested_key(proof: AppleAttestation, policy: AppAttestPolicy, occasion: Occasion) -> DeviceKey | str:
    """The key that Apple vouches for, or why it does not. For a worker; all it knows is passed in."""
    try:
        return _attested_key(proof.attestation, policy, occasion)
    except Unproven as reason:
        return str(reason)


def asserted_counter(proof: AppleAssertion, key: DeviceKey, policy: AppAttestPolicy, occasion: Occasion) -> int | str:
    """The counter of an assertion that `key` made of this message, or why it made none.

    For a worker; all it knows is passed in. Whether the counter is new is for the store of keys to say.
    """
    try:
        return _asserted_counter(proof.assertion, key, policy, occasion)
    except Unproven as reason:
        return str(reason)


def _attested_key(attestation: bytes, policy: AppAttestPolicy, occasion: Occasion) -> DeviceKey:
    certificates, data = _statement(attestation)
    said, key = _leaf(certificates, _certificate(policy.root), occasion.received_at)
    if _made_for(said) != _NONCE_DER + _nonce(data, occasion):
        raise Unproven("it is of another message")
    point = _point(key)
    key_id = hashlib.sha256(point).digest()
    credential = _ID_SIZE + key_id + _COSE_X + point[1:33] + _COSE_Y + point[33:]
    counter = _counter(data, policy)
    named, extensions = data[_HEADER + _AAGUID :][: len(credential)], data[_HEADER + _AAGUID + len(credential) :]
    if named != credential:
        raise Unproven("it names another key than its certificate")
    if counter:
        raise Unproven("its key was used before it was attested")
    environment = _environment(data[_HEADER:][:_AAGUID], policy)
    _refuse_undistributed(extensions, environment)
    return DeviceKey(key_id=key_id, point=point, environment=environment)


def _asserted_counter(assertion: bytes, key: DeviceKey, policy: AppAttestPolicy, occasion: Occasion) -> int:
    match _read_map(assertion):
        case {"signature": bytes(signature), "authenticatorData": bytes(data)}:
            pass
        case _:
            raise Unproven("it is no assertion of App Attest")
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.point)
    try:
        public_key.verify(signature, _nonce(data, occasion), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Unproven("it is of another message, or another key signed it") from None
    counter = _counter(data, policy)
    _refuse_undistributed(data[_HEADER:], _environment(key.environment.value, policy))
    return counter


def _statement(attestation: bytes) -> tuple[list[bytes], bytes]:
    """The certificates of an attestation, the leaf first, and its authenticator data."""
    match _read_map(attestation):
        case {"fmt": str(fmt), "attStmt": {"x5c": list(certificates)}, "authData": bytes(data)}:
            pass
        case _:
            raise Unproven("it is no attestation")
    if fmt != _FORMAT:
        raise Unproven(f"it is no attestation of the format {_FORMAT}")
    if not 0 < len(certificates) <= _MAX_CERTIFICATES or not all(isinstance(each, bytes) for each in certificates):
        raise Unproven(f"it has not 1 to {_MAX_CERTIFICATES} certificates")
    return certificates, data


def _read_map(encoded: bytes) -> dict[Any, Any]:
    """A CBOR map that all readers read alike: no tags, no key twice, no open lengths, nothing behind it."""
    refuse_large(len(encoded))
    stream = io.BytesIO(encoded)
    try:
        decoded = cbor2.CBORDecoder(
            stream,
            semantic_decoders=defaultdict(lambda: _refuse_tag),
            max_depth=_MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            strict_hashable_types=True,
        ).decode()
    except cbor2.CBORDecodeError:
        raise Unproven("it is no CBOR, or more than is needed") from None
    if not isinstance(decoded, dict) or stream.tell() != len(encoded):
        raise Unproven("it is no single CBOR map")
    return decoded


def _refuse_tag(*_: Any) -> NoReturn:
    raise ValueError("a tag")


def _leaf(
    certificates: list[bytes], root: x509.Certificate, at: datetime
) -> tuple[x509.Extensions, CertificatePublicKeyTypes]:
    """What the first certificate says, and whose key it is: if it leads to the root, by certificates valid at the time.

    The library raises whatever a crooked certificate makes it stumble over: `ValueError`, `TypeError`, and types of
    `x509` that have nothing in common.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            leaf, *others = [x509.load_der_x509_certificate(each) for each in certificates]
        verifier = (
            PolicyBuilder()
            .store(Store([root]))
            .time(at)
            .max_chain_depth(_MAX_CERTIFICATES)
            .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
            .build_client_verifier()
        )
        verifier.verify(leaf, others)
        return leaf.extensions, leaf.public_key()
    except Exception:  # noqa: BLE001  (see above)
        raise Unproven("its certificates do not lead to the pinned root, or not at the time of receipt") from None


def _made_for(extensions: x509.Extensions) -> bytes | None:
    """What a certificate says that it was made for, as DER."""
    try:
        value = extensions.get_extension_for_oid(_NONCE).value
    except x509.ExtensionNotFound:
        return None
    return value.value if isinstance(value, x509.UnrecognizedExtension) else None


def _point(key: CertificatePublicKeyTypes) -> bytes:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Unproven("its key is not on the curve P-256")
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _nonce(data: bytes, occasion: Occasion) -> bytes:
    """What is signed: authenticator data and message."""
    return hashlib.sha256(data + hashlib.sha256(occasion.digest).digest()).digest()


def _counter(data: bytes, policy: AppAttestPolicy) -> int:
    """The counter in authenticator data of the policy's app."""
    if len(data) < _HEADER or data[:32] != policy.app_hash:
        raise Unproven("it is of another app")
    return int.from_bytes(data[33:_HEADER])


def _environment(aaguid: bytes, policy: AppAttestPolicy) -> Environment:
    for environment in policy.environments:
        if environment.value == aaguid:
            return environment
    raise Unproven("its key is of an environment that does not count")


def _refuse_undistributed(extensions: bytes, environment: Environment) -> None:
    """Refuses an app that a developer signed for himself. Systems before iOS 27 do not say how it came to the device.

    Apple's own example has these extensions without the flag that announces them, so they are told by their bytes.
    """
    if not extensions:
        return
    category = _read_map(extensions).get(_CATEGORY)
    if environment is Environment.PRODUCTION and category not in _DISTRIBUTED:
        raise Unproven("its app came neither from the App Store nor from TestFlight")


def _certificate(encoded: bytes) -> x509.Certificate:
    """A certificate, PEM or DER. Raises `ValueError`."""
    load = x509.load_pem_x509_certificate if encoded.startswith(b"-----") else x509.load_der_x509_certificate
    return load(encoded)

"""Google Play Integrity: a token in which Google says what it found about an app and the device that it runs on.

The token is a signed one (JWS) inside an encrypted one (JWE). Both are opened here with the keys that the Play Console
gives to who manages them himself, without asking Google. The app passes the digest, in base64url, as `nonce` of a
classic request or as `requestHash` of a standard one.

Who asks Google instead has each token counted there. Here the nonce in the digest does that.

It proves which app spoke, on a device that Google certifies, and nothing about coordinates. The tests make their tokens
themselves.

Source: Android developers, "Integrity verdicts" and "Make a classic API request" (decrypt and verify locally).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from escrow_chain.evidence.devices import Occasion, Unproven, found, refuse_large
from escrow_chain.evidence.devices.jose import base64url, decrypted, verified
from escrow_chain.evidence.sandbox import Sandbox
from escrow_chain.protocol.canonical import InvalidJson, parse
from escrow_chain.terms.provenance import DevicePlatform, DeviceStatement

_KEY: Final = 32
_DIGEST: Final = 32
_RECOGNIZED: Final = "PLAY_RECOGNIZED"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS: Final = 253_402_300_799_000
"""The last second of the year 9999."""


class DeviceLabel(StrEnum):
    """What is asked of the device. A device that has the stronger label has the other too."""

    DEVICE = "MEETS_DEVICE_INTEGRITY"
    STRONG = "MEETS_STRONG_INTEGRITY"


@dataclass(frozen=True, slots=True)
class IntegrityToken:
    """A token, as the Play Integrity API gave it to the app."""

    token: str


@dataclass(frozen=True, slots=True)
class PlayIntegrityPolicy:
    """What counts: the app's package name, signed with some of these certificates (their sha-256, 32 bytes each).

    `decryption_key` (32 bytes) and `verification_key` (a public key on P-256, DER) are the app's from the Play Console,
    base64 decoded. A token must be made within `tolerance` of its receipt. Raises `ValueError` for what is none of
    these.
    """

    package: str
    certificates: frozenset[bytes]
    decryption_key: bytes = field(repr=False)
    verification_key: bytes
    device: DeviceLabel = DeviceLabel.DEVICE
    tolerance: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        """Fails here rather than at the first token."""
        if len(self.decryption_key) != _KEY:
            raise ValueError(f"the decryption key has {len(self.decryption_key)} bytes, not {_KEY}")
        if {len(each) for each in self.certificates} != {_DIGEST}:
            raise ValueError(f"the certificates are not given by their sha-256, {_DIGEST} bytes each")
        self.signing_key()

    def signing_key(self) -> ec.EllipticCurvePublicKey:
        """`verification_key`, ready for use."""
        key = load_der_public_key(self.verification_key)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("the verification key is not on the curve P-256")  # noqa: TRY004  (a bad value, as above)
        return key


class PlayIntegrity:
    """Verifies tokens of the policy's app. An `escrow_chain.evidence.devices.DeviceVerifier`."""

    def __init__(self, policy: PlayIntegrityPolicy, *, sandbox: Sandbox) -> None:
        self._policy = policy
        self._sandbox = sandbox

    def verify(self, proof: IntegrityToken, occasion: Occasion) -> DeviceStatement | str:
        """See `DeviceVerifier`."""
        return found(self._sandbox.submit(stated, proof, self._policy, occasion))


def stated(proof: IntegrityToken, policy: PlayIntegrityPolicy, occasion: Occasion) -> DeviceStatement | str:
    """What Google states in a token, or why it states nothing. For a worker; all it knows is passed in."""
    try:
        _refuse(_payload(proof.token, policy), policy, occasion)
    except Unproven as reason:
        return str(reason)
    return DeviceStatement(platform=DevicePlatform.PLAY_INTEGRITY, app=policy.package)


class _Said(BaseModel):
    """A part of the verdict. What is not asked about is ignored, since Google adds to it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_camel)


class _Request(_Said):
    request_package_name: str
    nonce: str | None = None
    request_hash: str | None = None
    timestamp_millis: (
        Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}$")] | Annotated[int, Field(ge=0, le=_LATEST_MS)]
    )


class _App(_Said):
    app_recognition_verdict: str
    package_name: str | None = None
    certificate_sha256_digest: list[str] = Field(default=[], alias="certificateSha256Digest")


class _Device(_Said):
    device_recognition_verdict: list[str] = []


class _Verdict(_Said):
    request_details: _Request
    app_integrity: _App
    device_integrity: _Device
    testing_details: Any = None


def _payload(token: str, policy: PlayIntegrityPolicy) -> _Verdict:
    refuse_large(len(token))
    if not token.isascii():
        raise Unproven("a part of it is not spelled as base64url")
    signed = decrypted(token.encode(), policy.decryption_key)
    try:
        return _Verdict.model_validate(parse(verified(signed, policy.signing_key())))
    except (InvalidJson, ValidationError):
        raise Unproven("it is no verdict of Play Integrity") from None


def _refuse(verdict: _Verdict, policy: PlayIntegrityPolicy, occasion: Occasion) -> None:
    """Raises `Unproven` with the first thing that is not as it must be."""
    request, app = verdict.request_details, verdict.app_integrity
    if request.request_package_name != policy.package:
        raise Unproven("another app asked for it")
    _refuse_request(request, policy, occasion)
    if verdict.testing_details is not None:
        raise Unproven("it is a made-up answer for tests")
    if app.app_recognition_verdict != _RECOGNIZED:
        raise Unproven("its app is not as Google Play distributes it")
    if app.package_name != policy.package:
        raise Unproven("it is of another app")
    certificates = {digest.removesuffix("=") for digest in app.certificate_sha256_digest}
    if not certificates or not certificates <= {base64url(each) for each in policy.certificates}:
        raise Unproven("its app is signed by somebody else")
    if policy.device not in verdict.device_integrity.device_recognition_verdict:
        raise Unproven(f"its device is not known to be {policy.device}")


def _refuse_request(request: _Request, policy: PlayIntegrityPolicy, occasion: Occasion) -> None:
    """The digest stands in exactly one of the two places. Android's own encoder pads it with one `=`."""
    named = [text.removesuffix("=") for text in (request.nonce, request.request_hash) if text is not None]
    if named != [base64url(occasion.digest)]:
        raise Unproven("it is of another message")
    made_at = timedelta(milliseconds=min(int(request.timestamp_millis), _LATEST_MS)) + _EPOCH
    if abs(occasion.received_at - made_at) > policy.tolerance:
        raise Unproven("it was not made at the time of its receipt")

"""How long proofs of devices take to verify, each beside the bare signature checks that it contains.

An attestation has two signatures of the platform's certificates (P-384), an assertion one of the phone (P-256), a token
one of the platform (P-256). Medians, the two sides taking turns, without the way to a worker and back.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench.turns import medians_ms
from escrow_chain.evidence.devices import Occasion
from escrow_chain.evidence.devices.app_attest import (
    AppAttestPolicy,
    AppleAssertion,
    AppleAttestation,
    DeviceKey,
    asserted_counter,
    attested_key,
)
from escrow_chain.evidence.devices.play_integrity import IntegrityToken, PlayIntegrityPolicy, stated
from tests.evidence.platforms import ANDROID_APP, IOS_APP, Apple, Google, Phone

ROUNDS: Final = 200
NOON: Final = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)
OCCASION: Final = Occasion(bytes(32), NOON)


def devices() -> dict[str, float]:
    """Milliseconds for each verification, and for the bare signature checks that it contains."""
    apple, google = Apple(NOON), Google()
    phone = Phone(apple)
    attestation = AppleAttestation(phone.attestation(OCCASION.digest))
    assertion = AppleAssertion(phone.key_id, phone.assertion(OCCASION.digest))
    token = IntegrityToken(google.token(google.verdict(OCCASION.digest, NOON)))
    ios = AppAttestPolicy(app=IOS_APP, root=apple.pem)
    android = PlayIntegrityPolicy(
        package=ANDROID_APP,
        certificates=frozenset({google.certificate}),
        decryption_key=google.decryption_key,
        verification_key=google.verification_key,
    )
    key = attested_key(attestation, ios, OCCASION)
    if not isinstance(key, DeviceKey):
        raise TypeError(key)
    authority, device = (_check(curve) for curve in (ec.SECP384R1(), ec.SECP256R1()))
    return (
        _figures("attestation", lambda: attested_key(attestation, ios, OCCASION), lambda: (authority(), authority()))
        | _figures("assertion", lambda: asserted_counter(assertion, key, ios, OCCASION), device)
        | _figures("integrity_token", lambda: stated(token, android, OCCASION), device)
    )


def _figures(name: str, verify: Callable[[], object], bare: Callable[[], object]) -> dict[str, float]:
    if isinstance(answer := verify(), str):
        raise TypeError(answer)
    works = {f"{name}_ms": verify, f"{name}_bare_signatures_ms": bare}
    return {each: round(taken, 3) for each, taken in medians_ms(works, rounds=ROUNDS).items()}


def _check(curve: ec.EllipticCurve) -> Callable[[], None]:
    """One signature check on this curve, and nothing else."""
    key, algorithm = ec.generate_private_key(curve), ec.ECDSA(hashes.SHA256())
    signature, public_key = key.sign(OCCASION.digest, algorithm), key.public_key()
    return lambda: public_key.verify(signature, OCCASION.digest, algorithm)

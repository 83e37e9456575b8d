"""A device's proof as a piece carries it, and who verifies it.

{"attestation": "0x…"}                     App Attest, the first message of a key
{"key_id": "0x…", "assertion": "0x…"}      App Attest, later ones
{"token": "eyJ…"}                          Play Integrity
"""

from dataclasses import dataclass
from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, model_validator

from escrow_chain.evidence.devices import MAX_BYTES, DeviceVerifier, Occasion
from escrow_chain.evidence.devices.app_attest import AppleAssertion, AppleAttestation
from escrow_chain.evidence.devices.play_integrity import IntegrityToken
from escrow_chain.protocol.numbers import Bytes
from escrow_chain.terms.options import broken_rule
from escrow_chain.terms.provenance import DeviceStatement
from escrow_chain.terms.record import Record

Proof: TypeAlias = AppleAttestation | AppleAssertion | IntegrityToken
_Small = Annotated[Bytes, Field(max_length=MAX_BYTES)]


class DeviceProof(Record):
    """One of the three forms above."""

    attestation: _Small | None = None
    key_id: _Small | None = None
    assertion: _Small | None = None
    token: Annotated[str, Field(max_length=MAX_BYTES)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = {name for name, value in self if value is not None}
        if given not in ({"attestation"}, {"key_id", "assertion"}, {"token"}):
            raise broken_rule("either an attestation, or a key_id and an assertion, or a token")
        return self

    @property
    def proof(self) -> Proof:
        """It as its platform's verifier takes it."""
        if self.attestation is not None:
            return AppleAttestation(self.attestation)
        if self.key_id is not None and self.assertion is not None:
            return AppleAssertion(self.key_id, self.assertion)
        return IntegrityToken(self.token or "")


@dataclass(frozen=True, slots=True)
class DeviceVerifiers:
    """Verifies the proofs of the platforms that the operator has configured."""

    apple: DeviceVerifier[AppleAttestation | AppleAssertion] | None = None
    google: DeviceVerifier[IntegrityToken] | None = None

    def verify(self, proof: Proof, occasion: Occasion) -> DeviceStatement | None:
        """What the proof proves, None if nothing."""
        if isinstance(proof, IntegrityToken):
            found = self.google.verify(proof, occasion) if self.google else ""
        else:
            found = self.apple.verify(proof, occasion) if self.apple else ""
        return None if isinstance(found, str) else found


NO_DEVICES: Final = DeviceVerifiers()
"""No platform vouches for anything."""

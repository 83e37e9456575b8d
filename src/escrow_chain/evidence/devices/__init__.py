"""A platform's word that its genuine app, on a genuine device, made a message: verified offline, against pinned keys.

A proof must be of the EIP-712 digest of a submission, which names the deal, milestone, term, nonce and content: it is
then of this very piece of evidence, and no older than its nonce. It says which app spoke, and on a device that is no
emulator. It says nothing about coordinates: a satellite signal can be forged before any app sees it.

A proof is read by compiled code, so in a worker and nowhere else; keys and counters stay outside. The tests make their
proofs themselves: no device was at hand.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

from escrow_chain.evidence.errors import WorkerFailed
from escrow_chain.evidence.sandbox import Answer
from escrow_chain.terms.provenance import DeviceStatement

MAX_BYTES: Final = 64 * 1024
"""The largest proof that is looked at. Real ones have 1 to 10 KB."""

ProofT_contra = TypeVar("ProofT_contra", contravariant=True)
FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a proof must be of: the `digest` (32 bytes) of a submission, which came in at `received_at`."""

    digest: bytes
    received_at: datetime


class DeviceVerifier(Protocol[ProofT_contra]):
    """Verifies one platform's proofs.

    It may keep keys and counters, so ask it only once the submission's nonce was redeemed: nobody else can then use up
    what belongs to the submitter.
    """

    def verify(self, proof: ProofT_contra, occasion: Occasion) -> DeviceStatement | str:
        """What the proof proves, or in a few words why it proves nothing. Never raises for a bad proof."""


class Unproven(Exception):
    """A proof proves nothing, for the reason in its text. Does not leave this package."""


def refuse_large(size: int) -> None:
    """Raises `Unproven` for a proof of more than `MAX_BYTES`."""
    if size > MAX_BYTES:
        raise Unproven(f"it has {size} bytes, and {MAX_BYTES} are allowed")


def found(answer: Answer[FoundT]) -> FoundT | str:
    """What a worker found, or why it found nothing."""
    try:
        return answer.result()
    except WorkerFailed as error:
        return f"it cannot be read safely: {error}"

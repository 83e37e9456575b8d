"""Whether a piece is bound to this deal, milestone and term, and to one of those whose word counts: its grade.

Only the interval from nonce to receipt is trusted, since a server saw both ends. What the device
says of its own clock must lie inside it.
"""

from datetime import timedelta
from typing import Final, NamedTuple

from escrow_chain.terms.check import Check, Rule, Shown
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.photo import ManifestState, Photo
from escrow_chain.terms.pieces import Usable
from escrow_chain.terms.provenance import NonceStatus, Provenance
from escrow_chain.terms.record import Grade

CLOCK_TOLERANCE: Final = timedelta(seconds=120)
"""How far a device's clock may be off."""
_ON_TIME: Final = timedelta(0)

SIGNATURE: Final = Rule(
    "bound.signature",
    passed="Somebody whose word counts here signed it.",
    failed="Nobody signed it whose word counts here. Sign it with the wallet that the terms name.",
    otherwise={"unnamed": "Nobody is named whose signature counts. Name that wallet."},
)
CONTENT: Final = Rule(
    "bound.content",
    passed="The signed message names these very bytes.",
    failed="The signed message names other bytes than those handed in. Sign what you hand in.",
)
SUBJECT: Final = Rule(
    "bound.subject",
    passed="It was signed for this term.",
    failed="It was signed as something else: sign it for this deal, milestone and term.",
)
NONCE: Final = Rule(
    "bound.nonce",
    passed="The nonce is fresh.",
    failed="Nobody issued this nonce. Ask for one before you take the piece.",
    otherwise={
        NonceStatus.USED: "This nonce was used before. Ask for a new one and hand the piece in again.",
        NonceStatus.EXPIRED: "The nonce had expired. Ask for a new one and hand in a new piece.",
        NonceStatus.ELSEWHERE: "The nonce was issued for another term. Ask for one for this term.",
        NonceStatus.UNASKED: "The nonce was not redeemed, since the signature is of nobody whose word counts.",
    },
)
CLOCK: Final = Rule(
    "bound.clock",
    passed="The device's clock agrees with the server's.",
    failed="The device's clock says that it was taken before its nonce was issued or after it was received. Set the "
    "clock, ask for a nonce, and take a new one.",
    otherwise={"unknown": "There is no time to compare with the server's clock. Ask for a nonce first."},
    unit="s",
)


class Named(NamedTuple):
    """What a message says that it is for. `deal` and `term` have 32 bytes."""

    kind: str
    deal: bytes
    milestone: int
    term: bytes


class _Spelled(Shown):
    __slots__ = ("named",)

    def __init__(self, named: Named) -> None:
        self.named = named

    def __str__(self) -> str:
        named = self.named
        return f"{named.kind} for deal 0x{named.deal.hex()}, milestone {named.milestone}, term 0x{named.term.hex()}"


def binding_checks(
    piece: Usable, provenance: Provenance, *, number: int, expected: Named, signers: frozenset[str]
) -> tuple[Check, ...]:
    """The checks that all must pass for G1. `signers` are those who may."""
    return (
        _signature(provenance, number, signers),
        Check(CONTENT, provenance.content == piece.content, provenance.content, piece.content, None, number),
        _subject(provenance, number, expected),
        _nonce(provenance, number),
        _clock(piece, provenance, number),
    )


def grade_of(piece: Usable, provenance: Provenance, circumstances: Circumstances) -> Grade:
    """The grade of a piece whose binding checks all passed.

    G3 if somebody else than the recipient signed it; otherwise G2 if hardware vouches for it, else G1.
    """
    if provenance.signer != circumstances.submitter:
        return Grade.COUNTERPARTY
    if provenance.device is not None or (isinstance(piece, Photo) and captured(piece)):
        return Grade.ATTESTED
    return Grade.BOUND


def captured(photo: Photo) -> bool:
    """Whether a trusted camera took it for the very nonce that it was handed in with."""
    found, provenance = photo.manifest, photo.provenance
    return (
        found is not None
        and provenance is not None
        and found.state == ManifestState.TRUSTED
        and found.captured
        and found.nonce == provenance.nonce
    )


def _signature(provenance: Provenance, number: int, signers: frozenset[str]) -> Check:
    signer = provenance.signer
    return Check(SIGNATURE, signer in signers, signer, signers, None, number, reason=None if signers else "unnamed")


def _subject(provenance: Provenance, number: int, expected: Named) -> Check:
    named = Named(provenance.kind, provenance.deal, provenance.milestone, provenance.term)
    return Check(SUBJECT, named == expected, _Spelled(named), _Spelled(expected), None, number)


def _nonce(provenance: Provenance, number: int) -> Check:
    status = provenance.nonce_status
    return Check(NONCE, status is NonceStatus.FRESH, status, NonceStatus.FRESH, None, number, reason=status)


def _clock(piece: Usable, provenance: Provenance, number: int) -> Check:
    captured, issued = piece.captured_at, provenance.issued_at
    if captured is None or issued is None:
        return Check(CLOCK, passed=False, limit=CLOCK_TOLERANCE, piece=number, reason="unknown")
    outside = max(issued - captured, captured - provenance.received_at, _ON_TIME)
    return Check(CLOCK, outside <= CLOCK_TOLERANCE, outside, CLOCK_TOLERANCE, None, number)

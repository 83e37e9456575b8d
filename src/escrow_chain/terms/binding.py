"""Whether a piece is bound to this deal, milestone and term, and to one of those whose word counts: its grade.

Only the interval from nonce to receipt is trusted, since a server saw both ends. What the device
says of its own clock must lie inside it.
"""

from datetime import timedelta
from typing import Final

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.pieces import NonceStatus, Provenance, Usable
from escrow_chain.terms.record import Grade
from escrow_chain.terms.verdict import Check

CLOCK_TOLERANCE: Final = timedelta(seconds=120)
"""How far a device's clock may be off."""

_NONCE_SENTENCES: Final = {
    NonceStatus.FRESH: "The nonce is fresh.",
    NonceStatus.USED: "This nonce was used before. Ask for a new one and hand the piece in again.",
    NonceStatus.EXPIRED: "The nonce had expired. Ask for a new one and hand in a new piece.",
    NonceStatus.UNKNOWN: "Nobody issued this nonce. Ask for one before you take the piece.",
    NonceStatus.ELSEWHERE: "The nonce was issued for another term. Ask for one for this term.",
    NonceStatus.UNASKED: "The nonce was not redeemed, since the signature is of nobody whose word counts.",
}


def binding_checks(
    piece: Usable, *, number: int, term: bytes, signers: frozenset[str], circumstances: Circumstances
) -> tuple[Check, ...]:
    """The checks that all must pass for G1; none for a piece that is not signed at all. `signers` are those who may."""
    provenance = piece.provenance
    if provenance is None:
        return ()
    return (
        _signature(provenance, number, signers),
        _content(piece, provenance, number),
        _subject(piece, provenance, number, term, circumstances),
        _nonce(provenance, number),
        _clock(piece, provenance, number),
    )


def grade_of(piece: Usable, checks: tuple[Check, ...], circumstances: Circumstances) -> Grade:
    """G1 if the recipient signed the piece, G3 if somebody else did; G0 unless every binding check passed."""
    if not piece.provenance or not all(check.passed for check in checks):
        return Grade.CLAIM
    return Grade.BOUND if piece.provenance.signer == circumstances.submitter else Grade.COUNTERPARTY


def _signature(provenance: Provenance, number: int, signers: frozenset[str]) -> Check:
    passed = provenance.signer in signers
    if passed:
        sentence = "Somebody whose word counts here signed it."
    elif not signers:
        sentence = "Nobody is named whose signature counts. Name that wallet."
    else:
        sentence = "Nobody signed it whose word counts here. Sign it with the wallet that the terms name."
    return Check(
        code="bound.signature",
        passed=passed,
        sentence=sentence,
        measured=provenance.signer,
        limit=", ".join(sorted(signers)) or None,
        piece=number,
    )


def _content(piece: Usable, provenance: Provenance, number: int) -> Check:
    passed = provenance.content == piece.content
    return Check(
        code="bound.content",
        passed=passed,
        sentence="The signed message names these very bytes."
        if passed
        else "The signed message names other bytes than those handed in. Sign what you hand in.",
        measured="0x" + provenance.content.hex(),
        limit="0x" + piece.content.hex(),
        piece=number,
    )


def _subject(piece: Usable, provenance: Provenance, number: int, term: bytes, circumstances: Circumstances) -> Check:
    named = (provenance.kind, provenance.deal, provenance.milestone, provenance.term)
    expected = (piece.kind, circumstances.deal, circumstances.milestone, term)
    return Check(
        code="bound.subject",
        passed=named == expected,
        sentence="It was signed for this term."
        if named == expected
        else "It was signed as something else: sign it for this deal, milestone and term.",
        measured=_spelled(*named),
        limit=_spelled(*expected),
        piece=number,
    )


def _spelled(kind: str, deal: bytes, milestone: int, term: bytes) -> str:
    return f"{kind} for deal 0x{deal.hex()}, milestone {milestone}, term 0x{term.hex()}"


def _nonce(provenance: Provenance, number: int) -> Check:
    return Check(
        code="bound.nonce",
        passed=provenance.nonce_status == NonceStatus.FRESH,
        sentence=_NONCE_SENTENCES[provenance.nonce_status],
        measured=provenance.nonce_status.value,
        limit=NonceStatus.FRESH.value,
        piece=number,
    )


def _clock(piece: Usable, provenance: Provenance, number: int) -> Check:
    outside: timedelta | None = None
    if piece.captured_at is not None and provenance.issued_at is not None:
        too_early = provenance.issued_at - piece.captured_at
        too_late = piece.captured_at - provenance.received_at
        outside = max(too_early, too_late, timedelta(0))
    passed = outside is not None and outside <= CLOCK_TOLERANCE
    if passed:
        sentence = "The device's clock agrees with the server's."
    elif outside is None:
        sentence = "There is no time to compare with the server's clock. Ask for a nonce first."
    else:
        sentence = (
            "The device's clock says that it was taken before its nonce was issued or after it was "
            "received. Set the clock, ask for a nonce, and take a new one."
        )
    return Check(
        code="bound.clock",
        passed=passed,
        sentence=sentence,
        measured=None if outside is None else outside.total_seconds(),
        limit=CLOCK_TOLERANCE.total_seconds(),
        unit="s",
        piece=number,
    )

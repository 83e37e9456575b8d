"""When evidence carries an attestation: every term of a milestone is judged here, and all are fulfilled.

Verdicts are not taken from outside: a verdict that somebody brings along may be on another deal, another milestone or
another recipient. The judge is pure, so judging once more costs next to nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escrow_chain.bridge.errors import NotFulfilled
from escrow_chain.evidence.root import accepted_leaves, evidence_root
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.typed_data import Attestation, bitmap
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.document import TermsDocument
from escrow_chain.terms.judge import judge
from escrow_chain.terms.pieces import Piece
from escrow_chain.terms.record import on_chain
from escrow_chain.terms.verdict import Verdict

LIFETIME_S = 3_600
"""Seconds for which an attestation is good: it can't be taken back before, so it is short."""


@dataclass(frozen=True)
class Claim:
    """That a milestone is fulfilled: its terms, and the evidence for each of them in the same order."""

    milestone: Milestone
    terms: TermsDocument
    evidence: tuple[Sequence[Piece], ...]


@dataclass(frozen=True)
class Statement:
    """An attestation to be signed, and the leaves under its evidence root."""

    attestation: Attestation
    leaves: tuple[dict[str, Any], ...]


def circumstances(deal: bytes, milestone: Milestone, terms: TermsDocument, *, at: datetime) -> Circumstances:
    """How evidence for a milestone is judged: its payee, or who its terms name, must have signed it, and in time."""
    return terms.circumstances(
        at=at,
        deal=deal,
        milestone=milestone.index,
        submitter=milestone.payee,
        deadline=on_chain(milestone.deadline),
    )


def state(deal: bytes, claims: Sequence[Claim], *, at: datetime, randomness: Callable[[int], bytes]) -> Statement:
    """The statement that the milestones of one or more claims are fulfilled, resting on all evidence accepted.

    `deal` is the id that the milestones belong to, `at` the time of judging; the leaves are salted with `randomness`.
    Raises `NotFulfilled` for the first claim that does not hold, or whose terms are not the ones in the deal.
    """
    heard: list[tuple[Verdict, Sequence[Piece]]] = []
    for claim in claims:
        heard += zip(_verdicts(deal, claim, at), claim.evidence, strict=True)
    leaves = accepted_leaves(heard, randomness=randomness)
    attestation = Attestation(
        deal=deal,
        milestones=bitmap([claim.milestone.index for claim in claims]),
        evidence=evidence_root(leaves),
        valid_until=int(at.timestamp()) + LIFETIME_S,
    )
    return Statement(attestation, leaves)


def _verdicts(deal: bytes, claim: Claim, at: datetime) -> list[Verdict]:
    """One verdict for each term, all fulfilled. Raises `NotFulfilled`."""
    milestone, terms = claim.milestone, claim.terms
    if terms.hash != milestone.terms:
        raise NotFulfilled(milestone.index, f"the terms given (0x{terms.hash.hex()}) are not the deal's")
    around = circumstances(deal, milestone, terms, at=at)
    verdicts = [judge(term, pieces, around) for term, pieces in zip(terms.terms, claim.evidence, strict=True)]
    for term, verdict in zip(terms.terms, verdicts, strict=True):
        if not verdict.fulfilled:
            failed = ", ".join(check.code for check in verdict.failures if check.decisive) or "nothing was checked"
            raise NotFulfilled(milestone.index, f"term {term.position} ({verdict.term_type}): {failed}")
    return verdicts

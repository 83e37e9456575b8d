"""When verdicts carry an attestation: every term of a milestone, each on its own verdict, all fulfilled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from escrow_chain.bridge.errors import NotFulfilled
from escrow_chain.evidence.root import accepted_leaves, evidence_root
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.typed_data import Attestation, bitmap
from escrow_chain.terms.document import TermsDocument
from escrow_chain.terms.pieces import Piece
from escrow_chain.terms.verdict import Verdict

LIFETIME_S = 3_600
"""Seconds for which an attestation is good: it can't be taken back before, so it is short."""


@dataclass(frozen=True)
class Judged:
    """A milestone, its terms, and for each of them, in the same order, one verdict and the evidence it is on."""

    milestone: Milestone
    terms: TermsDocument
    verdicts: tuple[Verdict, ...]
    evidence: tuple[Sequence[Piece], ...]


@dataclass(frozen=True)
class Statement:
    """An attestation to be signed, and the leaves under its evidence root."""

    attestation: Attestation
    leaves: tuple[dict[str, Any], ...]


def state(deal: bytes, judged: Sequence[Judged], *, now: int, randomness: Callable[[int], bytes]) -> Statement:
    """The statement that these milestones of a deal are fulfilled, resting on all evidence that was accepted.

    `now` is a unix time in seconds; the leaves are salted with `randomness`. Raises `NotFulfilled` for the first
    milestone whose verdicts don't say so, or whose terms are not the ones in the deal.
    """
    for each in judged:
        _check(each)
    heard = [pair for each in judged for pair in zip(each.verdicts, each.evidence, strict=True)]
    leaves = accepted_leaves(heard, randomness=randomness)
    attestation = Attestation(
        deal=deal,
        milestones=bitmap([each.milestone.index for each in judged]),
        evidence=evidence_root(leaves),
        valid_until=now + LIFETIME_S,
    )
    return Statement(attestation, leaves)


def _check(judged: Judged) -> None:
    index, terms = judged.milestone.index, judged.terms
    if terms.hash != judged.milestone.terms:
        raise NotFulfilled(index, f"the terms judged (0x{terms.hash.hex()}) are not the deal's")
    if [verdict.term for verdict in judged.verdicts] != [term.id for term in terms.terms]:
        raise NotFulfilled(index, "the verdicts are not one for each of its terms")
    for term, verdict in zip(terms.terms, judged.verdicts, strict=True):
        if not verdict.fulfilled:
            failed = ", ".join(check.code for check in verdict.failures if check.decisive) or "nothing was checked"
            raise NotFulfilled(index, f"term {term.position} ({verdict.term_type}): {failed}")

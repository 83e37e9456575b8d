"""When verdicts carry an attestation, and when they don't."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from escrow_chain.bridge.errors import NotFulfilled
from escrow_chain.bridge.fulfilment import LIFETIME_S, Judged, state
from escrow_chain.evidence.root import evidence_root
from escrow_chain.protocol.deal import Milestone, Payout
from escrow_chain.terms import Check, Fix, Grade, NonceStatus, Position, Provenance, Verdict, parse_document

NOW = 1_906_869_600
MOMENT = datetime.fromtimestamp(NOW, UTC)
DEAL = b"\xdd" * 32
POINT = {"term_type": "location_verification", "data": {"latitude": 0.3476, "longitude": 32.5825, "radius": 100}}


def judged(index: int, *, fulfilled: tuple[bool, ...] = (True, True)) -> Judged:
    """Milestone `index` with one term for each of `fulfilled`, and one accepted position for each that is."""
    document = {"format": "escrow_chain/terms/1", "timezone": "UTC", "terms": [POINT] * len(fulfilled)}
    terms = parse_document(document | {"salt": "0x" + f"{index:02x}" * 32})
    payouts = (Payout(to="0x" + "11" * 20, amount=100),)
    verdicts = tuple(verdict(term.id, passed) for term, passed in zip(terms.terms, fulfilled, strict=True))
    return Judged(
        milestone=Milestone(index=index, deadline=NOW + 60, terms=terms.hash, payouts=payouts),
        terms=terms,
        verdicts=verdicts,
        evidence=tuple((position(index, term.id),) for term in terms.terms),
    )


def verdict(term: bytes, fulfilled: bool) -> Verdict:
    """A verdict of one decisive check."""
    check = Check(code="location.visited", passed=fulfilled, sentence="Visited or not.", decisive=True)
    return Verdict(
        term=term,
        term_type="location_verification",
        at=MOMENT,
        grade=Grade.BOUND,
        fulfilled=fulfilled,
        accepted=(0,) if fulfilled else (),
        checks=(check,),
    )


def position(index: int, term: bytes) -> Position:
    """A signed position."""
    provenance = Provenance(
        deal=DEAL,
        milestone=index,
        term=term,
        nonce=b"\x01" * 32,
        kind="position",
        content=b"\x02" * 32,
        signer="0x" + "11" * 20,
        nonce_status=NonceStatus.FRESH,
        issued_at=MOMENT,
        received_at=MOMENT,
    )
    fix = Fix(latitude=0.3476, longitude=32.5825, accuracy=8.0)
    return Position(content=b"\x02" * 32, fix=fix, captured_at=MOMENT, provenance=provenance)


def stated(*each: Judged) -> Any:
    """The statement, with randomness from a seed."""
    return state(DEAL, each, now=NOW, randomness=Random(1).randbytes)


def test_all_fulfilled_milestones_are_stated_together() -> None:
    """The bitmap names just these milestones, the root covers every accepted piece, and the time is short."""
    statement = stated(judged(0), judged(5))
    assert statement.attestation.deal == DEAL
    assert statement.attestation.milestones == 0b100001
    assert statement.attestation.valid_until == NOW + LIFETIME_S
    assert len(statement.leaves) == 4
    assert statement.attestation.evidence == evidence_root(statement.leaves)
    terms = [term for each in (judged(0), judged(5)) for term in each.terms.terms]
    assert [leaf["term"] for leaf in statement.leaves] == ["0x" + term.id.hex() for term in terms]


@pytest.mark.parametrize("fulfilled", [(False, True), (True, False), (False, False)])
def test_one_term_that_is_not_fulfilled_stops_it(fulfilled: tuple[bool, ...]) -> None:
    """Every term of every milestone must be fulfilled; the error names milestone, term and check."""
    with pytest.raises(NotFulfilled) as refused:
        stated(judged(0), judged(3, fulfilled=fulfilled))
    assert refused.value.index == 3
    assert f"term {fulfilled.index(False)} (location_verification): location.visited" in refused.value.cause


def test_verdicts_on_other_terms_count_for_nothing() -> None:
    """Terms that are not the milestone's, a verdict on another term, one too few, or one twice: refused."""
    own, other = judged(0), judged(1)
    for wrong in (
        replace(own, terms=other.terms, verdicts=other.verdicts),
        replace(own, verdicts=other.verdicts),
        replace(own, verdicts=own.verdicts[:1]),
        replace(own, verdicts=own.verdicts[:1] * 2),
        replace(own, verdicts=own.verdicts[::-1]),
    ):
        with pytest.raises(NotFulfilled):
            stated(wrong)

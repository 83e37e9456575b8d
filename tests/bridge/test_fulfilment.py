"""When evidence carries an attestation, and when it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from escrow_chain.bridge.errors import NotFulfilled
from escrow_chain.bridge.fulfilment import LIFETIME_S, Claim, Statement, state
from escrow_chain.evidence.root import evidence_root
from escrow_chain.protocol.deal import Milestone, Payout
from escrow_chain.terms import Fix, NonceStatus, Position, Provenance, parse_document

NOW = datetime(2030, 6, 5, 6, tzinfo=UTC)
DEAL = b"\xdd" * 32
PAYEE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
STRANGER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
POINT = {"term_type": "location_verification", "data": {"latitude": 0.3476, "longitude": 32.5825, "radius": 100}}


def claim(index: int, *, payee: str = PAYEE, deal: bytes = DEAL, salt: int = 0) -> Claim:
    """Milestone `index` with two terms, and a position signed by its payee for each."""
    document = {"format": "escrow_chain/terms/1", "timezone": "UTC", "terms": [POINT, POINT]}
    terms = parse_document(document | {"salt": "0x" + f"{salt:02x}" * 32})
    deadline = int((NOW + timedelta(minutes=1)).timestamp())
    return Claim(
        milestone=Milestone(index=index, deadline=deadline, terms=terms.hash, payouts=(Payout(to=payee, amount=100),)),
        terms=terms,
        evidence=tuple((position(index, term.id, deal=deal),) for term in terms.terms),
    )


def position(index: int, term: bytes, *, deal: bytes = DEAL, latitude: float = 0.3476) -> Position:
    """A position in the right place, signed by PAYEE."""
    provenance = Provenance(
        deal=deal,
        milestone=index,
        term=term,
        nonce=b"\x01" * 32,
        kind="position",
        content=b"\x02" * 32,
        signer=PAYEE,
        nonce_status=NonceStatus.FRESH,
        issued_at=NOW - timedelta(minutes=1),
        received_at=NOW,
    )
    fix = Fix(latitude=latitude, longitude=32.5825, accuracy=8.0)
    return Position(content=b"\x02" * 32, fix=fix, captured_at=NOW, provenance=provenance)


def stated(*claims: Claim, at: datetime = NOW) -> Statement:
    """The statement, with randomness from a seed."""
    return state(DEAL, claims, at=at, randomness=Random(1).randbytes)


def test_all_fulfilled_milestones_are_stated_together() -> None:
    """The bitmap names just these milestones, the root covers every accepted piece, and the time is short."""
    statement = stated(claim(0), claim(5))
    assert statement.attestation.deal == DEAL
    assert statement.attestation.milestones == 0b100001
    assert statement.attestation.valid_until == NOW.timestamp() + LIFETIME_S
    assert len(statement.leaves) == 4
    assert statement.attestation.evidence == evidence_root(statement.leaves)
    terms = [term for each in (claim(0), claim(5)) for term in each.terms.terms]
    assert [leaf["term"] for leaf in statement.leaves] == ["0x" + term.id.hex() for term in terms]


@pytest.mark.parametrize("wrong", [0, 1])
def test_one_term_that_is_not_fulfilled_stops_it(wrong: int) -> None:
    """Every term of every milestone must be fulfilled; the error names milestone, term and check."""
    good = claim(3)
    away = position(3, good.terms.terms[wrong].id, latitude=0.4476)
    evidence = tuple((away,) if place == wrong else pieces for place, pieces in enumerate(good.evidence))
    with pytest.raises(NotFulfilled) as refused:
        stated(claim(0), replace(good, evidence=evidence))
    assert refused.value.index == 3
    assert f"term {wrong} (location_verification): location.visited" in refused.value.cause


def test_evidence_of_anything_else_counts_for_nothing() -> None:
    """Evidence for another deal or milestone, for other terms, by somebody who is not the payee: none of it counts."""
    other_payee = claim(0, payee=STRANGER)
    for wrong in (
        claim(0, deal=b"\xee" * 32),
        replace(claim(0), evidence=claim(1).evidence),
        replace(claim(0), evidence=claim(0).evidence[::-1]),
        replace(claim(0), evidence=claim(0, salt=1).evidence),
        replace(claim(0), terms=claim(0, salt=1).terms),
        other_payee,
    ):
        with pytest.raises(NotFulfilled):
            stated(wrong)


def test_a_deadline_beyond_the_calendar_is_never() -> None:
    """A contract counts seconds further than Python counts years."""
    endless = claim(0)
    milestone = endless.milestone.model_copy(update={"deadline": 2**40 - 1})
    assert stated(replace(endless, milestone=milestone)).attestation.deal == DEAL


def test_evidence_that_came_after_the_deadline_is_too_late() -> None:
    """The milestone's deadline on chain counts, whatever the terms say."""
    late = claim(0)
    milestone = late.milestone.model_copy(update={"deadline": int(NOW.timestamp())})
    with pytest.raises(NotFulfilled):
        stated(replace(late, milestone=milestone))

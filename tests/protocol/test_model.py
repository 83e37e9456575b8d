"""The model: every line of its table, from both sides of every clock."""

from copy import deepcopy
from typing import Any

import pytest

from escrow_chain.protocol import errors
from escrow_chain.protocol.events import Claimed, Credited, Delivered, Opened, Reason, Settled, State
from escrow_chain.protocol.model import PAYS_PAYEES, RULES, Progress
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.signatures import recover
from tests.protocol.examples import (
    ARBITER,
    ATTESTOR,
    BROKER,
    DEADLINE,
    ESCROW,
    NOW,
    PAYEE,
    PAYER,
    STRANGER,
    TOKEN,
    milestone,
    payout,
)
from tests.protocol.stage import DELIVERED_AT, EVIDENCE, INSPECTED_AT, INSPECTION, WEALTH, Stage, stage


def in_state(state: State, call: str) -> Stage:
    """A deal whose milestone is in this state."""
    inspected = state is State.DELIVERED or call == "deliver"
    there = stage(inspection_period=INSPECTION if inspected else 0)
    if state is State.DELIVERED:
        there.attest(there.select())
    return there


AT_ANY_TIME = (NOW, DEADLINE - 1, DEADLINE, INSPECTED_AT, DEADLINE + INSPECTION)
ALLOWED: dict[tuple[str, State], tuple[int, ...]] = {
    ("attest", State.OPEN): (NOW, DEADLINE - 1),
    ("deliver", State.OPEN): (NOW, DEADLINE - 1),
    ("release", State.OPEN): AT_ANY_TIME,
    ("release", State.DELIVERED): AT_ANY_TIME,
    ("refund", State.OPEN): AT_ANY_TIME,
    ("refund", State.DELIVERED): AT_ANY_TIME,
    ("conclude", State.DELIVERED): (INSPECTED_AT, DEADLINE),
    ("conclude", State.OPEN): (DEADLINE, DEADLINE + 1),
}
REFUSED: dict[tuple[str, State], tuple[int, ...]] = {
    ("attest", State.OPEN): (DEADLINE, DEADLINE + 1),
    ("deliver", State.OPEN): (DEADLINE, DEADLINE + 1),
    ("deliver", State.DELIVERED): (DELIVERED_AT, INSPECTED_AT),
    ("conclude", State.OPEN): (NOW, DEADLINE - 1),
    ("conclude", State.DELIVERED): (DELIVERED_AT, INSPECTED_AT - 1),
}
REASONS = {
    ("attest", State.OPEN): Reason.ATTESTED,
    ("release", State.OPEN): Reason.RELEASED,
    ("release", State.DELIVERED): Reason.RELEASED,
    ("refund", State.OPEN): Reason.REFUNDED,
    ("refund", State.DELIVERED): Reason.REFUNDED,
    ("conclude", State.DELIVERED): Reason.INSPECTION_OVER,
    ("conclude", State.OPEN): Reason.DEADLINE_PASSED,
}


def times(table: dict[tuple[str, State], tuple[int, ...]]) -> list[Any]:
    """Each line of a table at each of its times."""
    return [
        pytest.param(call, state, now, id=f"{call} {state.name} {now - NOW}")
        for (call, state), moments in table.items()
        for now in moments
    ]


def test_the_tables_here_are_complete() -> None:
    """Every line of the model's table is tested, and nothing else is allowed."""
    assert {(rule.call, rule.state) for rule in RULES} == set(ALLOWED)
    assert len(RULES) == len(ALLOWED)


@pytest.mark.parametrize(("call", "state", "now"), [case for case in times(ALLOWED) if case.values[0] != "deliver"])
def test_a_line_settles(call: str, state: State, now: int) -> None:
    """Within its time each call settles the milestone for its reason, and pays whom the reason says, in full."""
    there = in_state(state, call)
    events = there.call(call, there.select(), now)
    reason = REASONS[call, state]
    to_payees = reason in {Reason.ATTESTED, Reason.RELEASED, Reason.INSPECTION_OVER}
    assert events[-1] == Settled(there.id, 1, 107 if to_payees else 0, 0 if to_payees else 107, reason)
    assert there.model.status(there.id, 0) == Progress(State.SETTLED)
    assert there.model.deals[there.id].held == 0
    paid = (WEALTH - 107, 100, 7) if to_payees else (WEALTH, 0, 0)
    assert (there.has(PAYER), there.has(PAYEE), there.has(BROKER), there.has(ESCROW)) == (*paid, 0)
    assert (reason in PAYS_PAYEES) == to_payees


@pytest.mark.parametrize("now", ALLOWED["deliver", State.OPEN])
def test_an_attestation_before_an_inspection_only_delivers(now: int) -> None:
    """With an inspection period nothing is paid yet, and the inspection's end is set."""
    there = in_state(State.OPEN, "deliver")
    assert there.attest(there.select(), now=now) == [Delivered(there.id, 1, EVIDENCE)]
    assert there.model.status(there.id, 0) == Progress(State.DELIVERED, now + INSPECTION)
    assert there.has(ESCROW) == there.model.deals[there.id].held == 107


@pytest.mark.parametrize(("call", "state", "now"), times(REFUSED))
def test_outside_its_time_a_line_does_nothing(call: str, state: State, now: int) -> None:
    """A second too early, at the very deadline, and a second time, a call is refused and changes nothing."""
    there = in_state(state, call)
    before = deepcopy(there.model)
    with pytest.raises(errors.NothingToDo) as refused:
        there.call(call, there.select(), now)
    assert refused.value == errors.NothingToDo(there.id)
    assert there.model == before


@pytest.mark.parametrize("call", ["attest", "release", "refund", "conclude"])
def test_a_settled_milestone_stays_settled(call: str) -> None:
    """Nothing settles twice, whoever asks and whenever."""
    there = stage()
    there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    for now in (NOW, DEADLINE - 1, DEADLINE):
        with pytest.raises(errors.NothingToDo):
            there.call(call, there.select(), now)


def test_an_opening_takes_the_total() -> None:
    """Opening moves the total to the escrow and tells all terms; every milestone is open."""
    there = stage(milestone(), milestone(1), opened=False)
    assert there.state() is State.NONE
    events = there.model.open(there.deal, there.milestones, sender=PAYER, now=NOW)
    assert events == [Opened(there.id, PAYER, there.deal, there.milestones)]
    assert (there.has(ESCROW), there.has(PAYER)) == (214, WEALTH - 214)
    assert [there.state(index) for index in (0, 1)] == [State.OPEN, State.OPEN]


def test_anybody_may_pay_for_a_payer() -> None:
    """Who sends the money gets no rights: refunds go to the payer that the deal names."""
    there = stage(opened=False, payer=STRANGER, token=ZERO_ADDRESS)
    there.model.open(there.deal, there.milestones, sender=PAYER, now=NOW, value=107)
    there.model.conclude(there.deal, there.select(), now=DEADLINE)
    assert (there.has(PAYER), there.has(STRANGER)) == (WEALTH - 107, 107)


def test_what_is_impossible_now_is_skipped() -> None:
    """In a selection, settled milestones and those past their deadline are left out, and the others go on."""
    there = stage(milestone(0), milestone(1, deadline=NOW + 5), milestone(2))
    there.model.release(there.deal, there.select(0), sender=PAYER, now=NOW)
    events = there.attest(there.select(), now=NOW + 5)
    assert events == [
        Delivered(there.id, 0b100, EVIDENCE),
        Settled(there.id, 0b100, 107, 0, Reason.ATTESTED),
    ]


@pytest.mark.parametrize("call", ["release", "refund"])
def test_open_and_delivered_settle_together(call: str) -> None:
    """Milestones in both states settle in one event, paid in the order of the selection."""
    there = stage(milestone(0), milestone(1), inspection_period=INSPECTION)
    there.attest(there.select(1))
    events = there.call(call, there.select(), DELIVERED_AT)
    assert [(event.milestones, event.to_payees + event.to_payer) for event in events if isinstance(event, Settled)] == [
        (0b11, 214)
    ]
    assert len(events) == 1
    assert [there.state(index) for index in (0, 1)] == [State.SETTLED, State.SETTLED]


def test_a_conclusion_pays_first_and_returns_then() -> None:
    """Both kinds of conclusion in one call are two events, the paid ones first."""
    there = stage(milestone(0), milestone(1), inspection_period=INSPECTION)
    there.attest(there.select(1))
    assert there.model.conclude(there.deal, there.select(), now=DEADLINE) == [
        Settled(there.id, 0b10, 107, 0, Reason.INSPECTION_OVER),
        Settled(there.id, 0b01, 0, 107, Reason.DEADLINE_PASSED),
    ]


def test_a_failed_payment_is_credited() -> None:
    """Who can't be paid gets a credit, and everybody else the money."""
    there = stage()
    there.model.bank.refusing.add((TOKEN, PAYEE))
    events = there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    assert events == [Settled(there.id, 1, 107, 0, Reason.RELEASED), Credited(TOKEN, PAYEE, 100)]
    assert there.model.credits == {(TOKEN, PAYEE): 100}
    assert (there.has(BROKER), there.has(ESCROW)) == (7, 100)


def test_credits_add_up() -> None:
    """Two failed payments are one credit."""
    there = stage(milestone(payouts=(payout(), payout(PAYEE, 5))))
    there.model.bank.refusing.add((TOKEN, PAYEE))
    there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    assert there.model.credits == {(TOKEN, PAYEE): 105}


@pytest.mark.parametrize(("to", "sender"), [(PAYEE, STRANGER), (PAYEE, PAYEE), (ARBITER, PAYEE)])
def test_a_credit_is_claimed_once(to: str, sender: str) -> None:
    """Anybody may push a credit to its owner, the owner may send it anywhere, and then it is gone."""
    there = stage()
    there.model.bank.refusing.add((TOKEN, PAYEE))
    there.model.release(there.deal, there.select(), sender=PAYER, now=NOW)
    there.model.bank.refusing.clear()
    assert there.model.claim(TOKEN, PAYEE, to, sender=sender) == [Claimed(TOKEN, PAYEE, to, 100)]
    assert (there.has(to), there.model.credits) == (100, {})
    with pytest.raises(errors.NothingToClaim):
        there.model.claim(TOKEN, PAYEE, to, sender=sender)


def test_a_contract_attests_by_its_own_judgement() -> None:
    """An attestor that is a contract is asked, and a key that happens to have code signs as before."""
    there = stage(milestone(0), milestone(1), attestor=BROKER)
    there.model.signers = {BROKER: lambda digest, signature: recover(digest, signature) == ATTESTOR}
    assert there.attest(there.select(0))[0] == Delivered(there.id, 1, EVIDENCE)
    keyed = stage(attestor=ATTESTOR)
    keyed.model.signers = {ATTESTOR: lambda _digest, _signature: False}
    assert keyed.attest(keyed.select())[0] == Delivered(keyed.id, 1, EVIDENCE)

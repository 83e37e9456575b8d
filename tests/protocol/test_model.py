"""The model: every line of its table, from both sides of every clock, and who is paid what."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from escrow_chain.protocol import errors, events
from escrow_chain.protocol.events import Delivered, Disputed, Event, State
from escrow_chain.protocol.model import RULES
from escrow_chain.protocol.rules import Call, Progress
from escrow_chain.protocol.signatures import recover
from escrow_chain.protocol.splits import split
from tests.protocol.examples import (
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
from tests.protocol.stage import (
    AGREED,
    ARBITRATED_AT,
    ARBITRATION,
    DELIVERED_AT,
    EVIDENCE,
    INSPECTED_AT,
    INSPECTION,
    RULED,
    WEALTH,
    Stage,
    in_state,
    stage,
)

TOTAL = 107
LAPSED = 53
"""Half of it, rounded down."""
REVOCABLE = NOW + 5


@dataclass(frozen=True)
class Line:
    """What settles a milestone: the event, what of it goes to payees, and seconds in which it does and doesn't."""

    event: Any
    to_payees: int
    allowed: tuple[int, ...]
    refused: tuple[int, ...] = ()


AT_ANY_TIME = (NOW, DEADLINE - 1, DEADLINE, INSPECTED_AT, ARBITRATED_AT, DEADLINE + INSPECTION)
UNSETTLED = (State.OPEN, State.DELIVERED, State.DISPUTED)
LINES: dict[tuple[Call, State], Line] = {
    (Call.ATTEST, State.OPEN): Line(Delivered, TOTAL, (NOW, DEADLINE - 1), (DEADLINE, DEADLINE + 1)),
    (Call.REVOKE, State.OPEN): Line(events.Revoked, 0, (NOW, REVOCABLE - 1), (REVOCABLE, DEADLINE)),
    (Call.RULE, State.DISPUTED): Line(
        events.Ruled, RULED, (DELIVERED_AT, ARBITRATED_AT - 1), (ARBITRATED_AT, DEADLINE)
    ),
    (Call.CONCLUDE, State.OPEN): Line(events.Expired, 0, (DEADLINE, DEADLINE + 1), (NOW, DEADLINE - 1)),
    (Call.CONCLUDE, State.DELIVERED): Line(
        events.Accepted, TOTAL, (INSPECTED_AT, DEADLINE), (DELIVERED_AT, INSPECTED_AT - 1)
    ),
    (Call.CONCLUDE, State.DISPUTED): Line(
        events.Lapsed, LAPSED, (ARBITRATED_AT, DEADLINE), (INSPECTED_AT, ARBITRATED_AT - 1)
    ),
    **{(Call.RELEASE, state): Line(events.Released, TOTAL, AT_ANY_TIME) for state in UNSETTLED},
    **{(Call.REFUND, state): Line(events.Refunded, 0, AT_ANY_TIME) for state in UNSETTLED},
    **{(Call.SETTLE, state): Line(events.Agreed, AGREED, AT_ANY_TIME) for state in UNSETTLED},
}
WINDING = {(Call.DELIVER, State.OPEN), (Call.PAYEE_DISPUTE, State.OPEN), (Call.PAYER_DISPUTE, State.DELIVERED)}


def ready(call: Call, state: State) -> Stage:
    """A deal whose milestone is in a state, with the terms that the call needs."""
    fields = {"inspection_period": 0} if call is Call.ATTEST else {}
    return in_state(state, revocable_until=REVOCABLE, **fields)


def told(there: Stage, line: Line) -> Event:
    """The event of a line."""
    if line.event is Delivered:
        return Delivered(there.id, 1, EVIDENCE, line.to_payees)
    if issubclass(line.event, events.Split):
        return line.event(there.id, 0, line.to_payees, TOTAL - line.to_payees)  # type: ignore[no-any-return]
    return line.event(there.id, 1, TOTAL)  # type: ignore[no-any-return]


def seconds(of: str) -> list[Any]:
    """Each line at each of the seconds in which it settles, or doesn't."""
    return [
        pytest.param(call, state, now, id=f"{call} {state.name} {now - NOW}")
        for (call, state), line in LINES.items()
        for now in getattr(line, of)
    ]


def test_the_tables_here_are_complete() -> None:
    """Every line of the model's table is tested, and nothing else is allowed."""
    assert {(rule.call, rule.state) for rule in RULES} == set(LINES) | WINDING
    told_of = {(rule.call, rule.state): rule.event for rule in RULES}
    assert all(told_of[key] is line.event for key, line in LINES.items())


@pytest.mark.parametrize(("call", "state", "now"), seconds("allowed"))
def test_a_line_settles(call: Call, state: State, now: int) -> None:
    """Within its time each call settles the milestone, tells on whose word, and pays whom it should, in full."""
    there = ready(call, state)
    line = LINES[call, state]
    assert there.call(call, there.select(), now) == [told(there, line)]
    assert there.model.status(there.id, 0) == Progress(State.SETTLED)
    assert there.model.holding(there.id) == (0, 1)
    received = dict(split(there.milestones[0], line.to_payees, PAYER))
    assert [there.has(each) for each in (PAYEE, BROKER)] == [received.get(each, 0) for each in (PAYEE, BROKER)]
    assert there.has(PAYER) == WEALTH - line.to_payees
    assert there.has(ESCROW) == 0


@pytest.mark.parametrize(("call", "state", "now"), seconds("refused"))
def test_outside_its_time_a_line_does_nothing(call: Call, state: State, now: int) -> None:
    """A second too early or too late a call is refused and changes nothing."""
    there = ready(call, state)
    assert there.refuses(lambda: there.call(call, there.select(), now)) == errors.NothingToDo(there.id)


@pytest.mark.parametrize("call", [call for call in Call if call is not Call.DELIVER])
def test_a_settled_milestone_stays_settled(call: Call) -> None:
    """Nothing settles twice, whoever asks and whenever."""
    there = in_state(State.SETTLED, inspection_period=0, revocable_until=REVOCABLE)
    for now in (NOW, REVOCABLE, DEADLINE - 1, DEADLINE):
        assert there.refuses(partial(there.call, call, there.select(), now)) == errors.NothingToDo(there.id)


@pytest.mark.parametrize("now", [NOW, DEADLINE - 1])
def test_an_attestation_before_an_inspection_only_delivers(now: int) -> None:
    """With an inspection period nothing is paid yet, and the inspection's end is set, once."""
    there = stage(inspection_period=INSPECTION)
    assert there.attest(there.select(), now=now) == [Delivered(there.id, 1, EVIDENCE, 0)]
    assert there.model.status(there.id, 0) == Progress(State.DELIVERED, now + INSPECTION)
    assert there.has(ESCROW) == there.model.deals[there.id].held == TOTAL
    assert there.refuses(lambda: there.attest(there.select(), now=now)) == errors.NothingToDo(there.id)


@pytest.mark.parametrize("now", [DELIVERED_AT, INSPECTED_AT - 1])
def test_the_payer_disputes_what_is_delivered(now: int) -> None:
    """Before the inspection is over its clock stops, and the arbiter's begins; then it is too late."""
    there = in_state(State.DELIVERED)
    late = there.refuses(lambda: there.call(Call.PAYER_DISPUTE, there.select(), INSPECTED_AT))
    assert late == errors.NothingToDo(there.id)
    assert there.call(Call.PAYER_DISPUTE, there.select(), now) == [Disputed(there.id, 1, PAYER)]
    assert there.model.status(there.id, 0) == Progress(State.DISPUTED, now + ARBITRATION)
    again = there.refuses(lambda: there.call(Call.PAYER_DISPUTE, there.select(), now))
    assert again == errors.NothingToDo(there.id)


@pytest.mark.parametrize("now", [REVOCABLE, DEADLINE - 1])
def test_the_payee_disputes_what_is_open(now: int) -> None:
    """From the end of the right to revoke and before the deadline; if nobody rules, all of it goes back."""
    there = stage(revocable_until=REVOCABLE)
    for moment in (REVOCABLE - 1, DEADLINE):
        refusal = there.refuses(partial(there.call, Call.PAYEE_DISPUTE, there.select(), moment))
        assert refusal == errors.NothingToDo(there.id)
    assert there.call(Call.PAYEE_DISPUTE, there.select(), now) == [Disputed(there.id, 1, PAYEE)]
    assert there.model.status(there.id, 0) == Progress(State.DISPUTED, now + ARBITRATION)
    over = now + ARBITRATION
    assert there.refuses(lambda: there.call(Call.CONCLUDE, there.select(), over - 1)) == errors.NothingToDo(there.id)
    assert there.call(Call.CONCLUDE, there.select(), over) == [events.Lapsed(there.id, 0, 0, TOTAL)]


def test_who_is_payer_and_payee_disputes_as_the_payer() -> None:
    """The payer's role comes first: what is open is not his to dispute."""
    there = in_state(State.OPEN, milestone(payouts=(payout(PAYER),)))
    refusal = there.refuses(lambda: there.call(Call.PAYEE_DISPUTE, there.select(), DELIVERED_AT, sender=PAYER))
    assert refusal == errors.NothingToDo(there.id)
    there.attest(there.select())
    assert there.call(Call.PAYEE_DISPUTE, there.select(), DELIVERED_AT, sender=PAYER) == [Disputed(there.id, 1, PAYER)]


@pytest.mark.parametrize("sender", [PAYER, PAYEE, STRANGER])
def test_both_sides_agree(sender: str) -> None:
    """Whoever brings it: one of the two, whose call is his word, or anybody with both signatures."""
    there = stage()
    assert there.settle(there.select(), now=NOW, sender=sender) == [events.Agreed(there.id, 0, AGREED, TOTAL - AGREED)]


@pytest.mark.parametrize("to_payees", [0, 1, TOTAL])
def test_a_split_may_give_everything_to_one_side(to_payees: int) -> None:
    """From nothing to all of it, and not one unit more."""
    there = stage()
    refusal = there.refuses(lambda: there.settle(there.select(), now=NOW, to_payees=TOTAL + 1))
    assert refusal == errors.InvalidSplit(TOTAL + 1, TOTAL)
    expected = events.Agreed(there.id, 0, to_payees, TOTAL - to_payees)
    assert there.settle(there.select(), now=NOW, to_payees=to_payees) == [expected]
    assert there.has(PAYER) == WEALTH - to_payees


def test_what_is_impossible_now_is_skipped() -> None:
    """In a selection, settled milestones and those past their deadline are left out, and the others go on."""
    there = stage(milestone(0), milestone(1, deadline=NOW + 5), milestone(2))
    there.call(Call.RELEASE, there.select(0), NOW)
    assert there.attest(there.select(), now=NOW + 5) == [Delivered(there.id, 0b100, EVIDENCE, TOTAL)]
    assert there.model.holding(there.id) == (TOTAL, 0b101)


@pytest.mark.parametrize(("call", "event"), [(Call.RELEASE, events.Released), (Call.REFUND, events.Refunded)])
def test_all_states_settle_together(call: Call, event: Any) -> None:
    """Open, delivered and disputed milestones settle in one event."""
    there = stage(milestone(0), milestone(1), milestone(2), inspection_period=INSPECTION)
    there.attest(there.select(1, 2))
    there.call(Call.PAYER_DISPUTE, there.select(2), DELIVERED_AT)
    assert there.call(call, there.select(), DELIVERED_AT) == [event(there.id, 0b111, 3 * TOTAL)]
    assert [there.state(index) for index in range(3)] == [State.SETTLED] * 3


def test_a_conclusion_pays_returns_and_splits() -> None:
    """All kinds of conclusion in one call: the paid together, then the returned, then each lapsed; credits between."""
    there = stage(*(milestone(index) for index in range(5)), inspection_period=INSPECTION)
    there.attest(there.select(0, 2, 3))
    there.call(Call.PAYER_DISPUTE, there.select(0, 3), DELIVERED_AT)
    there.model.bank.refusing.add((TOKEN, PAYEE))
    assert there.model.conclude(there.deal, there.select(), now=DEADLINE) == [
        events.Accepted(there.id, 0b00100, TOTAL),
        events.Credited(TOKEN, PAYEE, 100),
        events.Expired(there.id, 0b10010, 2 * TOTAL),
        events.Lapsed(there.id, 0, LAPSED, TOTAL - LAPSED),
        events.Credited(TOKEN, PAYEE, 50),
        events.Lapsed(there.id, 3, LAPSED, TOTAL - LAPSED),
        events.Credited(TOKEN, PAYEE, 50),
    ]
    assert there.model.credit(TOKEN, PAYEE) == there.has(ESCROW) == 200


@pytest.mark.parametrize(("lapse_bps", "to_payees"), [(0, 0), (9_999, 106), (10_000, TOTAL)])
def test_a_lapse_is_split_as_the_deal_says(lapse_bps: int, to_payees: int) -> None:
    """What had been delivered, and nobody ruled on, is split by the deal's own share, rounded down."""
    there = in_state(State.DISPUTED, lapse_bps=lapse_bps)
    told = there.call(Call.CONCLUDE, there.select(), ARBITRATED_AT)
    assert told == [events.Lapsed(there.id, 0, to_payees, TOTAL - to_payees)]
    assert there.has(PAYER) == WEALTH - to_payees


def test_a_contract_signs_by_its_own_judgement() -> None:
    """A signer that is a contract is asked, and a key that happens to have code signs as before."""
    there = stage(milestone(0), milestone(1), attestor=BROKER)
    there.model.signers = {BROKER: lambda digest, signature: recover(digest, signature) == ATTESTOR}
    assert there.attest(there.select(0)) == [Delivered(there.id, 1, EVIDENCE, TOTAL)]
    keyed = stage(attestor=ATTESTOR)
    keyed.model.signers = {ATTESTOR: lambda _digest, _signature: False}
    assert keyed.attest(keyed.select()) == [Delivered(keyed.id, 1, EVIDENCE, TOTAL)]

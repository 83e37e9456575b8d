"""Whatever anybody does in whatever order: no unit is lost or made, nothing settles twice, nothing is stuck."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.events import Change, Claimed, Credited, Disputed, Event, State
from escrow_chain.protocol.model import Model
from escrow_chain.protocol.rules import Call
from escrow_chain.protocol.typed_data import indices
from tests.protocol.examples import BROKER, ESCROW, NOW, PAYEE, PAYER, TOKEN, account, payout
from tests.protocol.examples import milestone as example
from tests.protocol.stage import ARBITRATION, INSPECTION, WEALTH, Stage, stage

PEOPLE = (PAYER, PAYEE, BROKER, account(50), account(51))
HORIZON = 400
CALLS = [call for call in Call if call is not Call.DELIVER]
FORWARD = {
    State.OPEN: {State.OPEN, State.DELIVERED, State.DISPUTED, State.SETTLED},
    State.DELIVERED: {State.DELIVERED, State.DISPUTED, State.SETTLED},
    State.DISPUTED: {State.DISPUTED, State.SETTLED},
    State.SETTLED: {State.SETTLED},
}


@dataclass(frozen=True)
class Step:
    """A call about some milestones, seconds after the last one; the payee can't be paid meanwhile if blocked."""

    call: Call
    places: tuple[int, ...]
    later: int
    blocked: bool


_payouts = st.lists(
    st.builds(payout, st.sampled_from(PEOPLE[2:]), st.one_of(st.integers(1, 9), st.integers(1, 10_000))), max_size=4
).map(lambda fees: (payout(PAYEE, 101), *fees))
_deadlines = st.integers(1, HORIZON)


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    """A deal of one to four milestones, with any order of its clocks."""
    shares = draw(st.lists(st.tuples(_deadlines, _payouts), min_size=1, max_size=4))
    return stage(
        *(example(index, deadline=NOW + later, payouts=payouts) for index, (later, payouts) in enumerate(shares)),
        inspection_period=draw(st.sampled_from([0, INSPECTION])),
        revocable_until=draw(st.sampled_from([0, NOW + HORIZON // 2])),
        lapse_bps=draw(st.integers(0, 10_000)),
    )


_steps = st.lists(
    st.builds(
        Step,
        call=st.sampled_from(CALLS),
        places=st.sets(st.integers(0, 3), min_size=1).map(lambda places: tuple(sorted(places))),
        later=st.sampled_from([0, 0, 1, INSPECTION, ARBITRATION]),
        blocked=st.booleans(),
    ),
    max_size=12,
)


def run(there: Stage, steps: Sequence[Step]) -> list[Event]:
    """All that is told. Each state is left forwards only."""
    told: list[Event] = []
    now = NOW
    for step in steps:
        now += step.later
        there.model.bank.refusing = {(TOKEN, PAYEE)} if step.blocked else set()
        before = [there.state(each.index) for each in there.milestones]
        places = [place for place in step.places if place < len(there.milestones)] or [0]
        with suppress(Refusal):
            told += there.call(step.call, there.select(*places), now)
        after = [there.state(each.index) for each in there.milestones]
        assert all(later in FORWARD[earlier] for earlier, later in zip(before, after, strict=True))
    return told


def total(milestones: Sequence[Milestone]) -> int:
    return sum(each.amount for each in milestones)


def solvent(model: Model) -> bool:
    """What the escrow has is what it holds for deals and owes to people."""
    held = sum(opened.held for opened in model.deals.values())
    return model.bank.balances[TOKEN, ESCROW] == held + sum(model.credits.values())


@given(stages(), _steps)
def test_no_unit_is_lost_or_made(there: Stage, steps: list[Step]) -> None:
    """After any calls the escrow has exactly what it owes, and all that there ever was is with somebody."""
    run(there, steps)
    assert solvent(there.model)
    assert sum(there.has(each) for each in (*PEOPLE, ESCROW)) == WEALTH
    held, settled = there.model.holding(there.id)
    assert held == total([each for each in there.milestones if not settled >> each.index & 1])


@given(stages(), _steps)
def test_each_milestone_settles_once_and_whole(there: Stage, steps: list[Step]) -> None:
    """The events of all that settled name each milestone once, and its amount to the last unit."""
    changes = [each for each in run(there, steps) if isinstance(each, Change)]
    times = Counter(index for change in changes for index in indices(change.settled))
    assert set(times.values()) <= {1}
    assert sum(1 << index for index in times) == there.model.holding(there.id)[1]
    for change in changes:
        settled = [there.milestones[index] for index in indices(change.settled)]
        assert change.to_payees + change.to_payer == total(settled)


@given(stages(), _steps)
def test_money_is_where_the_events_say(there: Stage, steps: list[Step]) -> None:
    """From the events alone one knows what payees and payer received together, and who waits for what."""
    told = run(there, steps)
    changes = [each for each in told if isinstance(each, Change)]
    credited = Counter[str]()
    for each in told:
        if isinstance(each, Credited):
            credited[each.owner] += each.amount
        assert not isinstance(each, Claimed)
    assert credited == Counter({owner: amount for (_, owner), amount in there.model.credits.items()})
    returned = sum(change.to_payer for change in changes)
    paid = sum(change.to_payees for change in changes)
    assert there.has(PAYER) == WEALTH - total(there.milestones) + returned
    assert sum(there.has(each) for each in PEOPLE if each != PAYER) == paid - credited.total()


@given(stages(), _steps)
def test_nothing_is_stuck(there: Stage, steps: list[Step]) -> None:
    """Whatever was done, when all clocks have run out one call by anybody settles all that is left."""
    told = run(there, steps)
    last = NOW + HORIZON + sum(step.later for step in steps) + INSPECTION + ARBITRATION
    everything = (1 << len(there.milestones)) - 1
    if there.model.holding(there.id)[1] != everything:
        there.model.conclude(there.deal, there.select(), now=last)
    assert there.model.holding(there.id) == (0, everything)
    assert solvent(there.model)
    assert sum(isinstance(each, Disputed) for each in told) <= len(there.milestones)

"""The table of rules: every line at every second around every clock, and what no table may allow."""

from collections.abc import Iterator
from itertools import product

import pytest

from escrow_chain.protocol.deal import Deal, Milestone
from escrow_chain.protocol.events import State
from escrow_chain.protocol.rules import RULES, Call, Progress, rule_for
from tests.protocol.examples import deal, milestone

END = 6
"""Clocks run out before this second, whichever they are and in whatever order."""
NEVER = 1 << 40
UNSETTLED = (State.OPEN, State.DELIVERED, State.DISPUTED)
ANY_TIME = {Call.RELEASE, Call.REFUND, Call.SETTLE}
Moment = tuple[Deal, Milestone, Progress, int]


def moments(*states: State) -> Iterator[Moment]:
    """Every order and coincidence of the clocks, at every second from before the first to after the last."""
    deals = [deal(revocable_until=revocable_until) for revocable_until in range(END)]
    milestones = [milestone(deadline=deadline) for deadline in range(1, END)]
    for of_deal, of_milestone, state, ends, now in product(deals, milestones, states, range(1, END), range(END + 1)):
        if state is not State.OPEN or ends == 1:
            yield of_deal, of_milestone, Progress(state, 0 if state is State.OPEN else ends), now


def possible(call: Call, moment: Moment) -> bool:
    return rule_for(call, *moment) is not None


def window(call: Call, moment: Moment) -> tuple[int, int]:
    """From when and until when a call is possible, written down once more."""
    terms, unit, progress, _ = moment
    if progress.state in UNSETTLED and call in ANY_TIME:
        return 0, NEVER
    windows = {
        (State.OPEN, Call.ATTEST): (0, unit.deadline),
        (State.OPEN, Call.DELIVER): (0, unit.deadline),
        (State.OPEN, Call.REVOKE): (0, terms.revocable_until),
        (State.OPEN, Call.PAYEE_DISPUTE): (terms.revocable_until, unit.deadline),
        (State.OPEN, Call.CONCLUDE): (unit.deadline, NEVER),
        (State.DELIVERED, Call.PAYER_DISPUTE): (0, progress.ends),
        (State.DELIVERED, Call.CONCLUDE): (progress.ends, NEVER),
        (State.DISPUTED, Call.RULE): (0, progress.ends),
        (State.DISPUTED, Call.CONCLUDE): (progress.ends, NEVER),
    }
    return windows.get((progress.state, call), (0, 0))


@pytest.mark.parametrize("call", Call)
def test_a_call_is_possible_in_its_window_only(call: Call) -> None:
    """From the second in which it begins to the one before its end, and nothing else is allowed."""
    for moment in moments(*State):
        start, end = window(call, moment)
        assert possible(call, moment) == (start <= moment[-1] < end), moment


@pytest.mark.parametrize(
    ("state", "call", "opposite"),
    [
        (State.OPEN, Call.ATTEST, Call.CONCLUDE),
        (State.OPEN, Call.DELIVER, Call.CONCLUDE),
        (State.DELIVERED, Call.PAYER_DISPUTE, Call.CONCLUDE),
        (State.DISPUTED, Call.RULE, Call.CONCLUDE),
    ],
)
def test_one_right_begins_where_its_opposite_ends(state: State, call: Call, opposite: Call) -> None:
    """Of two rights with opposite effects exactly one is there in every second: never both, and never neither."""
    for moment in moments(state):
        assert possible(call, moment) != possible(opposite, moment), moment


@pytest.mark.parametrize("opposite", [Call.REVOKE, Call.CONCLUDE])
def test_what_is_disputed_is_not_taken_back(opposite: Call) -> None:
    """The payee can't dispute in a second in which the payer, or anybody, may have the milestone returned."""
    for moment in moments(State.OPEN):
        assert not (possible(Call.PAYEE_DISPUTE, moment) and possible(opposite, moment)), moment


def test_before_its_deadline_an_open_milestone_is_revocable_or_disputable() -> None:
    """Either the payer may still withdraw, or the payee may call the arbiter."""
    for moment in moments(State.OPEN):
        _, unit, _, now = moment
        if now < unit.deadline:
            assert possible(Call.REVOKE, moment) != possible(Call.PAYEE_DISPUTE, moment), moment


def test_nothing_is_stuck() -> None:
    """Once all clocks have run out, anybody may conclude whatever is not settled."""
    for moment in moments(*UNSETTLED):
        if moment[-1] >= END:
            assert possible(Call.CONCLUDE, moment), moment


def test_settled_is_settled() -> None:
    """Nothing is possible with what is settled, or was never opened."""
    for moment in moments(State.SETTLED, State.NONE):
        assert not any(possible(call, moment) for call in Call)


def test_a_line_for_each_call_and_state() -> None:
    """No call has two lines for one state, and each has one."""
    lines = [(rule.call, rule.state) for rule in RULES]
    assert len(lines) == len(set(lines))
    assert {call for call, _ in lines} == set(Call)


def test_progress_is_what_the_contract_tells() -> None:
    """The share of a lapse is kept, and makes no difference to who compares."""
    assert Progress(State.DISPUTED, 5, lapse_bps=1) == Progress(State.DISPUTED, 5)
    assert Progress(State.DISPUTED, 5) != Progress(State.DISPUTED, 6)

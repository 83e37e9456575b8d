"""The contract's rules as data: what a call can do with a milestone, when, and what it makes of it.

    state      call           when                                          event
    ---------  -------------  --------------------------------------------  -------------------------------------
    OPEN       attest         before the deadline                           Delivered: paid, if inspection is zero
    OPEN       deliver        before the deadline                           Delivered: in inspection, otherwise
    OPEN       revoke         before revocableUntil                         Revoked
    OPEN       payee_dispute  from revocableUntil on, before the deadline   Disputed
    DELIVERED  payer_dispute  before the inspection's end                   Disputed
    DISPUTED   rule           before the arbitration's end                  Ruled
    OPEN       conclude       from the deadline on                          Expired
    DELIVERED  conclude       from the inspection's end                     Accepted
    DISPUTED   conclude       from the arbitration's end                    Lapsed
    not SETTLED  release, refund, settle  at any time                       Released, Refunded, Agreed

`RULES` is this table. What is in no line of it is impossible. Times are unix seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from escrow_chain.protocol.deal import Deal, Milestone
from escrow_chain.protocol.events import (
    Accepted,
    Agreed,
    Change,
    Delivered,
    Disputed,
    Expired,
    Lapsed,
    Refunded,
    Released,
    Revoked,
    Ruled,
    State,
)


class Call(StrEnum):
    """What can be done with a milestone. One that is attested is paid, or delivered where there is an inspection."""

    ATTEST = "attest"
    DELIVER = "deliver"
    RELEASE = "release"
    REFUND = "refund"
    REVOKE = "revoke"
    SETTLE = "settle"
    PAYER_DISPUTE = "payer_dispute"
    PAYEE_DISPUTE = "payee_dispute"
    RULE = "rule"
    CONCLUDE = "conclude"


@dataclass(frozen=True)
class Progress:
    """Where one milestone stands; `ends` is when its inspection or arbitration is over, zero if neither goes on.

    `lapse_bps` is the payees' share, in 1/10,000, if nobody rules. The contract's `status` doesn't tell it, so two that
    differ in it alone are equal.
    """

    state: State = State.OPEN
    ends: int = 0
    lapse_bps: int = field(default=0, compare=False, repr=False)


Condition = Callable[[Deal, Milestone, Progress, int], bool]


@dataclass(frozen=True)
class Rule:
    """One line of the table: a call on a milestone in a state, when it is possible, and what is told of it."""

    call: Call
    state: State
    when: Condition
    event: type[Change]


def _always(_deal: Deal, _milestone: Milestone, _progress: Progress, _now: int) -> bool:
    return True


def _before_deadline(_deal: Deal, milestone: Milestone, _progress: Progress, now: int) -> bool:
    return now < milestone.deadline


def _deadline_passed(_deal: Deal, milestone: Milestone, _progress: Progress, now: int) -> bool:
    return now >= milestone.deadline


def _revocable(deal: Deal, _milestone: Milestone, _progress: Progress, now: int) -> bool:
    return now < deal.revocable_until


def _firm_before_deadline(deal: Deal, milestone: Milestone, _progress: Progress, now: int) -> bool:
    return deal.revocable_until <= now < milestone.deadline


def _before_end(_deal: Deal, _milestone: Milestone, progress: Progress, now: int) -> bool:
    return now < progress.ends


def _over(_deal: Deal, _milestone: Milestone, progress: Progress, now: int) -> bool:
    return now >= progress.ends


_UNSETTLED = (State.OPEN, State.DELIVERED, State.DISPUTED)

RULES: tuple[Rule, ...] = (
    Rule(Call.ATTEST, State.OPEN, _before_deadline, Delivered),
    Rule(Call.DELIVER, State.OPEN, _before_deadline, Delivered),
    Rule(Call.REVOKE, State.OPEN, _revocable, Revoked),
    Rule(Call.PAYEE_DISPUTE, State.OPEN, _firm_before_deadline, Disputed),
    Rule(Call.PAYER_DISPUTE, State.DELIVERED, _before_end, Disputed),
    Rule(Call.RULE, State.DISPUTED, _before_end, Ruled),
    Rule(Call.CONCLUDE, State.OPEN, _deadline_passed, Expired),
    Rule(Call.CONCLUDE, State.DELIVERED, _over, Accepted),
    Rule(Call.CONCLUDE, State.DISPUTED, _over, Lapsed),
    *(Rule(Call.RELEASE, state, _always, Released) for state in _UNSETTLED),
    *(Rule(Call.REFUND, state, _always, Refunded) for state in _UNSETTLED),
    *(Rule(Call.SETTLE, state, _always, Agreed) for state in _UNSETTLED),
)


def rule_for(call: Call, deal: Deal, milestone: Milestone, progress: Progress, now: int) -> Rule | None:
    """The line by which a call is possible now; None if it is not."""
    found = next((rule for rule in RULES if (rule.call, rule.state) == (call, progress.state)), None)
    return found if found and found.when(deal, milestone, progress, now) else None

"""Which deals may be opened: the checks of `open` that need no chain, in the contract's order."""

from collections.abc import Sequence

from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal, Milestone
from escrow_chain.protocol.numbers import ZERO_ADDRESS

MAX_MILESTONES = 128
MAX_PAYOUTS = 8
MAX_BPS = 10_000
MAX_PERIOD = 365 * 86_400
"""Seconds that an inspection or an arbitration may last."""
MAX_DEADLINE = 3650 * 86_400
"""Seconds from now that a deadline may lie away."""
MAX_TOTAL = (1 << 127) - 1
"""Minor units that a deal may hold."""


def check_deal(deal: Deal, *, escrow: str) -> None:
    """Raises the `Refusal` of the first rule that the deal's own fields break. `escrow` is the contract's address."""
    if deal.payer in (ZERO_ADDRESS, escrow):
        raise errors.InvalidPayer(deal.payer)
    for period in (deal.inspection_period, deal.arbitration_period):
        if period > MAX_PERIOD:
            raise errors.InvalidPeriod(period, MAX_PERIOD)
    if deal.lapse_bps > MAX_BPS:
        raise errors.InvalidShare(deal.lapse_bps)
    if deal.arbiter == ZERO_ADDRESS and deal.inspection_period:
        raise errors.InspectionWithoutArbiter(deal.inspection_period)
    if deal.arbiter != ZERO_ADDRESS and not deal.arbitration_period:
        raise errors.ArbiterWithoutPeriod(deal.arbiter)


def check_milestones(milestones: Sequence[Milestone], *, escrow: str, now: int) -> int:
    """The total of the milestones, in minor units. Raises the `Refusal` of the first rule that they break."""
    if not 1 <= len(milestones) <= MAX_MILESTONES:
        raise errors.InvalidMilestoneCount(len(milestones))
    for place, milestone in enumerate(milestones):
        if milestone.index != place:
            raise errors.InvalidIndex(milestone.index, place)
        if not now < milestone.deadline <= now + MAX_DEADLINE:
            raise errors.InvalidDeadline(place, milestone.deadline, now)
        _check_payouts(milestone, escrow)
    total = sum(milestone.amount for milestone in milestones)
    if total > MAX_TOTAL:
        raise errors.TotalTooLarge(total)
    return total


def _check_payouts(milestone: Milestone, escrow: str) -> None:
    if not 1 <= len(milestone.payouts) <= MAX_PAYOUTS:
        raise errors.InvalidPayoutCount(milestone.index, len(milestone.payouts))
    for place, payout in enumerate(milestone.payouts):
        if payout.to in (ZERO_ADDRESS, escrow):
            raise errors.InvalidRecipient(payout.to)
        if payout.amount == 0:
            raise errors.ZeroPayout(milestone.index, place)

"""Which deals may be opened: the checks of `open` that need no chain, in the contract's order."""

from collections.abc import Sequence

from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Deal, Milestone, Row, rows
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
    if deal.payer in (ZERO_ADDRESS, escrow, deal.token):
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


def check_milestones(milestones: Sequence[Milestone], *, token: str, escrow: str, now: int) -> int:
    """The total of the milestones, in minor units. Raises the `Refusal` of the first rule that they break."""
    return check_rows(rows(milestones), token=token, escrow=escrow, now=now)


def check_rows(rows: Sequence[Row], *, token: str, escrow: str, now: int) -> int:
    """The total of milestones as they travel, in minor units. Raises the `Refusal` of the first rule that they break.

    They are numbered from 0, each has 1 to 8 payouts, and only the first one says its terms.
    """
    count = shares = total = 0
    for place, (to, amount, index, deadline, terms) in enumerate(rows):
        if index == count:
            if not now < deadline <= now + MAX_DEADLINE:
                raise errors.InvalidDeadline(count, deadline, now)
            count, shares = count + 1, 1
        else:
            shares += 1
            _check_fee(place, index, count, shares, says_terms=bool(deadline or any(terms)))
        if to in (ZERO_ADDRESS, escrow, token):
            raise errors.InvalidRecipient(to)
        if amount == 0:
            raise errors.ZeroPayout(place)
        total += amount
    if not 1 <= count <= MAX_MILESTONES:
        raise errors.InvalidMilestoneCount(count)
    if total > MAX_TOTAL:
        raise errors.TotalTooLarge(total)
    return total


def _check_fee(place: int, index: int, count: int, shares: int, *, says_terms: bool) -> None:
    if index + 1 != count:
        raise errors.InvalidIndex(place, index)
    if says_terms:
        raise errors.RepeatedTerms(place)
    if shares > MAX_PAYOUTS:
        raise errors.InvalidPayoutCount(index, shares)

"""Which deals may be opened: every limit, from both sides."""

from collections.abc import Sequence
from typing import Any

import pytest

from escrow_chain.protocol import errors
from escrow_chain.protocol.checks import (
    MAX_BPS,
    MAX_DEADLINE,
    MAX_MILESTONES,
    MAX_PAYOUTS,
    MAX_PERIOD,
    MAX_TOTAL,
    check_deal,
    check_milestones,
)
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.protocol.examples import ARBITER, ESCROW, NOW, PAYEE, deal, milestone, payout

UINT128_MAX = (1 << 128) - 1


def total(milestones: Sequence[Milestone]) -> int:
    return check_milestones(milestones, escrow=ESCROW, now=NOW)


def test_the_limits() -> None:
    """The limits are the contract's: 128 milestones of 8 payouts, 100 %, a year, ten years, 127 bits."""
    assert (MAX_MILESTONES, MAX_PAYOUTS, MAX_BPS) == (128, 8, 10_000)
    assert (MAX_PERIOD, MAX_DEADLINE) == (31_536_000, 315_360_000)
    assert MAX_TOTAL == 170_141_183_460_469_231_731_687_303_715_884_105_727


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"token": ZERO_ADDRESS, "attestor": ZERO_ADDRESS},
        {"arbiter": ZERO_ADDRESS, "arbitration_period": 0},
        {"inspection_period": MAX_PERIOD, "arbitration_period": MAX_PERIOD},
        {"arbitration_period": 1, "lapse_bps": 0},
        {"lapse_bps": MAX_BPS},
        {"revocable_until": (1 << 40) - 1},
    ],
)
def test_deals_within_the_limits(fields: dict[str, Any]) -> None:
    """Every field may go as far as its limit, and no token, attestor or arbiter is needed."""
    check_deal(deal(milestone(), **fields), escrow=ESCROW)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"payer": ZERO_ADDRESS}, errors.InvalidPayer(ZERO_ADDRESS)),
        ({"payer": ESCROW}, errors.InvalidPayer(ESCROW)),
        ({"inspection_period": MAX_PERIOD + 1}, errors.InvalidPeriod(MAX_PERIOD + 1, MAX_PERIOD)),
        ({"arbitration_period": MAX_PERIOD + 1}, errors.InvalidPeriod(MAX_PERIOD + 1, MAX_PERIOD)),
        ({"lapse_bps": MAX_BPS + 1}, errors.InvalidShare(MAX_BPS + 1)),
        ({"arbiter": ZERO_ADDRESS, "inspection_period": 1}, errors.InspectionWithoutArbiter(1)),
        ({"arbitration_period": 0}, errors.ArbiterWithoutPeriod(ARBITER)),
    ],
)
def test_deals_beyond_a_limit(fields: dict[str, Any], refusal: Refusal) -> None:
    """One step beyond a limit is refused, with the value that is beyond it."""
    with pytest.raises(Refusal) as refused:
        check_deal(deal(milestone(), **fields), escrow=ESCROW)
    assert refused.value == refusal


def test_the_total_of_all_payouts() -> None:
    """The total is exact, fees and all."""
    assert total([milestone(index) for index in range(3)]) == 3 * 107


@pytest.mark.parametrize("count", [1, MAX_MILESTONES])
def test_as_many_milestones_as_allowed(count: int) -> None:
    """A deal has 1 to 128 milestones."""
    assert total([milestone(index) for index in range(count)]) == count * 107


@pytest.mark.parametrize("deadline", [NOW + 1, NOW + MAX_DEADLINE])
@pytest.mark.parametrize("payouts", [1, MAX_PAYOUTS])
def test_milestones_within_the_limits(deadline: int, payouts: int) -> None:
    """A deadline may be the next second or ten years away, and payouts may be one or eight."""
    assert total([milestone(deadline=deadline, payouts=(payout(),) * payouts)]) == 100 * payouts


def test_the_largest_total() -> None:
    """A deal may hold 2**127 - 1 units, and not one more."""
    assert total([milestone(payouts=(payout(amount=MAX_TOTAL),))]) == MAX_TOTAL
    with pytest.raises(errors.TotalTooLarge) as refused:
        total([milestone(payouts=(payout(amount=MAX_TOTAL),)), milestone(1, payouts=(payout(amount=1),))])
    assert refused.value == errors.TotalTooLarge(MAX_TOTAL + 1)


def test_payouts_do_not_wrap_round() -> None:
    """A total beyond what any number of the ABI holds is still the exact one."""
    with pytest.raises(errors.TotalTooLarge) as refused:
        total([milestone(payouts=(payout(amount=UINT128_MAX),) * MAX_PAYOUTS)])
    assert refused.value.total == MAX_PAYOUTS * UINT128_MAX


@pytest.mark.parametrize(
    ("milestones", "refusal"),
    [
        ([], errors.InvalidMilestoneCount(0)),
        ([milestone(index) for index in range(129)], errors.InvalidMilestoneCount(129)),
        ([milestone(1)], errors.InvalidIndex(1, 0)),
        ([milestone(0), milestone(0)], errors.InvalidIndex(0, 1)),
        ([milestone(0), milestone(1, deadline=NOW)], errors.InvalidDeadline(1, NOW, NOW)),
        (
            [milestone(deadline=NOW + MAX_DEADLINE + 1)],
            errors.InvalidDeadline(0, NOW + MAX_DEADLINE + 1, NOW),
        ),
        ([milestone(payouts=())], errors.InvalidPayoutCount(0, 0)),
        ([milestone(payouts=(payout(),) * 9)], errors.InvalidPayoutCount(0, 9)),
        ([milestone(payouts=(payout(), payout(ZERO_ADDRESS)))], errors.InvalidRecipient(ZERO_ADDRESS)),
        ([milestone(payouts=(payout(ESCROW),))], errors.InvalidRecipient(ESCROW)),
        ([milestone(0), milestone(1, payouts=(payout(), payout(PAYEE, 0)))], errors.ZeroPayout(1, 1)),
    ],
)
def test_milestones_beyond_a_limit(milestones: list[Milestone], refusal: Refusal) -> None:
    """What could strand money is refused, with the milestone and the value at fault."""
    with pytest.raises(Refusal) as refused:
        total(milestones)
    assert refused.value == refusal


def test_the_first_fault_is_named() -> None:
    """With several faults, the one named is the first in the contract's order."""
    faulty = [milestone(0), milestone(2, deadline=NOW, payouts=())]
    with pytest.raises(errors.InvalidIndex):
        total(faulty)
    with pytest.raises(errors.InvalidPayer):
        check_deal(deal(payer=ZERO_ADDRESS, lapse_bps=MAX_BPS + 1), escrow=ESCROW)

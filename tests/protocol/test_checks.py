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
    check_rows,
)
from escrow_chain.protocol.deal import Milestone, Row
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.protocol.examples import ARBITER, BROKER, DEADLINE, ESCROW, NOW, PAYEE, TOKEN, deal, milestone, payout

UINT128_MAX = (1 << 128) - 1


def total(milestones: Sequence[Milestone]) -> int:
    return check_milestones(milestones, token=TOKEN, escrow=ESCROW, now=NOW)


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
        ({"payer": TOKEN}, errors.InvalidPayer(TOKEN)),
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
        ([milestone(payouts=())], errors.InvalidMilestoneCount(0)),
        ([milestone(1)], errors.InvalidIndex(0, 1)),
        ([milestone(0), milestone(2)], errors.InvalidIndex(2, 2)),
        ([milestone(0), milestone(1), milestone(0)], errors.InvalidIndex(4, 0)),
        ([milestone(0), milestone(0)], errors.RepeatedTerms(2)),
        ([milestone(0), milestone(1, deadline=NOW)], errors.InvalidDeadline(1, NOW, NOW)),
        (
            [milestone(deadline=NOW + MAX_DEADLINE + 1)],
            errors.InvalidDeadline(0, NOW + MAX_DEADLINE + 1, NOW),
        ),
        ([milestone(payouts=(payout(),) * 9)], errors.InvalidPayoutCount(0, 9)),
        ([milestone(0), milestone(1, payouts=(payout(),) * 10)], errors.InvalidPayoutCount(1, 9)),
        ([milestone(payouts=(payout(), payout(ZERO_ADDRESS)))], errors.InvalidRecipient(ZERO_ADDRESS)),
        ([milestone(payouts=(payout(ESCROW),))], errors.InvalidRecipient(ESCROW)),
        ([milestone(payouts=(payout(TOKEN),))], errors.InvalidRecipient(TOKEN)),
        ([milestone(0), milestone(1, payouts=(payout(), payout(PAYEE, 0)))], errors.ZeroPayout(3)),
    ],
)
def test_milestones_beyond_a_limit(milestones: list[Milestone], refusal: Refusal) -> None:
    """What could strand money is refused, with the milestone and the value at fault."""
    with pytest.raises(Refusal) as refused:
        total(milestones)
    assert refused.value == refusal


ROW: Row = (PAYEE, 5, 0, DEADLINE, b"\x01" * 32)
FEE: Row = (BROKER, 5, 0, 0, bytes(32))


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([ROW, (BROKER, 5, 0, 1, bytes(32))], errors.RepeatedTerms(1)),
        ([ROW, FEE, (BROKER, 5, 0, 0, bytes(31) + b"\x01")], errors.RepeatedTerms(2)),
        ([ROW, (BROKER, 5, 1, 0, bytes(32))], errors.InvalidDeadline(1, 0, NOW)),
        ([(PAYEE, 5, 0, 0, bytes(32))], errors.InvalidDeadline(0, 0, NOW)),
    ],
)
def test_rows_that_are_no_milestones(rows: list[Row], refusal: Refusal) -> None:
    """Only the payee's row says deadline and terms, and it has to."""
    assert check_rows([ROW, FEE], token=TOKEN, escrow=ESCROW, now=NOW) == 10
    with pytest.raises(Refusal) as refused:
        check_rows(rows, token=TOKEN, escrow=ESCROW, now=NOW)
    assert refused.value == refusal


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        ((TOKEN, 0, 2, 1, bytes(32)), errors.InvalidIndex(8, 2)),
        ((TOKEN, 0, 0, 1, bytes(32)), errors.RepeatedTerms(8)),
        ((TOKEN, 0, 0, 0, bytes(32)), errors.InvalidPayoutCount(0, 9)),
        ((TOKEN, 0, 1, NOW, bytes(32)), errors.InvalidDeadline(1, NOW, NOW)),
        ((TOKEN, 0, 1, DEADLINE, bytes(32)), errors.InvalidRecipient(TOKEN)),
        ((PAYEE, 0, 1, DEADLINE, bytes(32)), errors.ZeroPayout(8)),
    ],
)
def test_the_first_fault_of_a_row_is_named(row: Row, refusal: Refusal) -> None:
    """With several faults in one row, the one named is the first in the contract's order."""
    full = [ROW, *[FEE] * (MAX_PAYOUTS - 1)]
    with pytest.raises(Refusal) as refused:
        check_rows([*full, row], token=TOKEN, escrow=ESCROW, now=NOW)
    assert refused.value == refusal


def test_the_first_fault_is_named() -> None:
    """With several faults, the one named is that of the first row, and the whole comes last."""
    with pytest.raises(errors.InvalidIndex):
        total([milestone(0), milestone(2, deadline=NOW, payouts=(payout(amount=0),))])
    with pytest.raises(errors.InvalidMilestoneCount):
        total([milestone(index, payouts=(payout(amount=UINT128_MAX),)) for index in range(129)])
    with pytest.raises(errors.InvalidPayer):
        check_deal(deal(payer=ZERO_ADDRESS, lapse_bps=MAX_BPS + 1), escrow=ESCROW)

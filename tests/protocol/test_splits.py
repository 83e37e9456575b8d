"""Splits: no unit is lost, none is made, and only the payee's share is rounded up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.protocol.checks import MAX_BPS, MAX_PAYOUTS, MAX_TOTAL
from escrow_chain.protocol.deal import Milestone
from escrow_chain.protocol.splits import in_full, share, split
from tests.protocol.examples import PAYEE, PAYER, account, milestone, payout

_amounts = st.lists(st.one_of(st.integers(1, 9), st.integers(1, MAX_TOTAL // 8)), min_size=1, max_size=MAX_PAYOUTS)


def of(amounts: list[int]) -> Milestone:
    """A milestone of these amounts, each for an account of its own, the payee's first."""
    fees = tuple(payout(account(100 + place), amount) for place, amount in enumerate(amounts[1:]))
    return milestone(payouts=(payout(PAYEE, amounts[0]), *fees))


@st.composite
def divided(draw: st.DrawFn) -> tuple[Milestone, int]:
    """A milestone, and what its payees receive of it."""
    terms = of(draw(_amounts))
    return terms, draw(st.integers(0, terms.amount))


@given(divided())
def test_every_unit_goes_to_somebody(case: tuple[Milestone, int]) -> None:
    """Payees together receive what was said, the payer the rest, and nobody is sent nothing."""
    terms, to_payees = case
    payments = split(terms, to_payees, PAYER)
    assert sum(amount for to, amount in payments if to != PAYER) == to_payees
    assert sum(amount for _, amount in payments) == terms.amount
    assert all(amount > 0 for _, amount in payments)


@given(divided())
def test_fees_are_in_proportion_and_rounded_down(case: tuple[Milestone, int]) -> None:
    """Each fee is its share to the unit below; what that leaves, less than a unit a fee, is the payee's."""
    terms, to_payees = case
    received = dict(split(terms, to_payees, PAYER))
    for fee in terms.payouts[1:]:
        exact = to_payees * fee.amount
        assert 0 <= exact - received.get(fee.to, 0) * terms.amount < terms.amount
    over = received.get(PAYEE, 0) * terms.amount - to_payees * terms.payouts[0].amount
    assert 0 <= over < terms.amount * len(terms.payouts)


@given(_amounts)
def test_the_whole_is_what_is_paid_in_full(amounts: list[int]) -> None:
    """A split that gives the payees everything pays each as if there were no split."""
    terms = of(amounts)
    assert sorted(split(terms, terms.amount, PAYER)) == sorted(in_full(terms))
    assert in_full(terms) == [(each.to, each.amount) for each in terms.payouts]
    assert split(terms, 0, PAYER) == [(PAYER, terms.amount)]


def test_the_order_of_payments() -> None:
    """The contract pays fees first, then the payee, then the payer."""
    terms = of([50, 30, 20])
    assert split(terms, 33, PAYER) == [(account(100), 9), (account(101), 6), (PAYEE, 18), (PAYER, 67)]
    assert split(terms, 1, PAYER) == [(PAYEE, 1), (PAYER, 99)]


@given(st.integers(1, MAX_TOTAL), st.integers(0, MAX_BPS))
def test_a_share_is_never_more_than_its_part(amount: int, bps: int) -> None:
    """Rounded down, by less than a unit."""
    assert 0 <= amount * bps - share(amount, bps) * MAX_BPS < MAX_BPS


@pytest.mark.parametrize(("bps", "expected"), [(0, 0), (1, 0), (5_000, 53), (9_999, 106), (MAX_BPS, 107)])
def test_shares_by_hand(bps: int, expected: int) -> None:
    """None, next to none, half, nearly all and all of 107."""
    assert share(107, bps) == expected

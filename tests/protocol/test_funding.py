"""Opening deals: what it takes, what it refuses, in which order, and that a refusal leaves everything as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from escrow_chain.protocol import errors
from escrow_chain.protocol.deal import Milestone, milestones_root
from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.events import Opened, State
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from escrow_chain.protocol.rules import Call
from tests.protocol.examples import BROKER, DEADLINE, ESCROW, NOW, PAYER, STRANGER, TOKEN, milestone, payout
from tests.protocol.stage import WEALTH, Stage, stage

TWO = (milestone(0), milestone(1))
WITHOUT_LIMIT = (1 << 256) - 1


def opening(there: Stage, *, sender: str = PAYER, value: int = 0, now: int = NOW) -> Callable[[], object]:
    return lambda: there.model.open(there.deal, there.milestones, sender=sender, now=now, value=value)


def test_an_opening_takes_the_total() -> None:
    """Opening moves the total to the escrow and tells all terms; every milestone is open."""
    there = stage(*TWO, opened=False)
    assert there.state() is State.NONE
    events = there.model.open(there.deal, there.milestones, sender=PAYER, now=NOW)
    assert events == [Opened(there.id, PAYER, there.deal, there.milestones)]
    assert (there.has(ESCROW), there.has(PAYER)) == (214, WEALTH - 214)
    assert [there.state(index) for index in (0, 1)] == [State.OPEN, State.OPEN]
    assert there.model.holding(there.id) == (214, 0)


def test_anybody_may_pay_for_a_payer() -> None:
    """Who sends the money gets no rights: refunds go to the payer that the deal names."""
    there = stage(opened=False, payer=STRANGER, token=ZERO_ADDRESS)
    there.model.open(there.deal, there.milestones, sender=PAYER, now=NOW, value=107)
    there.call(Call.CONCLUDE, there.select(), DEADLINE)
    assert (there.has(PAYER), there.has(STRANGER)) == (WEALTH - 107, 107)


def test_the_root_is_worked_out() -> None:
    """Whatever root somebody believes in, the deal that is opened is the one over what was passed."""
    there = stage(*TWO, opened=False, milestones=bytes(32))
    (opened,) = there.model.open(there.deal, there.milestones, sender=PAYER, now=NOW)
    assert isinstance(opened, Opened)
    assert opened.deal == there.deal.over(milestones_root(TWO))
    assert opened.id == opened.deal.id(there.model.domain) != there.id


def test_milestones_are_what_the_rows_say() -> None:
    """A neighbour of the same index that says no terms of its own brings fees, as its rows can't be told apart."""
    fees = Milestone(index=0, deadline=0, terms=bytes(32), payouts=(payout(BROKER, 3),))
    there = stage(milestone(0), fees, milestone(1), opened=False)
    (opened,) = there.model.open(there.deal, there.milestones, sender=PAYER, now=NOW)
    assert isinstance(opened, Opened)
    assert opened.milestones == (milestone(0, payouts=(*milestone().payouts, payout(BROKER, 3))), milestone(1))


@pytest.mark.parametrize(
    ("fields", "call", "refusal"),
    [
        ({"payer": ESCROW}, {}, errors.InvalidPayer(ESCROW)),
        ({}, {"value": 1}, errors.InvalidValue(1, 0)),
        ({"token": ZERO_ADDRESS}, {"value": 106}, errors.InvalidValue(106, 107)),
        ({"token": ZERO_ADDRESS}, {"value": 108}, errors.InvalidValue(108, 107)),
        ({"token": BROKER}, {}, errors.InvalidRecipient(BROKER)),
        ({"token": STRANGER}, {}, errors.InvalidToken(STRANGER)),
        ({"token": STRANGER}, {"value": 1}, errors.InvalidValue(1, 0)),
        ({}, {"sender": STRANGER}, errors.ERC20InsufficientAllowance(ESCROW, 0, 107)),
        ({}, {"now": DEADLINE}, errors.InvalidDeadline(0, DEADLINE, DEADLINE)),
    ],
)
def test_an_opening_is_refused(fields: dict[str, Any], call: dict[str, Any], refusal: Refusal) -> None:
    """Bad terms, a wrong value, no token there, and no leave to take the money."""
    there = stage(opened=False, **fields)
    assert there.refuses(opening(there, **call)) == refusal


def test_too_little_money() -> None:
    """The sender has to have the total."""
    there = stage(milestone(payouts=(payout(amount=WEALTH),)), milestone(1), opened=False)
    there.model.bank.allowances[TOKEN, PAYER] = 2 * WEALTH
    assert there.refuses(opening(there)) == errors.ERC20InsufficientBalance(PAYER, WEALTH, WEALTH + 107)


def test_a_deal_is_opened_once() -> None:
    """The same deal is refused while it is open, and for ever after it is finished, before its value is looked at."""
    there = stage()
    assert there.refuses(opening(there)) == errors.DealExists(there.id)
    there.call(Call.RELEASE, there.select(), NOW)
    assert there.refuses(opening(there, value=1)) == errors.DealExists(there.id)
    assert there.refuses(lambda: by_permit(there)) == errors.DealExists(there.id)
    assert there.refuses(lambda: by_authorization(there)) == errors.DealExists(there.id)


def by_permit(there: Stage, *, permitted: bool = True) -> object:
    return there.model.open_with_permit(there.deal, there.milestones, sender=PAYER, now=NOW, permitted=permitted)


def by_authorization(there: Stage, *, refusal: Refusal | None = None) -> object:
    return there.model.open_with_authorization(there.deal, there.milestones, now=NOW, refusal=refusal)


@pytest.mark.parametrize("allowance", [0, 107, WITHOUT_LIMIT])
def test_a_permit_is_the_allowance(allowance: int) -> None:
    """A permit over the total takes the place of what was allowed before, and is used up."""
    there = stage(opened=False)
    there.model.bank.allowances[TOKEN, PAYER] = allowance
    assert by_permit(there) == [Opened(there.id, PAYER, there.deal, there.milestones)]
    assert there.has(ESCROW) == 107
    assert there.model.bank.allowances[TOKEN, PAYER] == 0


def test_a_permit_that_fails_does_no_harm() -> None:
    """With the allowance there, somebody else may have brought it first; without, the allowance is what is missing."""
    there = stage(opened=False)
    there.model.bank.allowances[TOKEN, PAYER] = 106
    missing = errors.ERC20InsufficientAllowance(ESCROW, 106, 107)
    assert there.refuses(lambda: by_permit(there, permitted=False)) == missing
    there.model.bank.allowances[TOKEN, PAYER] = 107
    assert by_permit(there, permitted=False)
    assert there.has(ESCROW) == 107


def test_an_authorization_takes_from_the_payer() -> None:
    """Whoever brings it, the deal's payer pays, with no allowance at all."""
    there = stage(opened=False)
    there.model.bank.allowances.clear()
    assert by_authorization(there) == [Opened(there.id, PAYER, there.deal, there.milestones)]
    assert (there.has(PAYER), there.has(ESCROW)) == (WEALTH - 107, 107)


@pytest.mark.parametrize("ways", [by_permit, by_authorization])
@pytest.mark.parametrize("token", [ZERO_ADDRESS, STRANGER])
def test_only_tokens_have_signatures(ways: Callable[[Stage], object], token: str) -> None:
    """Coin, and an address with nothing behind it, take neither a permit nor an authorization."""
    there = stage(opened=False, token=token)
    assert there.refuses(lambda: ways(there)) == errors.InvalidToken(token)


@pytest.mark.parametrize("ways", [by_permit, by_authorization])
def test_a_signature_makes_no_money(ways: Callable[[Stage], object]) -> None:
    """Who signed has to have the total; a permit that comes to nothing leaves the allowance as it was."""
    there = stage(opened=False)
    there.model.bank.balances[TOKEN, PAYER] = 106
    assert there.refuses(lambda: ways(there)) == errors.ERC20InsufficientBalance(PAYER, 106, 107)


def test_what_the_token_refuses_is_told() -> None:
    """An authorization that the token doesn't take opens nothing."""
    there = stage(opened=False)
    refusal = errors.FailedCall()
    assert there.refuses(lambda: by_authorization(there, refusal=refusal)) is refusal

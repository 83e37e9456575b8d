"""The model's tokens and coin."""

import pytest

from escrow_chain.protocol.bank import WITHOUT_LIMIT, Bank
from escrow_chain.protocol.errors import ERC20InsufficientAllowance, ERC20InsufficientBalance
from escrow_chain.protocol.numbers import ZERO_ADDRESS
from tests.protocol.examples import ESCROW, PAYEE, PAYER, TOKEN


def bank(*, balance: int = 100, allowance: int = 100) -> Bank:
    """The payer with some of the token, and leave for the escrow to take some."""
    there = Bank(tokens={TOKEN})
    there.balances[TOKEN, PAYER] = balance
    there.allowances[TOKEN, PAYER] = allowance
    return there


def test_a_pull_spends_the_allowance() -> None:
    """What is taken is taken from balance and allowance, to the last unit."""
    there = bank(balance=100, allowance=60)
    there.pull(TOKEN, PAYER, ESCROW, 60)
    assert (there.balances[TOKEN, PAYER], there.balances[TOKEN, ESCROW]) == (40, 60)
    assert there.allowances[TOKEN, PAYER] == 0


def test_an_allowance_without_limit_stays() -> None:
    """The largest allowance is never spent."""
    there = bank(allowance=WITHOUT_LIMIT)
    there.pull(TOKEN, PAYER, ESCROW, 1)
    assert there.allowances[TOKEN, PAYER] == WITHOUT_LIMIT


def test_too_little_allowance_comes_first() -> None:
    """With too little of both, a token speaks of the allowance, as OpenZeppelin's does."""
    with pytest.raises(ERC20InsufficientAllowance) as refused:
        bank(balance=5, allowance=6).pull(TOKEN, PAYER, ESCROW, 7)
    assert refused.value == ERC20InsufficientAllowance(ESCROW, 6, 7)


def test_too_little_balance() -> None:
    """What is not there can't be taken, and nothing moves."""
    there = bank(balance=5)
    with pytest.raises(ERC20InsufficientBalance) as refused:
        there.pull(TOKEN, PAYER, ESCROW, 7)
    assert refused.value == ERC20InsufficientBalance(PAYER, 5, 7)
    assert (there.balances[TOKEN, PAYER], there.allowances[TOKEN, PAYER]) == (5, 100)


def test_what_is_authorized_needs_no_allowance() -> None:
    """An authorization moves the money of its owner, who has to have it, and leaves the allowance alone."""
    there = bank(balance=9, allowance=5)
    there.receive(TOKEN, PAYER, ESCROW, 9)
    assert (there.balances[TOKEN, ESCROW], there.allowances[TOKEN, PAYER]) == (9, 5)
    with pytest.raises(ERC20InsufficientBalance) as refused:
        there.receive(TOKEN, PAYER, ESCROW, 1)
    assert refused.value == ERC20InsufficientBalance(PAYER, 0, 1)


def test_coin_needs_no_allowance() -> None:
    """Coin comes with the call."""
    there = Bank()
    there.balances[ZERO_ADDRESS, PAYER] = 9
    there.pull(ZERO_ADDRESS, PAYER, ESCROW, 9)
    assert there.balances[ZERO_ADDRESS, ESCROW] == 9


def test_a_push_pays_or_moves_nothing() -> None:
    """Who refuses a token is not paid in it, and is in others."""
    there = bank()
    there.pull(TOKEN, PAYER, ESCROW, 50)
    there.balances[ZERO_ADDRESS, ESCROW] = 1
    there.refusing.add((TOKEN, PAYEE))
    assert not there.push(TOKEN, ESCROW, PAYEE, 50)
    assert there.balances[TOKEN, ESCROW] == 50
    assert there.push(ZERO_ADDRESS, ESCROW, PAYEE, 1)
    assert there.push(TOKEN, ESCROW, PAYER, 50)
    assert there.balances[TOKEN, PAYER] == 100

"""Balances, for the model: what tokens and the chain's coin do when they behave."""

from collections import Counter
from dataclasses import dataclass, field

from escrow_chain.protocol.errors import ERC20InsufficientAllowance, ERC20InsufficientBalance
from escrow_chain.protocol.numbers import ZERO_ADDRESS

WITHOUT_LIMIT = (1 << 256) - 1
"""The allowance that is never spent."""


@dataclass
class Bank:
    """Who has how much of what, in minor units; the coin's address is zero.

    `tokens` are the addresses with a token behind them. `allowances` are those given to the escrow. A (token, owner)
    in `refusing` can't be paid: a blocklisted holder, a wallet that reverts.
    """

    tokens: set[str] = field(default_factory=set)
    balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    allowances: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusing: set[tuple[str, str]] = field(default_factory=set)

    def pull(self, token: str, owner: str, escrow: str, amount: int) -> None:
        """Moves `amount` from its owner, who has allowed it if it is a token's, to the escrow.

        Raises `ERC20InsufficientAllowance` or `ERC20InsufficientBalance`, as OpenZeppelin's ERC-20 does, in its order.
        """
        if token == ZERO_ADDRESS:
            self._move(token, owner, escrow, amount)
            return
        allowance = self.allowances[token, owner]
        if allowance < amount:
            raise ERC20InsufficientAllowance(escrow, allowance, amount)
        self.receive(token, owner, escrow, amount)
        if allowance < WITHOUT_LIMIT:
            self.allowances[token, owner] -= amount

    def receive(self, token: str, owner: str, escrow: str, amount: int) -> None:
        """Moves `amount` of a token from its owner, who has authorized it (ERC-3009), to the escrow.

        Raises `ERC20InsufficientBalance`.
        """
        balance = self.balances[token, owner]
        if balance < amount:
            raise ERC20InsufficientBalance(owner, balance, amount)
        self._move(token, owner, escrow, amount)

    def push(self, token: str, escrow: str, to: str, amount: int) -> bool:
        """Moves `amount` from the escrow, or answers false if `to` can't be paid."""
        if (token, to) in self.refusing:
            return False
        self._move(token, escrow, to, amount)
        return True

    def _move(self, token: str, giver: str, taker: str, amount: int) -> None:
        self.balances[token, giver] -= amount
        self.balances[token, taker] += amount

"""A chain to drive: what both back ends can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

GAS = 16_000_000
"""Gas of every transaction: below the cap of EIP-7825, so that what is tested fits into one."""
START = 4_000_000_000
"""The time at which every scenario begins, in unix seconds."""


@dataclass(frozen=True)
class Log:
    """One log entry; `address` is that of the contract that wrote it."""

    address: str
    topics: tuple[bytes, ...]
    payload: bytes


@dataclass(frozen=True)
class Outcome:
    """What became of a transaction: its logs, or what it reverted with."""

    success: bool
    reverted_with: bytes = b""
    logs: tuple[Log, ...] = ()


class Chain(Protocol):
    """A chain on which any account can send, and time is given with each transaction. Nothing costs a fee."""

    @property
    def chain_id(self) -> int: ...

    def deploy(self, code: bytes) -> str:
        """Deploys a contract. Its address."""

    def endow(self, account: str, amount: int) -> None:
        """Sets an account's balance of coin, in wei."""

    def send(self, *, sender: str, to: str, payload: bytes, value: int, time: int) -> Outcome:
        """One transaction, alone in its block."""

    def read(self, calls: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """What view functions answer, each given as (contract, calldata)."""

    def coin(self, accounts: Sequence[str]) -> list[int]:
        """Balances of coin, in wei."""

    def mark(self) -> None:
        """Makes the present state the one that `reset` goes back to."""

    def reset(self) -> None:
        """Goes back to the marked state."""

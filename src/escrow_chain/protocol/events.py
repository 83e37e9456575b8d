"""What the contract tells: its events, and the two lists of values they use.

Field for field the events of `contracts/interfaces/IEscrow.sol`. With the `Opened` event of a deal anybody can make
every later call; with the others, everything about its money can be rebuilt.
"""

from dataclasses import dataclass
from enum import IntEnum

from escrow_chain.protocol.deal import Deal, Milestone
from escrow_chain.protocol.typed_data import indices


class State(IntEnum):
    """Where a milestone stands."""

    NONE = 0
    OPEN = 1
    DELIVERED = 2
    SETTLED = 3


class Reason(IntEnum):
    """On whose word a milestone settled."""

    RELEASED = 0
    REFUNDED = 1
    ATTESTED = 2
    INSPECTION_OVER = 3
    DEADLINE_PASSED = 4


@dataclass(frozen=True)
class Opened:
    """A deal was funded in full."""

    id: bytes
    payer: str
    deal: Deal
    milestones: tuple[Milestone, ...]


@dataclass(frozen=True)
class Delivered:
    """The attestor's word that the milestones of a bitmap are fulfilled was accepted, resting on an evidence root."""

    id: bytes
    milestones: int
    evidence: bytes

    @property
    def indices(self) -> tuple[int, ...]:
        """The milestones, rising."""
        return indices(self.milestones)


@dataclass(frozen=True)
class Settled:
    """The milestones of a bitmap settled together. Amounts in minor units."""

    id: bytes
    milestones: int
    to_payees: int
    to_payer: int
    reason: Reason

    @property
    def indices(self) -> tuple[int, ...]:
        """The milestones, rising."""
        return indices(self.milestones)


@dataclass(frozen=True)
class Credited:
    """A payment failed and waits for its owner. Amount in minor units."""

    token: str
    owner: str
    amount: int


@dataclass(frozen=True)
class Claimed:
    """A credit was paid out. Amount in minor units."""

    token: str
    owner: str
    to: str
    amount: int


Event = Opened | Delivered | Settled | Credited | Claimed

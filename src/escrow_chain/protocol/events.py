"""What the contract tells: where a milestone stands, and its events.

    Opened                          a deal was funded
    Change                          of milestones
    ├── Delivered                   paid at once, or in inspection
    ├── Disputed
    ├── Paid      in full           Released, Accepted
    ├── Returned  in full           Refunded, Revoked, Expired
    └── Split     one milestone     Agreed, Ruled, Lapsed
    Credited, Claimed               a payment failed; it was paid out later

Field for field the events of `contracts/interfaces/IEscrowTypes.sol`. With the `Opened` event of a deal anybody can
make every later call; with the others, everything about its money can be rebuilt.
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
    DISPUTED = 3
    SETTLED = 4


@dataclass(frozen=True)
class Opened:
    """A deal was funded in full."""

    id: bytes
    payer: str
    deal: Deal
    milestones: tuple[Milestone, ...]


class Change:
    """Milestones of a deal, a bitmap, changed together. Amounts in minor units, zero unless the event is of paying."""

    id: bytes
    milestones: int
    to_payees: int
    to_payer: int

    @property
    def indices(self) -> tuple[int, ...]:
        """The milestones, rising."""
        return indices(self.milestones)

    @property
    def settled(self) -> int:
        """Bitmap of the milestones that this settled: all of them, or none."""
        return self.milestones if self.to_payees or self.to_payer else 0


@dataclass(frozen=True)
class Delivered(Change):
    """The attestor's word that these milestones are fulfilled was accepted, resting on an evidence root.

    They were paid at once, or are in inspection.
    """

    to_payer = 0

    id: bytes
    milestones: int
    evidence: bytes
    to_payees: int


@dataclass(frozen=True)
class Disputed(Change):
    """These milestones wait for the arbiter."""

    to_payees = 0
    to_payer = 0

    id: bytes
    milestones: int
    by: str


@dataclass(frozen=True)
class Paid(Change):
    """These milestones were paid in full."""

    to_payer = 0

    id: bytes
    milestones: int
    to_payees: int


class Released(Paid):
    """The payer had them paid."""


class Accepted(Paid):
    """Nobody disputed them in their inspection."""


@dataclass(frozen=True)
class Returned(Change):
    """These milestones went back in full."""

    to_payees = 0

    id: bytes
    milestones: int
    to_payer: int


class Refunded(Returned):
    """The payee gave them back."""


class Revoked(Returned):
    """The payer took them back."""


class Expired(Returned):
    """They were not delivered before their deadline."""


@dataclass(frozen=True)
class Split(Change):
    """One milestone was split."""

    id: bytes
    milestone: int
    to_payees: int
    to_payer: int

    @property
    def milestones(self) -> int:  # type: ignore[override]
        """The bitmap of the one."""
        return 1 << self.milestone


class Agreed(Split):
    """Payer and payee agreed on it."""


class Ruled(Split):
    """The arbiter did it."""


class Lapsed(Split):
    """The arbiter didn't, so it went as the deal says."""


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


Event = (
    Opened
    | Delivered
    | Disputed
    | Released
    | Refunded
    | Revoked
    | Agreed
    | Ruled
    | Accepted
    | Expired
    | Lapsed
    | Credited
    | Claimed
)

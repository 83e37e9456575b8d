"""A court as the arbiter (contracts/CourtArbiter.sol): a case, what the contract tells of it, and what it refuses.

Field for field the contract's. Where it refuses as the escrow does (`NothingToDo`, `NotArbiter`, `NothingToClaim` …),
the escrow's `Refusal` is raised; of `NothingToDo` the id is then the case's.

    CourtRefusal
    ├── of deploying: InvalidChoices, InvalidPeriods
    └── of a case: NotDisputed … NotAppealable
"""

from dataclasses import dataclass
from enum import IntEnum

from eth_abi.abi import encode
from eth_hash.auto import keccak

from escrow_chain.protocol.errors import Refusal


class Stage(IntEnum):
    """Where a case stands."""

    NONE = 0
    BEGUN = 1
    PAID = 2
    IN_COURT = 3
    RULED = 4


@dataclass(frozen=True)
class Case:
    """A disputed milestone that was brought to the court. Amounts in wei, times in unix seconds."""

    deal: bytes
    fee: int
    deposits: int
    dispute: int
    ruling: int
    payer: str
    fee_ends: int
    court_ends: int
    milestone: int
    stage: Stage
    payee: str
    first: str


def case_id(deal_id: bytes, index: int) -> bytes:
    """What a milestone's case is called."""
    return keccak(encode(["bytes32", "uint8"], [deal_id, index]))


@dataclass(frozen=True)
class Brought:
    """A party paid its fee."""

    case_id: bytes
    deal: bytes
    milestone: int
    by: str
    fee: int
    stage: Stage


@dataclass(frozen=True)
class Appealed:
    """The court's current ruling was appealed."""

    case_id: bytes
    by: str
    cost: int


@dataclass(frozen=True)
class Ruling:
    """The court gave its final ruling."""

    arbitrator: str
    dispute_id: int
    ruling: int


@dataclass(frozen=True)
class Credited:
    """Something is owed and waits to be claimed."""

    owner: str
    amount: int


@dataclass(frozen=True)
class Claimed:
    """What was owed was paid out."""

    owner: str
    to: str
    amount: int


CourtEvent = Brought | Appealed | Ruling | Credited | Claimed


class CourtRefusal(Refusal):
    """The arbiter refuses the call."""


@dataclass(unsafe_hash=True)
class InvalidChoices(CourtRefusal):
    """There are at least two choices."""

    choices: int


@dataclass(unsafe_hash=True)
class InvalidPeriods(CourtRefusal):
    """Either period has at least three days, and both together at most 365."""

    fee_period: int
    court_period: int


@dataclass(unsafe_hash=True)
class NotDisputed(CourtRefusal):
    """The milestone is not disputed in the escrow, or no longer."""

    deal: bytes
    milestone: int


@dataclass(unsafe_hash=True)
class NotParty(CourtRefusal):
    """The sender is neither the deal's payer nor the milestone's payee."""

    sender: str


@dataclass(unsafe_hash=True)
class AlreadyPaid(CourtRefusal):
    """The sender has paid its fee."""

    sender: str


@dataclass(unsafe_hash=True)
class TooLate(CourtRefusal):
    """It would have had to be done before the end."""

    timestamp: int
    end: int


@dataclass(unsafe_hash=True)
class InsufficientFee(CourtRefusal):
    """The value sent is less than the court's fee."""

    value: int
    fee: int


@dataclass(unsafe_hash=True)
class InsufficientDeposits(CourtRefusal):
    """The court's fee has risen above what both paid."""

    deposits: int
    fee: int


@dataclass(unsafe_hash=True)
class RepeatedDispute(CourtRefusal):
    """The court gave a number that it had given before."""

    dispute: int


@dataclass(unsafe_hash=True)
class NotAppealable(CourtRefusal):
    """The court does not take appeals now."""

    timestamp: int
    start: int
    end: int

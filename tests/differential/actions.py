"""What a scenario consists of, as data: deals to be, and actions on them. Numbers choose among what there is."""

from dataclasses import dataclass
from enum import Enum, auto

from tests.differential.world import Asset, Role


class Flaw(Enum):
    """What can be wrong with a deal."""

    ZERO_PAYER = auto()
    ESCROW_PAYER = auto()
    LONG_INSPECTION = auto()
    LONG_ARBITRATION = auto()
    LARGE_SHARE = auto()
    ARBITER_WITHOUT_PERIOD = auto()
    INSPECTION_WITHOUT_ARBITER = auto()
    TOKEN_WITHOUT_CODE = auto()
    FOREIGN_ROOT = auto()
    NO_MILESTONES = auto()
    MANY_MILESTONES = auto()
    WRONG_INDEX = auto()
    SWAPPED_MILESTONES = auto()
    DEADLINE_NOW = auto()
    DEADLINE_FAR = auto()
    NO_PAYOUTS = auto()
    MANY_PAYOUTS = auto()
    ZERO_RECIPIENT = auto()
    ESCROW_RECIPIENT = auto()
    ZERO_PAYOUT = auto()
    LARGE_PAYOUT = auto()


@dataclass(frozen=True)
class Pattern:
    """What milestones look like: `after` is the deadline, in seconds after the start."""

    after: int
    terms: int
    payouts: tuple[tuple[Role, int], ...]


@dataclass(frozen=True)
class Draft:
    """A deal to be. Its `count` milestones look like the patterns in turn. `flaw_at` says which one has the flaw.

    `whole` makes the last payout so large that the deal holds as much as a deal can.
    """

    payer: Role
    asset: Asset
    attestor: Role | None
    arbiter: Role | None
    revocable_until: int
    inspection_period: int
    arbitration_period: int
    lapse_bps: int
    salt: int
    count: int
    patterns: tuple[Pattern, ...]
    flaw: Flaw | None
    flaw_at: int
    whole: bool


class Twist(Enum):
    """What is unusual about a selection. With the first four it can prove the root all the same."""

    NONE = auto()
    FLAGGED = auto()
    TURNED_ROUND = auto()
    ROOT_ONLY = auto()
    NOTHING = auto()
    STRAY_FLAG = auto()
    DOUBLED = auto()
    SIBLING_MISSING = auto()
    SIBLING_TOO_MANY = auto()
    SIBLING_WRONG = auto()
    FLAG_TURNED = auto()
    FOREIGN = auto()
    OTHER_INDEX = auto()
    OTHER_DEADLINE = auto()
    OTHER_TERMS = auto()
    OTHER_PAYEE = auto()
    OTHER_AMOUNT = auto()
    FEE_DROPPED = auto()


@dataclass(frozen=True)
class Choice:
    """A selection to be: of all milestones, or of those picked. `noise` decides the details of the twist."""

    everything: bool
    picks: tuple[int, ...]
    twist: Twist
    noise: int


class Forgery(Enum):
    """What is wrong with an attestation's signature."""

    NONE = auto()
    OTHER_SIGNER = auto()
    OTHER_DEAL = auto()
    OTHER_BITMAP = auto()
    OTHER_EVIDENCE = auto()
    OTHER_TIME = auto()
    OTHER_CONTRACT = auto()
    OTHER_CHAIN = auto()
    HIGH_S = auto()
    OTHER_V = auto()
    V_FROM_ZERO = auto()
    BIT_TURNED = auto()
    SHORT = auto()
    LONG = auto()
    EMPTY = auto()


@dataclass(frozen=True)
class Open:
    """Somebody, the payer unless said, opens the deal with the value that is right, or with `surplus` more."""

    deal: int
    sender: Role | None = None
    surplus: int = 0


@dataclass(frozen=True)
class Attest:
    """Somebody brings an attestation of what is selected, or of the bitmap given. `lasts`: seconds from now."""

    deal: int
    choice: Choice
    bitmap: int | None
    lasts: int
    forgery: Forgery


@dataclass(frozen=True)
class Release:
    """Somebody, the payer unless said, releases."""

    deal: int
    choice: Choice
    sender: Role | None


@dataclass(frozen=True)
class Refund:
    """Somebody, the first selected milestone's payee unless said, refunds."""

    deal: int
    choice: Choice
    sender: Role | None


@dataclass(frozen=True)
class Conclude:
    """Somebody concludes."""

    deal: int
    choice: Choice
    sender: Role


class Odd(Enum):
    """An address that can't be paid."""

    ZERO = auto()
    ESCROW = auto()


@dataclass(frozen=True)
class Claim:
    """Somebody, the owner unless said, claims one of the credits, to the owner unless said.

    `owner` and `asset` are for a claim that need not be of a credit.
    """

    credit: int
    owner: Role
    asset: Asset
    to: Role | Odd | None
    sender: Role | None


class Moment(Enum):
    """A time of a milestone."""

    DEADLINE = auto()
    INSPECTION_END = auto()


@dataclass(frozen=True)
class Wait:
    """Time goes on to this many seconds after a moment of a milestone, or after now. It never goes back."""

    deal: int
    milestone: int
    moment: Moment | None
    seconds: int


class Answer(Enum):
    """What the blockable token does when it is to pay somebody. Its number there is the value."""

    PAYS = 0
    RETURNS_FALSE = 1
    REVERTS = 2


@dataclass(frozen=True)
class Block:
    """The blockable token pays an account no longer, or again."""

    role: Role
    answer: Answer


@dataclass(frozen=True)
class Refuse:
    """The wallet accepts coin no longer, or again."""

    refusing: bool


@dataclass(frozen=True)
class Donate:
    """The payer sends a token to the escrow, for no deal."""

    asset: Asset
    amount: int


Action = Open | Attest | Release | Refund | Conclude | Claim | Wait | Block | Refuse | Donate


@dataclass(frozen=True)
class Scenario:
    """Deals to be, and what happens to them."""

    drafts: tuple[Draft, ...]
    actions: tuple[Action, ...]

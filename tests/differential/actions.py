"""What a scenario consists of, as data: deals to be, and actions on them. Numbers choose among what there is."""

from dataclasses import dataclass, field
from enum import Enum, auto

from escrow_chain.protocol.events import State
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
    NO_MILESTONES = auto()
    MANY_MILESTONES = auto()
    WRONG_INDEX = auto()
    SWAPPED_MILESTONES = auto()
    DEADLINE_NOW = auto()
    DEADLINE_FAR = auto()
    GAP = auto()
    MANY_PAYOUTS = auto()
    ZERO_RECIPIENT = auto()
    ESCROW_RECIPIENT = auto()
    TOKEN_RECIPIENT = auto()
    REPEATED_TERMS = auto()
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
    """What is unusual about a selection. With the first four it can prove its deal all the same."""

    NONE = auto()
    FLAGGED = auto()
    FLAGS_TO_SPARE = auto()
    TERMS_IN_FEES = auto()
    TURNED_ROUND = auto()
    NOTHING = auto()
    ROOT_ONLY = auto()
    DOUBLED = auto()
    PROOF_MISSING = auto()
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
    """A selection to be: of all milestones, or of those picked, out of those in the state `among` if there are any.

    `noise` decides the details of the twist. `bare`: it goes without its proof where the contract has such a call.
    """

    everything: bool
    picks: tuple[int, ...]
    twist: Twist
    noise: int
    bare: bool = False
    among: State | None = None


class Forgery(Enum):
    """What is wrong with a signature."""

    NONE = auto()
    OTHER_SIGNER = auto()
    OTHER_KIND = auto()
    OTHER_DEAL = auto()
    OTHER_MILESTONES = auto()
    OTHER_CONTENT = auto()
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
class Signing:
    """How a message is signed; `compact`: in 64 bytes."""

    forgery: Forgery = Forgery.NONE
    compact: bool = False


@dataclass(frozen=True)
class Word:
    """A signed word to be: of what is selected, or of the bitmap given. `lasts`: seconds from now."""

    bitmap: int | None
    lasts: int
    signing: Signing


class Way(Enum):
    """How a deal is funded."""

    ALLOWANCE = auto()
    PERMIT = auto()
    AUTHORIZATION = auto()
    AUTHORIZATION_IN_BYTES = auto()


@dataclass(frozen=True)
class Open:
    """Somebody, the payer unless said, opens the deal with the value that is right, or with `surplus` more.

    `lasts` and `signing` are those of the permit or the authorization, if there is one.
    """

    deal: int
    way: Way = Way.ALLOWANCE
    sender: Role | None = None
    surplus: int = 0
    lasts: int = 1_000
    signing: Signing = field(default_factory=Signing)


@dataclass(frozen=True)
class Attest:
    """Somebody brings an attestation."""

    deal: int
    choice: Choice
    word: Word


class Verb(Enum):
    """What the payer or a payee has done with milestones, alone."""

    RELEASE = auto()
    REFUND = auto()
    REVOKE = auto()
    PAYER_DISPUTE = auto()
    PAYEE_DISPUTE = auto()


@dataclass(frozen=True)
class Say:
    """Somebody (unless said, whose right it is) says so, from the own account or by a word that the stranger brings."""

    verb: Verb
    deal: int
    choice: Choice
    by: Role | None
    word: Word | None


@dataclass(frozen=True)
class Share:
    """How much of a milestone is for its payees: so many ten-thousandths, and some minor units more."""

    bps: int
    more: int


class Side(Enum):
    """One of the two who can agree."""

    PAYER = auto()
    PAYEE = auto()


@dataclass(frozen=True)
class Settle:
    """Somebody brings what payer and payee agreed on, with both signatures. `lasts`: seconds from now."""

    deal: int
    choice: Choice
    share: Share
    sender: Side | Role
    lasts: int
    of_payer: Signing
    of_payee: Signing


@dataclass(frozen=True)
class Rule:
    """Somebody, the arbiter unless said, rules; by a word that the stranger brings if it is signed."""

    deal: int
    choice: Choice
    share: Share
    by: Role | None
    lasts: int
    signing: Signing | None


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
    REVOCABLE_UNTIL = auto()
    CLOCK_END = auto()
    """Of the inspection or the arbitration that goes on, if any."""


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


Making = Open | Attest | Say | Settle | Rule | Conclude | Claim
"""What is a call of the contract."""
Action = Making | Wait | Block | Refuse | Donate


@dataclass(frozen=True)
class Scenario:
    """Deals to be, and what happens to them."""

    drafts: tuple[Draft, ...]
    actions: tuple[Action, ...]

"""What the contract refuses, as exceptions with the values of its errors.

    Refusal
    ├── of open: InvalidPayer … DealExists
    ├── of the other calls: DealNotFound … InsufficientGas
    └── of what the contract is built on and calls: MerkleProofInvalidMultiproof … Panic

Names, fields and their order are those of the contract's ABI (a test compares them), so that the model raises and the
client decodes the very same exception.
"""

from dataclasses import dataclass, fields
from inspect import cleandoc
from typing import Any


class Refusal(Exception):
    """The contract refuses the call. Nothing has changed."""

    def values(self) -> dict[str, Any]:
        """The error's fields; binary values as 0x-hexadecimal text."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in given.items()}

    def __str__(self) -> str:
        """What is wrong, and the values that show it."""
        sentence = cleandoc(type(self).__doc__ or "")
        values = ", ".join(f"{name} {value}" for name, value in self.values().items())
        return f"{sentence} ({values})" if values else sentence


@dataclass(unsafe_hash=True)
class InvalidPayer(Refusal):
    """The payer is zero, this contract or the deal's token."""

    payer: str


@dataclass(unsafe_hash=True)
class InvalidRecipient(Refusal):
    """A recipient is zero, this contract or the deal's token."""

    to: str


@dataclass(unsafe_hash=True)
class InvalidMilestoneCount(Refusal):
    """A deal has 1 to 128 milestones; a call that splits has one."""

    count: int


@dataclass(unsafe_hash=True)
class InvalidIndex(Refusal):
    """The milestones are numbered from 0 without a gap."""

    payout: int
    index: int


@dataclass(unsafe_hash=True)
class InvalidPayoutCount(Refusal):
    """A milestone has 1 to 8 payouts."""

    index: int
    count: int


@dataclass(unsafe_hash=True)
class RepeatedTerms(Refusal):
    """Only the first payout of a milestone says its deadline and terms."""

    payout: int


@dataclass(unsafe_hash=True)
class ZeroPayout(Refusal):
    """A payout is not zero."""

    payout: int


@dataclass(unsafe_hash=True)
class InvalidDeadline(Refusal):
    """A deadline lies after now, and at most 10 years away."""

    index: int
    deadline: int
    timestamp: int


@dataclass(unsafe_hash=True)
class InvalidPeriod(Refusal):
    """A period is at most a year of 365 days."""

    period: int
    max: int


@dataclass(unsafe_hash=True)
class ArbiterWithoutPeriod(Refusal):
    """An arbiter needs time to rule."""

    arbiter: str


@dataclass(unsafe_hash=True)
class InspectionWithoutArbiter(Refusal):
    """An inspection without an arbiter gives the payer nothing to do with what was seen."""

    inspection_period: int


@dataclass(unsafe_hash=True)
class InvalidShare(Refusal):
    """A share is at most 10,000."""

    bps: int


@dataclass(unsafe_hash=True)
class TotalTooLarge(Refusal):
    """All payouts together are below 2**127."""

    total: int


@dataclass(unsafe_hash=True)
class InvalidValue(Refusal):
    """The value sent is the total for a deal in the chain's coin, zero for one in a token."""

    value: int
    expected: int


@dataclass(unsafe_hash=True)
class InvalidToken(Refusal):
    """There is no contract at the token's address."""

    token: str


@dataclass(unsafe_hash=True)
class TokenShortfall(Refusal):
    """The token delivered less than it was asked for."""

    token: str
    received: int
    expected: int


@dataclass(unsafe_hash=True)
class DealExists(Refusal):
    """The deal was opened before. It can't be opened again, even when it is finished."""

    id: bytes


@dataclass(unsafe_hash=True)
class DealNotFound(Refusal):
    """No deal with these terms and these milestones was ever opened."""

    id: bytes


@dataclass(unsafe_hash=True)
class NoArbiter(Refusal):
    """The deal names no arbiter, so nothing of it can be disputed."""

    id: bytes


@dataclass(unsafe_hash=True)
class NotPayer(Refusal):
    """The sender is not the deal's payer."""

    sender: str
    payer: str


@dataclass(unsafe_hash=True)
class NotPayee(Refusal):
    """The sender is not the milestone's payee."""

    sender: str
    payee: str
    index: int


@dataclass(unsafe_hash=True)
class NotArbiter(Refusal):
    """The sender is not the deal's arbiter."""

    sender: str
    arbiter: str


@dataclass(unsafe_hash=True)
class SignatureExpired(Refusal):
    """The signature's time is over."""

    valid_until: int
    timestamp: int


@dataclass(unsafe_hash=True)
class InvalidSignature(Refusal):
    """The signature is not this signer's over what the call says."""

    signer: str


@dataclass(unsafe_hash=True)
class NotSigned(Refusal):
    """Milestones are selected that the signature doesn't name. Both are bitmaps."""

    milestones: int
    signed: int


@dataclass(unsafe_hash=True)
class InvalidSplit(Refusal):
    """The payees can't receive more than the milestone has."""

    to_payees: int
    amount: int


@dataclass(unsafe_hash=True)
class NothingToDo(Refusal):
    """Nothing selected can change now: settled, delivered, disputed, too early or too late."""

    id: bytes


@dataclass(unsafe_hash=True)
class NothingToClaim(Refusal):
    """Nothing is owed in this token to this owner."""

    token: str
    owner: str


@dataclass(unsafe_hash=True)
class NotOwner(Refusal):
    """Only the owner may send a credit anywhere but to the own address."""

    sender: str
    owner: str


@dataclass(unsafe_hash=True)
class InsufficientGas(Refusal):
    """Too little gas to be sure that a payment that fails does not fail for want of gas."""

    available: int
    required: int


@dataclass(unsafe_hash=True)
class MerkleProofInvalidMultiproof(Refusal):
    """The selection's proof has siblings that no step takes."""


@dataclass(unsafe_hash=True)
class SafeERC20FailedOperation(Refusal):
    """The token refused the transfer: see balance and allowance."""

    token: str


@dataclass(unsafe_hash=True)
class ERC20InsufficientBalance(Refusal):
    """The sender holds less of the token than is needed (ERC-6093)."""

    sender: str
    balance: int
    needed: int


@dataclass(unsafe_hash=True)
class ERC20InsufficientAllowance(Refusal):
    """The spender is allowed less of the token than is needed (ERC-6093)."""

    spender: str
    allowance: int
    needed: int


@dataclass(unsafe_hash=True)
class FailedCall(Refusal):
    """The recipient refused the coin."""


@dataclass(unsafe_hash=True)
class InsufficientBalance(Refusal):
    """The contract holds less coin than it is to send."""

    balance: int
    needed: int


@dataclass(unsafe_hash=True)
class ReentrancyGuardReentrantCall(Refusal):
    """A token that is to fund a deal opened another one meanwhile."""


@dataclass(unsafe_hash=True)
class Panic(Refusal):
    """Solidity's own check failed; 0x32 is an index out of range, 0x11 an overflow."""

    code: int


REFUSALS: dict[str, type[Refusal]] = {kind.__name__: kind for kind in Refusal.__subclasses__()}
"""Every refusal by the name of the contract's error."""

"""The terms of a deal, as the contract has them.

Field for field the structs of `contracts/interfaces/IEscrow.sol`, which says what each one means. Frozen, and only as
strict as the ABI: a value that fits its type is a value here. Which deals may be opened is the rules' business
(`escrow_chain.protocol.model`).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

from pydantic import StrictBool

from escrow_chain.protocol import merkle
from escrow_chain.protocol.numbers import Address, Bytes32, Frozen, Uint8, Uint16, Uint32, Uint40, Uint128, Uint256
from escrow_chain.protocol.typed_data import DEAL, MILESTONE, Domain


class Payout(Frozen):
    """One share of a milestone: `amount` in the token's minor units. The first one's `to` is the payee."""

    to: Address
    amount: Uint128


class Milestone(Frozen):
    """The unit that settles, once. `deadline` is a unix time in seconds, `terms` the hash of what must be proven."""

    index: Uint8
    deadline: Uint40
    terms: Bytes32
    payouts: tuple[Payout, ...]

    @property
    def payee(self) -> str:
        """Who may refund it. Raises `IndexError` for a milestone that pays nobody."""
        return self.payouts[0].to

    @property
    def amount(self) -> int:
        """All payouts together, in minor units."""
        return sum(payout.amount for payout in self.payouts)

    @cached_property
    def leaf(self) -> bytes:
        """Its EIP-712 struct hash: its leaf in the deal's tree."""
        return MILESTONE.struct_hash(self.values())

    def values(self) -> tuple[object, ...]:
        """The fields in the order of the ABI."""
        payouts = [(payout.to, payout.amount) for payout in self.payouts]
        return (self.index, self.deadline, self.terms, payouts)

    @classmethod
    def from_values(cls, values: Sequence[Any]) -> Self:
        """The milestone whose `values` these are."""
        index, deadline, terms, payouts = values
        shares = tuple(Payout(to=to, amount=amount) for to, amount in payouts)
        return cls(index=index, deadline=deadline, terms=terms, payouts=shares)


class Deal(Frozen):
    """One funded agreement. Times are unix seconds, periods seconds, `lapse_bps` ten-thousandths."""

    payer: Address
    token: Address
    attestor: Address
    arbiter: Address
    revocable_until: Uint40
    inspection_period: Uint32
    arbitration_period: Uint32
    lapse_bps: Uint16
    agreement: Bytes32
    milestones: Bytes32
    salt: Uint256

    def id(self, domain: Domain) -> bytes:
        """Its EIP-712 digest. `domain` is that of the contract at the moment of its deployment."""
        return domain.digest(DEAL.struct_hash(self.values()))

    def values(self) -> tuple[object, ...]:
        """The fields in the order of the ABI."""
        return tuple(getattr(self, name) for name in type(self).model_fields)

    @classmethod
    def from_values(cls, values: Sequence[Any]) -> Self:
        """The deal whose `values` these are."""
        return cls(**dict(zip(cls.model_fields, values, strict=True)))


class Selection(Frozen):
    """Some milestones of a deal with the proof that they are its milestones, as the contract takes them."""

    milestones: tuple[Milestone, ...]
    proof: tuple[Bytes32, ...] = ()
    proof_flags: tuple[StrictBool, ...] = ()

    def root(self) -> bytes:
        """The root that it proves. Raises `merkle.InvalidMultiproof` or `IndexError` if the proof is malformed."""
        leaves = [milestone.leaf for milestone in self.milestones]
        if not self.proof_flags:
            if len(leaves) == 1:
                return merkle.process_proof(self.proof, leaves[0])
            if leaves and not self.proof:
                return merkle.root(leaves)
        return merkle.process_multiproof(merkle.Multiproof(proof=self.proof, flags=self.proof_flags), leaves)

    def values(self) -> tuple[object, ...]:
        """The fields in the order of the ABI."""
        return ([milestone.values() for milestone in self.milestones], list(self.proof), list(self.proof_flags))


def milestones_root(milestones: Sequence[Milestone]) -> bytes:
    """What a deal with these milestones has in `milestones`. Raises `ValueError` if there is none."""
    return merkle.root([milestone.leaf for milestone in milestones])


def select(milestones: Sequence[Milestone], indices: Sequence[int]) -> Selection:
    """The shortest selection of the milestones at `indices` out of all of a deal's `milestones`.

    Raises `ValueError` if the indices don't rise strictly or name no milestone.
    """
    leaves = [milestone.leaf for milestone in milestones]
    given = merkle.multiproof(leaves, indices)
    chosen = tuple(milestones[index] for index in indices)
    if len(chosen) == len(milestones):
        return Selection(milestones=chosen)
    if len(chosen) == 1:
        return Selection(milestones=chosen, proof=given.proof)
    return Selection(milestones=chosen, proof=given.proof, proof_flags=given.flags)

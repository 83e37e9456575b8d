"""The terms of a deal, as the contract has them.

The structs of `contracts/interfaces/IEscrowTypes.sol`, which says what each one means. Frozen, and only as strict as
the ABI: a value that fits its type is a value here. Which deals may be opened is the rules' business
(`escrow_chain.protocol.checks`).

Milestones are nested here, as in the hashes, and travel as rows: one for each payout, those of one milestone together,
the payee's first. Fees have zeros for what the payee's row says of the milestone.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain, groupby
from typing import Any, Self

from escrow_chain.protocol import merkle
from escrow_chain.protocol.errors import InvalidMilestoneCount, MerkleProofInvalidMultiproof, Panic
from escrow_chain.protocol.numbers import Address, Bytes32, Frozen, Uint16, Uint32, Uint40, Uint128, Uint256
from escrow_chain.protocol.typed_data import CONDITIONS, DEAL, MILESTONE, Domain

Row = tuple[str, int, int, int, bytes]
"""A payout as the ABI has it: to, amount, its milestone's index, and in the payee's row its deadline and terms."""
Conditions = tuple[str, int, int, int, bytes, int]
_NO_TERMS = bytes(32)


class Payout(Frozen):
    """One share of a milestone: `amount` in the token's minor units. The first one's `to` is the payee."""

    to: Address
    amount: Uint128


class Milestone(Frozen):
    """The unit that settles, once. `deadline` is a unix time in seconds, `terms` the hash of what must be proven."""

    index: Uint16
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
        """The fields in the order of the EIP-712 struct."""
        payouts = [(payout.to, payout.amount) for payout in self.payouts]
        return (self.index, self.deadline, self.terms, payouts)

    def rows(self) -> list[Row]:
        """It as it travels."""
        of_payee, of_fee = (self.deadline, self.terms), (0, _NO_TERMS)
        return [
            (payout.to, payout.amount, self.index, *(of_fee if place else of_payee))
            for place, payout in enumerate(self.payouts)
        ]


class Deal(Frozen):
    """One funded agreement. Times are unix seconds, periods seconds, `lapse_bps` ten-thousandths.

    `milestones` is the Merkle root over them. The ABI's structs lack it: the contract works it out of what is passed.
    """

    payer: Address
    token: Address
    attestor: Address
    inspection_period: Uint40
    arbiter: Address
    arbitration_period: Uint32
    lapse_bps: Uint16
    revocable_until: Uint40
    agreement: Bytes32
    salt: Uint256
    milestones: Bytes32

    @cached_property
    def conditions_hash(self) -> bytes:
        """The EIP-712 struct hash of its conditions."""
        return CONDITIONS.struct_hash(self._conditions())

    def id(self, domain: Domain) -> bytes:
        """Its EIP-712 digest. `domain` is that of the contract at the moment of its deployment."""
        return domain.digest(DEAL.struct_hash((*self.values(), self.milestones)))

    def typed_data(self, domain: Domain) -> dict[str, Any]:
        """It as a wallet shows it, in JSON's own types."""
        return domain.typed_data(DEAL, DEAL.message((*self.values(), self.milestones)))

    def values(self) -> tuple[object, ...]:
        """The ABI's `Deal`: the fields in its order, the conditions as a tuple of their own."""
        return (self.payer, self.token, self.attestor, self.inspection_period, self._conditions())

    def key(self) -> tuple[object, ...]:
        """The ABI's `Key`: all that everyday calls bring."""
        return (self.payer, self.token, self.attestor, self.inspection_period, self.conditions_hash)

    def over(self, milestones: bytes) -> Self:
        """The same terms over the milestones of another root."""
        return self if milestones == self.milestones else self.model_copy(update={"milestones": milestones})

    @classmethod
    def from_values(cls, values: Sequence[Any], milestones_root: bytes) -> Self:
        """The deal over these milestones whose `values` these are."""
        *everyday, conditions = values
        fields = (*everyday, *conditions, milestones_root)
        return cls(**dict(zip(cls.model_fields, fields, strict=True)))

    def _conditions(self) -> Conditions:
        return (
            self.arbiter,
            self.arbitration_period,
            self.lapse_bps,
            self.revocable_until,
            self.agreement,
            self.salt,
        )


class Selection(Frozen):
    """Some milestones of a deal with the proof that they are its milestones, as the contract takes them.

    Without a proof they are all of the deal's. One has its siblings as proof, several the siblings of the multiproof
    and then its flags, as a number of 32 bytes.
    """

    milestones: tuple[Milestone, ...]
    proof: tuple[Bytes32, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it claims to be all milestones of its deal."""
        return not self.proof

    @cached_property
    def parts(self) -> tuple[Milestone, ...]:
        """The milestones that the contract sees in the rows: neighbours with one index are one, the first one's."""
        neighbours = groupby((each for each in self.milestones if each.payouts), key=lambda each: each.index)
        return tuple(_joined(list(alike)) for _, alike in neighbours)

    def root(self) -> bytes:
        """The root that it proves. Raises the contract's `Refusal` if it selects nothing or its proof is malformed."""
        leaves = [part.leaf for part in self.parts]
        if not leaves:
            raise InvalidMilestoneCount(0)
        if len(leaves) == 1:
            return merkle.process_proof(self.proof, leaves[0])
        if not self.proof:
            return merkle.root(leaves)
        *siblings, flags = self.proof
        try:
            return merkle.process_multiproof(merkle.Multiproof(tuple(siblings), int.from_bytes(flags)), leaves)
        except merkle.InvalidMultiproof:
            raise MerkleProofInvalidMultiproof from None
        except IndexError:
            raise Panic(0x32) from None

    def values(self) -> tuple[list[Row], list[bytes]]:
        """The ABI's `payouts` and `proof`."""
        return rows(self.milestones), list(self.proof)


def rows(milestones: Iterable[Milestone]) -> list[Row]:
    """Milestones as they travel."""
    return list(chain.from_iterable(milestone.rows() for milestone in milestones))


def milestones_of(rows: Sequence[Row]) -> tuple[Milestone, ...]:
    """The milestones whose rows these are. Raises `ValueError` if a fee says a deadline or terms."""
    return tuple(_milestone(list(its_rows)) for _, its_rows in groupby(rows, key=lambda row: row[2]))


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
        return Selection(milestones=chosen, proof=given.siblings)
    return Selection(milestones=chosen, proof=(*given.siblings, given.flags.to_bytes(32)))


def _joined(alike: Sequence[Milestone]) -> Milestone:
    first = alike[0]
    if len(alike) == 1:
        return first
    return first.model_copy(update={"payouts": tuple(payout for each in alike for payout in each.payouts)})


def _milestone(its_rows: Sequence[Row]) -> Milestone:
    _, _, index, deadline, terms = its_rows[0]
    for _, _, _, *said in its_rows[1:]:
        if said != [0, _NO_TERMS]:
            raise ValueError(f"a fee of milestone {index} says a deadline or terms")
    payouts = tuple(Payout(to=to, amount=amount) for to, amount, *_ in its_rows)
    return Milestone(index=index, deadline=deadline, terms=terms, payouts=payouts)

"""A quorum: k of n members behind one address, which a deal can name as its attestor.

    quorum = Quorum.of(2, [Member(alice), Member(bob), Member(verifier, key)])
    quorum.address(factory=factory, code=code)      # known before anybody has created it
    quorum.assemble(digest, {Member(alice): signature, Member(bob): other})

What members sign is the attestation's digest itself (`Attestation.digest`).

    QuorumRefusal          what the factory refuses, with the names and fields of its errors
    ├── InvalidMemberCount
    ├── InvalidThreshold
    ├── InvalidMemberLength
    ├── ZeroMember
    ├── DuplicateMember
    └── UnsortedMember
    AssemblyError          why no signature of the quorum can be made of what is there
    ├── NotAMember
    ├── SignatureTooLong
    └── TooFewSignatures
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from eth_hash.auto import keccak
from eth_utils.address import to_canonical_address, to_checksum_address
from pydantic import TypeAdapter

from escrow_chain.protocol.errors import Refusal
from escrow_chain.protocol.numbers import ZERO_ADDRESS, Address
from escrow_chain.protocol.signatures import COMPACT_SIZE, SIZE, compact, recover

MAX_MEMBERS = 32
MAX_KEY_SIZE = 512
MAX_SIGNATURE_SIZE = (1 << 16) - 1
_ACCOUNT_SIZE = 20
_ENTRY_SIZE = 24
_END_SIZE = 2
_HEAD_SIZE = 3
_NO_SALT = bytes(32)
_ADDRESS = TypeAdapter(Address)


class QuorumRefusal(Refusal):
    """The factory refuses the set."""


@dataclass(unsafe_hash=True)
class InvalidMemberCount(QuorumRefusal):
    """A quorum has 1 to 32 members."""

    count: int
    max: int


@dataclass(unsafe_hash=True)
class InvalidThreshold(QuorumRefusal):
    """At least one member has to sign, and at most all."""

    threshold: int
    count: int


@dataclass(unsafe_hash=True)
class InvalidMemberLength(QuorumRefusal):
    """A member is an account of 20 bytes, or a verifier of 20 bytes and a key of 1 to 512."""

    index: int
    length: int


@dataclass(unsafe_hash=True)
class ZeroMember(QuorumRefusal):
    """A member's account or verifier is zero."""

    index: int


@dataclass(unsafe_hash=True)
class DuplicateMember(QuorumRefusal):
    """Two members have the same account or key. A key counts once, whatever verifies it."""

    index: int
    other: int


@dataclass(unsafe_hash=True)
class UnsortedMember(QuorumRefusal):
    """A member's id (the keccak256 of its account, or of its key) is not above that of the member before it."""

    index: int
    id: bytes
    previous: bytes


class AssemblyError(Exception):
    """No signature of the quorum can be made of what is there."""


@dataclass
class NotAMember(AssemblyError):
    """A signature is by somebody who is no member."""

    account: str
    key: bytes

    def __str__(self) -> str:
        return f"{self.account} with key 0x{self.key.hex()} is no member of the quorum: leave its signature out"


@dataclass
class SignatureTooLong(AssemblyError):
    """A member's signature is longer than the quorum takes."""

    index: int
    size: int

    def __str__(self) -> str:
        return f"the signature of member {self.index} has {self.size} bytes, and {MAX_SIGNATURE_SIZE} are taken at most"


@dataclass
class TooFewSignatures(AssemblyError):
    """Fewer members signed than have to."""

    count: int
    threshold: int

    def __str__(self) -> str:
        return f"{self.count} members signed, and {self.threshold} have to: ask more of them"


@dataclass(frozen=True)
class Member:
    """Who can sign: an account (a key, or an ERC-1271 contract), or an ERC-7913 verifier and the key that it verifies.

    `account` is the address of either; an account has no `key`. Raises `ValueError` if it is no address.
    """

    account: str
    key: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "account", _ADDRESS.validate_python(self.account))

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """A member from its bytes in the contract, 20 at least."""
        return cls(to_checksum_address(encoded[:_ACCOUNT_SIZE]), encoded[_ACCOUNT_SIZE:])

    @property
    def encoded(self) -> bytes:
        """The member as the contract takes it: an ERC-7913 signer."""
        return to_canonical_address(self.account) + self.key

    @cached_property
    def id(self) -> bytes:
        """What members are ordered by, 32 bytes. A key has the same under every verifier."""
        return keccak(self.key or to_canonical_address(self.account))


Answer = Callable[[Member, bytes, bytes], bool]
"""What a contract on chain says: the member's own, or its verifier, asked about a digest and a signature."""


@dataclass(frozen=True)
class Quorum:
    """A set of members, and how many of them have to sign. Raises a `QuorumRefusal` for what the factory refuses."""

    threshold: int
    members: tuple[Member, ...]
    """In ascending order of ids."""

    def __post_init__(self) -> None:
        count = len(self.members)
        if not 1 <= count <= MAX_MEMBERS:
            raise InvalidMemberCount(count, MAX_MEMBERS)
        if not 1 <= self.threshold <= count:
            raise InvalidThreshold(self.threshold, count)
        for index, member in enumerate(self.members):
            if len(member.key) > MAX_KEY_SIZE:
                raise InvalidMemberLength(index, len(member.encoded))
            if member.account == ZERO_ADDRESS:
                raise ZeroMember(index)
            if index > 0:
                self._check_order(index, self.members[index - 1].id, member.id)

    @classmethod
    def of(cls, threshold: int, members: Iterable[Member]) -> Self:
        """A quorum of members in any order."""
        return cls(threshold, tuple(sorted(members, key=lambda member: member.id)))

    @property
    def packed(self) -> bytes:
        """The set as it lies behind the quorum's code (contracts/libraries/MemberSet.sol)."""
        keys, entries = b"", b""
        begin = _END_SIZE + len(self.members) * _ENTRY_SIZE
        for member in self.members:
            begin += len(member.key)
            keys = member.key + keys
            entries += to_canonical_address(member.account) + begin.to_bytes(2) + len(member.key).to_bytes(2)
        return keys + entries + bytes([len(self.members), self.threshold])

    def address(self, *, factory: str, code: bytes) -> str:
        """Where a factory puts the quorum (EIP-1014). `code` is the runtime code of `AttestorQuorum`."""
        complete = code + self.packed
        init_code = b"\x61" + len(complete).to_bytes(2) + bytes.fromhex("3d81600a3d39f3") + complete
        digest = keccak(b"\xff" + to_canonical_address(factory) + _NO_SALT + keccak(init_code))
        return to_checksum_address(digest[12:])

    def assemble(self, digest: bytes, signatures: Mapping[Member, bytes]) -> bytes:
        """The quorum's signature, of what its members gave; of more than are needed, those that cost the least.

        A key's signature over the digest may have 64 or 65 bytes. Everything else goes to the member's contract as it
        is. Raises an `AssemblyError`. Whether the signatures are valid is not asked: see `accepts`.
        """
        given: list[tuple[int, bytes]] = []
        for member, signature in signatures.items():
            if member not in self.members:
                raise NotAMember(member.account, member.key)
            index = self.members.index(member)
            if len(signature) > MAX_SIGNATURE_SIZE:
                raise SignatureTooLong(index, len(signature))
            given.append((index, _shortest(member, digest, signature)))
        if len(given) < self.threshold:
            raise TooFewSignatures(len(given), self.threshold)
        cheapest = sorted(given, key=lambda each: (not self._is_key(each[0], digest, each[1]), len(each[1]), each[0]))
        return b"".join(_part(index, signature) for index, signature in sorted(cheapest[: self.threshold]))

    def accepts(self, digest: bytes, signatures: bytes, answer: Answer) -> bool:
        """What `isValidSignature` says. `answer` speaks for the contracts on chain."""
        least = 0
        for _ in range(self.threshold):
            head, signatures = signatures[:_HEAD_SIZE], signatures[_HEAD_SIZE:]
            if len(head) < _HEAD_SIZE:
                return False
            index, size = head[0], int.from_bytes(head[1:])
            signature, signatures = signatures[:size], signatures[size:]
            if len(signature) < size or not least <= index < len(self.members):
                return False
            if not self._is_key(index, digest, signature) and not answer(self.members[index], digest, signature):
                return False
            least = index + 1
        return not signatures

    @staticmethod
    def _check_order(index: int, previous: bytes, id_: bytes) -> None:
        if id_ == previous:
            raise DuplicateMember(index, index - 1)
        if id_ < previous:
            raise UnsortedMember(index, id_, previous)

    def _is_key(self, index: int, digest: bytes, signature: bytes) -> bool:
        """Whether this is the compact signature of the key of a member that is an account."""
        member = self.members[index]
        if member.key or len(signature) != COMPACT_SIZE:
            return False
        return recover(digest, signature) == member.account


def _shortest(member: Member, digest: bytes, signature: bytes) -> bytes:
    """A key's signature in its compact form; everything else as it is."""
    if not member.key and len(signature) == SIZE and recover(digest, signature) == member.account:
        return compact(signature)
    return signature


def _part(index: int, signature: bytes) -> bytes:
    return bytes([index]) + len(signature).to_bytes(2) + signature

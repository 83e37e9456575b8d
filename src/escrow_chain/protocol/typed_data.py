"""EIP-712: the types of the contract's structs and messages, their hashes, and what a wallet is shown.

    Message                      what somebody signs
    ├── Attestation              the attestor: milestones are fulfilled
    ├── of some milestones       Release, Refund, Revocation, PayerDispute, PayeeDispute
    ├── of one milestone's split PayerSettlement, PayeeSettlement, Ruling
    └── to a token               ReceiveWithAuthorization (ERC-3009), Permit (ERC-2612)

Hashes are made from the types by their rule (EIP-712, "Definition of hashStruct"); `eth_account` hashes the same
messages in the tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from eth_hash.auto import keccak

from escrow_chain.protocol.numbers import Address, Bytes, Bytes32, Frozen, Uint8, Uint40, Uint128, Uint256

_MAX_SAFE_BITS = 53
"""Integers of more bits are text in JSON: most readers lose digits of theirs."""


@dataclass(frozen=True)
class Struct:
    """An EIP-712 struct type: a name, fields as (type, name), and the structs its fields and arrays consist of."""

    name: str
    fields: tuple[tuple[str, str], ...]
    parts: tuple["Struct", ...] = ()

    @property
    def declaration(self) -> str:
        """The type as EIP-712 spells it, without what it refers to."""
        return f"{self.name}({','.join(f'{kind} {name}' for kind, name in self.fields)})"

    @property
    def structs(self) -> tuple["Struct", ...]:
        """The type itself and all that it refers to."""
        return (self, *(struct for part in self.parts for struct in part.structs))

    @cached_property
    def type_hash(self) -> bytes:
        """keccak256 of the declarations of this type and of all that it refers to, those by name."""
        referred = sorted({struct.declaration for struct in self.structs} - {self.declaration})
        return keccak((self.declaration + "".join(referred)).encode())

    def struct_hash(self, values: Sequence[Any]) -> bytes:
        """`hashStruct`: 32 bytes. `values` in the order of the fields; structs and arrays as sequences of their own."""
        words = [self._word(kind, value) for (kind, _), value in zip(self.fields, values, strict=True)]
        return keccak(self.type_hash + b"".join(words))

    def message(self, values: Sequence[Any]) -> dict[str, Any]:
        """The values under their names, in JSON's own types."""
        return {name: self._shown(kind, value) for (kind, name), value in zip(self.fields, values, strict=True)}

    def schema(self) -> dict[str, list[dict[str, str]]]:
        """The `types` entries of this struct in typed data as JSON."""
        return {each.name: [{"name": name, "type": kind} for kind, name in each.fields] for each in self.structs}

    def _word(self, kind: str, value: Any) -> bytes:
        """`encodeData` of one field: 32 bytes."""
        if kind.endswith("[]"):
            return keccak(b"".join(self._word(kind[:-2], each) for each in value))
        if part := self._part(kind):
            return part.struct_hash(value)
        match kind:
            case "string":
                return keccak(value.encode())
            case "address":
                raw, size = bytes.fromhex(value.removeprefix("0x")), 20
            case "bytes32":
                raw, size = value, 32
            case "bool":
                raw, size = bytes([value]), 1
            case _:
                size = _bits(kind) // 8
                raw = value.to_bytes(size)
        if len(raw) != size:
            raise ValueError(f"{value!r} is no {kind}")
        return raw.rjust(32, b"\0")

    def _shown(self, kind: str, value: Any) -> Any:
        if kind.endswith("[]"):
            return [self._shown(kind[:-2], each) for each in value]
        if part := self._part(kind):
            return part.message(value)
        if isinstance(value, bytes):
            return "0x" + value.hex()
        return str(value) if kind.startswith("uint") and _bits(kind) > _MAX_SAFE_BITS else value

    def _part(self, kind: str) -> "Struct | None":
        return next((part for part in self.parts if part.name == kind), None)


def _bits(kind: str) -> int:
    return int(kind.removeprefix("uint"))


PAYOUT = Struct("Payout", (("address", "to"), ("uint128", "amount")))
MILESTONE = Struct(
    "Milestone",
    (("uint16", "index"), ("uint40", "deadline"), ("bytes32", "terms"), ("Payout[]", "payouts")),
    parts=(PAYOUT,),
)
CONDITIONS = Struct(
    "Conditions",
    (
        ("address", "arbiter"),
        ("uint32", "arbitrationPeriod"),
        ("uint16", "lapseBps"),
        ("uint40", "revocableUntil"),
        ("bytes32", "agreement"),
        ("uint256", "salt"),
    ),
)
DEAL = Struct(
    "Deal",
    (
        ("address", "payer"),
        ("address", "token"),
        ("address", "attestor"),
        ("uint40", "inspectionPeriod"),
        ("Conditions", "conditions"),
        ("bytes32", "milestones"),
    ),
    parts=(CONDITIONS,),
)
_DOMAIN = Struct(
    "EIP712Domain",
    (("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")),
)
_OF_SOME = (("bytes32", "deal"), ("uint128", "milestones"), ("uint40", "validUntil"))
_OF_A_SPLIT = (("bytes32", "deal"), ("uint8", "milestone"), ("uint128", "toPayees"), ("uint40", "validUntil"))


class Domain(Frozen):
    """The EIP-712 domain of a contract on a chain: of the escrow, unless it says another name."""

    chain_id: Uint256
    contract: Address
    name: str = "Escrow"
    version: str = "1"

    @cached_property
    def separator(self) -> bytes:
        """The domain separator, 32 bytes."""
        return _DOMAIN.struct_hash((self.name, self.version, self.chain_id, self.contract))

    def digest(self, struct_hash: bytes) -> bytes:
        """What is signed, or what identifies a deal: 32 bytes."""
        return keccak(b"\x19\x01" + self.separator + struct_hash)

    def typed_data(self, struct: Struct, message: Mapping[str, Any]) -> dict[str, Any]:
        """The message as `eth_signTypedData_v4` takes it. `message` has the names of the struct's fields."""
        return {
            "types": _DOMAIN.schema() | struct.schema(),
            "primaryType": struct.name,
            "domain": {
                "name": self.name,
                "version": self.version,
                "chainId": self.chain_id,
                "verifyingContract": self.contract,
            },
            "message": dict(message),
        }


class Consent(Frozen):
    """A signed word about milestones, carried by somebody else: the fields of the ABI's `Consent`."""

    milestones: Uint128
    valid_until: Uint40
    signature: Bytes

    def values(self) -> tuple[object, ...]:
        """The fields in the order of the ABI."""
        return (self.milestones, self.valid_until, self.signature)


class Settlement(Frozen):
    """A split that payer and payee agreed on, in minor units, with their signatures; the sender's own may be empty."""

    to_payees: Uint128
    valid_until: Uint40
    payer_signature: Bytes = b""
    payee_signature: Bytes = b""

    def values(self) -> tuple[object, ...]:
        """The last four arguments of the ABI's `settle`."""
        return (self.to_payees, self.valid_until, self.payer_signature, self.payee_signature)


class Message(Frozen):
    """What somebody signs. The fields are those of `struct`, in its order."""

    struct: ClassVar[Struct]

    def values(self) -> tuple[object, ...]:
        """The fields in the order of the struct."""
        return tuple(getattr(self, name) for name in type(self).model_fields)

    def digest(self, domain: Domain) -> bytes:
        """What is signed: 32 bytes. `domain` is the contract's live one."""
        return domain.digest(self.struct.struct_hash(self.values()))

    def typed_data(self, domain: Domain) -> dict[str, Any]:
        """What a wallet shows and signs, in JSON's own types."""
        return domain.typed_data(self.struct, self.struct.message(self.values()))


class Attestation(Message):
    """The attestor's statement that milestones of a deal are fulfilled.

    `milestones` is a bitmap (bit i is milestone i), `evidence` the evidence root, `valid_until` the unix time from
    which the statement is void.
    """

    struct = Struct(
        "Attestation",
        (("bytes32", "deal"), ("uint128", "milestones"), ("bytes32", "evidence"), ("uint40", "validUntil")),
    )

    deal: Bytes32
    milestones: Uint128
    evidence: Bytes32
    valid_until: Uint40


class MilestonesMessage(Message):
    """Of the milestones of a bitmap, until a unix time."""

    deal: Bytes32
    milestones: Uint128
    valid_until: Uint40

    def consent(self, signature: bytes) -> Consent:
        """It as the contract takes it, with the signature over it."""
        return Consent(milestones=self.milestones, valid_until=self.valid_until, signature=signature)


class Release(MilestonesMessage):
    """The payer has them paid in full."""

    struct = Struct("Release", _OF_SOME)


class Refund(MilestonesMessage):
    """The payee gives them back in full."""

    struct = Struct("Refund", _OF_SOME)


class Revocation(MilestonesMessage):
    """The payer takes them back in full."""

    struct = Struct("Revocation", _OF_SOME)


class PayerDispute(MilestonesMessage):
    """The payer doesn't accept what was delivered."""

    struct = Struct("PayerDispute", _OF_SOME)


class PayeeDispute(MilestonesMessage):
    """The payee asks the arbiter for what the attestor doesn't attest."""

    struct = Struct("PayeeDispute", _OF_SOME)


class SplitMessage(Message):
    """Of one milestone: `to_payees` of it for the payees, in minor units, and the rest for the payer."""

    deal: Bytes32
    milestone: Uint8
    to_payees: Uint128
    valid_until: Uint40


class PayerSettlement(SplitMessage):
    """The payer agrees to a split."""

    struct = Struct("PayerSettlement", _OF_A_SPLIT)


class PayeeSettlement(SplitMessage):
    """The payee agrees to a split."""

    struct = Struct("PayeeSettlement", _OF_A_SPLIT)


class Ruling(SplitMessage):
    """The arbiter's split."""

    struct = Struct("Ruling", _OF_A_SPLIT)


class ReceiveWithAuthorization(Message):
    """A payer's word to a token that the escrow may take the total of a deal (ERC-3009): `nonce` is the deal's id.

    `domain` is the token's own. Valid after `valid_after` and before `valid_before`, unix times.
    """

    struct = Struct(
        "ReceiveWithAuthorization",
        (
            ("address", "from"),
            ("address", "to"),
            ("uint256", "value"),
            ("uint256", "validAfter"),
            ("uint256", "validBefore"),
            ("bytes32", "nonce"),
        ),
    )

    payer: Address
    escrow: Address
    value: Uint256
    valid_after: Uint256
    valid_before: Uint256
    nonce: Bytes32


class Permit(Message):
    """An owner's word to a token that the escrow may take so much (ERC-2612): `nonce` is the token's next for them.

    `domain` is the token's own. Valid up to `deadline`, a unix time.
    """

    struct = Struct(
        "Permit",
        (
            ("address", "owner"),
            ("address", "spender"),
            ("uint256", "value"),
            ("uint256", "nonce"),
            ("uint256", "deadline"),
        ),
    )

    owner: Address
    spender: Address
    value: Uint256
    nonce: Uint256
    deadline: Uint256


def bitmap(indices: Sequence[int]) -> int:
    """The bitmap with the bits of these milestones set."""
    return sum(1 << index for index in set(indices))


def indices(bitmap: int) -> tuple[int, ...]:
    """The milestones of a bitmap, rising."""
    return tuple(index for index in range(bitmap.bit_length()) if bitmap >> index & 1)

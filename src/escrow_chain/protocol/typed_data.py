"""EIP-712: the types of the contract's structs and messages, their hashes, and what a wallet is shown.

Hashes are made from the types by their rule (EIP-712, "Definition of hashStruct"); `eth_account` hashes the same
messages in the tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_hash.auto import keccak

from escrow_chain.protocol.numbers import Address, Bytes32, Frozen, Uint40, Uint128, Uint256


@dataclass(frozen=True)
class Struct:
    """An EIP-712 struct type: a name, fields as (type, name), and the struct its array fields consist of, if any."""

    name: str
    fields: tuple[tuple[str, str], ...]
    element: "Struct | None" = None

    @property
    def declaration(self) -> str:
        """The type as EIP-712 spells it, without what it refers to."""
        return f"{self.name}({','.join(f'{kind} {name}' for kind, name in self.fields)})"

    @cached_property
    def type_hash(self) -> bytes:
        """keccak256 of the declarations of this type and of the one it refers to."""
        referred = self.element.declaration if self.element else ""
        return keccak((self.declaration + referred).encode())

    def struct_hash(self, values: Sequence[Any]) -> bytes:
        """`hashStruct`: 32 bytes. `values` in the order of the fields; an array as a list of its elements' values."""
        words = [self._word(kind, value) for (kind, _), value in zip(self.fields, values, strict=True)]
        return keccak(self.type_hash + b"".join(words))

    def _word(self, kind: str, value: Any) -> bytes:
        """`encodeData` of one field: 32 bytes."""
        if self.element and kind == f"{self.element.name}[]":
            return keccak(b"".join(self.element.struct_hash(each) for each in value))
        match kind:
            case "string":
                return keccak(value.encode())
            case "address":
                raw, size = bytes.fromhex(value.removeprefix("0x")), 20
            case "bytes32":
                raw, size = value, 32
            case _:
                size = int(kind.removeprefix("uint")) // 8
                raw = value.to_bytes(size)
        if len(raw) != size:
            raise ValueError(f"{value!r} is no {kind}")
        return raw.rjust(32, b"\0")

    def schema(self) -> dict[str, list[dict[str, str]]]:
        """The `types` entries of this struct in typed data as JSON."""
        entries = {self.name: [{"name": name, "type": kind} for kind, name in self.fields]}
        return entries | (self.element.schema() if self.element else {})


PAYOUT = Struct("Payout", (("address", "to"), ("uint128", "amount")))
MILESTONE = Struct(
    "Milestone",
    (("uint8", "index"), ("uint40", "deadline"), ("bytes32", "terms"), ("Payout[]", "payouts")),
    element=PAYOUT,
)
DEAL = Struct(
    "Deal",
    (
        ("address", "payer"),
        ("address", "token"),
        ("address", "attestor"),
        ("address", "arbiter"),
        ("uint40", "revocableUntil"),
        ("uint32", "inspectionPeriod"),
        ("uint32", "arbitrationPeriod"),
        ("uint16", "lapseBps"),
        ("bytes32", "agreement"),
        ("bytes32", "milestones"),
        ("uint256", "salt"),
    ),
)
ATTESTATION = Struct(
    "Attestation", (("bytes32", "deal"), ("uint128", "milestones"), ("bytes32", "evidence"), ("uint40", "validUntil"))
)
_DOMAIN = Struct(
    "EIP712Domain",
    (("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")),
)


class Domain(Frozen):
    """The EIP-712 domain of an escrow contract on a chain."""

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


class Attestation(Frozen):
    """The attestor's statement that milestones of a deal are fulfilled.

    `milestones` is a bitmap (bit i is milestone i), `evidence` the evidence root, `valid_until` the unix time from
    which the statement is void.
    """

    deal: Bytes32
    milestones: Uint128
    evidence: Bytes32
    valid_until: Uint40

    def digest(self, domain: Domain) -> bytes:
        """What the attestor signs: 32 bytes. `domain` is the contract's live one."""
        return domain.digest(ATTESTATION.struct_hash((self.deal, self.milestones, self.evidence, self.valid_until)))

    def typed_data(self, domain: Domain) -> dict[str, Any]:
        """What a wallet shows and signs, in JSON's own types."""
        shown = self.model_dump(mode="json").values()
        return domain.typed_data(ATTESTATION, dict(zip((name for _, name in ATTESTATION.fields), shown, strict=True)))


def bitmap(indices: Sequence[int]) -> int:
    """The bitmap with the bits of these milestones set."""
    return sum(1 << index for index in set(indices))


def indices(bitmap: int) -> tuple[int, ...]:
    """The milestones of a bitmap, rising."""
    return tuple(index for index in range(bitmap.bit_length()) if bitmap >> index & 1)

"""The value types of the contracts, as pydantic knows them: exact, range-checked, readable as JSON.

Amounts and the salt are written as decimal text in JSON, since most readers of JSON lose integers above 2**53; text
and integers are read. Binary values are written as 0x-hexadecimal text.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Self

from eth_utils.address import to_checksum_address
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

ZERO_ADDRESS = "0x" + 40 * "0"
_checksummed = lru_cache(maxsize=4_096)(to_checksum_address)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_BINARY = re.compile(r"0x((?:[0-9a-fA-F]{2})*)")


class Frozen(BaseModel):
    """Base of the values that consist of others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same with some fields changed: checked, and without the hashes that the original has worked out."""
        copied = super().model_copy(deep=deep)
        fields = {name: getattr(copied, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | dict(update or {}))


def _integer(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value


def _binary(value: Any) -> Any:
    if isinstance(value, str) and (match := _BINARY.fullmatch(value)):
        return bytes.fromhex(match[1])
    return bytes(value) if isinstance(value, bytes) else value


def _address(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _ADDRESS.fullmatch(value):
        raise ValueError("not an address: 0x and 40 hexadecimal digits")
    checksummed = _checksummed(value)
    if value[2:] not in (checksummed[2:], value[2:].lower(), value[2:].upper()):
        raise ValueError("mistyped: its capital letters, which are a checksum (EIP-55), don't fit")
    return checksummed


def _hexadecimal(value: bytes) -> str:
    return "0x" + value.hex()


_text = PlainSerializer(str, when_used="json")

Uint8 = Annotated[int, Field(strict=True, ge=0, lt=1 << 8)]
Uint16 = Annotated[int, Field(strict=True, ge=0, lt=1 << 16)]
Uint32 = Annotated[int, Field(strict=True, ge=0, lt=1 << 32)]
Uint40 = Annotated[int, Field(strict=True, ge=0, lt=1 << 40)]
Uint128 = Annotated[int, BeforeValidator(_integer), Field(strict=True, ge=0, lt=1 << 128), _text]
Uint256 = Annotated[int, BeforeValidator(_integer), Field(strict=True, ge=0, lt=1 << 256), _text]
Bytes32 = Annotated[
    bytes,
    BeforeValidator(_binary),
    Field(strict=True, min_length=32, max_length=32),
    PlainSerializer(_hexadecimal, when_used="json"),
]
Bytes = Annotated[bytes, BeforeValidator(_binary), Field(strict=True), PlainSerializer(_hexadecimal, when_used="json")]
Address = Annotated[str, BeforeValidator(_address), Field(strict=True)]
"""An EIP-55 checksummed address; one in small or in capital letters alone is read as well."""

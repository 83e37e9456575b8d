"""Calldata. The common encoders check every value again and take most of a run's time; these encode."""

from collections.abc import Callable
from functools import cache
from typing import Any

from eth_abi.grammar import ABIType, BasicType, TupleType, parse
from eth_hash.auto import keccak

Encoder = Callable[[Any], bytes]


def calldata(signature: str, *arguments: object) -> bytes:
    """A call of the function with this signature, or an error of this signature: they are encoded alike."""
    selector, encode = _function(signature)
    return selector + encode(arguments)


def encode(types: str, *arguments: object) -> bytes:
    """Arguments of these types, as `(address,uint256)`."""
    return _encoder(types)[1](arguments)


@cache
def _function(signature: str) -> tuple[bytes, Encoder]:
    return keccak(signature.encode())[:4], _encoder(signature[signature.index("(") :])[1]


@cache
def _encoder(kind: str) -> tuple[bool, Encoder]:
    """Whether the type is dynamic, and its encoder."""
    if kind == "()":
        return False, _tuple([])
    parsed: ABIType = parse(kind)
    if parsed.is_array:
        return True, _array(parsed.item_type.to_type_str())
    if isinstance(parsed, TupleType):
        return parsed.is_dynamic, _tuple([part.to_type_str() for part in parsed.components])
    assert isinstance(parsed, BasicType)
    encoders: dict[str, Encoder] = {
        "address": _address,
        "bytes": _binary if parsed.is_dynamic else _fixed,
        "string": _text,
    }
    return parsed.is_dynamic, encoders.get(parsed.base, _number)


def _number(value: int) -> bytes:
    return value.to_bytes(32)


def _address(value: str) -> bytes:
    return bytes(12) + bytes.fromhex(value[2:])


def _fixed(value: bytes) -> bytes:
    return value.ljust(32, b"\0")


def _binary(value: bytes) -> bytes:
    return len(value).to_bytes(32) + value + bytes(-len(value) % 32)


def _text(value: str) -> bytes:
    return _binary(value.encode())


def _array(kind: str) -> Encoder:
    dynamic, item = _encoder(kind)
    return lambda values: len(values).to_bytes(32) + _joined([(dynamic, item(value)) for value in values])


def _tuple(kinds: list[str]) -> Encoder:
    encoders = [_encoder(kind) for kind in kinds]
    return lambda values: _joined(
        [(dynamic, encode(value)) for (dynamic, encode), value in zip(encoders, values, strict=True)]
    )


def _joined(parts: list[tuple[bool, bytes]]) -> bytes:
    """Static parts in place; dynamic ones behind them, with their offset in place."""
    offset = sum(32 if dynamic else len(part) for dynamic, part in parts)
    head, tail = b"", b""
    for dynamic, part in parts:
        head += (offset + len(tail)).to_bytes(32) if dynamic else part
        tail += part if dynamic else b""
    return head + tail

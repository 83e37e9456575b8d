"""The contract's errors and events, read from bytes into the types of `protocol`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak
from eth_utils.abi import collapse_if_tuple
from eth_utils.address import to_checksum_address

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol.deal import Deal, Milestone
from escrow_chain.protocol.errors import REFUSALS, Refusal
from escrow_chain.protocol.events import Claimed, Credited, Delivered, Event, Opened, Reason, Settled

_FROM_ELSEWHERE = {
    "Panic": ("uint256",),
    "ERC20InsufficientBalance": ("address", "uint256", "uint256"),
    "ERC20InsufficientAllowance": ("address", "uint256", "uint256"),
}
"""Errors that come out of the contract without being in its ABI: Solidity's own, and tokens' (ERC-6093)."""


@dataclass(frozen=True)
class _Layout:
    """An event's name, its indexed and other fields, as (name, type)."""

    name: str
    indexed: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


def refusal(revert_data: bytes) -> Refusal | None:
    """The refusal that a call reverted with, or None if the data is no error that we know."""
    name, types = _errors().get(revert_data[:4], ("", ()))
    if not name:
        return None
    try:
        values = decode(types, revert_data[4:])
    except DecodingError:
        return None
    return REFUSALS[name](*_plain(types, values))


def event(topics: Sequence[bytes], payload: bytes) -> Event | None:
    """The contract's event in a log, or None if it is none of its events."""
    layout = _events().get(bytes(topics[0])) if topics else None
    if layout is None:
        return None
    indexed = [decode([kind], bytes(topic))[0] for (_, kind), topic in zip(layout.indexed, topics[1:], strict=True)]
    kinds = [kind for _, kind in layout.others]
    values = dict(
        zip((name for name, _ in layout.indexed), _plain([k for _, k in layout.indexed], indexed), strict=True)
    )
    values |= dict(zip((name for name, _ in layout.others), _plain(kinds, decode(kinds, payload)), strict=True))
    return _MAKERS[layout.name](values)


def topic(name: str) -> bytes:
    """The first topic of the contract's event of this name."""
    return next(first for first, layout in _events().items() if layout.name == name)


_MAKERS: dict[str, Callable[[Mapping[str, Any]], Event]] = {
    "Opened": lambda v: Opened(
        v["id"],
        v["payer"],
        Deal.from_values(v["deal"]),
        tuple(Milestone.from_values(each) for each in v["milestones"]),
    ),
    "Delivered": lambda v: Delivered(v["id"], v["milestones"], v["evidence"]),
    "Settled": lambda v: Settled(v["id"], v["milestones"], v["toPayees"], v["toPayer"], Reason(v["reason"])),
    "Credited": lambda v: Credited(v["token"], v["owner"], v["amount"]),
    "Claimed": lambda v: Claimed(v["token"], v["owner"], v["to"], v["amount"]),
}


def _plain(types: Sequence[str], values: Sequence[Any]) -> list[Any]:
    return [to_checksum_address(v) if kind == "address" else v for kind, v in zip(types, values, strict=True)]


@cache
def _errors() -> dict[bytes, tuple[str, tuple[str, ...]]]:
    known = dict(_FROM_ELSEWHERE)
    for entry in load("Escrow").abi:
        if entry["type"] == "error" and entry["name"] in REFUSALS:
            known[entry["name"]] = tuple(collapse_if_tuple(field) for field in entry["inputs"])
    return {keccak(f"{name}({','.join(types)})".encode())[:4]: (name, types) for name, types in known.items()}


@cache
def _events() -> dict[bytes, _Layout]:
    known = {}
    for entry in load("Escrow").abi:
        if entry["type"] == "event" and entry["name"] in _MAKERS:
            fields = [(field["name"], collapse_if_tuple(field), field["indexed"]) for field in entry["inputs"]]
            signature = f"{entry['name']}({','.join(kind for _, kind, _ in fields)})"
            known[keccak(signature.encode())] = _Layout(
                entry["name"],
                tuple((name, kind) for name, kind, indexed in fields if indexed),
                tuple((name, kind) for name, kind, indexed in fields if not indexed),
            )
    return known

"""The contract's calls as bytes, and what it answers: values, refusals and events, as the types of `protocol`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak
from eth_utils.abi import collapse_if_tuple
from eth_utils.address import to_checksum_address

from escrow_chain.chain.artifacts import load
from escrow_chain.protocol.deal import Deal, milestones_of, milestones_root
from escrow_chain.protocol.errors import REFUSALS, Refusal
from escrow_chain.protocol.events import Event, Opened

_FROM_ELSEWHERE = {
    "Panic": ("uint256",),
    "ERC20InsufficientBalance": ("address", "uint256", "uint256"),
    "ERC20InsufficientAllowance": ("address", "uint256", "uint256"),
}
"""Errors that come out of the contract without being in its ABI: Solidity's own, and tokens' (ERC-6093)."""

_EVENTS = {kind.__name__: kind for kind in get_args(Event)}


@dataclass(frozen=True)
class _Function:
    """A function of the contract, and the types of what it takes and gives."""

    selector: bytes
    takes: tuple[str, ...]
    gives: tuple[str, ...]


@dataclass(frozen=True)
class _Layout:
    """An event's name, its indexed and other fields, as (name, type)."""

    name: str
    indexed: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


def calldata(name: str, *arguments: Any) -> bytes:
    """A call of the function of this name that takes as many arguments: what is overloaded differs in that."""
    function = _functions()[name, len(arguments)]
    return function.selector + encode(function.takes, arguments)


def answer(called: bytes, returned: bytes) -> tuple[Any, ...]:
    """What a call returned. Raises `DecodingError` if that is not what the function returns."""
    function = next(each for each in _functions().values() if each.selector == called[:4])
    return decode(function.gives, returned)


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
    layout = _layouts().get(bytes(topics[0])) if topics else None
    if layout is None:
        return None
    indexed = [decode([kind], bytes(topic))[0] for (_, kind), topic in zip(layout.indexed, topics[1:], strict=True)]
    others = decode([kind for _, kind in layout.others], payload)
    names, types = zip(*layout.indexed, *layout.others, strict=True)
    fields = dict(zip(names, _plain(types, (*indexed, *others)), strict=True))
    if layout.name == "Opened":
        return _opened(fields)
    made: Event = _EVENTS[layout.name](**{_snake(name): value for name, value in fields.items()})
    return made


def topic(name: str) -> bytes:
    """The first topic of the contract's event of this name."""
    return next(first for first, layout in _layouts().items() if layout.name == name)


def _opened(fields: Mapping[str, Any]) -> Opened:
    milestones = milestones_of(fields["payouts"])
    deal = Deal.from_values(fields["deal"], milestones_root(milestones))
    return Opened(fields["id"], fields["payer"], deal, milestones)


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _plain(types: Sequence[str], values: Sequence[Any]) -> list[Any]:
    return [to_checksum_address(v) if kind == "address" else v for kind, v in zip(types, values, strict=True)]


def _selector(name: str, types: Sequence[str]) -> bytes:
    return keccak(f"{name}({','.join(types)})".encode())[:4]


@cache
def _functions() -> dict[tuple[str, int], _Function]:
    known = {}
    for entry in load("Escrow").abi:
        if entry["type"] == "function":
            takes, gives = (tuple(map(collapse_if_tuple, entry[side])) for side in ("inputs", "outputs"))
            known[entry["name"], len(takes)] = _Function(_selector(entry["name"], takes), takes, gives)
    return known


@cache
def _errors() -> dict[bytes, tuple[str, tuple[str, ...]]]:
    known = dict(_FROM_ELSEWHERE)
    for entry in load("Escrow").abi:
        if entry["type"] == "error" and entry["name"] in REFUSALS:
            known[entry["name"]] = tuple(map(collapse_if_tuple, entry["inputs"]))
    return {_selector(name, types): (name, types) for name, types in known.items()}


@cache
def _layouts() -> dict[bytes, _Layout]:
    known = {}
    for entry in load("Escrow").abi:
        if entry["type"] == "event" and entry["name"] in _EVENTS:
            fields = [(field["name"], collapse_if_tuple(field), field["indexed"]) for field in entry["inputs"]]
            signature = f"{entry['name']}({','.join(kind for _, kind, _ in fields)})"
            known[keccak(signature.encode())] = _Layout(
                entry["name"],
                tuple((name, kind) for name, kind, indexed in fields if indexed),
                tuple((name, kind) for name, kind, indexed in fields if not indexed),
            )
    return known

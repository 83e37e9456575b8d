"""JSON that two readers cannot read differently: strict parsing, RFC 8785 bytes, and their hash.

What is hashed decides about money, so everything that makes parsers disagree is refused: keys given
twice, NaN and infinities, numbers too large for a double's integers, lone surrogates, bytes that are not
UTF-8, and documents that are too large or too deep.

Source: RFC 8259, RFC 7493 (I-JSON), RFC 8785 (through the `rfc8785` package).
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, TypeAlias

import rfc8785
from eth_hash.auto import keccak

JsonValue: TypeAlias = bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None

MAX_BYTES: Final = 1 << 20
"""The largest document read, in bytes."""
MAX_DEPTH: Final = 64
"""How deep arrays and objects may nest."""
MAX_SAFE_INTEGER: Final = 2**53 - 1
"""The largest number read: beyond it doubles skip integers, and readers differ (RFC 7493, section 2.2)."""
_LONGEST_INTEGER: Final = 20
_LONGEST_PATH: Final = 200
"""Characters of a path that an error tells: keys may be as long as the document."""
_TOO_LARGE: Final = f"a number beyond {MAX_SAFE_INTEGER}"


@dataclass
class InvalidJson(ValueError):
    """The text is not the JSON that this project hashes.

    `where` is a path into the document (`data.points[1].radius`) or, where there is no document yet,
    a place in the text (`line 3, column 7`, `byte 12`). `reason` is a sentence without its full stop.
    """

    where: str
    reason: str

    def __str__(self) -> str:
        """Where it is wrong, and why."""
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class _Fault:
    """Stands in a parsed document for what must be refused there, until its path is known."""

    reason: str
    key: str | None = None


def parse(text: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The value that strict JSON text says: dict, list, str, int, float, bool or None.

    Raises `InvalidJson` with the place of what is wrong.
    """
    if len(text) > max_bytes:
        raise InvalidJson("document", f"{len(text)} bytes, more than the {max_bytes} allowed")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJson(f"byte {error.start}", "not UTF-8") from None
    try:
        document = json.loads(
            decoded,
            object_pairs_hook=_object,
            parse_constant=lambda name: _Fault(f"{name} is not a JSON number"),
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidJson(where, error.msg[0].lower() + error.msg[1:]) from None
    except RecursionError:
        raise _too_deep(max_depth) from None
    _refuse_faults(document, [], max_depth=max_depth)
    return document


def canonical(document: JsonValue) -> bytes:
    """The RFC 8785 bytes of a JSON value.

    Raises `InvalidJson` for what has none: not finite, beyond a double's integers, not Unicode.
    """
    _refuse_faults(document, [], max_depth=MAX_DEPTH)
    return rfc8785.dumps(document)


def document_hash(document: JsonValue) -> bytes:
    """keccak256 of a JSON value's RFC 8785 bytes: 32 bytes. Raises `InvalidJson` as `canonical`."""
    return keccak(canonical(document))


def child_path(path: str, step: str | int) -> str:
    """The path of a member or an element below `path`: `a`, `a.b`, `a.b[0]`."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Fault:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counts = Counter(key for key, _ in pairs)
    return _Fault("given twice", key=counts.most_common(1)[0][0])


def _integer(digits: str) -> int | _Fault:
    if len(digits) > _LONGEST_INTEGER:
        return _Fault(_TOO_LARGE)
    return int(digits)


def _refuse_faults(value: Any, steps: list[str | int], *, max_depth: int) -> None:
    """`steps` lead to the value. They become a path for an error only: all paths together may be far longer than the
    document.
    """
    if isinstance(value, Mapping | list | tuple):
        if len(steps) == max_depth:
            raise _too_deep(max_depth)
        for step, member in _members(value, steps):
            steps.append(step)
            _refuse_faults(member, steps, max_depth=max_depth)
            steps.pop()
    elif isinstance(value, _Fault):
        _refuse_surrogates(value.key or "", steps)
        raise InvalidJson(_where(steps if value.key is None else [*steps, value.key]), value.reason)
    elif isinstance(value, str):
        _refuse_surrogates(value, steps)
    elif isinstance(value, int | float):
        _refuse_number(value, steps)
    elif value is not None:
        raise InvalidJson(_where(steps), f"{type(value).__name__} is no JSON type")


def _members(value: Any, steps: Sequence[str | int]) -> Iterator[tuple[str | int, Any]]:
    if not isinstance(value, Mapping):
        yield from enumerate(value)
        return
    for key, member in value.items():
        if not isinstance(key, str):
            raise InvalidJson(_where(steps), f"the key {key!r} is not text")
        _refuse_surrogates(key, steps)
        yield key, member


def _where(steps: Iterable[str | int]) -> str:
    path = reduce(child_path, steps, "") or "document"
    return path if len(path) <= _LONGEST_PATH else path[:_LONGEST_PATH] + "…"


def _too_deep(max_depth: int) -> InvalidJson:
    return InvalidJson("document", f"nested deeper than {max_depth} levels")


def _refuse_number(value: float, steps: Iterable[str | int]) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidJson(_where(steps), "not a finite number")
    if abs(value) > MAX_SAFE_INTEGER:
        raise InvalidJson(_where(steps), _TOO_LARGE)


def _refuse_surrogates(text: str, steps: Iterable[str | int]) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidJson(_where(steps), "half of a surrogate pair, which is no Unicode text")

"""Mutations: of bytes, of JSON, of the parts of formats. All take their chance from outside, so all can be had again.

A mutation of a format changes a part and puts the whole together again, so that lengths, places and checksums are right
and the parser gets to what was changed.
"""

import copy
import json
import re
import string
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any, Final, Literal, TypeAlias

from fuzz.target import Mutation, Source

_NUMBER: Final = re.compile(rb"\d+")
_EDGES: Final = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1)
_TEXT_EDGES: Final = (b"0", b"1", b"-1", b"65536", b"2147483648", b"9007199254740993", b"1" * 25, b"1e999", b"007")
_MOST_GROWTH: Final = 4_096
_ODD_TEXTS: Final = (
    "",
    " ",
    "\u3164",
    "\x00",
    "\ud800",
    "\U0001f600",
    "e\u0301",
    "0x",
    "0x" + "00" * 20,
    "0x" + "00" * 32,
    "0x" + "fF" * 32,
    "{measured}",
    "{0}",
    "{measured.x}",
    "{measured:9999999}",
    "../../x",
    "a" * 101,
    "9" * 30,
    "NaN",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-12:00",
    "2025-06-30T06:00:00Z",
    "2025-06-30T06:00:00",
    "2025-02-30T25:61:00Z",
)
_ODD_NUMBERS: Final = (
    *(0, 1, -1, 2, 5, 60, 100, 256, 65_536),
    *(2**31, 2**40, 2**53 - 1, 2**53, 2**63, 2**64, 10**18, 10**30, -(2**53)),
    *(0.0, -0.0, 0.1, 0.5, 1e-300, 5e-324, 1e15, 1e308, -1e308, 90.0, -180.0, 180.0000001),
    *(float("inf"), float("nan")),
)
_ODD_VALUES: Final[tuple[Any, ...]] = (None, True, False, [], {}, [[]], [None], {"": None}, *_ODD_TEXTS, *_ODD_NUMBERS)


_Place: TypeAlias = tuple[Any, Any]
"""A value in a document: the object or list that holds it, and under what name or number."""
_Split: TypeAlias = Callable[[bytes], Sequence[bytes] | None]
_Join: TypeAlias = Callable[[Sequence[bytes]], bytes]


def one_in(chance: Random, times: int) -> bool:
    """Whether what happens once in so many times happens now."""
    return chance.randrange(times) == 0


def mutate_bytes(content: bytes, source: Source) -> bytes:
    """A few changes anywhere."""
    changed = bytearray(content)
    for _ in range(_few(source.chance)):
        source.chance.choice(_CHANGES)(changed, source)
    return bytes(changed)


def mutate_json(content: bytes, source: Source) -> bytes:
    """A few changes to values and names; seldom to how they are written."""
    try:
        document = json.loads(content)
        for _ in range(_few(source.chance)):
            document = _changed(document, source)
        written = _written(document, source.chance)
    except (ValueError, OverflowError, RecursionError):  # it is no JSON, or too large or too deep to be handled so
        return mutate_bytes(content, source)
    return mutate_bytes(written, source) if one_in(source.chance, 30) else written


def mutate_either(*mutations: Mutation) -> Mutation:
    """One of several, by chance."""
    return partial(_either, mutations)


def _either(mutations: Sequence[Mutation], content: bytes, source: Source) -> bytes:
    return source.chance.choice(mutations)(content, source)


def mutate_within(parts: _Split, join: _Join) -> Mutation:
    """Changes parts of a format, drops some, repeats or moves them, and takes some from another input."""
    return partial(_within, parts, join)


def _within(parts: _Split, join: _Join, content: bytes, source: Source) -> bytes:
    found, chance = parts(content), source.chance
    if not found:
        return mutate_bytes(content, source)
    changed = list(found)
    for _ in range(_few(chance)):
        place = chance.randrange(len(changed))
        match chance.choice(("change", "change", "change", "change", "repeat", "borrow", "drop")):
            case "change":
                changed[place] = mutate_bytes(changed[place], source)
            case "repeat":
                changed.insert(chance.randrange(len(changed) + 1), changed[place])
            case "borrow":
                changed.insert(place, chance.choice(parts(chance.choice(source.seeds)) or found))
            case _ if len(changed) > 1:
                del changed[place]
    return join(changed)


def png_chunks(content: bytes) -> list[bytes] | None:
    """The chunks of a PNG: type and content, without lengths and checksums."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    chunks, place = [], 8
    while len(content) >= place + 12:
        size = int.from_bytes(content[place : place + 4])
        chunks.append(content[place + 4 : place + 8 + size])
        place += size + 12
    return chunks


def png(chunks: Sequence[bytes]) -> bytes:
    """A PNG of these chunks."""
    written = (struct.pack(">L", max(0, len(each) - 4)) + each + struct.pack(">L", zlib.crc32(each)) for each in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def jpeg_segments(content: bytes) -> list[bytes] | None:
    """The segments of a JPEG without their lengths; the last part is everything from the first scan on."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    segments, place = [], 2
    while content[place : place + 1] == b"\xff" and content[place + 1 : place + 2] not in (b"", b"\xda"):
        end = place + 2 + max(2, int.from_bytes(content[place + 2 : place + 4]))
        segments.append(content[place : place + 2] + content[place + 4 : end])
        place = end
    return [*segments, content[place:]]


def jpeg(segments: Sequence[bytes]) -> bytes:
    """A JPEG of these segments."""
    headers = (each[:2] + struct.pack(">H", min(len(each), 0xFFFF)) + each[2:0xFFFF] for each in segments[:-1])
    return b"\xff\xd8" + b"".join(headers) + segments[-1]


def webp_chunks(content: bytes) -> list[bytes] | None:
    """The chunks of a WebP: type and content."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    chunks, place = [], 12
    while len(content) >= place + 8:
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        chunks.append(content[place : place + 4] + content[place + 8 : place + 8 + size])
        place += 8 + size + size % 2
    return chunks


def webp(chunks: Sequence[bytes]) -> bytes:
    """A WebP of these chunks."""
    written = b"".join(
        each[:4] + struct.pack("<L", max(0, len(each) - 4)) + each[4:] + bytes(len(each) % 2) for each in chunks
    )
    return b"RIFF" + struct.pack("<L", len(written) + 4) + b"WEBP" + written


def _few(chance: Random) -> int:
    """Mostly one."""
    return min(16, 1 + int(chance.expovariate(0.9)))


def _flip(content: bytearray, source: Source) -> None:
    if content:
        content[source.chance.randrange(len(content))] ^= 1 << source.chance.randrange(8)


def _overwrite(content: bytearray, source: Source) -> None:
    if content:
        size = source.chance.choice((1, 1, 1, 2, 4, 8, 32))
        place = source.chance.randrange(len(content))
        content[place : place + size] = _bytes(size, source.chance)


def _delete(content: bytearray, source: Source) -> None:
    first, last = _slice(content, source.chance)
    del content[first:last]


def _repeat(content: bytearray, source: Source) -> None:
    first, last = _slice(content, source.chance)
    times = source.chance.choice((1, 1, 2, 30))
    content[first:first] = (content[first:last] * times)[:_MOST_GROWTH]


def _move(content: bytearray, source: Source) -> None:
    first, last = _slice(content, source.chance)
    part = content[first:last]
    del content[first:last]
    place = source.chance.randrange(len(content) + 1)
    content[place:place] = part


def _insert(content: bytearray, source: Source) -> None:
    place = source.chance.randrange(len(content) + 1)
    content[place:place] = _bytes(source.chance.choice((1, 1, 2, 4, 32, 200)), source.chance)


def _say(content: bytearray, source: Source) -> None:
    """A word, inserted or instead of something else."""
    words = source.words or (b"\x00",)
    word, place = source.chance.choice(words), source.chance.randrange(len(content) + 1)
    content[place : place + source.chance.choice((0, len(word)))] = word


def _splice(content: bytearray, source: Source) -> None:
    """The rest of another input from somewhere on."""
    other = source.chance.choice(source.seeds)
    content[source.chance.randrange(len(content) + 1) :] = other[source.chance.randrange(len(other) + 1) :]


def _cut(content: bytearray, source: Source) -> None:
    del content[source.chance.randrange(len(content) + 1) :]


def _edge(content: bytearray, source: Source) -> None:
    """A number of a length's or place's size, at an edge or next to what it was."""
    size = source.chance.choice((1, 2, 4, 8, 32))
    if len(content) < size:
        return
    place = source.chance.randrange(len(content) - size + 1)
    order: Literal["big", "little"] = source.chance.choice(("big", "little"))
    before = int.from_bytes(content[place : place + size], order)
    near = before + source.chance.choice((-32, -2, -1, 1, 2, 32))
    number = source.chance.choice((near, *_EDGES)) % (1 << 8 * size)
    content[place : place + size] = number.to_bytes(size, order)


def _edge_in_text(content: bytearray, source: Source) -> None:
    """A number in digits."""
    found = list(_NUMBER.finditer(bytes(content[:_MOST_GROWTH])))
    if found:
        number = source.chance.choice(found)
        near = b"%d" % (int(number[0][:18]) + source.chance.choice((-1, 1)))
        content[number.start() : number.end()] = source.chance.choice((near, *_TEXT_EDGES))


_CHANGES: Final = (
    *(_flip, _overwrite, _delete, _repeat, _move, _insert),
    *(_say, _splice, _cut, _edge, _edge, _edge_in_text),
)


def _slice(content: bytearray, chance: Random) -> tuple[int, int]:
    first = chance.randrange(len(content) + 1)
    return first, min(len(content), first + chance.choice((1, 2, 4, 16, 64, 300)))


def _bytes(size: int, chance: Random) -> bytes:
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice((b"\x00", b"\xff", b"\x80", b"\x7f")) * size
    if kind == 1:
        return "".join(chance.choices(string.printable, k=size)).encode()
    return chance.randbytes(size)


def _changed(document: Any, source: Source) -> Any:
    """The document with a change at one place."""
    places = list(_places(document))
    if not places or one_in(source.chance, 50):
        return _other(document, source)
    holder, step = source.chance.choice(places)
    source.chance.choice(_JSON_CHANGES)(holder, step, places, source)
    return document


def _replace(holder: Any, step: Any, _: Sequence[_Place], source: Source) -> None:
    holder[step] = _other(holder[step], source)


def _drop(holder: Any, step: Any, *_: object) -> None:
    del holder[step]


def _rename(holder: Any, step: Any, _: Sequence[_Place], source: Source) -> None:
    if isinstance(holder, dict):
        holder[_name(source)] = holder.pop(step)


def _add(holder: Any, step: Any, _: Sequence[_Place], source: Source) -> None:
    value = _other(copy.deepcopy(holder[step]), source)
    if isinstance(holder, dict):
        holder[_name(source)] = value
    else:
        holder.append(value)


def _copy_from(holder: Any, step: Any, places: Sequence[_Place], source: Source) -> None:
    """From somewhere else in the document."""
    other, there = source.chance.choice(places)
    holder[step] = copy.deepcopy(other[there])


def _multiply(holder: Any, step: Any, _: Sequence[_Place], source: Source) -> None:
    if isinstance(holder, list):
        times = source.chance.choice((1, 1, 2, 40))
        holder[step:step] = [copy.deepcopy(holder[step]) for _ in range(times)]


def _borrow(holder: Any, step: Any, _: Sequence[_Place], source: Source) -> None:
    """A value of the same type, from a valid input."""
    borrowed = [other[there] for other, there in _places(_parsed(source.chance.choice(source.seeds)))]
    alike = [each for each in borrowed if type(each) is type(holder[step])]
    if alike:
        holder[step] = source.chance.choice(alike)


_JSON_CHANGES: Final = (_replace, _replace, _replace, _replace, _drop, _rename, _add, _copy_from, _multiply, _borrow)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _places(document: Any) -> Iterator[_Place]:
    """All values below."""
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            for step in list(holder) if isinstance(holder, dict) else range(len(holder)):
                yield holder, step
                waiting.append(holder[step])


def _name(source: Source) -> str:
    words = [word.decode("utf-8", "replace") for word in source.words]
    return source.chance.choice([*words, *_ODD_TEXTS])


def _other(value: Any, source: Source) -> Any:
    """Another value: near this one, odd, or a word."""
    chance = source.chance
    kind = chance.randrange(4)
    if kind == 0:
        return copy.deepcopy(chance.choice(_ODD_VALUES))
    if kind == 1:
        return _name(source)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return chance.choice((*_ODD_NUMBERS, value + 1, value - 1, -value, value * 1.000001, float(value)))
    if isinstance(value, str):
        odd = chance.choice(_ODD_TEXTS)
        changed = mutate_bytes(value.encode("utf-8", "surrogatepass"), source).decode("utf-8", "replace")
        return chance.choice((odd, value + odd, odd + value, value * 2, value.upper(), value[:-1], changed, changed))
    return chance.choice((value, [value], {"x": value}))


def _written(document: Any, chance: Random) -> bytes:
    separators = chance.choice(((",", ":"), (", ", ": ")))
    text = json.dumps(document, ensure_ascii=chance.choice((True, False)), separators=separators)
    return text.encode("utf-8", "surrogatepass")

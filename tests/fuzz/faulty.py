"""A parser with every fault there is, and inputs that bring each of them about. A module that workers load quickly."""

import ctypes
from contextlib import suppress

from fuzz.mutation import one_in
from fuzz.target import Material, Source, Target, expect


class Panic(BaseException):
    """As Rust's panics are: no `except Exception` sees them."""


def faulty(*, contained: bool = False, cpu_s: float = 60.0) -> Target:
    """The parser. Nothing but its endless loop takes any time worth speaking of."""
    return Target("faulty", good, read_and, sometimes_the_last, contained=contained, cpu_s=cpu_s)


def with_fault(fault: bytes) -> Material:
    """One good input, and one that is not."""
    return Material((b"good", fault))


def good() -> Material:
    """Nothing but good inputs."""
    return Material((b"good", b"fine"))


def read_and(content: bytes, _: None) -> str:
    """What parsers do that have a fault: the input says which."""
    match content:
        case b"raise":
            raise KeyError("unexpected")
        case b"wrong":
            swallows_errors()
        case b"panic":
            raise Panic("as from compiled code")
        case b"hang":
            while True:
                pass
        case b"crash":
            ctypes.string_at(0)
        case b"bomb":
            bytearray(300_000_000)
    return "read"


def swallows_errors() -> None:
    """What is wrong is found in the middle of a parser that catches all."""
    with suppress(Exception):
        expect(False, "a signature over something else")


def sometimes_the_last(content: bytes, source: Source) -> bytes:
    """Of ten inputs one is the last of the seeds."""
    return source.seeds[-1] if one_in(source.chance, 10) else content

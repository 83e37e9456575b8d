"""What is fuzzed: a parser, what may come out of it, and where its inputs come from."""

import json
import re
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from escrow_chain.evidence.refusal import Refusal
from escrow_chain.protocol.canonical import canonical
from escrow_chain.terms.pieces import Unusable

_CODE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_LONGEST_TEXT: Final = 2_000
"""Characters of a sentence, and of what was measured: more than anybody reads."""
_HIGH_WATER: Final = re.compile(r"VmHWM:\s+(\d+) kB")
_MOST_MEMORY_MB: Final = 250
"""What one input may take besides what its process has: the largest photo takes 165."""


@dataclass(frozen=True, slots=True)
class Material:
    """What inputs are made from, and what the parser is given besides: keys, roots, times. Can be pickled.

    `seeds` are valid inputs, attacks that are known, and what was a finding once.
    """

    seeds: tuple[bytes, ...]
    context: Any = None


@dataclass(frozen=True, slots=True)
class Source:
    """What mutations are made from: chance, the seeds, and words that mean something to the parser."""

    chance: Random
    seeds: Sequence[bytes]
    words: Sequence[bytes]


Mutation: TypeAlias = Callable[[bytes, Source], bytes]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU, and megabytes besides what the process had."""

    cpu_s: float = 0.0
    memory_mb: int = 0

    def __or__(self, other: "Cost") -> "Cost":
        """The worst of both."""
        return Cost(max(self.cpu_s, other.cpu_s), max(self.memory_mb, other.memory_mb))


@dataclass(frozen=True, slots=True)
class Passed:
    """What a parser made of an input that is no finding, in a word; and what that took."""

    word: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class Target:
    """A parser. `read(content, context)` says in a word what it made of an input, and raises for a finding.

    `contained`: it is read in the real sandbox, since what parses it is compiled code, which may crash, hang beyond
    the reach of a signal, or take any memory. The others are read in a process that is thrown away, and their inputs
    are led by the code that they reach. `cpu_s` is what one input may take, in seconds. All functions are those of
    modules, so that a target can be handed to a worker.
    """

    name: str
    make: Callable[[], Material]
    read: Callable[[bytes, Any], str]
    mutate: Mutation
    words: tuple[bytes, ...] = ()
    contained: bool = False
    cpu_s: float = 2.0
    max_bytes: int = 16_384

    def attempt(self, content: bytes, context: Any) -> Passed:
        """What it makes of an input. Raises whatever is a finding, `TooSlow` and `TooMuchMemory` among it."""
        _forget_high_water()
        before, started = _high_water_mb(), time.process_time()
        signal.signal(signal.SIGVTALRM, _too_slow)
        signal.setitimer(signal.ITIMER_VIRTUAL, self.cpu_s)
        try:
            word = self.read(content, context)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        cost = Cost(time.process_time() - started, _high_water_mb() - before)
        if cost.cpu_s > self.cpu_s:
            raise TooSlow(f"more than {self.cpu_s:g} s of CPU")
        if cost.memory_mb > _MOST_MEMORY_MB:
            raise TooMuchMemory(f"{cost.memory_mb} MB more than before")
        return Passed(word, cost)


class Wrong(BaseException):
    """A parser said or did what may not be. No parser that catches every `Exception` swallows it."""


class TooSlow(BaseException):
    """An input took too long. As above."""


class TooMuchMemory(Exception):
    """An input took too much memory."""


def expect(holds: object, otherwise: str) -> None:
    """Raises `Wrong` unless something holds."""
    if not holds:
        raise Wrong(otherwise)


def refused(refusal: Refusal) -> str:
    """The word for a refusal. Raises for one that no verdict could show, or that says too little or too much."""
    expect(_CODE.fullmatch(refusal.code), f"the code {refusal.code!r} is none")
    sentence = str(refusal.sentence)
    expect(sentence.strip() and "{" not in sentence, f"the sentence {sentence!r} says nothing")
    for text in (sentence, str(refusal.measured)):
        expect(len(text) <= _LONGEST_TEXT, f"{len(text)} characters in the refusal {refusal.code}")
    canonical(Unusable(claims=None, **asdict(refusal)).model_dump(mode="json"))
    return refusal.code


def said(error: Exception) -> str:
    """The word for an error of ours. Raises for one that cannot be shown."""
    text = str(error)
    text.encode()
    expect(text.strip(), f"{type(error).__name__} says nothing")
    return type(error).__name__


@cache
def folder() -> Path:
    """A folder of this process's own: for parsers that read files."""
    return Path(_folder().name)


@cache
def _folder() -> TemporaryDirectory[str]:
    """In memory, and removed with the process."""
    return TemporaryDirectory(prefix="fuzz-", dir="/dev/shm")


def shown(document: Any) -> bytes:
    """A JSON value as it goes out. Raises for what is none."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _too_slow(*_: object) -> None:
    raise TooSlow("interrupted")


def _forget_high_water() -> None:
    """From now on the most is counted anew (proc(5), clear_refs). Where that can't be, what was before hides some."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _high_water_mb() -> int:
    """The most that this process had in memory since then."""
    return int(_HIGH_WATER.findall(Path("/proc/self/status").read_text())[0]) // 1000

"""Inputs by number: each is a mutation of a valid one, and can be had again from the seed of chance and its number."""

import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Self

from fuzz.target import Cost, Material, Passed, Source, Target, TooSlow


@dataclass(frozen=True, slots=True)
class Finding:
    """An input of a target that something came out of that may not, and what: in a line, and in full."""

    target: str
    content: bytes = field(repr=False)
    what: str
    trace: str = field(default="", repr=False)


@dataclass(slots=True)
class Trial:
    """What came of some inputs: how many there were, how often each word was said, the most one took, a finding.

    `covered` counts the places in the code that were reached, where that is measured.
    """

    inputs: int = 0
    words: Counter[str] = field(default_factory=Counter)
    worst: Cost = field(default_factory=Cost)
    finding: Finding | None = None
    covered: int = 0

    def count(self, came: Passed | Finding) -> None:
        """Counts what came of one more input."""
        self.inputs += 1
        if isinstance(came, Finding):
            self.finding = came
        else:
            self.words[came.word] += 1
            self.worst |= came.cost

    def as_json(self) -> dict[str, Any]:
        """In JSON's own types."""
        return {
            "inputs": self.inputs,
            "words": dict(self.words.most_common()),
            "worst": asdict(self.worst),
            "finding": self.finding and asdict(self.finding) | {"content": self.finding.content.hex()},
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """Said by another process."""
        found = said["finding"]
        finding = Finding(**found | {"content": bytes.fromhex(found["content"])}) if found else None
        return cls(said["inputs"], Counter(said["words"]), Cost(**said["worst"]), finding)

    def add(self, more: "Trial") -> None:
        """Counts what came of further inputs, too."""
        self.inputs += more.inputs
        self.words += more.words
        self.worst |= more.worst
        self.finding = more.finding


def nth(target: Target, material: Material, *, seed: int, number: int) -> bytes:
    """The input of this number. The first ones are the seeds themselves."""
    if number < len(material.seeds):
        return material.seeds[number]
    chance = Random(f"{seed}/{number}")  # noqa: S311  (nothing to guess)
    content = chance.choice(material.seeds)
    mutated = target.mutate(content, Source(chance, material.seeds, target.words))
    return mutated[: target.max_bytes]


def attempt(target: Target, content: bytes, material: Material) -> Passed | Finding:
    """What a target makes of an input, be it a finding.

    Too slow is only what is so twice: where a machine is stopped and goes on, its clocks may leap.
    """
    with suppress(TooSlow):
        return _attempt(target, content, material)
    try:
        return _attempt(target, content, material)
    except TooSlow as error:
        return _finding(target, content, error)


def _attempt(target: Target, content: bytes, material: Material) -> Passed | Finding:
    try:
        return target.attempt(content, material.context)
    except (KeyboardInterrupt, SystemExit, TooSlow):
        raise
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is a finding)
        return _finding(target, content, error)


def _finding(target: Target, content: bytes, error: BaseException) -> Finding:
    what = traceback.format_exception_only(error)[-1].splitlines()[0]
    return Finding(target.name, content, what[:300], "".join(traceback.format_exception(error)))


def attempts(target: Target, material: Material, seed: int, first: int, count: int) -> Trial:
    """Tries the inputs of these numbers, up to the first finding. For a worker, too."""
    trial = Trial()
    for number in range(first, first + count):
        trial.count(attempt(target, nth(target, material, seed=seed, number=number), material))
        if trial.finding:
            break
    return trial

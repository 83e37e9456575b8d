"""A check, one line of a verdict: by which rule, whether it passed, and what was measured.

Rules are data and stand beside the code that applies them. What is said about a check is made from its rule only when
somebody wants to read it, in any language.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from escrow_chain.terms.record import Grade
from escrow_chain.terms.sentence import Sentence

Value: TypeAlias = str | int | float | bool | None
"""As JSON has it."""


class Shown(ABC):
    """Something that is measured and spelled out only when it is read: by its `str`."""

    __slots__ = ()

    @abstractmethod
    def __str__(self) -> str:
        """It as text."""


Raw: TypeAlias = Value | bytes | datetime | timedelta | tuple[str, ...] | frozenset[str] | Shown
"""As it was measured: spelled out by `spelled`."""
_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of check is, whatever it finds.

    `code` is stable (`location.distance`). `unit` is that of what is measured and of its limit. A check of one piece or
    of one optional point decides only whether that counts; the `decisive` ones decide about the term. `passed` and
    `failed` are what is said to the recipient, who must learn what to do; `otherwise` has what is said instead of
    `failed`, by reason. All may name `measured`, `limit` and the check's own values.
    """

    code: str
    passed: str
    failed: str
    unit: str | None = None
    decisive: bool = False
    otherwise: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that can be said, in English."""
        return (self.passed, self.failed, *self.otherwise.values())


class Check(NamedTuple):
    """What was found by a rule.

    `grade` is that of the evidence the check rests on, None where it rests on none. `piece` is a place in the
    evidence, `point` one among the points of a term. `reason` chooses among the sentences of a failed check.
    """

    rule: Rule
    passed: bool
    measured: Raw = None
    limit: Raw = None
    grade: Grade | None = None
    piece: int | None = None
    point: int | None = None
    values: Mapping[str, Raw] | None = None
    reason: str | None = None

    @property
    def code(self) -> str:
        """The rule's."""
        return self.rule.code

    @property
    def decisive(self) -> bool:
        """Whether it decides about the term."""
        return self.rule.decisive

    @property
    def unit(self) -> str | None:
        """That of what is measured and of its limit."""
        return self.rule.unit

    @property
    def sentence(self) -> Sentence:
        """What was found and, if it failed, what to do."""
        rule = self.rule
        text = rule.passed if self.passed else rule.otherwise.get(self.reason or "", rule.failed)
        values = {"measured": self.measured, "limit": self.limit, **(self.values or {})}
        return Sentence(
            text=text, values={name: _read(value) for name, value in values.items() if f"{{{name}}}" in text}
        )

    def as_json(self) -> dict[str, Any]:
        """In JSON's own types, with the sentence in English and as a message for catalogues."""
        sentence = self.sentence
        return {
            "code": self.code,
            "passed": self.passed,
            "sentence": str(sentence),
            "message": sentence.model_dump(mode="json"),
            "measured": spelled(self.measured),
            "limit": spelled(self.limit),
            "unit": self.unit,
            "grade": self.grade,
            "decisive": self.decisive,
            "piece": self.piece,
            "point": self.point,
        }


def all_passed(checks: Iterable[Check]) -> bool:
    """Whether none of them failed."""
    for check in checks:  # noqa: SIM110  (twice as fast as `all` over a generator)
        if not check.passed:
            return False
    return True


def spelled(value: Raw) -> Value:  # noqa: PLR0911  (one for each type)
    """A measured value as JSON has it: the same text for the same value on every machine.

    Numbers have three decimal places at most; times are ISO 8601 in UTC unless they carry another zone, and spans
    seconds.
    """
    match value:
        case float():
            return round(value, _DIGITS)
        case bytes():
            return "0x" + value.hex()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case timedelta():
            return round(value.total_seconds(), _DIGITS)
        case frozenset():
            return _listed(sorted(value))
        case tuple():
            return _listed(value)
        case Shown():
            return str(value)
    return value


def _listed(names: Iterable[str]) -> str | None:
    return ", ".join(names) or None


def _read(value: Raw) -> str:
    """A value as it stands in a sentence."""
    found = spelled(value)
    return f"{found:.1f}".removesuffix(".0") if isinstance(found, float) else str(found)

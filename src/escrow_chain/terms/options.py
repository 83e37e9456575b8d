"""The options of a term: strict models whose errors name the path of what is wrong.

The values come from JSON and are read as JSON: a number is a JSON number, finite and not a boolean;
an option that is `null` is not given. Keys that are not known are left alone (they stay in the document, and thereby in
its hash).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, NoReturn, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from escrow_chain.protocol.canonical import JsonValue, canonical, child_path
from escrow_chain.terms.errors import InvalidTerms, NotSupportedYet, Problem, own_faults
from escrow_chain.terms.people import RECIPIENT
from escrow_chain.terms.record import Grade

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
MEGABYTE: Final = 1_000_000
_BROKEN_RULE: Final = "broken_rule"
_NOT_SUPPORTED: Final = "not_supported_yet"


def broken_rule(reason: str, *, at: str = "") -> PydanticCustomError:
    """To be raised by a validator: a rule is broken, `at` this field below the value it validates."""
    return PydanticCustomError(_BROKEN_RULE, "{reason}", {"reason": reason, "at": at})


def not_supported(what: str, *, at: str = "") -> PydanticCustomError:
    """To be raised by a validator: nothing checks this yet."""
    reason = f"{what} is not supported yet"
    return PydanticCustomError(_NOT_SUPPORTED, "{reason}", {"reason": reason, "at": at})


def parse_instant(text: Any) -> datetime:
    """The moment that ISO 8601 text with a zone names, in UTC. Raises a broken rule."""
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise broken_rule("not a time as in 2025-06-30T16:30:00.000Z (ISO 8601 with its zone)")


def in_bytes(megabytes: float) -> int:
    """A size in megabytes of 1,000,000 bytes, exactly as its text in JSON says it."""
    return int(Fraction(repr(megabytes)) * MEGABYTE)


class Part(BaseModel):
    """An object inside the options."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Options(Part):
    """What all term types have: a text for people, a deadline, and the grade of evidence asked for.

    `BEST_GRADE` is the best that evidence for the type can have.
    """

    BEST_GRADE: ClassVar[Grade] = Grade.BOUND

    @property
    def latest(self) -> datetime | None:
        """When it is too late to prove it, None if the term does not say."""
        return self.deadline

    @property
    def max_bytes(self) -> int | None:
        """The largest photo that can count, in bytes; None if photos prove nothing here."""
        return None

    @property
    def roles(self) -> frozenset[str]:
        """Whose evidence counts (`escrow_chain.terms.people`)."""
        return frozenset({RECIPIENT})

    @property
    def signing_roles(self) -> frozenset[str]:
        """Those among them whose signature in a document will do as well as their evidence."""
        return frozenset()

    @property
    def phone_roles(self) -> frozenset[str]:
        """Who must give back a code that was sent to a phone."""
        return frozenset()

    description: str | None = None
    deadline: Annotated[datetime, BeforeValidator(parse_instant)] | None = None
    grade: Grade = Grade.BOUND

    @field_validator("grade")
    @classmethod
    def _grade_can_be_met(cls, grade: Grade) -> Grade:
        if grade == Grade.CLAIM:
            raise broken_rule("G0 is a mere claim and never releases money: ask for G1")
        if grade > cls.BEST_GRADE:
            raise not_supported(f"evidence of grade {grade.value}")
        return grade


OptionsT = TypeVar("OptionsT", bound=Options)


def parse_options(model: type[OptionsT], given: JsonValue, *, path: str) -> OptionsT:
    """The options that a JSON object says. `path` is where that object stands (`terms[0].data`).

    Raises `InvalidTerms` or, if nothing is wrong but something is not supported, `NotSupportedYet`.
    """
    try:
        return model.model_validate_json(canonical(_without_nulls(given)))
    except ValidationError as error:
        _raise_problems(error.errors(include_url=False), path)


def _without_nulls(given: JsonValue) -> JsonValue:
    if isinstance(given, Mapping):
        return {key: _without_nulls(value) for key, value in given.items() if value is not None}
    if isinstance(given, list | tuple):
        return [_without_nulls(each) for each in given]
    return given


def _raise_problems(errors: list[ErrorDetails], path: str) -> NoReturn:
    broken = [each for each in own_faults(errors) if each["type"] != _NOT_SUPPORTED]
    problems = (Problem(_path_of(each, path), each["msg"]) for each in broken or errors)
    raise (InvalidTerms if broken else NotSupportedYet)(*problems)


def _path_of(error: ErrorDetails, path: str) -> str:
    for step in (*error["loc"], error.get("ctx", {}).get("at", "")):
        path = child_path(path, step) if step not in ("", "[key]") else path
    return path

"""What can be wrong with terms.

    TermsError
    ├── InvalidTerms        an option or the document breaks a rule
    ├── NotSupportedYet     a rule that is known, but that nothing checks yet: refused, never ignored
    ├── UnknownZone         not the name of a time zone
    └── UnloadableType      a term type that another package adds cannot be used

Evidence is never an error here: what is wrong with it is a failed check of the verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails


class TermsError(ValueError):
    """The terms cannot be judged by, as they stand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (`data.verification_points[1].radius`), and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        """Path and reason, as one line."""
        return f"{self.path}: {self.reason}"


def own_faults(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Pydantic's errors without echoes: a list whose items are wrong is said to be too short as well."""
    return [
        each
        for each in errors
        if each["type"] != "too_short"
        or not any(other is not each and other["loc"][: len(each["loc"])] == each["loc"] for other in errors)
    ]


class _Problems(TermsError):
    """Terms with at least one problem, each at its path."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems

    @property
    def path(self) -> str:
        """Where the first problem is."""
        return self.problems[0].path


class InvalidTerms(_Problems):
    """An option or the document breaks a rule."""


class NotSupportedYet(_Problems):
    """The terms ask for something that nothing checks yet."""


class UnknownZone(TermsError):
    """There is no time zone of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no time zone {name!r}")
        self.name = name


class UnloadableType(TermsError):
    """A term type that another package adds cannot be used."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the term type {name!r}: {reason}")
        self.name = name

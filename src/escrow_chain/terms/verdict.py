"""What the judge found, check by check."""

from datetime import datetime
from typing import Any, NamedTuple

from escrow_chain.terms.check import Check
from escrow_chain.terms.record import Grade


class Verdict(NamedTuple):
    """Whether a term is fulfilled, and why.

    `fulfilled` exactly if there are decisive checks and all of them passed. `accepted` are the places
    of the pieces that the verdict rests on, in the order of their receipt; empty if not fulfilled.
    `grade` is the grade that was asked for. `term` has 32 bytes.
    """

    term: bytes
    term_type: str
    at: datetime
    grade: Grade
    fulfilled: bool
    accepted: tuple[int, ...]
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed, decisive or not."""
        return tuple(check for check in self.checks if not check.passed)

    def as_json(self) -> dict[str, Any]:
        """In JSON's own types: the same bytes from every judge of the same evidence."""
        return {
            "term": "0x" + self.term.hex(),
            "term_type": self.term_type,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "grade": self.grade,
            "fulfilled": self.fulfilled,
            "accepted": list(self.accepted),
            "checks": [check.as_json() for check in self.checks],
        }

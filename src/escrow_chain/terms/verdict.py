"""What the judge found, check by check."""

from typing import TypeAlias

from escrow_chain.protocol.numbers import Bytes32
from escrow_chain.terms.record import Grade, Instant, Record

Value: TypeAlias = str | int | float | bool | None


class Check(Record):
    """One line of a verdict.

    `code` is stable (`location.distance`). `measured` and `limit` are in `unit`; None where nothing
    was measured or nothing limits. `grade` is that of the evidence the check rests on, None where it
    rests on none. `sentence` tells the recipient what was found and, if it failed, what to do.

    A check of one piece (`piece` is its place in the evidence) or of one optional point decides only
    whether that counts. The `decisive` checks decide about the term.
    """

    code: str
    passed: bool
    sentence: str
    measured: Value = None
    limit: Value = None
    unit: str | None = None
    grade: Grade | None = None
    decisive: bool = False
    piece: int | None = None
    point: int | None = None


class Verdict(Record):
    """Whether a term is fulfilled, and why.

    `fulfilled` exactly if there are decisive checks and all of them passed. `accepted` are the places
    of the pieces that the verdict rests on, in the order of their receipt; empty if not fulfilled.
    `grade` is the grade that was asked for.
    """

    term: Bytes32
    term_type: str
    at: Instant
    grade: Grade
    fulfilled: bool
    accepted: tuple[int, ...]
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed, decisive or not."""
        return tuple(check for check in self.checks if not check.passed)

"""Whether a piece was there in time: before the deadlines, and before the moment of judging."""

from datetime import datetime

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.record import Grade
from escrow_chain.terms.verdict import Check


def timeliness_checks(
    happened: datetime,
    *,
    number: int,
    grade: Grade,
    term_deadline: datetime | None,
    circumstances: Circumstances,
) -> tuple[Check, ...]:
    """The check against the time of judging, and one against the earlier deadline if there is one."""
    present = happened <= circumstances.at
    checks = [
        Check(
            code="evidence.time",
            passed=present,
            sentence="It was there when it was judged."
            if present
            else "Its time lies after the time of judging. Set the clock and take a new one.",
            measured=_spelled(happened),
            limit=_spelled(circumstances.at),
            grade=grade,
            piece=number,
        )
    ]
    deadlines = [each for each in (term_deadline, circumstances.deadline) if each is not None]
    if deadlines:
        deadline = min(deadlines)
        before = happened < deadline
        checks.append(
            Check(
                code="evidence.deadline",
                passed=before,
                sentence="It came before the deadline."
                if before
                else "It did not come before the deadline. Ask the payer for more time.",
                measured=_spelled(happened),
                limit=_spelled(deadline),
                grade=grade,
                piece=number,
            )
        )
    return tuple(checks)


def _spelled(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

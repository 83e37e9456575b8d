"""Whether a piece was there in time: before the deadlines, and before the moment of judging."""

from datetime import datetime
from typing import Final

from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.record import Grade

TIME: Final = Rule(
    "evidence.time",
    passed="It was there when it was judged.",
    failed="Its time lies after the time of judging. Set the clock and take a new one.",
)
DEADLINE: Final = Rule(
    "evidence.deadline",
    passed="It came before the deadline.",
    failed="It did not come before the deadline. Ask the payer for more time.",
)


def timeliness_checks(
    happened: datetime, *, number: int, grade: Grade, judged_at: datetime, deadline: datetime | None
) -> tuple[Check, ...]:
    """The check against the time of judging, and one against the deadline if there is one."""
    present = Check(TIME, happened <= judged_at, happened, judged_at, grade, number)
    if deadline is None:
        return (present,)
    return (present, Check(DEADLINE, happened < deadline, happened, deadline, grade, number))

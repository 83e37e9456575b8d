"""A daily window of local time, half-open.

A moment is read on the wall clock of the zone, which always shows exactly one time. So on the day
the clocks go back, 01:30 comes twice and both lie in 01:00 to 02:00; on the day they go forward, a
window inside the missing hour does not happen.
"""

import re
from datetime import time
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, model_validator

from escrow_chain.terms.check import Shown
from escrow_chain.terms.options import Part, broken_rule

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _clock_time(text: Any) -> time:
    if isinstance(text, str) and _CLOCK.fullmatch(text):
        return time.fromisoformat(text)
    raise broken_rule("not a time of day as in 08:00 or 23:59")


ClockTime = Annotated[time, BeforeValidator(_clock_time)]


class DailyWindow(Part, Shown):
    """From `start_time` until just before `end_time`; across midnight if it ends before it starts."""

    start_time: ClockTime
    end_time: ClockTime

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start_time == self.end_time:
            raise broken_rule("starts and ends at the same time")
        return self

    def contains(self, local: time) -> bool:
        """Whether the wall clock shows a time in the window."""
        if self.start_time < self.end_time:
            return self.start_time <= local < self.end_time
        return local >= self.start_time or local < self.end_time

    def __str__(self) -> str:
        """The window as people write it."""
        return f"{self.start_time:%H:%M} to {self.end_time:%H:%M}"

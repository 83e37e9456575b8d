"""Which visits of several points make one journey: in order if asked, and with what gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Visit:
    """A counted position inside the circle of a point.

    `point` and `exhibit` are their numbers. `begun` and `happened` bound when the visit was.
    """

    point: int
    exhibit: int
    begun: datetime
    happened: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """Visits of all required points, and the longest time between two consecutive ones."""

    visits: tuple[Visit, ...]
    longest_gap: timedelta

    def then(self, visit: Visit) -> "Journey":
        """The journey with one more visit at its end."""
        gap = visit.happened - self.visits[-1].happened
        return Journey((*self.visits, visit), max(self.longest_gap, gap))


def ordered_journey(visits: Sequence[Visit], required: Mapping[int, bool]) -> Journey | None:
    """The journey through the points in the order of `required`, with the shortest longest gap.

    `required` says of each point whether it must be visited; the others are on the way or not. One
    visit comes after another only if its nonce was issued when the other was already received:
    otherwise the order would rest on the device's word. None if there is no such journey.
    """
    journeys: list[Journey] = []
    started = False
    for point, must in required.items():
        here = [visit for visit in visits if visit.point == point]
        arrived = [
            journey for visit in here if (journey := _best_arrival(journeys, visit, may_start=not started)) is not None
        ]
        journeys = arrived if must else journeys + arrived
        started = started or must
    return min(journeys, key=_preference, default=None)


def _best_arrival(journeys: Sequence[Journey], visit: Visit, *, may_start: bool) -> Journey | None:
    arrivals = [journey.then(visit) for journey in journeys if journey.visits[-1].happened <= visit.begun]
    if may_start:
        arrivals.append(Journey((visit,), timedelta(0)))
    return min(arrivals, key=_preference, default=None)


def free_journey(visits: Sequence[Visit], required: Mapping[int, bool]) -> Journey | None:
    """The journey through all required points in any order, with the shortest longest gap.

    `visits` in order of receipt. Every visit on the way counts as one. None if a point is missing.
    """
    wanted = {point for point, must in required.items() if must}
    journeys = []
    for first in range(len(visits)):
        missing, longest_gap = set(wanted), timedelta(0)
        for last in range(first, len(visits)):
            if last > first:
                gap = visits[last].happened - visits[last - 1].happened
                longest_gap = max(longest_gap, gap)
            missing.discard(visits[last].point)
            if not missing:
                journeys.append(Journey(tuple(visits[first : last + 1]), longest_gap))
                break
    return min(journeys, key=_preference, default=None)


def _preference(journey: Journey) -> tuple[timedelta, datetime]:
    return (journey.longest_gap, journey.visits[-1].happened)

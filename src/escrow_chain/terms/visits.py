"""Which visits of several points make one journey: in order if asked, and with what gaps."""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple


class Visit(NamedTuple):
    """A counted position inside the circle of a point.

    `point` and `exhibit` are their numbers. `begun` and `happened` bound when the visit was.
    """

    point: int
    exhibit: int
    begun: datetime
    happened: datetime


class Journey(NamedTuple):
    """Visits of all required points, and the longest time between two consecutive ones."""

    visits: tuple[Visit, ...]
    longest_gap: timedelta


@dataclass(frozen=True, slots=True)
class _Arrival:
    """The end of a journey: its last visit, its longest gap so far, and where it came from."""

    visit: Visit
    longest_gap: timedelta
    before: "_Arrival | None"

    def then(self, visit: Visit) -> "_Arrival":
        """The journey with one more visit at its end."""
        return _Arrival(visit, max(self.longest_gap, visit.happened - self.visit.happened), self)

    def journey(self) -> Journey:
        """All of it, from its first visit."""
        visits = []
        arrival: _Arrival | None = self
        while arrival is not None:
            visits.append(arrival.visit)
            arrival = arrival.before
        return Journey(tuple(reversed(visits)), self.longest_gap)


def ordered_journey(visits: Sequence[Visit], required: Mapping[int, bool]) -> Journey | None:
    """The journey through the points in the order of `required`, with the shortest longest gap.

    `required` says of each point whether it must be visited; the others are on the way or not. One
    visit comes after another only if its nonce was issued when the other was already received:
    otherwise the order would rest on the device's word. None if there is no such journey.
    """
    at_point: defaultdict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        at_point[visit.point].append(visit)
    arrivals: list[_Arrival] = []
    started = False
    for point, must in required.items():
        here = at_point[point]
        # Until a point is required a journey may start at each, which has no gap yet and so is best.
        reached = _arrive(arrivals, here) if started else [_Arrival(visit, timedelta(0), None) for visit in here]
        arrivals = _best_of_each_time(reached if must else arrivals + reached)
        started = started or must
    best = min(arrivals, key=lambda arrival: (arrival.longest_gap, arrival.visit.happened), default=None)
    return best.journey() if best else None


def _best_of_each_time(arrivals: Sequence[_Arrival]) -> list[_Arrival]:
    """Of arrivals at one time, all but the one with the shortest longest gap are no use. In order of time."""
    best: dict[datetime, _Arrival] = {}
    for arrival in arrivals:
        other = best.setdefault(arrival.visit.happened, arrival)
        if arrival.longest_gap < other.longest_gap:
            best[arrival.visit.happened] = arrival
    return [best[moment] for moment in sorted(best)]


def _arrive(arrivals: Sequence[_Arrival], visits: Sequence[Visit]) -> list[_Arrival]:
    """The best continuation to each of the visits that can be reached. `arrivals` are in order of time."""
    reached = []
    useful: list[_Arrival] = []  # later ones have a longer longest gap, else the earlier one were no use
    received = 0
    for visit in sorted(visits, key=lambda each: each.begun):
        while received < len(arrivals) and arrivals[received].visit.happened <= visit.begun:
            while useful and useful[-1].longest_gap >= arrivals[received].longest_gap:
                useful.pop()
            useful.append(arrivals[received])
            received += 1
        if useful:
            reached.append(_shortest(useful, visit))
    return reached


def _shortest(useful: Sequence[_Arrival], visit: Visit) -> _Arrival:
    """The best of arrivals to go on from: the further back it is, the longer the new gap and the shorter the old."""
    turn = bisect_left(useful, visit.happened, key=lambda each: each.visit.happened + each.longest_gap)
    return min((each.then(visit) for each in useful[max(turn - 1, 0) : turn + 1]), key=lambda each: each.longest_gap)


def free_journey(visits: Sequence[Visit], required: Mapping[int, bool]) -> Journey | None:
    """The journey through all required points in any order, with the shortest longest gap.

    `visits` in order of receipt. Every visit on the way counts as one. None if a point is missing.
    """
    wanted = frozenset(point for point, must in required.items() if must)
    stretches = list(_stretches(visits, wanted))
    gaps = _longest_gaps(visits, stretches)
    ranked = zip(gaps, stretches, strict=True)
    longest_gap, (first, last) = min(
        ranked, key=lambda each: (each[0], visits[each[1][1]].happened), default=(timedelta(0), (0, -1))
    )
    return Journey(tuple(visits[first : last + 1]), longest_gap) if stretches else None


def _stretches(visits: Sequence[Visit], wanted: frozenset[int]) -> Iterator[tuple[int, int]]:
    """For each visit from which all points are reached, it and the earliest visit by which they are."""
    times: Counter[int] = Counter()
    first = 0
    for last, visit in enumerate(visits):
        times[visit.point] += 1
        missing = wanted - times.keys()
        while not missing:
            yield first, last
            left = visits[first].point
            times[left] -= 1
            if not times[left]:
                del times[left]
                missing = wanted & {left}
            first += 1


def _longest_gaps(visits: Sequence[Visit], stretches: Sequence[tuple[int, int]]) -> Iterator[timedelta]:
    """The longest time between consecutive visits in each stretch; both ends only ever move on."""
    longest: deque[tuple[int, timedelta]] = deque()  # gaps by the visit behind them, each longer than the next
    seen = 0
    for first, last in stretches:
        for number in range(seen + 1, last + 1):
            gap = visits[number].happened - visits[number - 1].happened
            while longest and longest[-1][1] <= gap:
                longest.pop()
            longest.append((number, gap))
        seen = last
        while longest and longest[0][0] <= first:
            longest.popleft()
        yield longest[0][1] if longest else timedelta(0)

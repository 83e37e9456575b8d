"""Whether fixes are those of a device that moves through the world, or made up.

Two marks of made-up fixes: coordinates that repeat to the centimetre over time, where real fixes
scatter, and journeys that nobody can make. A phone at rest reports a fix again as well, so repeated
fixes accuse nobody: they are one fix, the first.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escrow_chain.terms.check import Check, Rule
from escrow_chain.terms.exhibit import Exhibit
from escrow_chain.terms.geodesy import distances_m
from escrow_chain.terms.pieces import Position
from escrow_chain.terms.place import Coordinates

SAME_PLACE_DIGITS: Final = 7
"""Coordinates that are the same in degrees with so many digits behind the point are within a centimetre."""
MAX_SPEED_M_S: Final = 70.0
"""Faster than any road or ordinary train: 252 km/h."""
FROZEN: Final = Rule(
    "location.frozen",
    passed="Its coordinates are new.",
    failed="The same coordinates to the centimetre came before, so it is no other position than that. Let the device "
    "find its position anew.",
    unit="times",
)
SPEED: Final = Rule(
    "location.speed",
    passed="One can have come there from the other positions.",
    failed="Nobody comes there from another position so fast, so one of the two is false. Hand in a position again.",
    unit="m/s",
)
_SHORTEST_S: Final = 1.0
_POLE: Final = 90.0
_ANTIMERIDIAN: Final = 180.0


def spot(fix: Coordinates) -> tuple[float, float]:
    """The place of a fix to the centimetre, by one name for each place on the globe."""
    latitude, longitude = round(fix.latitude, SAME_PLACE_DIGITS), round(fix.longitude, SAME_PLACE_DIGITS)
    if abs(latitude) == _POLE:
        return latitude, 0.0
    return latitude, -longitude if longitude == _ANTIMERIDIAN else longitude


def repeats(exhibits: Sequence[Exhibit[Position]]) -> dict[int, int]:
    """For each exhibit (by number), for how manieth time its very coordinates came: 1 for the first.

    `exhibits` are in the order of their times, of which those that a server saw count, not the device's.
    """
    times: defaultdict[tuple[float, float], set[datetime]] = defaultdict(set)
    found = {}
    for exhibit in exhibits:
        fix = exhibit.piece.fix
        seen = times[spot(fix)]
        seen.add(exhibit.happened)
        found[exhibit.number] = len(seen)
    return found


def highest_speeds(exhibits: Sequence[Exhibit[Position]]) -> dict[int, float]:
    """For each exhibit (by number), the speed in m/s that the worst journey to or from it takes.

    Every fix is held against every other, so that no false fix hides behind others in between. A
    speed is the least that takes a device from one fix to the other between their receipts: the
    accuracies that both report are taken off the way, so that a coarse fix accuses nobody.
    `exhibits` all have an accuracy, and are in the order of their times.
    """
    if len(exhibits) == 1:
        return {exhibits[0].number: 0.0}
    highest = np.zeros(len(exhibits))
    for later, speeds in _speeds(exhibits):
        highest[:later] = np.maximum(highest[:later], speeds)
        highest[later] = speeds.max()
    return {each.number: float(speed) for each, speed in zip(exhibits, highest, strict=True)}


def arrival_speeds(exhibits: Sequence[Exhibit[Position]]) -> dict[int, float]:
    """The same of the journeys to each exhibit alone: a later fix says nothing against an earlier one.

    For those who gain by a false fix of their own.
    """
    highest = {each.number: 0.0 for each in exhibits}
    return highest | {exhibits[later].number: float(speeds.max()) for later, speeds in _speeds(exhibits)}


def _speeds(exhibits: Sequence[Exhibit[Position]]) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """For each fix but the first, by its place, the speeds in m/s from all before it."""
    fixes = [each.piece.fix for each in exhibits]
    longitudes = np.array([fix.longitude for fix in fixes])
    latitudes = np.array([fix.latitude for fix in fixes])
    slack = np.array([fix.accuracy or 0.0 for fix in fixes])
    seconds = np.array([each.happened.timestamp() for each in exhibits])
    for later in range(1, len(fixes)):
        ways = distances_m(longitudes, latitudes, upto=later) - slack[:later] - slack[later]
        times = np.maximum(seconds[later] - seconds[:later], _SHORTEST_S)
        yield later, np.maximum(ways, 0.0) / times


def is_accurate(exhibit: Exhibit[Position], limit_m: float) -> bool:
    """Whether a fix says that it is accurate to so many metres."""
    accuracy = exhibit.piece.fix.accuracy
    return accuracy is not None and 0 < accuracy <= limit_m


def new_fixes(exhibits: Sequence[Exhibit[Position]]) -> tuple[list[Check], list[Exhibit[Position]]]:
    """Whether each fix is a new one, and those that are. `exhibits` as in `repeats`."""
    times = repeats(exhibits)
    checks = [
        Check(FROZEN, times[each.number] == 1, times[each.number], 1, each.grade, each.number) for each in exhibits
    ]
    return checks, [each for each in exhibits if times[each.number] == 1]


def speed_check(exhibit: Exhibit[Position], speed_m_s: float) -> Check:
    """Whether one can have come there: `speed_m_s` as in `highest_speeds`."""
    return Check(SPEED, speed_m_s <= MAX_SPEED_M_S, speed_m_s, MAX_SPEED_M_S, exhibit.grade, exhibit.number)

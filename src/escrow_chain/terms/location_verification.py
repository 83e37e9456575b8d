"""`location_verification`: the recipient was at a place, or went round several.

A position counts if it came in time, inside the daily window, belongs to a possible track, does not
repeat an earlier one to the centimetre, and lies within the radius of a point while its reported
accuracy is no worse than that radius. The accuracy is not added to the distance: that would only
punish honest phones.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, ClassVar, Final, Self

from pydantic import AfterValidator, Field, FiniteFloat, model_validator

from escrow_chain.terms.check import Check, Rule, all_passed
from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.geodesy import distance_m
from escrow_chain.terms.ink import visible
from escrow_chain.terms.options import Options, Part, broken_rule
from escrow_chain.terms.pieces import Position
from escrow_chain.terms.place import Coordinates, Latitude, Longitude
from escrow_chain.terms.record import Grade
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.track import (
    highest_speeds,
    is_accurate,
    new_fixes,
    speed_check,
)
from escrow_chain.terms.visits import Journey, Visit, free_journey, ordered_journey
from escrow_chain.terms.window import DailyWindow
from escrow_chain.terms.zones import zone

Radius = Annotated[FiniteFloat, Field(gt=0)]
"""Metres."""
MAX_POINTS: Final = 50
MAX_POSITIONS: Final = 2000
"""More are not judged: nobody needs them, and every one is held against every other."""
_SINGLE: Final = ("latitude", "longitude", "radius")
THE_PLACE: Final = "the agreed place"
_MINUTE: Final = timedelta(minutes=1)

TOO_MANY: Final = Rule(
    "evidence.count",
    passed="",
    failed="There are too many positions to judge. Hand in those that matter.",
    unit="positions",
    decisive=True,
)
WINDOW: Final = Rule(
    "location.window",
    passed="It came inside the daily window.",
    failed="It did not come in the window from {limit}, local time. Hand in a position in that time.",
)
DISTANCE: Final = Rule(
    "location.distance",
    passed="{point}: near enough.",
    failed="{point}: {measured} m away, and {limit} m are allowed. Go nearer and hand in a new position.",
    unit="m",
)
ACCURACY: Final = Rule(
    "location.accuracy",
    passed="{point}: the position is accurate enough.",
    failed="{point}: the position does not say that it is accurate to {limit} m, so it proves nothing. Wait under open "
    "sky until the device knows better.",
    unit="m",
)
VISITED: Final = Rule(
    "location.visited",
    passed="{point}: visited.",
    failed="{point}: no position counts as a visit. Go there and hand one in.",
    unit="positions",
    decisive=True,
)
VISITED_AT_WILL: Final = Rule(
    "location.visited", passed="{point}: visited.", failed="{point}: not visited, which is optional.", unit="positions"
)
SEQUENCE: Final = Rule(
    "location.sequence",
    passed="The points were visited in their order.",
    failed="The points were not visited in their order. Ask for the nonce of each point only after the position at the "
    "point before it was received.",
    decisive=True,
)
TIME_BETWEEN: Final = Rule(
    "location.time_between",
    passed="No two consecutive visits are too far apart in time.",
    failed="Two consecutive visits are too far apart in time, or visits are missing. Go round again in less time.",
    unit="min",
    decisive=True,
)


class Point(Part):
    """A place to be at: a circle on the ground, radius in metres."""

    name: Annotated[str, AfterValidator(visible)]
    latitude: Latitude
    longitude: Longitude
    radius: Radius
    required: bool = True

    @cached_property
    def centre(self) -> Coordinates:
        """The middle of the circle."""
        return Coordinates(latitude=self.latitude, longitude=self.longitude)

    @cached_property
    def named(self) -> Mapping[str, str]:
        """Its name, for sentences about it."""
        return {"point": self.name}


class LocationOptions(Options):
    """The options of the wire's section 9.1. `max_time_between_points` in minutes."""

    BEST_GRADE: ClassVar[Grade] = Grade.ATTESTED

    latitude: Latitude | None = None
    longitude: Longitude | None = None
    radius: Radius | None = None
    verification_window: DailyWindow | None = None
    verification_points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=MAX_POINTS)] | None = None
    sequence_required: bool = False
    max_time_between_points: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_point_or_several(self) -> Self:
        given = [name for name in _SINGLE if getattr(self, name) is not None]
        if self.verification_points is None:
            for name in _SINGLE:
                if name not in given:
                    either = "" if given else ", and there are no verification_points either"
                    raise broken_rule(f"missing{either}", at=name)
        elif given:
            raise broken_rule("stands beside verification_points: give one of the two", at=given[0])
        elif not any(point.required for point in self.verification_points):
            raise broken_rule("none of the points is required", at="verification_points")
        return self

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The points, of which the single one is required."""
        if self.verification_points is not None:
            return self.verification_points
        single = {"name": THE_PLACE, **self.model_dump(include=set(_SINGLE))}
        return (Point.model_validate(single),)

    @cached_property
    def coarsest_m(self) -> float:
        """The worst accuracy with which a position can still prove something."""
        return max(point.radius for point in self.points)


def examine(options: LocationOptions, exhibits: Sequence[Exhibit[Position]], circumstances: Circumstances) -> Findings:
    """What the positions prove. `exhibits` are positions in the order of their receipt."""
    if len(exhibits) > MAX_POSITIONS:
        return Findings((Check(TOO_MANY, passed=False, measured=len(exhibits), limit=MAX_POSITIONS),), ())
    checks, sound = _position_checks(options, exhibits, circumstances)
    visits: list[Visit] = []
    for number, point in enumerate(options.points):
        found = _visits_of(point, number, sound)
        checks += _point_checks(point, number, exhibits, found)
        visits += found
    journey = _journey(options, visits)
    checks += _journey_checks(options, visits, journey)
    counted = {visit.exhibit for visit in journey.visits} if journey else ()
    return Findings(tuple(checks), tuple([each.number for each in exhibits if each.number in counted]))


def _position_checks(
    options: LocationOptions, exhibits: Sequence[Exhibit[Position]], circumstances: Circumstances
) -> tuple[list[Check], list[Exhibit[Position]]]:
    """The checks of each position for itself and beside the others, and those that passed all."""
    coarsest = options.coarsest_m
    window = options.verification_window
    track = [each for each in exhibits if each.timely and is_accurate(each, coarsest)]
    speeds = highest_speeds(track) if track else {}
    checks: list[Check] = []
    plausible: list[Exhibit[Position]] = []
    for exhibit in exhibits:
        found = []
        if window is not None:
            found.append(_window(exhibit, window, circumstances.zone))
        if exhibit.number in speeds:
            found.append(speed_check(exhibit, speeds[exhibit.number]))
            if all_passed(found):
                plausible.append(exhibit)
        checks += found
    frozen, sound = new_fixes(plausible)
    return checks + frozen, sound


def _visits_of(point: Point, number: int, sound: Sequence[Exhibit[Position]]) -> list[Visit]:
    radius_m, centre = point.radius, point.centre
    return [
        Visit(number, exhibit.number, exhibit.begun, exhibit.happened)
        for exhibit in sound
        if is_accurate(exhibit, radius_m) and distance_m(exhibit.piece.fix, centre) <= radius_m
    ]


def _window(exhibit: Exhibit[Position], window: DailyWindow, zone_name: str) -> Check:
    local = exhibit.happened.astimezone(zone(zone_name))
    return Check(WINDOW, window.contains(local.time()), local, window, exhibit.grade, exhibit.number)


def _point_checks(
    point: Point, number: int, exhibits: Sequence[Exhibit[Position]], visits: Sequence[Visit]
) -> list[Check]:
    """Distance and accuracy of the first visit, or else of the nearest position; then the visit."""
    named = point.named
    checks = []
    grade = None
    if exhibits:
        visitors = {visit.exhibit for visit in visits}
        came = [each for each in exhibits if each.number in visitors]
        exhibit, metres = _shown(point, came[:1] or exhibits)
        accuracy = exhibit.piece.fix.accuracy
        about = (exhibit.grade, exhibit.number, number, named)
        checks = [
            Check(DISTANCE, metres <= point.radius, metres, point.radius, *about),
            Check(ACCURACY, is_accurate(exhibit, point.radius), accuracy, point.radius, *about),
        ]
        grade = min([each.grade for each in came], default=None)
    rule = VISITED if point.required else VISITED_AT_WILL
    checks.append(Check(rule, bool(visits), len(visits), 1, grade, None, number, named))
    return checks


def _shown(point: Point, exhibits: Sequence[Exhibit[Position]]) -> tuple[Exhibit[Position], float]:
    """The nearest of these to the point, and its distance in metres."""
    ways = [(distance_m(each.piece.fix, point.centre), place) for place, each in enumerate(exhibits)]
    metres, place = min(ways)
    return exhibits[place], metres


def _journey(options: LocationOptions, visits: list[Visit]) -> Journey | None:
    """The best journey; to a single place it is the first visit there."""
    visits.sort(key=lambda visit: visit.happened)
    if options.verification_points is None:
        return Journey((visits[0],), timedelta(0)) if visits else None
    required = {number: point.required for number, point in enumerate(options.points)}
    return (ordered_journey if options.sequence_required else free_journey)(visits, required)


def _journey_checks(options: LocationOptions, visits: Sequence[Visit], journey: Journey | None) -> list[Check]:
    checks = []
    if options.sequence_required:
        checks.append(_sequence(options, visits, journey))
    if options.max_time_between_points is not None:
        checks.append(_time_between(options.max_time_between_points, journey))
    return checks


def _sequence(options: LocationOptions, visits: Sequence[Visit], journey: Journey | None) -> Check:
    names = [point.name for point in options.points]
    shown = journey.visits if journey else visits
    gone = tuple(names[visit.point] for visit in shown[:MAX_POINTS])
    return Check(SEQUENCE, journey is not None, gone, tuple(point.name for point in options.points if point.required))


def _time_between(limit_min: float, journey: Journey | None) -> Check:
    passed = journey is not None and journey.longest_gap / _MINUTE <= limit_min
    longest_min = journey.longest_gap.total_seconds() / 60 if journey else None
    return Check(TIME_BETWEEN, passed, longest_min, limit_min)


TERM_TYPE: Final = TermType(
    name="location_verification",
    kinds=frozenset({"position"}),
    options=LocationOptions,
    examine=examine,
)

"""`location_verification`: the recipient was at a place, or went round several.

A position counts if it came in time, inside the daily window, belongs to a possible track, does not
repeat an earlier one to the centimetre, and lies within the radius of a point while its reported
accuracy is no worse than that radius. The accuracy is not added to the distance: that would only
punish honest phones.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import Field, FiniteFloat, model_validator

from escrow_chain.terms.circumstances import Circumstances
from escrow_chain.terms.exhibit import Exhibit, Findings
from escrow_chain.terms.geodesy import distance_m
from escrow_chain.terms.options import Options, Part, broken_rule
from escrow_chain.terms.pieces import Coordinates, Latitude, Longitude, Position
from escrow_chain.terms.registry import TermType
from escrow_chain.terms.track import (
    highest_speeds,
    is_accurate,
    new_fixes,
    speed_check,
)
from escrow_chain.terms.verdict import Check
from escrow_chain.terms.visits import Journey, Visit, free_journey, ordered_journey
from escrow_chain.terms.window import DailyWindow
from escrow_chain.terms.zones import zone

Radius = Annotated[FiniteFloat, Field(gt=0)]
"""Metres."""
MAX_POINTS: Final = 50
MAX_POSITIONS: Final = 2000
"""More are not judged: nobody needs them, and every one is held against every other."""
_SINGLE: Final = ("latitude", "longitude", "radius")


class Point(Part):
    """A place to be at: a circle on the ground, radius in metres."""

    name: Annotated[str, Field(min_length=1)]
    latitude: Latitude
    longitude: Longitude
    radius: Radius
    required: bool = True

    @property
    def centre(self) -> Coordinates:
        """The middle of the circle."""
        return Coordinates(latitude=self.latitude, longitude=self.longitude)


class LocationOptions(Options):
    """The options of the wire's section 9.1. `max_time_between_points` in minutes."""

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
        single = {"name": "the agreed place", **self.model_dump(include=set(_SINGLE))}
        return (Point.model_validate(single),)


def examine(options: LocationOptions, exhibits: Sequence[Exhibit[Position]], circumstances: Circumstances) -> Findings:
    """What the positions prove. `exhibits` are positions in the order of their receipt."""
    if len(exhibits) > MAX_POSITIONS:
        return Findings(checks=(_too_many(len(exhibits)),), counted=())
    points = options.points
    checks, sound = _position_checks(options, exhibits, circumstances)
    visits: list[Visit] = []
    for number, point in enumerate(points):
        found = _visits_of(point, number, sound)
        checks.extend(_point_checks(point, number, exhibits, found))
        visits.extend(found)
    visits.sort(key=lambda visit: visit.happened)
    required = {number: point.required for number, point in enumerate(points)}
    journey = (ordered_journey if options.sequence_required else free_journey)(visits, required)
    checks.extend(_journey_checks(options, visits, journey))
    counted = {visit.exhibit for visit in journey.visits} if journey else set()
    return Findings(
        checks=tuple(checks),
        counted=tuple(each.number for each in exhibits if each.number in counted),
    )


def _too_many(positions: int) -> Check:
    return Check(
        code="evidence.count",
        passed=False,
        sentence="There are too many positions to judge. Hand in those that matter.",
        measured=positions,
        limit=MAX_POSITIONS,
        unit="positions",
        decisive=True,
    )


def _position_checks(
    options: LocationOptions, exhibits: Sequence[Exhibit[Position]], circumstances: Circumstances
) -> tuple[list[Check], list[Exhibit[Position]]]:
    """The checks of each position for itself and beside the others, and those that passed all."""
    coarsest = max(point.radius for point in options.points)
    track = [each for each in exhibits if each.timely and is_accurate(each, coarsest)]
    speeds = highest_speeds(track)
    checks: list[Check] = []
    plausible: list[Exhibit[Position]] = []
    for exhibit in exhibits:
        found = []
        if options.verification_window is not None:
            found.append(_window(exhibit, options.verification_window, circumstances.zone))
        if exhibit.number in speeds:
            found.append(speed_check(exhibit, speeds[exhibit.number]))
        checks.extend(found)
        if exhibit.timely and exhibit.number in speeds and all(check.passed for check in found):
            plausible.append(exhibit)
    frozen, sound = new_fixes(plausible)
    return checks + frozen, sound


def _visits_of(point: Point, number: int, sound: Sequence[Exhibit[Position]]) -> list[Visit]:
    return [
        Visit(
            point=number,
            exhibit=exhibit.number,
            begun=exhibit.begun,
            happened=exhibit.happened,
        )
        for exhibit in sound
        if is_accurate(exhibit, point.radius) and distance_m(exhibit.piece.fix, point.centre) <= point.radius
    ]


def _window(exhibit: Exhibit[Position], window: DailyWindow, zone_name: str) -> Check:
    passed = window.contains(exhibit.happened, zone_name=zone_name)
    return Check(
        code="location.window",
        passed=passed,
        sentence="It came inside the daily window."
        if passed
        else f"It did not come in the window from {window} local time. Hand in a position in that time.",
        measured=exhibit.happened.astimezone(zone(zone_name)).isoformat(),
        limit=f"{window} {zone_name}",
        grade=exhibit.grade,
        piece=exhibit.number,
    )


def _point_checks(
    point: Point, number: int, exhibits: Sequence[Exhibit[Position]], visits: Sequence[Visit]
) -> list[Check]:
    """Distance and accuracy of the first visit, or else of the nearest position; then the visit."""
    visitors = {visit.exhibit for visit in visits}
    shown = [each for each in exhibits if each.number == visits[0].exhibit] if visits else exhibits
    ways = [(distance_m(each.piece.fix, point.centre), each) for each in shown]
    checks = []
    if ways:
        metres, exhibit = min(ways, key=lambda way: way[0])
        checks = [
            _distance(point, number, metres, exhibit),
            _accuracy(point, number, exhibit),
        ]
    if visits:
        sentence = f"{point.name}: visited."
    elif point.required:
        sentence = f"{point.name}: no position counts as a visit. Go there and hand one in."
    else:
        sentence = f"{point.name}: not visited, which is optional."
    grades = [each.grade for each in exhibits if each.number in visitors]
    visited = Check(
        code="location.visited",
        passed=bool(visits),
        sentence=sentence,
        measured=len(visits),
        limit=1,
        unit="positions",
        grade=min(grades, default=None),
        decisive=point.required,
        point=number,
    )
    return [*checks, visited]


def _distance(point: Point, number: int, metres: float, exhibit: Exhibit[Position]) -> Check:
    passed = metres <= point.radius
    return Check(
        code="location.distance",
        passed=passed,
        sentence=f"{point.name}: near enough."
        if passed
        else f"{point.name}: {metres:.1f} m away, and {point.radius:g} m are allowed. Go nearer and "
        "hand in a new position.",
        measured=round(metres, 3),
        limit=point.radius,
        unit="m",
        grade=exhibit.grade,
        piece=exhibit.number,
        point=number,
    )


def _accuracy(point: Point, number: int, exhibit: Exhibit[Position]) -> Check:
    passed = is_accurate(exhibit, point.radius)
    return Check(
        code="location.accuracy",
        passed=passed,
        sentence=f"{point.name}: the position is accurate enough."
        if passed
        else f"{point.name}: the position does not say that it is accurate to {point.radius:g} m, so "
        "it proves nothing. Wait under open sky until the device knows better.",
        measured=exhibit.piece.fix.accuracy,
        limit=point.radius,
        unit="m",
        grade=exhibit.grade,
        piece=exhibit.number,
        point=number,
    )


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
    return Check(
        code="location.sequence",
        passed=journey is not None,
        sentence="The points were visited in their order."
        if journey
        else "The points were not visited in their order. Ask for the nonce of each point only after "
        "the position at the point before it was received.",
        measured=", ".join(names[visit.point] for visit in shown[:MAX_POINTS]),
        limit=", ".join(point.name for point in options.points if point.required),
        decisive=True,
    )


def _time_between(limit_min: float, journey: Journey | None) -> Check:
    passed = journey is not None and journey.longest_gap <= timedelta(minutes=limit_min)
    return Check(
        code="location.time_between",
        passed=passed,
        sentence="No two consecutive visits are too far apart in time."
        if passed
        else "Two consecutive visits are too far apart in time, or visits are missing. Go round again in less time.",
        measured=round(journey.longest_gap.total_seconds() / 60, 3) if journey else None,
        limit=limit_min,
        unit="min",
        decisive=True,
    )


TERM_TYPE: Final = TermType(
    name="location_verification",
    kinds=frozenset({"position"}),
    options=LocationOptions,
    examine=examine,
)

"""A map of agreed places and of the positions handed in, worked out in pixels; a template makes the picture of it.

The projection is azimuthal and equidistant about the middle of the agreed places, from the geodesics of pyproj: true in
direction and distance from there, and the same at the antimeridian and at the poles as anywhere. North is up. What lies
so far away that the agreed places would shrink to dots is not on the map, but at its edge, where an arrow points to it.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from pyproj import Geod

from escrow_chain.cli.picture.labels import DOT, HEIGHT, LINE, LONGEST_BAR, WIDTH, Dot, Label, Labels, width_of
from escrow_chain.terms.place import Coordinates, Fix
from escrow_chain.terms.sentence import Sentence, say

_WGS84: Final = Geod(ellps="WGS84")
_HALF_ROUND_M: Final = 20_003_932.0
"""From anywhere on the globe to the other side of it."""
_MARGIN: Final = 34
_EDGE: Final = 16
_LEAST_M: Final = 25.0
_REACH: Final = 8.0
"""A position belongs on the map if it is no more than so many times as far from the middle as the places reach."""
_LARGEST: Final = 2.0 * (WIDTH + HEIGHT)
"""A radius in pixels that covers the picture from anywhere on it."""
_POLAR: Final = 89.99
_LONGEST_NAME: Final = 28
_MOST_NAMED: Final = 4
_SECTOR: Final = 45.0
_DIRECTIONS: Final = (
    say("to the north"),
    say("to the north-east"),
    say("to the east"),
    say("to the south-east"),
    say("to the south"),
    say("to the south-west"),
    say("to the west"),
    say("to the north-west"),
)


class Standing(StrEnum):
    """What became of a piece of evidence."""

    COUNTED = "counted"
    """The verdict rests on it."""
    IDLE = "idle"
    """Nothing is wrong with it by itself, and the verdict does not rest on it."""
    FAILED = "failed"
    """A check of its own failed."""


class Circle(NamedTuple):
    """An agreed place: all that is no further than `radius_m` from its centre."""

    name: str
    centre: Coordinates
    radius_m: float
    required: bool


class Spot(NamedTuple):
    """A position, under its number on the page."""

    number: int
    fix: Fix
    standing: Standing


@dataclass(frozen=True, slots=True)
class DrawnCircle:
    """An agreed place in pixels; no label where there is no room."""

    at: Dot
    radius: float
    label: Label | None
    required: bool


@dataclass(frozen=True, slots=True)
class DrawnSpot:
    """A position in pixels; `blur` is the radius of its accuracy, None if it names none."""

    spot: Spot
    at: Dot
    blur: float | None
    label: Label | None


@dataclass(frozen=True, slots=True)
class Beyond:
    """Positions off the map in one direction: an arrow, turned clockwise from north, and the numbers of the nearest."""

    at: Dot
    degrees: float
    direction: Sentence
    numbers: str
    nearest_m: float

    @property
    def label(self) -> Label:
        """Their numbers, inside of the arrow."""
        inwards = _off(self.degrees, -_EDGE - LINE / 2)
        room = width_of(self.numbers) / 2 + 4
        x = min(max(self.at.x + inwards.x, room), WIDTH - room)
        return Label(self.numbers, Dot(x, self.at.y + inwards.y))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map. `metres_per_pixel`, a scale bar of `bar_m` metres, and whether `north` is one direction here."""

    circles: tuple[DrawnCircle, ...]
    spots: tuple[DrawnSpot, ...]
    beyond: tuple[Beyond, ...]
    way: tuple[Dot, ...]
    metres_per_pixel: float
    bar_m: float
    north: bool

    @property
    def bar(self) -> float:
        """The length of the scale bar in pixels."""
        return self.bar_m / self.metres_per_pixel


def draw(circles: Sequence[Circle], spots: Sequence[Spot], *, way: Sequence[int] = ()) -> Drawing:
    """The map of at least one place. `way` has the numbers of positions that a line goes through."""
    middle = _middle([circle.centre for circle in circles])
    plane = _Plane(middle, circles)
    beyond: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    near: list[tuple[Spot, Dot]] = []
    for spot in spots:
        degrees, metres = _way(middle, spot.fix)
        if metres > plane.reach_m:
            beyond[round(degrees / _SECTOR) % len(_DIRECTIONS)].append((metres, spot.number))
        else:
            near.append((spot, _off(degrees, metres)))
            plane.take_in(near[-1][1], min(_blur_m(spot.fix), plane.blur_m))
    frame = plane.frame()
    labels = Labels()
    drawn = _drawn_spots([(spot, frame.dot(at)) for spot, at in near], frame, labels)
    places = {each.spot.number: each.at for each in drawn}
    return Drawing(
        circles=tuple(_drawn_circle(circle, middle, frame, labels) for circle in circles),
        spots=drawn,
        beyond=tuple(_beyond(sector, beyond[sector]) for sector in sorted(beyond)),
        way=tuple(places[number] for number in way if number in places),
        metres_per_pixel=frame.metres_per_pixel,
        bar_m=_round_length(LONGEST_BAR * frame.metres_per_pixel),
        north=abs(middle.latitude) < _POLAR,
    )


_FIRST: Final[Mapping[Standing, int]] = {Standing.COUNTED: 0, Standing.FAILED: 1, Standing.IDLE: 2}
"""Who gets a label before the others, and is drawn on top of them."""


def _middle(centres: Sequence[Coordinates]) -> Coordinates:
    """The middle of places on the globe: their mean direction from its centre."""
    if len(centres) == 1:
        return centres[0]
    angles = np.radians([(each.latitude, each.longitude) for each in centres])
    latitudes, longitudes = angles[:, 0], angles[:, 1]
    east, north, up = (
        float(np.mean(part))
        for part in (
            np.cos(latitudes) * np.cos(longitudes),
            np.cos(latitudes) * np.sin(longitudes),
            np.sin(latitudes),
        )
    )
    latitude = math.degrees(math.atan2(up, math.hypot(east, north)))
    return Coordinates(latitude=latitude, longitude=math.degrees(math.atan2(north, east)))


def _way(middle: Coordinates, place: Coordinates) -> tuple[float, float]:
    """In which direction a place is, in degrees clockwise from north, and how far in metres."""
    degrees, _, metres = _WGS84.inv(middle.longitude, middle.latitude, place.longitude, place.latitude)
    return float(degrees), float(metres)


def _blur_m(fix: Fix) -> float:
    """How far off a device says that it may be; no device means what is below zero."""
    return max(fix.accuracy or 0.0, 0.0)


def _off(degrees: float, metres: float) -> Dot:
    """That place on the plane: metres to the right of the middle, and below it."""
    angle = math.radians(degrees)
    return Dot(metres * math.sin(angle), -metres * math.cos(angle))


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres on the plane to pixels."""

    middle: Dot
    metres_per_pixel: float

    def dot(self, at: Dot) -> Dot:
        return Dot(
            WIDTH / 2 + (at.x - self.middle.x) / self.metres_per_pixel,
            HEIGHT / 2 + (at.y - self.middle.y) / self.metres_per_pixel,
        )

    def length(self, metres: float) -> float:
        return min(metres / self.metres_per_pixel, _LARGEST)


class _Plane:
    """What the map must show, in metres about its middle."""

    def __init__(self, middle: Coordinates, circles: Sequence[Circle]) -> None:
        self._least = Dot(math.inf, math.inf)
        self._most = Dot(-math.inf, -math.inf)
        for circle in circles:
            self.take_in(_off(*_way(middle, circle.centre)), max(min(circle.radius_m, _HALF_ROUND_M), _LEAST_M))
        extent_m = max(map(abs, (*self._least, *self._most)))
        self.reach_m = _REACH * extent_m
        self.blur_m = extent_m / 2

    def take_in(self, at: Dot, around_m: float) -> None:
        """Widens it by what is so near to a place."""
        self._least = Dot(min(self._least.x, at.x - around_m), min(self._least.y, at.y - around_m))
        self._most = Dot(max(self._most.x, at.x + around_m), max(self._most.y, at.y + around_m))

    def frame(self) -> _Frame:
        """The largest scale at which all of it is on the picture."""
        width, height = self._most.x - self._least.x, self._most.y - self._least.y
        scale = max(width / (WIDTH - 2 * _MARGIN), height / (HEIGHT - 2 * _MARGIN))
        return _Frame(Dot((self._least.x + self._most.x) / 2, (self._least.y + self._most.y) / 2), scale)


def _drawn_spots(near: Sequence[tuple[Spot, Dot]], frame: _Frame, labels: Labels) -> tuple[DrawnSpot, ...]:
    """Those on the map, the most important last."""
    for _, at in near:
        labels.keep_free(at, 2 * DOT, 2 * DOT)
    drawn = []
    for spot, at in sorted(near, key=lambda each: (_FIRST[each[0].standing], each[0].number)):
        blur = frame.length(_blur_m(spot.fix)) or None
        drawn.append(DrawnSpot(spot, at, blur, labels.beside(str(spot.number), at)))
    return tuple(reversed(drawn))


def _drawn_circle(circle: Circle, middle: Coordinates, frame: _Frame, labels: Labels) -> DrawnCircle:
    at = frame.dot(_off(*_way(middle, circle.centre)))
    radius = frame.length(circle.radius_m)
    name = circle.name if len(circle.name) <= _LONGEST_NAME else circle.name[: _LONGEST_NAME - 1] + "…"
    return DrawnCircle(at, radius, labels.about(name, at, max(radius, DOT)), circle.required)


def _beyond(sector: int, found: Iterable[tuple[float, int]]) -> Beyond:
    by_distance = sorted(found)
    named = ", ".join(str(number) for _, number in by_distance[:_MOST_NAMED])
    degrees = sector * _SECTOR
    return Beyond(
        at=_at_edge(degrees),
        degrees=degrees,
        direction=_DIRECTIONS[sector],
        numbers=f"{named} …" if by_distance[_MOST_NAMED:] else named,
        nearest_m=by_distance[0][0],
    )


def _at_edge(degrees: float) -> Dot:
    """Where one comes to the edge of the picture from its middle."""
    off = _off(degrees, 1.0)
    ways = max(abs(off.x) / (WIDTH / 2 - _EDGE), abs(off.y) / (HEIGHT / 2 - _EDGE))
    return Dot(WIDTH / 2 + off.x / ways, HEIGHT / 2 + off.y / ways)


def _round_length(most: float) -> float:
    """The largest of 1, 2, 5, 10, 20 … that is no more than this."""
    return max(length for length in _lengths(most) if length <= most)


def _lengths(most: float) -> Iterator[float]:
    step = 10.0 ** math.floor(math.log10(most))
    return (step * factor for factor in (0.5, 1, 2, 5))

"""Labels on a picture: each where there is room, so that none lies on another or on what it is about."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple

WIDTH: Final = 720
HEIGHT: Final = 440
"""Of the picture, in pixels."""
DOT: Final = 6.0
"""The radius of a position's mark."""
LINE: Final = 15.0
"""The height of a line of text."""
LONGEST_BAR: Final = 150
"""Of the scale, in pixels."""
_LETTER: Final = 7.0
_WIDE: Final = ("W", "F")


class Dot(NamedTuple):
    """A place in pixels from the upper left corner."""

    x: float
    y: float


class Label(NamedTuple):
    """A text, and where its middle is."""

    text: str
    at: Dot


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


_PICTURE: Final = _Box(4, 4, WIDTH - 4, HEIGHT - 4)
_CORNERS: Final = (_Box(WIDTH - 44, 0, WIDTH, 64), _Box(0, HEIGHT - 44, LONGEST_BAR + 40, HEIGHT))
"""Where the north arrow and the scale bar are."""


@dataclass(slots=True)
class Labels:
    """Finds room for labels, so that none lies on another or on a position."""

    taken: list[_Box] = field(default_factory=lambda: list(_CORNERS))

    def keep_free(self, at: Dot, width: float, height: float) -> None:
        """Nothing goes there."""
        self.taken.append(_around(at, width, height))

    def beside(self, text: str, at: Dot) -> Label | None:
        """Next to a dot, in the first direction that has room."""
        width = width_of(text)
        aside, above = DOT + width / 2 + 2, DOT + LINE / 2 + 1
        tries = (Dot(at.x + x * aside, at.y + y * above) for x, y in _ASIDE)
        return self._first(text, tries)

    def about(self, text: str, at: Dot, radius: float) -> Label | None:
        """Above a circle, or below it, or at its edge inside; none if it has no name."""
        if not text:
            return None
        away = radius + LINE / 2 + 3
        tries = (Dot(at.x, at.y + way) for way in (-away, away, LINE - radius, radius - LINE, 0.0))
        return self._first(text, tries)

    def _first(self, text: str, tries: Iterable[Dot]) -> Label | None:
        for dot in tries:
            box = _around(dot, width_of(text), LINE)
            inside = box.left > _PICTURE.left and box.top > _PICTURE.top
            inside = inside and box.right < _PICTURE.right and box.bottom < _PICTURE.bottom
            if inside and not any(box.touches(other) for other in self.taken):
                self.taken.append(box)
                return Label(text, dot)
        return None


_ASIDE: Final = tuple(sorted(((x, y) for x, y in product((1, 0, -1), repeat=2) if x or y), key=lambda way: abs(way[1])))
"""Directions from a dot: first to its sides."""


def _around(at: Dot, width: float, height: float) -> _Box:
    return _Box(at.x - width / 2, at.y - height / 2, at.x + width / 2, at.y + height / 2)


def width_of(text: str) -> float:
    """About how wide a text is: letters of some scripts are twice as wide."""
    return sum(_LETTER * (2 if unicodedata.east_asian_width(letter) in "WF" else 1) for letter in text) + 4

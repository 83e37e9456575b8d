"""Places on the ground, as devices report them."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from escrow_chain.terms.record import Record

Latitude = Annotated[FiniteFloat, Field(ge=-90, le=90)]
"""Degrees north, WGS84."""
Longitude = Annotated[FiniteFloat, Field(ge=-180, le=180)]
"""Degrees east, WGS84."""


class Coordinates(Record):
    """A place on WGS84, in degrees."""

    latitude: Latitude
    longitude: Longitude


class Fix(Coordinates):
    """A position as a device reports it. `accuracy` in metres; None or zero: not reported."""

    accuracy: FiniteFloat | None = None

"""Distances on WGS84, held against published figures and against what any distance must obey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow_chain.terms.geodesy import distance_m, distances_m
from escrow_chain.terms.place import Coordinates

PLACES = st.builds(Coordinates, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))


def place(latitude: float, longitude: float) -> Coordinates:
    """A place."""
    return Coordinates(latitude=latitude, longitude=longitude)


@pytest.mark.parametrize(
    ("here", "there", "metres"),
    [
        # The quarter meridian and a degree of the equator: figures of the WGS84 ellipsoid itself.
        (place(0, 0), place(90, 0), 10_001_965.729),
        (place(0, 0), place(0, 1), 2 * math.pi * 6_378_137 / 360),
        # Across the antimeridian, along the equator.
        (place(0, 179.9995), place(0, -179.9995), 2 * math.pi * 6_378_137 / 360_000),
        # All longitudes meet at the pole.
        (place(90, 0), place(90, 123), 0.0),
        (place(89.9999, 0), place(89.9999, 180), 22.339),
        # Nearly antipodal, where simpler formulas do not converge (Vincenty's own failing case).
        (place(0, 0), place(0.5, 179.7), 19_944_127.421),
    ],
)
def test_distances_are_those_of_the_ellipsoid(here: Coordinates, there: Coordinates, metres: float) -> None:
    """To a millimetre, in the places where simple formulas break."""
    assert distance_m(here, there) == pytest.approx(metres, abs=1e-3)


@given(PLACES, PLACES)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(
    here: Coordinates, there: Coordinates
) -> None:
    """No place on the ellipsoid is farther than half a meridian."""
    metres = distance_m(here, there)
    assert metres == pytest.approx(distance_m(there, here), abs=1e-6)
    assert 0 <= metres <= 20_003_931.46


@given(PLACES, st.floats(0, 1e-4), st.floats(0, 1e-4))
def test_a_small_step_is_a_small_distance_anywhere(here: Coordinates, north: float, east: float) -> None:
    """A ten-thousandth of a degree is at most 15.8 m, across the antimeridian and at the poles too."""
    longitude = here.longitude + east
    there = place(min(here.latitude + north, 90), longitude - 360 if longitude > 180 else longitude)
    assert distance_m(here, there) < 15.8


@given(st.lists(PLACES, min_size=2, max_size=8))
def test_many_distances_are_the_single_ones(places: list[Coordinates]) -> None:
    """The fast form for tracks agrees with the plain one."""
    longitudes = np.array([each.longitude for each in places])
    latitudes = np.array([each.latitude for each in places])
    last = len(places) - 1
    found = distances_m(longitudes, latitudes, upto=last)
    assert found.tolist() == pytest.approx([distance_m(places[last], each) for each in places[:last]], abs=1e-6)

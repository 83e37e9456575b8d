"""Distances on the ground."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from escrow_chain.terms.place import Coordinates

_WGS84: Final = Geod(ellps="WGS84")


def distance_m(here: Coordinates, there: Coordinates) -> float:
    """The WGS84 geodesic between two places, in metres, across the antimeridian and the poles too.

    Source: Karney, "Algorithms for geodesics", 2013 (through pyproj); error below a micrometre.
    """
    _, _, metres = _WGS84.inv(here.longitude, here.latitude, there.longitude, there.latitude)
    return float(metres)


def distances_m(longitudes: NDArray[np.float64], latitudes: NDArray[np.float64], *, upto: int) -> NDArray[np.float64]:
    """The distances in metres of the first `upto` places from the place with the index `upto`."""
    here = (np.full(upto, longitudes[upto]), np.full(upto, latitudes[upto]))
    _, _, metres = _WGS84.inv(*here, longitudes[:upto], latitudes[:upto])
    return np.asarray(metres)

"""Places on the globe: how far apart they are, which is nearest, and where their middle lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcrm.stats.exact import sums_by_code

Vector = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

EARTH_RADIUS = 6371.0088
"""Kilometres: the mean radius R1 of the ellipsoid (Moritz 2000, Journal of Geodesy 74)."""

SAME = 1e-6
"""Kilometres up to which two distances count as equal: a millimetre."""

_NOWHERE = 1e-9
_CANDIDATES = 4


def haversine(lat: Vector, lon: Vector, other_lat: Vector, other_lon: Vector) -> Vector:
    """Give great-circle distances.

    Method: the haversine formula on a sphere (Sinnott 1984, Sky and Telescope 68), within half a
    percent of the distance on the ellipsoid.

    Args:
        lat: Latitudes in degrees, n numbers.
        lon: Longitudes in degrees, n numbers.
        other_lat: Latitudes of the other places.
        other_lon: Longitudes of the other places.

    Returns:
        Kilometres, n numbers.

    Example:
        >>> round(float(haversine(*map(np.array, (0.0, 179.5, 0.0, -179.5)))), 3)
        111.195
    """
    first, second = np.radians(lat), np.radians(other_lat)
    north = np.sin((second - first) / 2)
    east = np.sin(np.radians(np.subtract(other_lon, lon)) / 2)
    half: Vector = north * north + np.cos(first) * np.cos(second) * east * east
    distance: Vector = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distance


def unit_vectors(lat: Vector, lon: Vector) -> Vector:
    """Put places on the unit sphere, where neither the antimeridian nor a pole is an edge.

    Args:
        lat: Latitudes in degrees, n numbers.
        lon: Longitudes in degrees, n numbers.

    Returns:
        n rows of x, y and z.
    """
    north, east = np.radians(lat), np.radians(lon)
    level = np.cos(north)
    return np.column_stack([level * np.cos(east), level * np.sin(east), np.sin(north)])


def mean_places(lat: Vector, lon: Vector, codes: Places, groups: int) -> tuple[Vector, Vector]:
    """Give the middle of the places of each group.

    Method: the direction of the sum of the unit vectors (Mardia and Jupp 2000, "Directional
    Statistics", chapter 9). The order of places never matters.

    Args:
        lat: Latitudes in degrees, n numbers.
        lon: Longitudes in degrees, n numbers.
        codes: The group of each, n whole numbers from 0.
        groups: How many groups there are.

    Returns:
        A latitude and a longitude a group; NaN where it has no place, or its places lie so evenly
        round the globe that they have no middle.

    Example:
        >>> lat, lon = mean_places(np.zeros(2), np.array([170.0, -170.0]), np.zeros(2, int), 1)
        >>> float(np.round(np.abs(lon[0]), 9))
        180.0
    """
    vectors = unit_vectors(lat, lon)
    x, y, z = (sums_by_code(vectors[:, k], codes, groups) for k in range(3))
    members = np.bincount(codes, minlength=groups)
    known = np.sqrt(x * x + y * y + z * z) > _NOWHERE * np.maximum(members, 1)
    middle_lat = np.degrees(np.arctan2(z, np.hypot(x, y)))
    middle_lon = np.degrees(np.arctan2(y, x))
    return np.where(known, middle_lat, np.nan), np.where(known, middle_lon, np.nan)


def nearest(
    lat: Vector, lon: Vector, other_lat: Vector, other_lon: Vector
) -> tuple[Places, Vector]:
    """Find the nearest of other places for each place.

    Method: neighbours of the unit vectors in a k-d tree (Maneewongvatana and Mount 1999), since a
    shorter chord is a shorter arc; among those that are as near, the first is taken.

    Args:
        lat: Latitudes in degrees, n numbers.
        lon: Longitudes in degrees, n numbers.
        other_lat: Latitudes of the m others, at least one.
        other_lon: Longitudes of the m others.

    Returns:
        For each of n places the number of the nearest other, from 0, and its distance in
        kilometres; distances within `SAME` are equal.
    """
    from scipy.spatial import cKDTree  # late: a second that most calls do not need

    spots, first_of = _different(other_lat, other_lon)
    tree = cKDTree(unit_vectors(spots[:, 0], spots[:, 1]))
    answer = np.zeros(len(lat), dtype=np.intp)
    distance = np.zeros(len(lat))
    asked, count = np.arange(len(lat)), min(_CANDIDATES, len(spots))
    while len(asked):
        found = tree.query(unit_vectors(lat[asked], lon[asked]), k=count)[1]
        found = np.asarray(found).reshape(len(asked), count)
        apart = haversine(lat[asked, None], lon[asked, None], spots[found, 0], spots[found, 1])
        least = apart.min(axis=1)
        tied = apart <= least[:, None] + SAME
        answer[asked] = np.where(tied, first_of[found], len(other_lat)).min(axis=1)
        distance[asked] = least
        asked = asked[tied.all(axis=1)] if count < len(spots) else asked[:0]
        count = min(4 * count, len(spots))  # more may be as near as all that were looked at
    return answer, distance


def _different(lat: Vector, lon: Vector) -> tuple[Vector, Places]:
    """Give the different places, and the first number that stands at each."""
    spots, firsts = np.unique(np.column_stack([lat, lon]), axis=0, return_index=True)
    return spots, firsts.astype(np.intp)

"""Where a house stands whose number is not known, told from the numbers that are known on its street."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

EARTH_M = 6_371_008.8
FARTHEST_M = 600.0
LEAST_ACCURACY_M = 20.0
_OTHER_SIDE = 20  # numbers of the other side of the street tell as much as own ones this much farther


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """A number that is known, and where it is (EPSG:4326)."""

    civic: int
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """Where a number would be, and within how many metres."""

    lon: float
    lat: float
    accuracy_m: float


def between(civic: int, known: Iterable[House]) -> Guess | None:
    """Place a number on the line between the nearest lower and higher ones; none when they are too far apart.

    Numbers of its own side of the street (both odd, both even) go first. The result is as good as half the
    distance between the two, and never better than a lot.
    """
    houses = list(known)
    lower = [house for house in houses if house.civic < civic]
    upper = [house for house in houses if house.civic > civic]
    pairs = [
        (_cost(civic, low, high), low, high)
        for low, high in product(lower, upper)
        if metres(low.lon, low.lat, high.lon, high.lat) <= FARTHEST_M
    ]
    if not pairs:
        return None
    _, low, high = min(pairs, key=lambda pair: pair[0])
    share = (civic - low.civic) / (high.civic - low.civic)
    return Guess(
        lon=low.lon + share * (high.lon - low.lon),
        lat=low.lat + share * (high.lat - low.lat),
        accuracy_m=max(LEAST_ACCURACY_M, metres(low.lon, low.lat, high.lon, high.lat) / 2),
    )


def _cost(civic: int, low: House, high: House) -> float:
    other_side = (low.civic - civic) % 2 + (high.civic - civic) % 2
    return high.civic - low.civic + _OTHER_SIDE * other_side


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return metres between two points of one town (EPSG:4326), where the Earth is flat between them."""
    east = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return EARTH_M * math.hypot(east, math.radians(other_lat - lat))

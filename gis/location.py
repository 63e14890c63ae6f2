"""How good a position is: coordinates which are no place at all, and how precise each method usually is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from gis import crs
from gis.wording import NBSP, Words

# Rounding under which two coordinates are one point: 6 decimals are 11 cm.
_DECIMALS = 6

# Metres, one standard deviation in each direction, roughly. A phone in town is off by 7 to 13 m on average
# (Merry and Bettinger, PLOS ONE 0219890), less once its owner has looked at the pin; a parcel front
# stands 15 m from the axis and is interpolated along the street; an intersection has four corners.
_TYPICAL_ACCURACY_M = {
    "asset": 2.0,
    "pin": 5.0,
    "gps": 8.0,
    "photo": 12.0,
    "address": 20.0,
    "phone": 25.0,
    "intersection": 25.0,
    "segment": 60.0,
}


class Kind(StrEnum):
    """What a pair of coordinates turned out to be. Only `ok` and `outside` are places."""

    OK = "ok"
    OUTSIDE = "outside"
    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    ZERO = "zero"
    DEFAULT_POINT = "default_point"
    SWAPPED = "swapped"
    WRONG_SIGN = "wrong_sign"
    FAR_AWAY = "far_away"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What became of a position. `lon` and `lat` are set only when it is a place.

    `proposed_lon` and `proposed_lat` are a guess (coordinates swapped back, sign restored) which a person may
    confirm; nothing should be pinned there on its own.
    """

    kind: Kind
    lon: float | None = None
    lat: float | None = None
    proposed_lon: float | None = None
    proposed_lat: float | None = None

    @property
    def is_place(self) -> bool:
        """Tell whether there is a position to use."""
        return self.lon is not None

    @property
    def words(self) -> Words:
        """Say what was found."""
        return _WORDS[self.kind]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultPoint:
    """A point a geocoder answers when it does not know, with the evidence: counts over the rows seen."""

    lon: float
    lat: float
    count: int
    share: float
    addresses: int
    services: int

    @property
    def words(self) -> Words:
        """Say why this point is not believed."""
        share_fr = f"{self.share * 100:.1f}".replace(".", ",")
        return Words(
            fr=f"{self.count} lignes ({share_fr}{NBSP}%) exactement à {self.lat}, {self.lon}{NBSP}: "
            f"{self.addresses} adresses et {self.services} services différents",
            en=f"{self.count} rows ({self.share * 100:.1f}%) at exactly {self.lat}, {self.lon}: "
            f"{self.addresses} different addresses and {self.services} different services",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Where positions are expected: a territory (EPSG:4326), points known to be a geocoder's default.

    Beyond `far_m` metres from the territory a position is a mistake rather than a neighbour's.
    Raises ValueError if the territory is empty.
    """

    territory: BaseGeometry
    default_points: tuple[tuple[float, float], ...] = ()
    far_m: float = 20_000.0
    _territory: BaseGeometry = field(init=False, repr=False, compare=False)
    _defaults: frozenset[tuple[float, float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.territory.is_empty:
            raise ValueError("the territory is empty")
        prepared = shapely.from_wkb(shapely.to_wkb(self.territory))
        shapely.prepare(prepared)
        # GEOS builds its index at the first question: ask here, before threads share it.
        shapely.intersects_xy(prepared, *prepared.bounds[:2])
        shapely.shortest_line(prepared, shapely.Point(0, 0))
        object.__setattr__(self, "_territory", prepared)
        object.__setattr__(self, "_defaults", frozenset(_key(*point) for point in self.default_points))

    def covers(self, lon: float, lat: float) -> bool:
        """Tell whether the point is in the territory, its edge included."""
        return bool(shapely.intersects_xy(self._territory, lon, lat))

    def is_default(self, lon: float, lat: float) -> bool:
        """Tell whether the point is one a geocoder gives when it does not know."""
        return _key(lon, lat) in self._defaults

    def is_far(self, lon: float, lat: float) -> bool:
        """Tell whether the point lies beyond `far_m` from the territory, along the geodesic."""
        if abs(lon) > 180 or abs(lat) > 90:
            return True
        # Nearest in degrees, not in metres: a shade too far on an oblique edge, which this limit can bear.
        edge = shapely.shortest_line(self._territory, shapely.Point(lon, lat))
        (x0, y0), (x1, y1) = shapely.get_coordinates(edge).tolist()
        return crs.distance_m(x0, y0, x1, y1) > self.far_m


def assess(lon: float | None, lat: float | None, frame: Frame) -> Finding:
    """Judge one pair of coordinates as received, longitude and latitude in degrees.

    The first reason that applies wins: absent, not finite, 0/0, a default point, then the territory itself,
    then swapped or with a lost sign (only if the correction falls in the territory), then too far away.
    """
    if lon is None or lat is None:
        return Finding(kind=Kind.MISSING)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return Finding(kind=Kind.NOT_A_NUMBER)
    if abs(lon) < 0.001 and abs(lat) < 0.001:
        return Finding(kind=Kind.ZERO)
    if frame.is_default(lon, lat):
        return Finding(kind=Kind.DEFAULT_POINT)
    if frame.covers(lon, lat):
        return Finding(kind=Kind.OK, lon=lon, lat=lat)
    if not frame.is_far(lon, lat):
        return Finding(kind=Kind.OUTSIDE, lon=lon, lat=lat)
    return _correct(lon, lat, frame)


def learn_default_points(
    rows: Iterable[tuple[float | None, float | None, str | None, str | None]],
    *,
    min_count: int = 20,
) -> tuple[DefaultPoint, ...]:
    """Find the points a geocoder answers when it does not know, most frequent first.

    Each row is longitude, latitude, address text and service name; either text may be None. Repetition alone
    proves little, since a tower, a school or a bad crossing repeats too. A point repeated at least
    `min_count` times is called a default only when one of these holds:

    - many addresses share it: at least 10, and one row in five brings a new one (Boston's 42.3594, -71.0587
      carries 753 addresses; a corner building at most a few spellings);
    - everything happens there: at least 0.25 % of all rows and 20 different services (a city hall used as
      the address of calls without one);
    - nothing is known of addresses and services, and the point alone takes 2 % of all rows.
    """
    seen: dict[tuple[float, float], _Tally] = defaultdict(_Tally)
    total = 0
    for lon, lat, address, service in rows:
        total += 1
        if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
            continue
        seen[_key(lon, lat)].add(address, service)
    found = [
        DefaultPoint(
            lon=lon,
            lat=lat,
            count=tally.count,
            share=tally.count / total,
            addresses=len(tally.addresses),
            services=len(tally.services),
        )
        for (lon, lat), tally in seen.items()
        if tally.count >= min_count and tally.looks_default(total)
    ]
    return tuple(sorted(found, key=lambda point: (-point.count, point.lon, point.lat)))


def typical_accuracy_m(method: str) -> float:
    """Give the accuracy in metres to assume for a location method when the device said nothing.

    Raises ValueError for an unknown method.
    """
    try:
        return _TYPICAL_ACCURACY_M[method]
    except KeyError:
        raise ValueError(f"unknown location method: {method}") from None


def methods() -> tuple[str, ...]:
    """Name the location methods, the most precise first."""
    return tuple(_TYPICAL_ACCURACY_M)


class _Tally:
    """What was seen at one point."""

    __slots__ = ("addresses", "count", "services")

    def __init__(self) -> None:
        self.count = 0
        self.addresses: set[str] = set()
        self.services: set[str] = set()

    def add(self, address: str | None, service: str | None) -> None:
        self.count += 1
        if address:
            self.addresses.add(address.strip().casefold())
        if service:
            self.services.add(service)

    def looks_default(self, total: int) -> bool:
        if len(self.addresses) >= 10 and len(self.addresses) * 5 >= self.count:
            return True
        if self.count * 400 >= total and len(self.services) >= 20:
            return True
        return not self.addresses and not self.services and self.count * 50 >= total


def _key(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, _DECIMALS), round(lat, _DECIMALS)


def _correct(lon: float, lat: float, frame: Frame) -> Finding:
    if frame.covers(lat, lon):
        return Finding(kind=Kind.SWAPPED, proposed_lon=lat, proposed_lat=lon)
    for x, y in ((-lon, lat), (lon, -lat), (-lon, -lat)):
        if frame.covers(x, y):
            return Finding(kind=Kind.WRONG_SIGN, proposed_lon=x, proposed_lat=y)
    return Finding(kind=Kind.FAR_AWAY)


_WORDS = {
    Kind.OK: Words(fr="lieu connu", en="known place"),
    Kind.OUTSIDE: Words(fr="hors du territoire", en="outside the territory"),
    Kind.MISSING: Words(fr="aucune coordonnée", en="no coordinates"),
    Kind.NOT_A_NUMBER: Words(fr="coordonnées illisibles", en="unreadable coordinates"),
    Kind.ZERO: Words(fr="coordonnées nulles (0, 0)", en="null coordinates (0, 0)"),
    Kind.DEFAULT_POINT: Words(fr="point par défaut d’un géocodeur", en="a geocoder’s default point"),
    Kind.SWAPPED: Words(fr="longitude et latitude inversées", en="longitude and latitude swapped"),
    Kind.WRONG_SIGN: Words(fr="signe perdu dans les coordonnées", en="a sign was lost in the coordinates"),
    Kind.FAR_AWAY: Words(fr="beaucoup trop loin du territoire", en="much too far from the territory"),
}

"""From what a person says of a place to a point, its district, its street and its owner."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from gis import location
from tracker.catalogue.definitions import LocationRule
from tracker.places import errors, geocoding, queries, territory
from tracker.places import ground as grounds
from tracker.places.errors import Choice
from tracker.places.geocoding import Found
from tracker.places.ground import DistrictRef, Ground
from tracker.places.point import Point
from tracker.places.queries import AssetRef, Segment

VAGUE_M = 150.0  # from here on a crew would have to search
WORST_ACCURACY_M = 5_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a person said of a place: coordinates in EPSG:4326, an address, an asset, or several of these."""

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    method: str = "pin"
    address: str | None = None
    asset_kind: str | None = None
    asset_code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who looks for a place: staff or not, and whether a report's number is drawn on the way."""

    is_staff: bool = False
    draws: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """Where a report is, as well as it is known. Without `lon` the place is unknown and is never a pin.

    `address` is one of ours; `said` is what the person wrote, which may hold more than a place. `odds` are
    the districts and territories it may be in, with their probabilities, when that is not sure.
    """

    serial: int
    method: str
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    address: str | None = None
    said: str | None = None
    segment: Segment | None = None
    asset: AssetRef | None = None
    district: DistrictRef | None = None
    odds: Mapping[str, Any] | None = None

    @property
    def is_known(self) -> bool:
        return self.lon is not None

    @property
    def text(self) -> str | None:
        """Return the place in words: the address, else the asset, else the street."""
        if self.address:
            return self.address
        if self.asset:
            return self.asset.name or self.asset.code
        return self.segment.name if self.segment else None


def locate(session: Session, rule: LocationRule, given: Given, asker: Asker) -> Located:
    """Find the place of a report: its point, district, street segment and asset.

    Staff may leave the place unknown; nobody else when the service needs one. Raises PlaceError.
    """
    ground = grounds.current(session)
    point = _point(session, ground, given)
    if point is None:
        if rule.is_required and not asker.is_staff:
            raise errors.LocationMissing
        serial = queries.next_serial(session) if asker.draws else 0
        return Located(serial=serial, method="unknown", address=given.address, said=given.address)
    found = queries.around(session, point.lon, point.lat, draws=asker.draws)
    placed = territory.place(session, ground, rule, point, found)
    point = placed.point
    return Located(
        serial=found.serial,
        method=point.method,
        lon=point.lon,
        lat=point.lat,
        accuracy_m=point.accuracy_m,
        address=point.address or found.corner or found.address,
        said=given.address,
        segment=found.segment,
        asset=point.asset,
        district=placed.district,
        odds=placed.odds,
    )


def told_point(given: Given) -> Point | None:
    """Return where a report is as far as its own words tell: its coordinates, if it names no asset.

    `locate` nearly always agrees; it may move the point ashore, or refuse it.
    """
    return None if given.asset_code else _coordinates(given)


def search(session: Session, query: str, *, is_typing: bool = False) -> Found:
    """Return the places that a text may mean, the likeliest first, and whether the first is clear."""
    return geocoding.find(session, query, is_typing=is_typing)


def geocode(session: Session, query: str) -> Choice:
    """Return the one place a text means.

    Raises AddressUnknown, AddressVague when only a long street is named, AddressAmbiguous with the list.
    """
    found = geocoding.find(session, query)
    if not found.candidates:
        raise errors.AddressUnknown(query)
    if not found.is_clear:
        raise errors.AddressAmbiguous(query, found.choices)
    best = found.candidates[0]
    if best.choice.kind == "street" and best.reading.kind == "address":
        raise errors.AddressUnknown(query, found.choices)  # the street has no such number
    if best.choice.accuracy_m > VAGUE_M and best.choice.kind in ("street", "interpolated", "block"):
        raise errors.AddressVague(query, found.choices)
    return best.choice


def _point(session: Session, ground: Ground, given: Given) -> Point | None:
    asset = _asset(session, given)
    if asset is not None and asset.is_point:  # a lamp stands where it stands, whoever tells of it from afar
        return _at_asset(asset)
    told = _coordinates(given)
    if told is not None:
        finding = location.assess(told.lon, told.lat, ground.frame) if ground.frame else None
        if finding is not None and not finding.is_place:
            raise errors.LocationUnusable(finding.kind.value, finding.words.fr, finding.words.en)
        return told if asset is None else replace(told, asset=asset)
    if asset is not None:
        return _at_asset(asset)
    if given.address and given.method != "unknown":
        choice = geocode(session, given.address)
        if choice.asset and (said := queries.asset(session, *choice.asset)) and said.is_point:
            return _at_asset(said)
        return Point(
            lon=choice.lon,
            lat=choice.lat,
            accuracy_m=choice.accuracy_m,
            method="address",
            address=choice.label,
        )
    return None


def _coordinates(given: Given) -> Point | None:
    if given.lon is None or given.lat is None or given.method == "unknown":
        return None
    return Point(lon=given.lon, lat=given.lat, accuracy_m=_accuracy(given), method=given.method)


def _at_asset(asset: AssetRef) -> Point:
    accuracy_m = location.typical_accuracy_m("asset")
    return Point(lon=asset.lon, lat=asset.lat, accuracy_m=accuracy_m, method="asset", asset=asset)


def _accuracy(given: Given) -> float:
    accuracy = given.accuracy_m if given.accuracy_m is not None else location.typical_accuracy_m(given.method)
    return min(max(accuracy, 1.0), WORST_ACCURACY_M)


def _asset(session: Session, given: Given) -> AssetRef | None:
    if not given.asset_code:
        return None
    kind = given.asset_kind or ""
    found = queries.asset(session, kind, given.asset_code)
    if found is None:
        raise errors.AssetUnknown(kind, given.asset_code)
    return found

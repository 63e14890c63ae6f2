"""From what a person says of a place to a point, its district, its street and its owner."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from gis import location
from tracker.catalogue.definitions import LocationRule
from tracker.places import errors, geocoding, queries
from tracker.places import ground as grounds
from tracker.places.errors import Choice, Party
from tracker.places.geocoding import Found
from tracker.places.ground import DistrictRef, Ground
from tracker.places.queries import AssetRef, Segment

OURS = "ville"
VAGUE_M = 150.0  # from here on a crew would have to search
ROAD_REACH_M = 25.0
WORST_ACCURACY_M = 5_000.0
BOUNDARY_TOLERANCE_M = 15.0


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

    `address` is one of ours; `said` is what the person wrote, which may hold more than a place.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A position with how it was had and how good it is, in metres."""

    lon: float
    lat: float
    accuracy_m: float
    method: str
    address: str | None = None
    asset: AssetRef | None = None


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
    _refuse_water(ground, rule, point)
    found = queries.around(session, point.lon, point.lat, draws=asker.draws)
    district = _district(session, ground, point, found.segment)
    _refuse_others(ground, rule, point, found.segment)
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
        district=district,
    )


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


def outside(ground: Ground, lon: float, lat: float) -> Party | None:
    """Return the neighbour in whose territory a point falls, if it is known."""
    code = ground.neighbours.find(lon, lat).code
    return ground.parties.get(code) if code else None


def _point(session: Session, ground: Ground, given: Given) -> Point | None:
    asset = _asset(session, given)
    if asset is not None and asset.is_point:  # a lamp stands where it stands, whoever tells of it from afar
        return _at_asset(asset)
    if given.lon is not None and given.lat is not None and given.method != "unknown":
        finding = location.assess(given.lon, given.lat, ground.frame) if ground.frame else None
        if finding is not None and not finding.is_place:
            raise errors.LocationUnusable(finding.kind.value, finding.words.fr, finding.words.en)
        return Point(
            lon=given.lon,
            lat=given.lat,
            accuracy_m=_accuracy(given),
            method=given.method,
            asset=asset,
        )
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


def _refuse_water(ground: Ground, rule: LocationRule, point: Point) -> None:
    if rule.on_water or not ground.water.covers(point.lon, point.lat):
        return
    # A point just off the bank is a phone's error, not a swimmer: 30 m is the reach of domain §6 ①.
    if ground.water.find(point.lon, point.lat).edge_m > 30.0:
        raise errors.InWater


def _district(session: Session, ground: Ground, point: Point, segment: Segment | None) -> DistrictRef | None:
    """Give the district; the index answers when the point is clear of every edge, else PostGIS judges."""
    if ground.boundary_set_id is None:
        return None
    placed = ground.districts.find(point.lon, point.lat)
    if placed.certain:
        code = placed.code
    else:
        judged = queries.judged_district(session, ground.boundary_set_id, point.lon, point.lat)
        code = ground.by_id[judged].code if judged is not None else None
    if code is None:
        # The edge runs down the middle of a street: what stands on our street is ours (domain §6 ①).
        code = segment.district_code if segment is not None else None
        if code is None or code not in ground.by_code or placed.edge_m > BOUNDARY_TOLERANCE_M:
            raise errors.OutsideTerritory(outside(ground, point.lon, point.lat))
    return ground.by_code[code]


def _refuse_others(ground: Ground, rule: LocationRule, point: Point, segment: Segment | None) -> None:
    """Refuse what somebody else maintains: `maintained_by` decides, never the owner alone (domain §6 ②)."""
    if point.asset is not None:
        if point.asset.owner != OURS and point.asset.owner in ground.parties:
            raise errors.NotOurs(ground.parties[point.asset.owner], "asset")
        return
    on_road = rule.snap == "segment" or rule.kind == "segment"
    if not on_road or segment is None or segment.distance_m > ROAD_REACH_M:
        return
    if segment.maintained_by != OURS and segment.maintained_by in ground.parties:
        raise errors.NotOurs(ground.parties[segment.maintained_by], "segment")

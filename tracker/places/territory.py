"""Whose a place is (domain.md §6 ①, ②, ④): the territory, the district, who owns and who does the work.

Everything ordinary is answered by the indexes in the process; PostGIS is asked only at an edge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

from sqlalchemy.orm import Session

from gis.areas import Placement
from tracker.catalogue.definitions import LocationRule
from tracker.places import errors, queries
from tracker.places.errors import Party
from tracker.places.ground import DistrictRef, Ground
from tracker.places.point import Point
from tracker.places.queries import Lot, Segment, Surroundings

OURS = "ville"
PRIVATE = "private"
ROAD_REACH_M = 25.0
BOUNDARY_TOLERANCE_M = 15.0
SHORE_REACH_M = 30.0
# A bridge, a causeway or a wharf road: who stands on it is not in the water.
ON_ROAD_M = 12.0
# Beyond three standard deviations an edge concerns one point in a thousand.
SIGMAS = 3.0
SURE = 0.995
# How sure it must be that a point lies within a lot before somebody is sent away.
SURE_OF_LOT = 0.9
_NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where a point belongs. `odds` are the districts and owners it may be of, when that is not sure."""

    point: Point
    district: DistrictRef | None
    odds: Mapping[str, Any] | None = None


def place(session: Session, ground: Ground, rule: LocationRule, point: Point, found: Surroundings) -> Placed:
    """Give a point its district and who else it may concern, or refuse it with whom to call.

    Raises InWater, OutsideTerritory, NotOurs, PrivateLot.
    """
    dry = _out_of_water(ground, rule, point, found.segment)
    inside = ground.districts.find(dry.lon, dry.lat)
    district = _district(session, ground, rule, dry, (inside, found.segment))
    _refuse_others(ground, rule, dry, found)
    odds = odds_of(ground, dry, inside.edge_m)
    if dry is not point:
        odds = {**(odds or {}), "moved_from": [point.lon, point.lat]}
    return Placed(point=dry, district=district, odds=odds)


def outside(ground: Ground, lon: float, lat: float) -> Party | None:
    """Return the neighbour in whose territory a point falls, if it is known."""
    code = ground.neighbours.find(lon, lat).code
    return ground.parties.get(code) if code else None


def odds_of(ground: Ground, point: Point, edge_m: float) -> dict[str, Any] | None:
    """Give the districts and territories a point may lie in, with their probabilities; None when it is sure.

    `edge_m` is how far the nearest boundary is; the error is a circular Gaussian of the point's accuracy.
    `territory` is left out while it is surely the city's.
    """
    if ground.boundary_set_id is None or edge_m > SIGMAS * point.accuracy_m:
        return None
    shares = ground.districts.shares(point.lon, point.lat, point.accuracy_m)
    away = shares.pop(None, 0.0)
    if max([away, *shares.values()]) >= SURE:
        return None
    odds: dict[str, Any] = {"districts": _listed({code: share for code, share in shares.items() if code})}
    if away > 1 - SURE:
        odds["territory"] = _listed({OURS: 1 - away, **_theirs(ground, point, away)})
    return odds


def odds_of_many(ground: Ground, points: Sequence[Point | None]) -> list[dict[str, Any] | None]:
    """Give what `odds_of` gives of each, of points most of which are far from every edge."""
    known = [(order, point) for order, point in enumerate(points) if point is not None]
    odds: list[dict[str, Any] | None] = [None] * len(points)
    near = ground.districts.near_edge(
        [point.lon for _, point in known],
        [point.lat for _, point in known],
        [SIGMAS * point.accuracy_m for _, point in known],
    )
    for (order, point), is_near in zip(known, near.tolist(), strict=True):
        if is_near:
            odds[order] = odds_of(ground, point, ground.districts.find(point.lon, point.lat).edge_m)
    return odds


def _theirs(ground: Ground, point: Point, away: float) -> dict[str, float]:
    """Share what is not the city's among the neighbours; what is nobody's known is `unknown`."""
    around = (
        ground.neighbours.shares(point.lon, point.lat, point.accuracy_m) if len(ground.neighbours) else {}
    )
    found = {code: share for code, share in around.items() if code}
    rest = away - sum(found.values())
    return found | ({"unknown": rest} if rest > 1 - SURE else {})


def _listed(shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Write probabilities as a list, the greatest first; what is below 1 in 200 is left out."""
    ordered = sorted(shares.items(), key=lambda each: (-each[1], each[0]))
    return [{"code": code, "p": round(share, 3)} for code, share in ordered if share >= 1 - SURE]


def _out_of_water(ground: Ground, rule: LocationRule, point: Point, segment: Segment | None) -> Point:
    """Bring a point just off the bank ashore: a phone's error is not a swimmer. Raises InWater."""
    if rule.on_water or not ground.water.covers(point.lon, point.lat):
        return point
    if segment is not None and segment.distance_m <= ON_ROAD_M:
        return point
    shore = ground.water.nearest(point.lon, point.lat)
    if shore is None or shore.distance_m > SHORE_REACH_M:
        estate = ground.estates.find(point.lon, point.lat).code
        party = ground.parties[estate] if estate else None
        raise errors.InWater(party if party is not None and party.kind == "water" else None)
    return replace(
        point, lon=shore.lon, lat=shore.lat, accuracy_m=max(point.accuracy_m, round(shore.distance_m, 1))
    )


def _district(
    session: Session, ground: Ground, rule: LocationRule, point: Point, seen: tuple[Placement, Segment | None]
) -> DistrictRef | None:
    """Give the district; the index answers when the point is clear of every edge, else PostGIS judges."""
    if ground.boundary_set_id is None:
        return None
    placed, segment = seen
    if placed.certain:
        code = placed.code
    else:
        judged = queries.judged_district(session, ground.boundary_set_id, point.lon, point.lat)
        code = ground.by_id[judged].code if judged is not None else None
    street = _on_street(rule, point, segment)
    if code is None:
        # The edge runs down the middle of a street: what stands on our street is ours (domain §6 ①).
        code = _just_outside(ground, rule, point, segment, placed.edge_m)
        if code is None:
            party = outside(ground, point.lon, point.lat)
            raise errors.OutsideTerritory(party, _chance(ground, point, placed.edge_m))
    elif street is not None and street.district_code in ground.by_code:
        # One street is never split down its middle for those who look after it (domain §6 ④).
        code = street.district_code
    return ground.by_code[code] if code is not None else None


def _on_street(rule: LocationRule, point: Point, segment: Segment | None) -> Segment | None:
    """Return the street a report is about, for services of the street."""
    is_near = segment is not None and segment.distance_m <= ROAD_REACH_M
    return segment if is_near and rule.is_of_street and point.asset is None else None


def _just_outside(
    ground: Ground, rule: LocationRule, point: Point, segment: Segment | None, edge_m: float
) -> str | None:
    """Return the district of what stands just outside on a street that one of ours looks after."""
    if segment is None or edge_m > BOUNDARY_TOLERANCE_M:
        return None
    if segment.district_code in ground.by_code:
        return segment.district_code
    nearest = ground.districts.nearest(point.lon, point.lat) if segment.done_by(rule.work) == OURS else None
    return nearest.code if nearest is not None else None


def _chance(ground: Ground, point: Point, edge_m: float) -> float:
    """Tell how probable it is that a point outside is ours, at its accuracy."""
    if edge_m > SIGMAS * point.accuracy_m:
        return 0.0
    return 1 - ground.districts.shares(point.lon, point.lat, point.accuracy_m).get(None, 0.0)


def _refuse_others(ground: Ground, rule: LocationRule, point: Point, found: Surroundings) -> None:
    """Refuse what somebody else looks after: who does the work decides, never the owner alone (§6 ②)."""
    if point.asset is not None:
        if point.asset.owner != OURS and point.asset.owner in ground.parties:
            raise errors.NotOurs(ground.parties[point.asset.owner], "asset")
        return
    segment = found.segment
    if segment is not None and segment.distance_m <= ROAD_REACH_M and _concerns(rule, segment):
        doer = segment.done_by(rule.work)
        if doer != OURS and doer in ground.parties:
            raise errors.NotOurs(ground.parties[doer], "segment")
    elif rule.on_private == "refuse":
        _refuse_lot(ground, point, found.lot)


def _concerns(rule: LocationRule, segment: Segment) -> bool:
    """Tell whether a report is about its street; a light is where lights were agreed upon."""
    return rule.is_of_street or rule.work in segment.agreement


def _refuse_lot(ground: Ground, point: Point, lot: Lot | None) -> None:
    estate = ground.estates.find(point.lon, point.lat) if len(ground.estates) else None
    if estate is not None and estate.code and _is_sure(estate.edge_m, point):
        raise errors.NotOurs(ground.parties[estate.code], "ground")
    if lot is None or lot.owner == OURS or not _is_sure(lot.edge_m, point):
        return
    if lot.owner in ground.parties:
        raise errors.NotOurs(ground.parties[lot.owner], "ground")
    if lot.owner == PRIVATE:
        raise errors.PrivateLot


def _is_sure(edge_m: float, point: Point) -> bool:
    """Tell whether a point is inside an outline that is `edge_m` away, at its accuracy."""
    return _NORMAL.cdf(edge_m / point.accuracy_m) >= SURE_OF_LOT

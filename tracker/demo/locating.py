"""Places of many reports at once: the same answers as `places.locate`, in one statement for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.demo.filings import Filing
from tracker.places import ground as grounds
from tracker.places import queries, territory
from tracker.places.ground import Ground
from tracker.places.point import Point
from tracker.places.queries import AssetRef, Segment
from tracker.places.service import Located

# The nearest by `<->` is nearest in degrees: the four nearest are measured, as for one report.
_AROUND = text("""
    SELECT p.n, a.nearest_address, s.*, d.district_id
    FROM (SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS g
          FROM unnest(CAST(:n AS int[]), CAST(:lon AS float8[]), CAST(:lat AS float8[])) AS p(n, lon, lat)) p
    LEFT JOIN LATERAL (
        SELECT k.id, k.code, k.name, k.owner, k.maintained_by, k.class AS road_class, k.district_code,
               ST_Distance(k.geom::geography, p.g::geography, false) AS distance_m
        FROM (SELECT * FROM street_segment WHERE geom && ST_Expand(p.g, :dx, :dy)
              ORDER BY geom <-> p.g LIMIT 4) k
        ORDER BY distance_m, k.id LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT civic || suffix || ', ' || street AS nearest_address
        FROM address WHERE geom && ST_Expand(p.g, :dx, :dy) ORDER BY geom <-> p.g, id LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT d.id AS district_id FROM district d
        WHERE d.boundary_set_id = :set AND ST_Covers(d.geom, p.g) ORDER BY d.code COLLATE "C" LIMIT 1
    ) d ON true
""")
_ASSETS = text("""
    SELECT id, kind, code, name, owner, segment_id,
           ST_X(ST_Centroid(geom)) AS lon, ST_Y(ST_Centroid(geom)) AS lat,
           GeometryType(geom) = 'POINT' AS is_point
    FROM asset WHERE (kind, code) IN (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:codes AS text[])))
""")
_ASSET_ACCURACY_M = 2.0


def locate_all(session: Session, filings: Sequence[Filing]) -> list[Located]:
    """Give the place of every report, in their order. A report without coordinates has none."""
    ground = grounds.current(session)
    assets = _assets(session, filings)
    spots = [_spot(each, assets) for each in filings]
    known = [row for row, spot in enumerate(spots) if spot is not None]
    values = {
        "n": known,
        "lon": [spot[0] for spot in spots if spot is not None],
        "lat": [spot[1] for spot in spots if spot is not None],
        "set": ground.boundary_set_id,
        **queries.box(45.25, queries.REACH_M),
    }
    around = {row.n: row for row in session.execute(_AROUND, values)} if known else {}
    found = [_located(filing, around.get(row), ground, assets) for row, filing in enumerate(filings)]
    odds = territory.odds_of_many(ground, [_point(each) for each in found])
    return [replace(each, odds=its) if its else each for each, its in zip(found, odds, strict=True)]


def _point(located: Located) -> Point | None:
    if located.lon is None or located.lat is None or located.accuracy_m is None:
        return None
    return Point(lon=located.lon, lat=located.lat, accuracy_m=located.accuracy_m, method=located.method)


def _assets(session: Session, filings: Sequence[Filing]) -> dict[tuple[str | None, str | None], AssetRef]:
    wanted = sorted(
        {(each.place.asset_kind, each.place.asset_code) for each in filings if each.place.asset_code}
    )
    if not wanted:
        return {}
    values = {"kinds": [kind for kind, _ in wanted], "codes": [code for _, code in wanted]}
    return {(row.kind, row.code): AssetRef(**row._asdict()) for row in session.execute(_ASSETS, values)}


def _spot(
    filing: Filing, assets: dict[tuple[str | None, str | None], AssetRef]
) -> tuple[float, float] | None:
    place = filing.place
    asset = assets.get((place.asset_kind, place.asset_code))
    if asset is not None:
        return asset.lon, asset.lat
    return (place.lon, place.lat) if place.lon is not None and place.lat is not None else None


def _located(
    filing: Filing, row: Any, ground: Ground, assets: dict[tuple[str | None, str | None], AssetRef]
) -> Located:
    place = filing.place
    if row is None:
        return Located(serial=filing.serial, method="unknown", address=place.address, said=place.address)
    asset = assets.get((place.asset_kind, place.asset_code))
    segment = _segment(row)
    district = ground.by_id.get(row.district_id or 0)
    if district is None and segment is not None:
        district = ground.by_code.get(segment.district_code or "")
    return Located(
        serial=filing.serial,
        method="asset" if asset is not None else place.method,
        lon=asset.lon if asset is not None else place.lon,
        lat=asset.lat if asset is not None else place.lat,
        accuracy_m=_ASSET_ACCURACY_M if asset is not None else place.accuracy_m,
        address=row.nearest_address,
        said=place.address,
        segment=segment,
        asset=asset,
        district=district,
    )


def _segment(row: Any) -> Segment | None:
    if row.id is None:
        return None
    names = ("id", "code", "name", "owner", "maintained_by", "road_class", "district_code", "distance_m")
    return Segment(**{name: getattr(row, name) for name in names})

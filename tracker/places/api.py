"""Places over HTTP: search, what is at a point, districts, and what is known near by."""

from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy import text

from tracker.http import edge, openapi
from tracker.places import errors, ground, problems, queries, service, territory
from tracker.places.ground import Ground
from tracker.places.point import Point

blp = Blueprint("places", __name__, url_prefix=openapi.PREFIX, description="Where things are.")

KINDS = ("address", "interpolated", "intersection", "block", "landmark", "asset", "street")
_DISTRICTS = text("""
    SELECT d.code, d.name, ST_AsGeoJSON(d.geom, 6) AS geometry FROM district d
    JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active' ORDER BY d.code
""")


class SearchQuery(Schema):
    """What is looked for."""

    q = fields.String(required=True, validate=validate.Length(1, 400))
    typing = fields.Boolean(load_default=False)


class PointQuery(Schema):
    """A point, EPSG:4326."""

    lon = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    lat = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))


class ReverseQuery(PointQuery):
    """A point and how well it is known, in metres."""

    accuracy_m = fields.Float(load_default=5.0, allow_nan=False, validate=validate.Range(1, 5_000))


class PlaceTold(Schema):
    """A place that a text may mean."""

    label = fields.String(required=True)
    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    accuracy_m = fields.Float(required=True)
    district = fields.String(allow_none=True)
    asset = fields.Dict(allow_none=True)


class PlacesTold(Schema):
    """Places, the likeliest first; `clear` tells that the first is meant and no other."""

    results = fields.List(fields.Nested(PlaceTold), required=True)
    clear = fields.Boolean(required=True)


class PointTold(Schema):
    """What is at a point."""

    label = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    corner = fields.String(allow_none=True)
    segment = fields.Dict(allow_none=True)
    district = fields.Dict(allow_none=True)
    territory = fields.String(validate=validate.OneOf(["inside", "outside", "water"]))
    lot = fields.String(
        allow_none=True,
        metadata={"description": "whose lot it is: ville, private or the code of a third party"},
    )
    candidates = fields.Dict(
        metadata={"description": "districts and territories with their probabilities, when it is not sure"}
    )
    contact = fields.Dict(allow_none=True)


@blp.route("/places/search")
@blp.arguments(SearchQuery, location="query")
@openapi.documented(200, PlacesTold)
@openapi.problems(404, 422)
def search_places(given: dict[str, Any]) -> Response:
    """Find a place by its words: address, corner, stretch, park, building, equipment's number or street.

    The place may stand within a sentence. With `typing` the last word is completed, for a list under a field.
    """
    with edge.transaction() as session:
        edge.require("place.search")
        found = service.search(session, given["q"], is_typing=given["typing"])
    results = [problems.as_choice(choice) for choice in found.choices]
    return _json({"results": results, "clear": found.is_clear})


@blp.route("/places/reverse")
@blp.arguments(ReverseQuery, location="query")
@openapi.documented(200, PointTold)
@openapi.problems(404, 422)
def reverse_place(given: dict[str, Any]) -> Response:
    """Tell what is at a point: address, street, district, and whom to call when it is not ours."""
    lon, lat = given["lon"], given["lat"]
    with edge.transaction() as session:
        edge.require("place.search")
        here = ground.current(session)
        found = queries.around(session, lon, lat)
        inside = here.districts.find(lon, lat)
        code = inside.code
        in_water = here.water.covers(lon, lat)
        point = Point(lon=lon, lat=lat, accuracy_m=given["accuracy_m"], method="pin")
        odds = territory.odds_of(here, point, inside.edge_m) or {}
    segment = found.segment
    district = here.by_code.get(code or "")
    party = _party(here, point, found)
    return _json(
        {
            "label": found.label,
            "address": found.address,
            "corner": found.corner,
            "segment": {"name": segment.name, "owner": segment.owner} if segment else None,
            "district": {"code": district.code, "name": district.name} if district else None,
            "territory": "water" if in_water else ("inside" if code else "outside"),
            "lot": found.lot.owner if found.lot else None,
            "candidates": odds,
            "contact": problems.contact(party),
        }
    )


def _party(here: Ground, point: Point, found: queries.Surroundings) -> errors.Party | None:
    """Return who answers for a point instead of the city: next door, on the street, of the ground."""
    if here.districts.find(point.lon, point.lat).code is None:
        return territory.outside(here, point.lon, point.lat)
    segment, codes = found.segment, []
    if segment is not None and segment.distance_m <= territory.ROAD_REACH_M:
        codes.append(segment.maintained_by)
    codes.append(here.estates.find(point.lon, point.lat).code or "")
    codes.append(found.lot.owner if found.lot else "")
    return next((here.parties[code] for code in codes if code in here.parties), None)


@blp.route("/districts")
@openapi.documented(200, None, content_type="application/geo+json", description="A FeatureCollection")
@openapi.problems(404)
def list_districts() -> Response:
    """Return the active districts as GeoJSON."""
    with edge.transaction() as session:
        rows = session.execute(_DISTRICTS).all()
    features = [
        {
            "type": "Feature",
            "id": row.code,
            "geometry": orjson.Fragment(row.geometry),
            "properties": {"code": row.code, "name": row.name},
        }
        for row in rows
    ]
    return _json({"type": "FeatureCollection", "features": features}, "application/geo+json")


def _json(body: dict[str, Any], content_type: str = "application/json") -> Response:
    return Response(orjson.dumps(body), 200, content_type=content_type)

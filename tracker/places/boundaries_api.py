"""Boundary sets over HTTP: listed, compared, put in force."""

from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from tracker.http import edge, openapi
from tracker.imports import districts
from tracker.places import boundaries, differences

blp = Blueprint("boundaries", __name__, url_prefix=openapi.PREFIX, description="Versions of the districts.")


class BoundarySetTold(Schema):
    """One dated version of the districts."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)
    valid_from = fields.Date(required=True)
    activated_at = fields.AwareDateTime(allow_none=True)
    retired_at = fields.AwareDateTime(allow_none=True)
    districts = fields.Integer(required=True)


class BoundarySetsTold(Schema):
    """All versions, the oldest first."""

    boundary_sets = fields.List(fields.Nested(BoundarySetTold), required=True)


class ComparisonTold(Schema):
    """What a version would change if it were put in force now, and the ground that would change hands."""

    moved = fields.Integer(required=True)
    outside = fields.Integer(required=True)
    moves = fields.List(fields.Dict(), required=True)
    districts = fields.List(fields.Dict(), required=True)
    ground = fields.Dict(required=True, metadata={"description": "a GeoJSON FeatureCollection"})


class PlacingTold(Schema):
    """How many open cases were placed, and how many of them changed district."""

    placed = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    rechosen = fields.Integer(required=True, metadata={"description": "cases now proposed to another crew"})


@blp.route("/boundary-sets")
@openapi.documented(200, BoundarySetsTold)
@openapi.problems(401, 403, 404)
def list_boundary_sets() -> Response:
    """List the versions of the districts, the oldest first."""
    with edge.transaction() as session:
        edge.require("boundary.read")
        rows = boundaries.listing(session)
    return _json({"boundary_sets": [row._asdict() for row in rows]})


@blp.route("/boundary-sets/<int(max=9223372036854775807):set_id>/comparison")
@openapi.documented(200, ComparisonTold)
@openapi.problems(401, 403, 404)
def compare_boundary_set(set_id: int) -> Response:
    """Tell what a version would change, changing nothing."""
    with edge.transaction() as session:
        edge.require("boundary.read")
        found = boundaries.compare(session, set_id)
        ground = differences.collection(session, set_id)
    body: dict[str, Any] = {
        "moved": found.moved,
        "outside": found.outside,
        "moves": found.moves,
        "districts": found.districts,
        "ground": ground,
    }
    return _json(body)


@blp.route("/boundary-sets/<int(max=9223372036854775807):set_id>/activation", methods=["POST"])
@openapi.documented(200, PlacingTold)
@openapi.problems(401, 403, 404)
def activate_boundary_set(set_id: int) -> Response:
    """Put a version in force and place every open case; again changes nothing."""
    with edge.transaction() as session:
        edge.require("boundary.activate")
        who = edge.actor()
        placing = districts.take_over(session, set_id, actor=who.ref, at=edge.clock())
    with edge.transaction() as session:
        # What was being received meanwhile still knew the districts before.
        boundaries.catch_up(session, actor=who.ref, at=edge.clock())
    return _json({"placed": placing.placed, "moved": placing.moved, "rechosen": placing.rechosen})


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), 200, content_type="application/json")

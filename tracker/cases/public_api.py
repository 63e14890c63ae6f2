"""What anyone may see of the cases near a place: where, what, how far along; never who or their words."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from tracker.cases import api, families, listing, present, schemas
from tracker.cases.listing import Filters
from tracker.http import edge, openapi
from tracker.places import queries as places
from tracker.places.api import PointQuery

blp = Blueprint("public", __name__, url_prefix=openapi.PREFIX, description="What everyone can see.")
SHOWN = ("number", "service", "status", "status_label", "tone", "is_open", "late", "place", "lon", "lat",
         "reports_count", "opened_at", "resolve_by", "completed_at")  # fmt: skip


class NearbyQuery(PointQuery):
    """A point and how far to look."""

    radius_m = fields.Float(load_default=500.0, allow_nan=False, validate=validate.Range(10, 5_000))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200))


@blp.route("/nearby")
@blp.arguments(NearbyQuery, location="query")
@openapi.documented(200, schemas.CaseList)
@openapi.problems(404, 422)
def list_nearby(given: dict[str, Any]) -> Response:
    """List the public open cases around a point, the nearest first."""
    with edge.transaction() as session:
        edge.require("place.search")
        body = {"cases": nearby(session, **given), "next": None}
    return Response(orjson.dumps(body), 200, content_type="application/json")


def nearby(session: Session, *, lon: float, lat: float, radius_m: float, limit: int) -> list[dict[str, Any]]:
    """Return the public open cases in a box of `radius_m` around a point, the nearest first."""
    half = places.box(lat, radius_m)
    box = (lon - half["dx"], lat - half["dy"], lon + half["dx"], lat + half["dy"])
    filters = Filters(
        is_open=True, box=box, public_only=True, hidden_families=families.current(session).sealed
    )
    rows = listing.nearest_public(session, filters, lon, lat, limit=limit)
    view = api.view(session)
    shown = [present.row(view, dict(row)) | _in_passing(view, dict(row)) for row in rows]
    return [{name: each[name] for name in SHOWN} for each in shown]


def _in_passing(view: present.View, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a passer-by reads of a case whose progress is its parties' own business."""
    state = view.families.machine(row["workflow"], row["workflow_version"]).state(row["status"])
    if state.public is None:
        return {}
    return {
        "status": state.open311,
        "status_label": state.public.said_in(view.language),
        "tone": state.tone_in_passing,
        "is_open": state.open311 == "open",
    }

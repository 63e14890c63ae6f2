"""Storms over HTTP: listing, declaring, the end of the precipitation, the plan, the end."""

from typing import Any

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker.dispatch.models import StormRow
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.storms import present, schemas, service
from tracker.storms.service import Declared

blp = openapi.Blueprint(
    "storms", __name__, url_prefix=openapi.PREFIX, description="Promises while snow falls."
)


@blp.route("/storms")
@blp.arguments(schemas.StormQuery, location="query")
@openapi.documented(200, schemas.StormList)
@openapi.problems(401, 403, 404, 422)
def list_storms(given: dict[str, Any]) -> Response:
    """List storms, the latest first, with how many promises each holds now."""
    with edge.transaction() as session:
        edge.require("storm.list")
        found = present.listed(session, limit=given["limit"])
        body = {"storms": present.told(session, found, edge.clock(), language.current())}
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/storms", methods=["POST"])
@blp.arguments(schemas.StormGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.StormTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def declare_storm(given: dict[str, Any]) -> Response:
    """Declare a storm: delays of ordinary field work in its districts wait, those of snow go on."""
    with edge.transaction() as session:
        who, at = edge.require("storm.declare"), edge.clock()
        declared = Declared(**(given | {"starts_at": given["starts_at"] or at}))
        return idempotency.once(
            session, "storms", lambda: _told(session, service.declare(session, declared, who, at), 201)
        )


@blp.route("/storms/<int:storm_id>/precipitation", methods=["POST"])
@blp.arguments(schemas.MomentGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.StormTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def end_precipitation(given: dict[str, Any], storm_id: int) -> Response:
    """Say when the precipitation ended: from then the delays of snow services are counted."""
    with edge.transaction() as session:
        who, at = edge.require("storm.operate"), edge.clock()
        ended = given["at"] or at
        return idempotency.once(
            session,
            f"storms/{storm_id}/precipitation",
            lambda: _told(session, service.precipitation_ended(session, storm_id, ended, who, at)),
        )


@blp.route("/storms/<int:storm_id>/passes", methods=["POST"])
@blp.arguments(schemas.PassesGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.StormTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def plan_passes(given: dict[str, Any], storm_id: int) -> Response:
    """Replace the planned passes: whoever reports snow before one is told when it comes."""
    with edge.transaction() as session:
        edge.require("storm.operate")
        return idempotency.once(
            session,
            f"storms/{storm_id}/passes",
            lambda: _told(session, service.plan(session, storm_id, given["passes"])),
        )


@blp.route("/storms/<int:storm_id>/end", methods=["POST"])
@blp.arguments(schemas.MomentGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.StormTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def end_storm(given: dict[str, Any], storm_id: int) -> Response:
    """End a storm: the delays that waited run again."""
    with edge.transaction() as session:
        who, at = edge.require("storm.declare"), edge.clock()
        ended = given["at"] or at
        return idempotency.once(
            session,
            f"storms/{storm_id}/end",
            lambda: _told(session, service.end(session, storm_id, ended, who, at)),
        )


def _told(session: Session, storm: StormRow, status: int = 200) -> Kept:
    body = orjson.dumps(present.told(session, [storm], edge.clock(), language.current())[0])
    return Kept(status=status, headers={"Content-Type": "application/json"}, body=body)

"""Surges over HTTP: listing, reading, confirming, setting aside, taking back."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker.accounts.actor import Actor
from tracker.cases.links import Linking
from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept
from tracker.surges import errors, present, queries, schemas, service
from tracker.surges.models import SurgeRow

blp = openapi.Blueprint(
    "surges", __name__, url_prefix=openapi.PREFIX, description="Many cases that are one incident."
)


@blp.route("/surges")
@blp.arguments(schemas.SurgeQuery, location="query")
@openapi.documented(200, schemas.SurgeList)
@openapi.problems(401, 403, 404, 422)
def list_surges(given: dict[str, Any]) -> Response:
    """List surges of a status, the newest first. `vigie surges find` looks for new ones."""
    with edge.transaction() as session:
        edge.require("surge.list")
        body = {
            "surges": present.told(session, queries.listed(session, given["status"], limit=given["limit"]))
        }
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/surges/<uuid:surge_id>")
@openapi.documented(200, schemas.SurgeTold)
@openapi.problems(401, 403, 404)
def read_surge(surge_id: UUID) -> Response:
    """Read one surge."""
    with edge.transaction() as session:
        edge.require("surge.list")
        found = queries.one(session, surge_id)
        if found is None:
            raise errors.SurgeNotFound
        body = present.told(session, [found])[0]
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/surges/<uuid:surge_id>/confirm", methods=["POST"])
@blp.arguments(schemas.ConfirmGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.SurgeTold)
@openapi.problems(400, 401, 403, 404, 409, 412, 415, 422)
def confirm_surge(given: dict[str, Any], surge_id: UUID) -> Response:
    """Join the open cases of a surge to one of them, all or none; each join is a merge that can be undone."""
    with edge.transaction() as session:
        linking = _linking()
        return idempotency.once(
            session,
            f"surges/{surge_id}/confirm",
            lambda: _told(
                session,
                service.confirm(
                    session, surge_id, parent=given["parent"], left_out=given["left_out"], linking=linking
                ),
            ),
        )


@blp.route("/surges/<uuid:surge_id>/dismiss", methods=["POST"])
@blp.arguments(schemas.DismissGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.SurgeTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def dismiss_surge(given: dict[str, Any], surge_id: UUID) -> Response:
    """Set a surge aside: these cases are several things, and are not proposed together again."""
    with edge.transaction() as session:
        who, at = edge.require("surge.decide"), edge.clock()
        return idempotency.once(
            session,
            f"surges/{surge_id}/dismiss",
            lambda: _told(
                session, service.dismiss(session, surge_id, reason=given["reason"], actor=who, at=at)
            ),
        )


@blp.route("/surges/<uuid:surge_id>/undo", methods=["POST"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.SurgeTold)
@openapi.problems(400, 401, 403, 404, 409, 412)
def undo_surge(surge_id: UUID) -> Response:
    """Take a decision back: what was joined is apart again, and the surge is proposed."""
    with edge.transaction() as session:
        linking = _linking()
        return idempotency.once(
            session,
            f"surges/{surge_id}/undo",
            lambda: _told(session, service.undo(session, surge_id, linking)),
        )


def _linking() -> Linking:
    who: Actor = edge.require("surge.decide")
    return Linking(actor=who, at=edge.clock())


def _told(session: Session, surge: SurgeRow) -> Kept:
    body = orjson.dumps(present.told(session, [surge])[0])
    return Kept(status=200, headers={"Content-Type": "application/json"}, body=body)

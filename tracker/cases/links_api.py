"""Attaching, detaching, merging and undoing over HTTP."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from tracker.cases import api, links, present, schemas, unlinking
from tracker.cases.links import Linking
from tracker.cases.models import LinkChange
from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept

blp = openapi.Blueprint(
    "links", __name__, url_prefix=openapi.PREFIX, description="Reports moved between cases."
)


@blp.route("/cases/<number>/reports", methods=["POST"])
@blp.arguments(schemas.AttachGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.LinkTold)
@openapi.problems(400, 401, 403, 404, 409, 412, 415, 422)
def attach_report(given: dict[str, Any], number: str) -> Response:
    """Attach a report to this case; its own case, if it holds nothing else, is merged."""
    with edge.transaction() as session:
        linking = _linking("case.link")
        api.check_readable(session, number)
        return idempotency.once(
            session,
            f"cases/{number}/reports",
            lambda: _told(session, links.attach(session, number, given["report_number"], linking)),
        )


@blp.route("/cases/<number>/reports/<report_number>", methods=["DELETE"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.LinkTold)
@openapi.problems(400, 401, 403, 404, 409, 412)
def detach_report(number: str, report_number: str) -> Response:
    """Give a report a case of its own."""
    with edge.transaction() as session:
        linking = _linking("case.link")
        api.check_readable(session, number)
        return idempotency.once(
            session,
            f"cases/{number}/reports/{report_number}",
            lambda: _told(session, links.detach(session, number, report_number, linking)),
        )


@blp.route("/cases/<number>/merge", methods=["POST"])
@blp.arguments(schemas.MergeGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.LinkTold)
@openapi.problems(400, 401, 403, 404, 409, 412, 415, 422)
def merge_case(given: dict[str, Any], number: str) -> Response:
    """Merge this case into another one, which takes its reports. Can be undone within 30 days."""
    with edge.transaction() as session:
        linking = _linking("case.merge")
        for each in (number, given["into"]):
            api.check_readable(session, each)
        return idempotency.once(
            session,
            f"cases/{number}/merge",
            lambda: _told(session, links.merge(session, number, given["into"], linking)),
        )


@blp.route("/links/<uuid:link_id>/undo", methods=["POST"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.LinkTold)
@openapi.problems(400, 401, 403, 404, 409, 412)
def undo_link(link_id: UUID) -> Response:
    """Undo a change of links: both cases are as they were."""
    with edge.transaction() as session:
        linking = _linking("case.merge")
        return idempotency.once(
            session,
            f"links/{link_id}/undo",
            lambda: _told(session, unlinking.undo(session, link_id, linking)),
        )


def _linking(operation: str) -> Linking:
    """Return who asks and when; If-Match is obeyed when it is given."""
    who = edge.require(operation)
    expected = api.expected_versions() if request.if_match else None
    return Linking(actor=who, at=edge.clock(), expected=expected)


def _told(session: Session, change: LinkChange) -> Kept:
    body = orjson.dumps(present.link(session, change))
    return Kept(status=200, headers={"Content-Type": "application/json"}, body=body)

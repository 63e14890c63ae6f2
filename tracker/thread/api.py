"""Threads over HTTP: the staff's on a case, with their notes; the citizen's by number and secret."""

from typing import Any

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import api as cases_api
from tracker.cases import queries as cases
from tracker.cases import tracking
from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept
from tracker.thread import queries, schemas, service
from tracker.thread.service import Writing

blp = openapi.Blueprint(
    "thread", __name__, url_prefix=openapi.PREFIX, description="What the city and residents write."
)
_PRIVATE = {"Content-Type": "application/json", "Cache-Control": "no-store"}


@blp.route("/cases/<number>/messages")
@openapi.documented(200, schemas.Thread)
@openapi.problems(401, 403, 404)
def read_thread(number: str) -> Response:
    """Read what was written about a case, the notes of colleagues too."""
    with edge.transaction() as session:
        edge.require("thread.read")
        cases_api.check_readable(session, number)
        return idempotency.response_of(_told(session, number))


@blp.route("/cases/<number>/messages", methods=["POST"])
@blp.arguments(schemas.MessageGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.Thread)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def write_message(given: dict[str, Any], number: str) -> Response:
    """Answer those who reported, one or all of them, or leave a note that they never see."""
    with edge.transaction() as session:
        writing = Writing(
            actor=edge.require("thread.write"),
            body=given["text"],
            at=edge.clock(),
            is_internal=given["is_internal"],
            report=given["report"],
            device_at=given["device_at"],
        )

        def write() -> Kept:
            cases_api.check_readable(session, number)
            message = service.post(session, number, writing)
            session.flush()
            if not writing.is_internal:  # who answers has read
                queries.mark_read(session, message.case_id, writing.at)
            return _told(session, number, status=201)

        return idempotency.once(session, f"cases/{number}/messages", write)


@blp.route("/cases/<number>/messages/read", methods=["POST"])
@openapi.documented(204, None)
@openapi.problems(401, 403, 404)
def mark_thread_read(number: str) -> Response:
    """Note that the staff read what citizens wrote about a case."""
    with edge.transaction() as session:
        edge.require("thread.read")
        cases_api.check_readable(session, number)
        queries.mark_read(session, cases.case(session, number).id, edge.clock())
    return Response(status=204)


@blp.route("/tracking/<number>/<secret>/messages")
@openapi.documented(200, schemas.OwnThread)
@openapi.problems(404)
def read_own_thread(number: str, secret: str) -> Response:
    """Read what the city wrote to the person who sent a report, and what they wrote."""
    with edge.transaction() as session:
        return idempotency.response_of(_own(session, number, secret))


@blp.route("/tracking/<number>/<secret>/messages", methods=["POST"])
@blp.arguments(schemas.ReplyGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.OwnThread)
@openapi.problems(400, 404, 409, 415, 422)
def write_own_message(given: dict[str, Any], number: str, secret: str) -> Response:
    """Write to the city as the person who reported; while it waits for an answer, this is the answer."""
    with edge.transaction() as session:

        def write() -> Kept:
            report = tracking.find(session, number, secret).report
            service.receive(session, report.id, given["text"], edge.clock(), "web")
            session.flush()
            return _own(session, number, secret, status=201)

        scope = f"tracking/{number}/{ids.fingerprint(secret).hex()}/messages"
        return idempotency.once(session, scope, write)


def _told(session: Session, number: str, *, status: int = 200) -> Kept:
    case = cases.case(session, number)
    body = {
        "messages": [_message(row) for row in queries.of_case(session, case.id)],
        "unread": queries.unread(session, case.id),
    }
    return Kept(status=status, headers=_PRIVATE, body=orjson.dumps(body))


def _message(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "author": row.author_kind,
        "text": row.body,
        "language": row.language,
        "channel": row.channel,
        "at": row.at,
        "device_at": row.device_at,
        "is_internal": row.is_internal,
        "report": row.report,
        "to": list(row.addressed),
        "is_read": row.author_kind == "staff" or row.read_at is not None,
    }


def _own(session: Session, number: str, secret: str, *, status: int = 200) -> Kept:
    report = tracking.find(session, number, secret).report
    told = [
        {"id": row.id, "author": row.author_kind, "text": row.body, "language": row.language, "at": row.at}
        for row in queries.of_report(session, report.id)
    ]
    return Kept(status=status, headers=_PRIVATE, body=orjson.dumps({"messages": told}))

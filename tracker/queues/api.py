"""A crew's queue over HTTP: read by whoever works, put in order by dispatchers."""

from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from tracker.cases import api as cases_api
from tracker.cases import families, present
from tracker.dispatch import desk as desks
from tracker.dispatch import errors as dispatch_errors
from tracker.dispatch.desk import CrewRef
from tracker.http import edge, openapi
from tracker.queues import queries, schemas, service
from tracker.queues.queries import Queue
from tracker.queues.service import Ordering

blp = openapi.Blueprint(
    "queues", __name__, url_prefix=openapi.PREFIX, description="The order a crew works in."
)


@blp.route("/crews/<code>/queue")
@blp.arguments(schemas.QueueAsked, location="query")
@openapi.documented(200, schemas.QueueTold)
@openapi.problems(401, 403, 404, 422)
def read_queue(given: dict[str, Any], code: str) -> Response:
    """Read a crew's cases in the order it does them. A crew reads its own. `ETag` stands for the order.

    With `first`, as it would be if these cases were placed in front, in this order: nothing is kept.
    """
    with edge.transaction() as session:
        edge.require("queue.read")
        crew = _crew(session, code)
        return _told(
            session, queries.of(session, crew, at=edge.clock(), hidden=_hidden(session), first=given["first"])
        )


@blp.route("/crews/<code>/queue", methods=["PUT"])
@blp.arguments(schemas.OrderGiven)
@openapi.documented(200, schemas.QueueTold)
@openapi.problems(400, 401, 403, 404, 409, 412, 415, 422)
def order_queue(given: dict[str, Any], code: str) -> Response:
    """Say which cases a crew does first. With `If-Match`, only where the order is still the one read.

    A danger that is not named, and what the crew has begun, stay in front.
    """
    with edge.transaction() as session:
        return _ordered(session, code, given["cases"], given["reason"])


@blp.route("/crews/<code>/queue", methods=["DELETE"])
@blp.arguments(schemas.OrderDropped, location="query")
@openapi.documented(200, schemas.QueueTold)
@openapi.problems(401, 403, 404, 409, 412, 422)
def drop_order(given: dict[str, Any], code: str) -> Response:
    """Give up the order that was set by hand: the crew's cases are ordered by themselves again."""
    with edge.transaction() as session:
        return _ordered(session, code, [], given["reason"])


def _ordered(session: Session, code: str, numbers: list[str], reason: str) -> Response:
    who = edge.require("queue.order")
    asked = Ordering(
        numbers=numbers,
        reason=reason.replace("\0", "").strip(),
        actor=who.ref,
        at=edge.clock(),
        hidden=_hidden(session),
        expected=_expected(),
    )
    return _told(session, service.put_in_order(session, _crew(session, code), asked))


def _expected() -> frozenset[str] | None:
    """Return the tags that If-Match names, None for whichever order it is (RFC 9110 §13.1.1)."""
    if not request.if_match or request.if_match.star_tag:
        return None
    return frozenset(request.if_match.as_set())


def _crew(session: Session, code: str) -> CrewRef:
    """Return a crew; to a crew, another one is as if it were not. Raises CrewUnknown."""
    who, found = edge.actor(), desks.current(session).by_code.get(code)
    if found is None or (who.role == "crew" and who.crew_code != code):
        raise dispatch_errors.CrewUnknown
    return found


def _hidden(session: Session) -> tuple[str, ...]:
    return () if edge.actor().role == "clerk" else tuple(families.current(session).sealed)


def _told(session: Session, queue: Queue) -> Response:
    view = cases_api.view(session)
    placed = [row for row in queue.rows if row["set_at"] is not None]
    last = max(placed, key=lambda row: row["set_at"], default=None)
    body = {
        "crew": {"code": queue.crew.code, "name": queue.crew.name},
        "cases": [
            present.row(view, dict(row))
            | {
                "placed": queue.places.get(row["number"]),
                "is_begun": row["status"] in queries.BEGUN,
            }
            for row in queue.rows
        ],
        "set_by": last["set_by"] if last else None,
        "set_at": last["set_at"] if last else None,
    }
    response = Response(orjson.dumps(body), 200, content_type="application/json")
    response.set_etag(queue.tag)
    response.headers["Cache-Control"] = "no-store"
    return response

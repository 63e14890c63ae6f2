"""On-call over HTTP: the rota, the pages, and taking one."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker import ids
from tracker.db import selected
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.oncall import errors, present, queries, schemas, service
from tracker.oncall.models import DutyRow, PageRow

blp = openapi.Blueprint(
    "oncall", __name__, url_prefix=openapi.PREFIX, description="Who is on call, and who was paged."
)


@blp.route("/duties")
@openapi.documented(200, schemas.Rota)
@openapi.problems(401, 403, 404)
def list_duties() -> Response:
    """List who is on call this week and who will be, by domain and rank."""
    with edge.transaction() as session:
        edge.require("duty.list")
        return _json(_rota(session))


@blp.route("/duties", methods=["POST"])
@blp.arguments(schemas.TurnGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.Rota)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def set_duty(given: dict[str, Any]) -> Response:
    """Say who answers for a domain from a Friday's handover on, in place of what was said of that turn."""
    with edge.transaction() as session:
        edge.require("duty.manage")
        return idempotency.once(session, "duties", lambda: _set(session, given))


@blp.route("/pages")
@blp.arguments(schemas.PageQuery, location="query")
@openapi.documented(200, schemas.PageList)
@openapi.problems(401, 403, 404, 422)
def list_pages(given: dict[str, Any]) -> Response:
    """List pages, the newest first, with who was called and who answered."""
    with edge.transaction() as session:
        edge.require("page.list")
        found = queries.recent(session, given["limit"])
        return _json({"pages": present.pages(session, found, language.current())})


@blp.route("/pages/<uuid:page_id>")
@blp.arguments(schemas.SecretQuery, location="query")
@openapi.documented(200, schemas.PageTold)
@openapi.problems(401, 403, 404, 422)
def read_page(given: dict[str, Any], page_id: UUID) -> Response:
    """Read one page: staff, or whoever has the link that the call holds (`secret`)."""
    with edge.transaction() as session:
        secret = _checked(given["secret"])
        page = queries.page(session, page_id)
        if page is None or (secret is not None and secret != page.secret):
            raise errors.PageNotFound
        return _json(present.pages(session, [page], language.current())[0])


@blp.route("/pages/<uuid:page_id>/acknowledge", methods=["POST"])
@blp.arguments(schemas.AcknowledgeGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.PageTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def acknowledge_page(given: dict[str, Any], page_id: UUID) -> Response:
    """Take a page: nobody else is called about it. Staff, or whoever has the link that the call holds."""
    with edge.transaction() as session:
        secret = _checked(given["secret"])
        by = edge.actor().ref if secret is None else "oncall"
        return idempotency.once(
            session,
            f"pages/{page_id}/acknowledge",
            lambda: _told(
                session,
                service.acknowledge(session, page_id, by=by, now=edge.clock(), secret=secret),
            ),
        )


def _checked(secret: str | None) -> str | None:
    """Return the secret to check; None for staff who need none. Raises NotSignedIn, OperationNotAllowed."""
    if secret is None:
        edge.require("page.acknowledge")
    return secret


def _set(session: Session, given: dict[str, Any]) -> Kept:
    service.set_turn(session, DutyRow(id=ids.new_id(), **given))
    return _kept(_rota(session))


def _rota(session: Session) -> dict[str, Any]:
    week = service.week_of(edge.clock(), ZoneInfo(selected(session).zone))
    return {"week": week, "turns": present.turns(queries.rota(session, week), week, language.current())}


def _told(session: Session, page: PageRow) -> Kept:
    return _kept(present.pages(session, [page], language.current())[0])


def _kept(body: dict[str, Any]) -> Kept:
    return Kept(status=200, headers={"Content-Type": "application/json"}, body=orjson.dumps(body))


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), 200, content_type="application/json")

"""Being told, over HTTP: the inbox and choices of whoever is signed in, and following a case."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.accounts.actor import Actor
from tracker.cases import api as cases_api
from tracker.cases import queries as cases
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.notify import inbox, preferences, present, schemas, subscribing
from tracker.notify.subscribing import Wish

blp = openapi.Blueprint("notices", __name__, url_prefix=openapi.PREFIX, description="Being told.")
_FOLLOWS = text("""
    SELECT EXISTS (
        SELECT 1 FROM subscription WHERE person = :person AND subject = 'case' AND subject_key = :key
           AND ended_at IS NULL AND confirmed_at IS NOT NULL)
""")


@blp.route("/notices")
@blp.arguments(schemas.NoticeQuery, location="query")
@openapi.documented(200, schemas.Inbox)
@openapi.problems(401, 403, 404, 422)
def list_notices(given: dict[str, Any]) -> Response:
    """List what I was told, the newest first."""
    with edge.transaction() as session:
        who = edge.require("notice.read")
        found = present.notices(session, who.ref, limit=given["limit"], unread_only=given["unread"])
        return answered(found)


@blp.route("/notices/read", methods=["POST"])
@blp.arguments(schemas.ReadGiven)
@openapi.documented(204, None)
@openapi.problems(400, 401, 403, 404, 415, 422)
def mark_notices_read(given: dict[str, Any]) -> Response:
    """Note that I read notices, all of them when none is named."""
    with edge.transaction() as session:
        who = edge.require("notice.read")
        inbox.mark_read(session, who.ref, given["ids"], edge.clock())
    return Response(status=204)


@blp.route("/preferences")
@openapi.documented(200, schemas.PreferencesTold)
@openapi.problems(401, 403, 404)
def read_preferences() -> Response:
    """Tell how I wish to be told."""
    with edge.transaction() as session:
        who = edge.require("notice.read")
        return answered(present.chosen(session, who.ref, edge.clock()))


@blp.route("/preferences", methods=["PUT"])
@blp.arguments(schemas.PreferencesGiven)
@openapi.documented(200, schemas.PreferencesTold)
@openapi.problems(400, 401, 403, 404, 415, 422)
def choose_preferences(given: dict[str, Any]) -> Response:
    """Choose how I wish to be told."""
    with edge.transaction() as session:
        who = edge.require("notice.read")
        preferences.keep(session, who.ref, present.choice_of(given), edge.clock())
        return answered(present.chosen(session, who.ref, edge.clock()))


@blp.route("/cases/<number>/follow")
@openapi.documented(200, schemas.FollowTold)
@openapi.problems(401, 403, 404)
def read_follow(number: str) -> Response:
    """Tell whether I follow a case."""
    with edge.transaction() as session:
        who = _may_follow(session, number)
        return answered(_follows(session, who, cases.case(session, number).id))


@blp.route("/cases/<number>/follow", methods=["PUT"])
@openapi.documented(200, schemas.FollowTold)
@openapi.problems(401, 403, 404, 409)
def follow_case(number: str) -> Response:
    """Follow a case: I hear what becomes of it."""
    with edge.transaction() as session:
        who = _may_follow(session, number)
        case = cases.case(session, number)
        wish = Wish(subject="case", case_number=case.number)
        spoken = who.language or language.current()
        subscribing.follow(session, who.ref, wish, language=spoken, now=edge.clock())
        session.flush()
        return answered(_follows(session, who, case.id))


@blp.route("/cases/<number>/follow", methods=["DELETE"])
@openapi.documented(200, schemas.FollowTold)
@openapi.problems(401, 403, 404)
def unfollow_case(number: str) -> Response:
    """Follow a case no longer."""
    with edge.transaction() as session:
        who = _may_follow(session, number)
        case = cases.case(session, number)
        subscribing.unfollow(session, who.ref, subject="case", key=str(case.id), now=edge.clock())
        return answered(_follows(session, who, case.id))


def _may_follow(session: Session, number: str) -> Actor:
    who = edge.require("case.follow")
    cases_api.check_readable(session, number)
    return who


def _follows(session: Session, who: Actor, case_id: UUID) -> dict[str, Any]:
    found = session.execute(_FOLLOWS, {"person": who.ref, "key": str(case_id)}).scalar_one()
    return {"follows": bool(found)}


def kept(body: dict[str, Any], *, status: int = 200) -> Kept:
    """Return an answer that only its reader may keep."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Kept(status=status, headers=headers, body=orjson.dumps(body))


def answered(body: dict[str, Any], *, status: int = 200) -> Response:
    """Return such an answer as HTTP."""
    return idempotency.response_of(kept(body, status=status))

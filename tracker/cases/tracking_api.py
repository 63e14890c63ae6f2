"""Following a report over HTTP, by number and secret."""

from dataclasses import replace
from typing import Any

import orjson
from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts.actor import CITIZEN
from tracker.cases import api, drafts, moves, offices_present, present, schemas, tracking
from tracker.cases.facts import Move
from tracker.documents import present as documents_present
from tracker.documents import receiving
from tracker.documents import service as documents
from tracker.documents.service import Paper, Sending
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.privacy import redaction
from tracker.reports.api import pictures_of_request

blp = Blueprint("tracking", __name__, url_prefix=openapi.PREFIX, description="Following one's own report.")
PUBLIC = (
    "number", "service", "status", "status_label", "tone", "sentence", "next_action", "is_open", "late",
    "place", "lon", "lat", "district", "crew", "department", "respond_by", "resolve_by", "planned_for",
    "completed_at", "family", "reports_count", "opened_at", "outcome", "reason", "reasons", "version", "time",
    "plan",
)  # fmt: skip


@blp.route("/tracking/<number>/<secret>")
@openapi.documented(200, schemas.TrackingTold)
@openapi.problems(404)
def read_tracking(number: str, secret: str) -> Response:
    """Follow a report: where it stands, what happened, by when, and what its author can do."""
    with edge.transaction() as session:
        return idempotency.response_of(_told(session, number, secret))


@blp.route("/tracking/<number>/<secret>/transitions", methods=["POST"])
@blp.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": schemas.TransitionGiven},
            "multipart/form-data": {"schema": schemas.TransitionForm},
        },
    },
    parameters=[openapi.IDEMPOTENCY_KEY],
)
@openapi.documented(200, schemas.TrackingTold)
@openapi.problems(400, 403, 404, 409, 413, 415, 422)
def move_tracked(number: str, secret: str) -> Response:
    """Answer, confirm, send documents, take an offered place, withdraw: as the person who reported."""
    given = api.move_of_request()
    with edge.transaction() as session:  # before anything of a stranger's is kept on disk
        edge.require("tracking.transition")
        tracking.find(session, number, secret)
    pictures = pictures_of_request() if request.mimetype == "multipart/form-data" else ()
    papers = receiving.papers_of_request()
    with edge.transaction() as session:
        move = Move(actor=CITIZEN, at=edge.clock(), pictures=pictures, is_reporter=True, **given)
        # The secret is part of the scope: a key alone must not open what was answered to its bearer.
        scope = f"tracking/{number}/{ids.fingerprint(secret).hex()}"
        return idempotency.once(session, scope, lambda: advance(session, number, secret, move, papers))


@blp.route("/tracking/<number>/<secret>/answers", methods=["POST"])
@blp.arguments(schemas.AnswersGiven)
@openapi.documented(200, schemas.TrackingTold)
@openapi.problems(400, 404, 409, 415, 422)
def change_draft(given: dict[str, Any], number: str, secret: str) -> Response:
    """Change the answers of a draft, before it is submitted."""
    with edge.transaction() as session:
        edge.require("tracking.transition")
        drafts.change(session, number, secret, given["answers"])
        return idempotency.response_of(_told(session, number, secret))


def advance(session: Session, number: str, secret: str, move: Move, papers: tuple[Paper, ...] = ()) -> Kept:
    """Make a reporter's move and return the page it leads to. Raises ReportNotFound, WorkflowError."""
    found = tracking.find(session, number, secret)
    tracking.check(move.transition)
    moves.make(session, found.case.number, replace(move, expected=None))
    sending = Sending(
        case_number=found.case.number,
        report_id=found.report.id,
        actor=move.actor.ref,
        at=move.at,
        language=language.current(),
    )
    documents.keep(session, papers, sending)
    session.flush()
    return _told(session, number, secret)


def told(session: Session, number: str, secret: str) -> dict[str, Any]:
    """Return what the person who reported may see."""
    found = tracking.find(session, number, secret)
    shown = present.whole(api.view(session), found.case)
    case = {name: shown[name] for name in PUBLIC}
    if tracking.is_home(session, found.case):
        # Joined reports lie at the mean of several homes: each person reads their own place.
        case |= {"lon": found.report.lon, "lat": found.report.lat, "place": found.report.address_text}
    for name in ("sentence", "reason"):
        case[name] = redaction.hidden(case[name] or "", language.current()) or None
    return {
        "number": number,
        "case": case,
        "description": found.report.description,
        "received_at": found.report.received_at,
        "timeline": tracking.timeline(session, found, language.current()),
        "photos": _photos(found),
        "can": tracking.moves(session, found),
        "moves": present.moves(api.view(session), found.case, tracking.moves(session, found)),
        **documents_present.own(session, found, number=number, secret=secret),
        **offices_present.own(session, found.case, language.current(), secret=secret, number=number),
    }


def _photos(found: tracking.Tracked) -> list[dict[str, Any]]:
    """Return the person's own photos and the crew's: what another person sent is theirs."""
    own = [each for each in found.case.reports if each["number"] == found.report.number]
    before = {photo["id"] for report in own for photo in report["photos"]}
    return [
        present.photo(each, keyed=True)
        for each in found.case.photos
        if each["kind"] != "before" or each["id"] in before
    ]


def _told(session: Session, number: str, secret: str) -> Kept:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Kept(status=200, headers=headers, body=orjson.dumps(told(session, number, secret)))

"""Cases over HTTP: listing, reading, moving along the workflow, history."""

import re
from typing import Any

import marshmallow
import orjson
from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, PreconditionRequired, UnprocessableEntity

from tracker.cases import ahead, errors, families, history, listing, moves, present, queries, schemas, service
from tracker.cases.facts import Move
from tracker.cases.listing import Filters
from tracker.dispatch import desk as desks
from tracker.documents import receiving
from tracker.documents import service as documents
from tracker.documents.service import Paper, Sending
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.places import ground as grounds
from tracker.privacy import redaction
from tracker.reports.api import pictures_of_request
from tracker.reports.submission import Picture

blp = Blueprint("cases", __name__, url_prefix=openapi.PREFIX, description="What the city works on.")
GEOJSON = "application/geo+json"
MOVE = schemas.TransitionGiven()
_VERSION = re.compile(r"v([0-9]{1,9})")


@blp.route("/cases")
@blp.arguments(schemas.CaseQuery, location="query")
@openapi.documented(200, schemas.CaseList)
@openapi.problems(401, 403, 404, 422)
def list_cases(given: dict[str, Any]) -> Response:
    """List cases, narrowed and paged.

    With `Accept: application/geo+json` the page is a FeatureCollection. A crew sees its own cases only.
    """
    with edge.transaction() as session:
        edge.require("case.list")
        filters = filters_of(session, given)
        page = listing.page(
            session, filters, order=given["order"], limit=given["limit"], after=given["after"]
        )
        shown = view(session)
        if request.accept_mimetypes.best_match(("application/json", GEOJSON)) == GEOJSON:
            features = [present.feature(shown, dict(row)) for row in page.rows]
            body = orjson.dumps({"type": "FeatureCollection", "features": features, "next": page.next})
            return Response(body, 200, content_type=GEOJSON)
        body = orjson.dumps(
            {"cases": [present.row(shown, dict(row)) for row in page.rows], "next": page.next}
        )
    return Response(body, 200, content_type="application/json")


@blp.route("/cases/counts")
@blp.arguments(schemas.CaseQuery, location="query")
@openapi.documented(200, schemas.CaseCounts)
@openapi.problems(401, 403, 404, 422)
def count_cases(given: dict[str, Any]) -> Response:
    """Count the open cases of a list: all, late, to triage, urgent."""
    with edge.transaction() as session:
        edge.require("case.list")
        counted = listing.counts(session, filters_of(session, given), now=edge.clock())
    return Response(orjson.dumps(dict(counted)), 200, content_type="application/json")


@blp.route("/cases/<number>")
@openapi.documented(200, schemas.CaseFull)
@openapi.problems(401, 403, 404)
def read_case(number: str) -> Response:
    """Read one case. `ETag` is the version that changes are made against."""
    with edge.transaction() as session:
        edge.require("case.read")
        check_readable(session, number)
        response = idempotency.response_of(kept(session, number))
    response.make_conditional(request)
    return response


@blp.route("/cases/<number>/ahead")
@openapi.documented(200, schemas.Ahead)
@openapi.problems(401, 403, 404)
def read_ahead(number: str) -> Response:
    """Read what this reader could do with a case, now and after each of those moves.

    For devices that go on without a connection: the moves they make meanwhile are sent in order later.
    """
    with edge.transaction() as session:
        edge.require("case.read")
        check_readable(session, number)
        body = orjson.dumps(ahead.told(view(session), queries.case(session, number)))
    return Response(body, 200, {"Cache-Control": "no-store"}, content_type="application/json")


@blp.route("/cases/<number>/history")
@openapi.documented(200, schemas.History)
@openapi.problems(401, 403, 404)
def read_history(number: str) -> Response:
    """Read a case's events, each sealed to the one before."""
    with edge.transaction() as session:
        edge.require("case.history")
        check_readable(session, number)
        case = queries.case(session, number)
        machine = service.machine_of(session, case)
        told = [
            {
                "seq": event.seq,
                "kind": event.kind,
                "at": event.at,
                "device_at": event.device_at,
                "actor": event.actor,
                "label": history.label(event, machine, language.current()),
                "payload": event.payload,
                "words": shown_words(event.words),
                "prev_hash": event.prev_hash.hex(),
                "hash": event.hash.hex(),
            }
            for event in history.of(session, case.id)
        ]
    return Response(orjson.dumps({"events": told}), 200, content_type="application/json")


def shown_words(words: dict[str, str]) -> dict[str, str]:
    """Return the free words of an event as this reader may see them: without what leads to a person."""
    if edge.may("report.contact.read"):
        return words
    return {name: redaction.hidden(said, language.current()) for name, said in words.items()}


@blp.route("/cases/<number>/transitions", methods=["POST"])
@blp.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": schemas.TransitionGiven},
            "multipart/form-data": {"schema": schemas.TransitionForm},
        },
    },
    parameters=[openapi.IF_MATCH, openapi.IDEMPOTENCY_KEY],
)
@openapi.documented(200, schemas.CaseFull)
@openapi.problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)
def move_case(number: str) -> Response:
    """Move a case along its workflow.

    Needs `If-Match` with the version that was read: 428 without, 412 when the case changed since.
    """
    given = move_of_request()
    pictures, papers = _files(number) if request.mimetype == "multipart/form-data" else ((), ())
    with edge.transaction() as session:
        who = edge.require("case.transition")
        move = Move(actor=who, at=edge.clock(), expected=expected_versions(), pictures=pictures, **given)
        return idempotency.once(
            session,
            f"cases/{number}/transitions",
            lambda: _moved(session, number, move, papers),
        )


def _files(number: str) -> tuple[tuple[Picture, ...], tuple[Paper, ...]]:
    """Keep the request's photos and documents, unless the case is none of this reader's."""
    with edge.transaction() as session:
        edge.require("case.transition")
        check_readable(session, number)
    return pictures_of_request(), receiving.papers_of_request()


def _moved(session: Session, number: str, move: Move, papers: tuple[Paper, ...]) -> Kept:
    check_readable(session, number)
    moved = moves.make(session, number, move)
    sending = Sending(case_number=moved.number, actor=move.actor.ref, at=move.at, language=language.current())
    documents.keep(session, papers, sending)
    session.flush()
    return kept(session, moved.number)


def move_of_request() -> dict[str, Any]:
    """Return the move that the request asks for, from JSON or from a form's `move`."""
    raw = request.form.get("move", "") if request.mimetype == "multipart/form-data" else request.get_data()
    try:
        loaded = MOVE.load(orjson.loads(raw))
    except orjson.JSONDecodeError:
        raise BadRequest from None
    except marshmallow.ValidationError as error:
        wrong = UnprocessableEntity()
        wrong.data = {"messages": {"json": error.messages}}  # type: ignore[attr-defined]  # read by http.validation
        raise wrong from None
    assert isinstance(loaded, dict)
    return loaded


def expected_versions() -> frozenset[int] | None:
    """Return the versions that If-Match names, None for `*` (RFC 9110 §13.1.1).

    Raises PreconditionRequired.
    """
    if not request.if_match:
        raise PreconditionRequired
    if request.if_match.star_tag:
        return None
    named = (_VERSION.fullmatch(tag or "") for tag in request.if_match.as_set())
    return frozenset(int(found[1]) for found in named if found is not None)


def filters_of(session: Session, given: dict[str, Any]) -> Filters:
    """Return the filters that a query asks for. Raises FilterInvalid."""
    ground, desk, who = grounds.current(session), desks.current(session), edge.actor()
    own = who.role == "crew" or given["mine"]
    crews = [who.crew_code or ""] if own else given["crew"]
    return Filters(
        statuses=tuple(given["status"]),
        services=tuple(given["service"]),
        districts=tuple(_found(ground.by_code, code, "district").id for code in given["district"]),
        crews=tuple(_found(desk.by_code, code, "crew").id for code in crews),
        priority=given["priority"],
        is_open=given["open"],
        late_at=edge.clock() if given["late"] else None,
        box=_box(given["bbox"]),
        query=given["q"],
        has_lookalike=given["duplicates"],
        mark=given["mark"],
        hidden_families=() if who.role == "clerk" else families.current(session).sealed,
    )


def _found(by_code: Any, code: str, name: str) -> Any:
    found = by_code.get(code)
    if found is None:
        raise errors.FilterInvalid(name, code)
    return found


def _box(given: str | None) -> tuple[float, float, float, float] | None:
    if given is None:
        return None
    try:
        west, south, east, north = (float(part) for part in given.split(","))
    except ValueError:
        raise errors.FilterInvalid("bbox", given) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise errors.FilterInvalid("bbox", given)
    return west, south, east, north


def view(session: Session) -> present.View:
    """Return what cases are shown with to whoever asks."""
    return present.view(
        session,
        language=language.current(),
        actor=edge.actor(),
        now=edge.clock(),
        may_read_contacts=edge.may("report.contact.read"),
    )


def check_readable(session: Session, number: str) -> None:
    """Check that this reader may see a case; another crew's, or a sealed one, is as if it were not.

    Raises CaseNotFound.
    """
    case, who = queries.glance(session, number), edge.actor()
    if case.workflow in families.current(session).sealed and who.role != "clerk":
        raise errors.CaseNotFound(number)
    if who.role == "crew":
        crew = desks.current(session).by_code.get(who.crew_code or "")
        if crew is None or case.crew_id != crew.id:
            raise errors.CaseNotFound(number)


def kept(session: Session, number: str) -> Kept:
    """Return a case as an answer that can be kept under an idempotency key, its version as ETag."""
    case = queries.whole(session, number)
    body = orjson.dumps(present.full(view(session), case))
    headers = {"Content-Type": "application/json", "ETag": f'"v{case.version}"', "Cache-Control": "no-store"}
    return Kept(status=200, headers=headers, body=body)

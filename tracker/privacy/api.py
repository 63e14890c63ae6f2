"""What a person may ask about their own data, staff on their behalf, and the register of it."""

from typing import Any

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import errors as case_errors
from tracker.cases import numbers, tracking
from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept
from tracker.media import api as media
from tracker.privacy import exporting, schemas, service
from tracker.privacy.service import Wish

blp = openapi.Blueprint("privacy", __name__, url_prefix=openapi.PREFIX, description="One's own data.")
ZIP = "application/zip"
LISTED = 200


@blp.route("/tracking/<number>/<secret>/data")
@openapi.documented(200, None, content_type=ZIP, description="JSON, a page, and the photos")
@openapi.problems(404)
def read_own(number: str, secret: str) -> Response:
    """Take out everything that is kept about one's own report."""
    with edge.transaction() as session:
        edge.require("tracking.read")
        return _archive(session, tracking.find(session, number, secret).report.number)


@blp.route("/tracking/<number>/<secret>/data", methods=["DELETE"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.ErasureTold)
@openapi.problems(400, 404, 409)
def erase_own(number: str, secret: str) -> Response:
    """Erase what one told the city: words, exact place, photos, contact. That something was told is counted
    on.

    Afterwards the secret opens nothing any more.
    """
    with edge.transaction() as session:
        edge.require("tracking.transition")
        scope = f"erasure/{ids.fingerprint(secret).hex()}"
        wish = Wish(by="citizen", at=edge.clock(), reason="")
        return idempotency.once(session, scope, lambda: _erased_own(session, number, secret, wish))


@blp.route("/reports/<number>/data")
@openapi.documented(200, None, content_type=ZIP, description="JSON, a page, and the photos")
@openapi.problems(401, 403, 404)
def read_theirs(number: str) -> Response:
    """Take out everything that is kept about a report, for the person who sent it."""
    with edge.transaction() as session:
        edge.require("privacy.act")
        return _archive(session, numbers.normal(number))


@blp.route("/reports/<number>/erasure", methods=["POST"])
@blp.arguments(schemas.ErasureGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.ErasureTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def erase_theirs(given: dict[str, Any], number: str) -> Response:
    """Erase a report's personal data for the person who sent it, with the reason for the register."""
    with edge.transaction() as session:
        who = edge.require("privacy.act")
        wish = Wish(by=who.ref, at=edge.clock(), reason=given["reason"].strip())
        known = numbers.normal(number)
        return idempotency.once(session, "privacy/erasure", lambda: _erased(session, known, wish))


@blp.route("/privacy/runs")
@openapi.documented(200, schemas.RunList)
@openapi.problems(401, 403, 404)
def list_runs() -> Response:
    """Read the register of what was anonymised or erased."""
    with edge.transaction() as session:
        edge.require("privacy.register")
        runs = [
            {name: getattr(row, name) for name in schemas.RunTold().fields}
            for row in service.register(session, limit=LISTED)
        ]
    return Response(orjson.dumps({"runs": runs}), 200, content_type="application/json")


def _erased_own(session: Session, number: str, secret: str, wish: Wish) -> Kept:
    return _erased(session, tracking.find(session, number, secret).report.number, wish)


def _erased(session: Session, number: str, wish: Wish) -> Kept:
    done = service.erase(session, number, wish, shelf=media.shelf())
    if done is None:
        raise case_errors.ReportNotFound(number)
    tally = done.tally
    body = {"run": done.run, "number": number, "at": wish.at, "reports": tally.reports,
            "photos": tally.photos, "contacts": tally.contacts}  # fmt: skip
    return Kept(status=200, headers={"Content-Type": "application/json"}, body=orjson.dumps(body))


def _archive(session: Session, number: str) -> Response:
    told = exporting.gather(session, number, edge.clock())
    if told is None:
        raise case_errors.ReportNotFound(number)
    packed = exporting.archive(told, media.shelf())
    headers = {
        "Content-Disposition": f'attachment; filename="{exporting.name_of(number)}"',
        "Cache-Control": "no-store",
    }
    return Response(packed, 200, headers, content_type=ZIP)

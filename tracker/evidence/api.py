"""Holds, certificates and the last checkpoint over HTTP."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.db import selected
from tracker.evidence import certificates, checkpoints, errors, holds, schemas, statement
from tracker.evidence.holds import Around
from tracker.evidence.keys import Vault
from tracker.evidence.models import CertificateRow
from tracker.evidence.statement import Question
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept

blp = openapi.Blueprint("evidence", __name__, url_prefix=openapi.PREFIX, description="What can be proven.")
PDF = "application/pdf"
HEAVIEST = 8 * 1024 * 1024


@blp.route("/holds")
@blp.arguments(schemas.HoldQuery, location="query")
@openapi.documented(200, schemas.HoldList)
@openapi.problems(401, 403, 404, 422)
def list_holds(given: dict[str, Any]) -> Response:
    """List what may not be erased, the newest first."""
    with edge.transaction() as session:
        edge.require("hold.list")
        rows = holds.listed(session, released=given["released"])
        body = orjson.dumps({"holds": [dict(row._mapping) for row in rows]})
    return Response(body, 200, content_type="application/json")


@blp.route("/holds", methods=["POST"])
@blp.arguments(schemas.HoldGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.HoldTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def place_hold(given: dict[str, Any]) -> Response:
    """Forbid to erase a case, or what happened around a place in a period."""
    with edge.transaction() as session:
        who = edge.require("hold.change")

        def place() -> Kept:
            around = None
            if given["lon"] is not None and given["lat"] is not None:
                around = Around(
                    **{name: given[name] for name in ("lon", "lat", "radius_m", "from_at", "to_at")}
                )
            hold_id = holds.place(
                session, reason=given["reason"].strip(), by=who.ref, at=edge.clock(),
                case_number=given["case_number"], around=around,
            )  # fmt: skip
            return _kept(session, hold_id, 201)

        return idempotency.once(session, "holds", place)


@blp.route("/holds/<uuid:hold_id>/release", methods=["POST"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.HoldTold)
@openapi.problems(400, 401, 403, 404, 409)
def release_hold(hold_id: UUID) -> Response:
    """Lift a hold: what it covered may be erased when its time has come."""
    with edge.transaction() as session:
        who = edge.require("hold.change")

        def release() -> Kept:
            holds.release(session, hold_id, by=who.ref, at=edge.clock())
            return _kept(session, hold_id, 200)

        return idempotency.once(session, f"holds/{hold_id}/release", release)


@blp.route("/certificates", methods=["POST"])
@blp.arguments(schemas.CertificateGiven)
@openapi.documented(200, None, content_type=PDF, description="The certificate")
@openapi.problems(400, 401, 403, 404, 409, 415, 422, 503)
def issue_certificate(given: dict[str, Any]) -> Response:
    """Say in a document what the city knew of a place, and when.

    The same question over the same facts gives the same bytes. `X-Certificate-Code` is its code.
    """
    # Roles are in the shared schema, which the town's own role cannot read.
    with edge.accounts_transaction() as shared:
        known = certificates.roles(shared, edge.jurisdiction())
    with edge.transaction() as session:
        who = edge.require("certificate.issue")
        asked = _question(session, given)
        made = certificates.issue(session, asked, known=known, by=who.ref, at=edge.clock(), vault=vault())
    headers = {
        "Content-Disposition": f'attachment; filename="attestation-{made.code}.pdf"',
        "X-Certificate-Code": made.code,
        "Cache-Control": "private, no-store",
    }
    return Response(made.pdf, 200, headers, content_type=PDF)


@blp.route("/certificates/<code>")
@openapi.documented(200, schemas.CertificateTold)
@openapi.problems(404)
def read_certificate(code: str) -> Response:
    """Check a certificate by its code: what it is about, and the digest that its file must have."""
    with edge.transaction() as session:
        edge.require("certificate.check")
        body = orjson.dumps(told(certificates.find(session, code)))
    return Response(body, 200, content_type="application/json")


@blp.route("/certificates/recognise", methods=["POST"])
@blp.doc(requestBody={"required": True, "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}})
@openapi.documented(200, schemas.CertificateTold)
@openapi.problems(404, 413)
def recognise_certificate() -> Response:
    """Check a certificate by its file, to the byte."""
    if (request.content_length or 0) > HEAVIEST:
        raise RequestEntityTooLarge
    content = request.get_data()
    with edge.transaction() as session:
        edge.require("certificate.check")
        found = certificates.recognise(session, content)
        if found is None:
            raise errors.CertificateNotFound
        body = orjson.dumps(told(found))
    return Response(body, 200, content_type="application/json")


@blp.route("/checkpoint")
@openapi.documented(200, schemas.CheckpointTold)
@openapi.problems(404)
def read_checkpoint() -> Response:
    """Read the last signed checkpoint: whoever keeps it can tell later whether anything before it changed."""
    with edge.transaction() as session:
        edge.require("certificate.check")
        last = checkpoints.latest(session)
        try:
            key: str | None = str(vault().signing().public)
        except errors.KeyMissing:
            key = None
        body = orjson.dumps({"note": last.note if last else None, "key": key})
    return Response(body, 200, content_type="application/json")


def vault() -> Vault:
    """Return where this server keeps its key and its checkpoints."""
    settings = edge.settings()
    return Vault(key=settings.evidence_key, folder=settings.checkpoints)


def told(row: CertificateRow) -> dict[str, Any]:
    """Return what anyone may know of an issued certificate."""
    said = row.statement
    return {
        "code": row.code,
        "town": said["town"]["name"],
        "question": said["question"],
        "cases": len(said["cases"]),
        "reports": said["reports"],
        "events": said["events"],
        "issued_at": row.issued_at,
        "sha256": bytes(row.sha256).hex(),
    }


def _question(session: Session, given: dict[str, Any]) -> Question:
    zone = ZoneInfo(selected(session).zone)
    after = datetime.combine(given["until"] + timedelta(days=1), time(), zone).astimezone(UTC)
    since = given["since"]
    begins = datetime.combine(since, time(), zone).astimezone(UTC) if since else statement.BEGINNING
    return Question(
        lon=given["lon"],
        lat=given["lat"],
        radius_m=given["radius_m"],
        from_at=begins,
        to_at=after - timedelta(microseconds=1),
        language=given["language"] or language.current(),
    )


def _kept(session: Session, hold_id: UUID, status: int) -> Kept:
    row = holds.one(session, hold_id)
    return Kept(
        status=status, headers={"Content-Type": "application/json"}, body=orjson.dumps(dict(row._mapping))
    )

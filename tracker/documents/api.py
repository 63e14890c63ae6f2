"""Documents over HTTP: sent by number and secret, handed out to be saved and never shown by us."""

from uuid import UUID

import orjson
from flask import Response, send_file
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import api as cases_api
from tracker.cases import errors as case_errors
from tracker.cases import tracking
from tracker.documents import errors, present, receiving, schemas, service
from tracker.documents.service import Held, Paper, Sending
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.media import api as media

blp = openapi.Blueprint("documents", __name__, url_prefix=openapi.PREFIX, description="What people send.")
PDF = "application/pdf"
# Whatever a reader makes of the bytes, it happens in no origin and runs nothing.
POLICY = "sandbox; default-src 'none'"


@blp.route("/documents/<uuid:document_id>")
@openapi.documented(200, None, content_type=PDF, description="The document as it was sent, to be saved")
@openapi.problems(401, 403, 404)
def read_document(document_id: UUID) -> Response:
    """Take a document of a case, for those who work on it; a sealed family's is the clerk's."""
    with edge.transaction() as session:
        edge.require("document.read")
        held = service.find(session, document_id)
        try:
            cases_api.check_readable(session, held.case_number)
        except case_errors.CaseNotFound:
            # Which case it belongs to is not this reader's to learn.
            raise errors.DocumentNotFound from None
    return _handed_out(held)


@blp.route("/tracking/<number>/<secret>/documents/<uuid:document_id>")
@openapi.documented(200, None, content_type=PDF, description="The document as it was sent, to be saved")
@openapi.problems(404)
def read_own_document(number: str, secret: str, document_id: UUID) -> Response:
    """Take back a document that one sent."""
    with edge.transaction() as session:
        edge.require("tracking.read")
        report = tracking.find(session, number, secret).report
        if document_id not in {each.id for each in service.of_report(session, report.id)}:
            raise errors.DocumentNotFound
        held = service.find(session, document_id)
    return _handed_out(held)


@blp.route("/tracking/<number>/<secret>/documents", methods=["POST"])
@blp.doc(
    requestBody={"required": True, "content": {"multipart/form-data": {"schema": schemas.DocumentForm}}},
    parameters=[openapi.IDEMPOTENCY_KEY],
)
@openapi.documented(201, schemas.OwnDocuments)
@openapi.problems(400, 404, 409, 413, 422)
def send_documents(number: str, secret: str) -> Response:
    """Send documents about one's own report, while its case is open: PDFs in the part `documents`."""
    with edge.transaction() as session:  # before anything of a stranger's is inspected or kept on disk
        edge.require("tracking.transition")
        case = tracking.find(session, number, secret).case
        if not service.takes(case.workflow, is_open=case.is_open):
            raise errors.DocumentsNotTaken
    papers = receiving.papers_of_request()
    if not papers:
        raise errors.NoDocument
    with edge.transaction() as session:
        scope = f"tracking/{number}/{ids.fingerprint(secret).hex()}/documents"
        return idempotency.once(session, scope, lambda: _sent(session, number, secret, papers))


def _sent(session: Session, number: str, secret: str, papers: tuple[Paper, ...]) -> Kept:
    found = tracking.find(session, number, secret)
    sending = Sending(
        case_number=found.case.number,
        report_id=found.report.id,
        actor="citizen",
        at=edge.clock(),
        language=language.current(),
    )
    service.keep(session, papers, sending)
    session.flush()
    body = present.own(session, tracking.find(session, number, secret), number=number, secret=secret)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Kept(status=201, headers=headers, body=orjson.dumps(body))


def _handed_out(held: Held) -> Response:
    place = media.shelf().document(held.sha256)
    if not place.exists():
        raise errors.DocumentNotFound
    response = send_file(place, mimetype=PDF, as_attachment=True, download_name=held.name, conditional=True)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response

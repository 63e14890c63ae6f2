"""Intake over HTTP."""

from typing import Any

import marshmallow
import orjson
from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from tracker.cases import queries as cases
from tracker.documents import receiving
from tracker.documents import service as documents
from tracker.documents.service import Paper, Sending
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.media import api as media
from tracker.media import errors as media_errors
from tracker.media import service as photos
from tracker.places.service import Given
from tracker.reports import present, refusals, schemas, service
from tracker.reports.submission import Contact, Picture, Submission

blp = Blueprint("reports", __name__, url_prefix=openapi.PREFIX, description="What people tell the city.")
GIVEN = schemas.ReportGiven()
ASKED = schemas.DuplicatesGiven()
OURS_TO_CHOOSE = ("web", "mobile")


@blp.route("/reports", methods=["POST"])
@blp.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": schemas.ReportGiven},
            "multipart/form-data": {"schema": schemas.ReportForm},
        },
    },
    parameters=[openapi.IDEMPOTENCY_KEY],
)
@openapi.documented(201, schemas.ReportTold)
@openapi.problems(400, 401, 403, 404, 409, 413, 415, 422)
def create_report() -> Response:
    """Report something.

    The report is located, compared with what is known, attached to the case it repeats or given a case of
    its own, and triaged, in one transaction. With an `Idempotency-Key` the same answer is given to every
    repetition.
    """
    given = _given(GIVEN)
    pictures, papers = _pictures(), receiving.papers_of_request()
    try:
        with edge.transaction() as session:
            submission = submission_of(given, pictures)
            return idempotency.once(session, "reports", lambda: _submit(session, submission, papers))
    except refusals.NOT_FOR_US as refused:
        refusals.count(refused, service_code=given["service_code"])
        raise


@blp.route("/duplicates", methods=["POST"])
@blp.doc(requestBody={"required": True, "content": {"application/json": {"schema": schemas.DuplicatesGiven}}})
@openapi.documented(200, schemas.DuplicatesTold)
@openapi.problems(400, 404, 413, 415, 422)
def find_duplicates() -> Response:
    """Ask what is already known of a thing, before reporting it."""
    given = _given(ASKED)
    with edge.transaction() as session:
        found = service.preview(session, submission_of(given, ()))
        body = orjson.dumps(present.preview(session, found, language.current()))
    return Response(body, 200, content_type="application/json")


def submission_of(given: dict[str, Any], pictures: tuple[Picture, ...]) -> Submission:
    """Return a report as the service takes it, from whoever asks. Raises what `edge.require` does."""
    who = edge.actor()
    if given["on_behalf"]:
        edge.require("report.create_on_behalf")
    channel = given["channel"] or ("phone" if given["on_behalf"] else "web")
    if channel not in OURS_TO_CHOOSE:
        edge.require("report.channel.choose")
    contact = given["contact"]
    return Submission(
        service_code=given["service_code"],
        given=_place(given["location"], pictures),
        received_at=edge.clock(),
        description=given["description"].strip(),
        answers=given["answers"],
        language=given["language"] or language.current(),
        channel=channel,
        contact=Contact(**contact) if contact else None,
        occurred_at=given["occurred_at"],
        same_as=given["case_number"],
        is_new=given["is_new"],
        entered_by=who.staff_id,
        actor=who.ref,
        is_staff=who.is_staff,
        pictures=pictures,
        first="begin" if given["draft"] else "receive",
        is_draft=given["draft"],
    )


def _submit(session: Session, submission: Submission, papers: tuple[Paper, ...]) -> Kept:
    edge.require("report.create")
    receipt = service.submit(session, submission)
    if papers:
        sending = Sending(
            case_number=receipt.case.number,
            report_id=cases.numbered(session, receipt.number).id,
            actor=submission.actor,
            at=submission.received_at,
            language=submission.language,
        )
        documents.keep(session, papers, sending)
    body = present.receipt(session, receipt, language.current(), is_staff=submission.is_staff)
    body["advice"] = present.advice(session, service.advice(session, submission), language.current())
    headers = {"Content-Type": "application/json", "Location": body["tracking_url"]}
    return Kept(status=201, headers=headers, body=orjson.dumps(body))


def _place(location: dict[str, Any], pictures: tuple[Picture, ...]) -> Given:
    asset = location.get("asset") or {}
    given = Given(
        lon=location.get("lon"),
        lat=location.get("lat"),
        accuracy_m=location.get("accuracy_m"),
        method=location.get("method", "pin"),
        address=location.get("address"),
        asset_kind=asset.get("kind"),
        asset_code=asset.get("code"),
    )
    is_silent = given.lon is None and not given.address and not given.asset_code
    proposed = next((each for each in pictures if each.lon is not None), None)
    if is_silent and proposed is not None:
        return Given(lon=proposed.lon, lat=proposed.lat, method="photo")
    return given


def _given(schema: marshmallow.Schema) -> dict[str, Any]:
    raw: str | bytes
    if request.mimetype == "multipart/form-data":
        raw = request.form.get("report", "")
    elif request.is_json:
        raw = request.get_data()
    else:
        raise UnsupportedMediaType
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest from None
    try:
        loaded = schema.load(body)
    except marshmallow.ValidationError as error:
        wrong = UnprocessableEntity()
        wrong.data = {"messages": {"json": error.messages}}  # type: ignore[attr-defined]  # read by http.validation
        raise wrong from None
    assert isinstance(loaded, dict)
    return loaded


def _pictures() -> tuple[Picture, ...]:
    if request.mimetype != "multipart/form-data":
        return ()
    return pictures_of_request()


def pictures_of_request() -> tuple[Picture, ...]:
    """Keep the request's photos and return them. Raises MediaError, gis.errors.PhotoError."""
    settings = edge.settings()
    unknown = [name for name in request.files if name not in ("photos", receiving.PART)]
    if unknown:
        raise media_errors.PartUnknown(unknown[0])
    files = [file for file in request.files.getlist("photos") if file.filename]
    if len(files) > settings.photos_per_report:
        raise media_errors.TooManyPhotos(settings.photos_per_report)
    shelf = media.shelf()
    taken = []
    for file in files:
        data = file.stream.read(settings.photo_limit_bytes + 1)
        if len(data) > settings.photo_limit_bytes:
            raise media_errors.PhotoTooHeavy(settings.photo_limit_bytes)
        file.stream.seek(0)
        taken.append(photos.take(shelf, data))
    return tuple(taken)

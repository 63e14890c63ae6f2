"""Letters and calendar files over HTTP: for staff by the case, for the person by number and secret."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.bookings import queries as bookings
from tracker.bookings.models import Resource
from tracker.cases import api as cases_api
from tracker.cases import families, history, offices_present, queries, tracking
from tracker.catalogue import queries as catalogue
from tracker.http import edge, language, openapi
from tracker.letters import calendars, errors, service
from tracker.letters.calendars import Appointment

blp = openapi.Blueprint("letters", __name__, url_prefix=openapi.PREFIX, description="Letters and dates.")
PDF, ICS = "application/pdf", "text/calendar"


@blp.route("/cases/<number>/letters/<uuid:letter_id>")
@openapi.documented(200, None, content_type=PDF, description="The letter")
@openapi.problems(401, 403, 404)
def read_letter(number: str, letter_id: UUID) -> Response:
    """Read a letter of a case."""
    with edge.transaction() as session:
        edge.require("letter.read")
        cases_api.check_readable(session, number)
        case = queries.case(session, number)
        return _pdf(session, case, letter_id, kinds=None)


@blp.route("/tracking/<number>/<secret>/letters/<uuid:letter_id>")
@openapi.documented(200, None, content_type=PDF, description="The letter")
@openapi.problems(404)
def read_own_letter(number: str, secret: str, letter_id: UUID) -> Response:
    """Read a letter the town wrote to the person: a permit, a refusal."""
    with edge.transaction() as session:
        edge.require("tracking.read")
        found = tracking.find(session, number, secret)
        return _pdf(session, found.case, letter_id, kinds=offices_present.OWN_LETTERS)


@blp.route("/cases/<number>/calendar.ics")
@openapi.documented(200, None, content_type=ICS, description="The appointment")
@openapi.problems(401, 403, 404)
def read_calendar(number: str) -> Response:
    """Take a booking or a hearing into one's calendar."""
    with edge.transaction() as session:
        edge.require("letter.read")
        cases_api.check_readable(session, number)
        return _ics(session, queries.whole(session, number))


@blp.route("/tracking/<number>/<secret>/calendar.ics")
@openapi.documented(200, None, content_type=ICS, description="The appointment")
@openapi.problems(404)
def read_own_calendar(number: str, secret: str) -> Response:
    """Take one's own booking or hearing into one's calendar."""
    with edge.transaction() as session:
        edge.require("tracking.read")
        return _ics(session, tracking.find(session, number, secret).case)


def _pdf(session: Session, case: Any, letter_id: UUID, *, kinds: tuple[str, ...] | None) -> Response:
    letter = service.find(session, case.id, letter_id)
    if letter is None or (kinds is not None and letter.kind not in kinds):
        raise errors.LetterNotFound
    response = Response(letter.content, 200, content_type=PDF)
    name = f"{case.number}-{letter.kind}-{letter.language}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _ics(session: Session, case: Any) -> Response:
    given = _appointment(session, case)
    if given is None:
        raise errors.NoAppointment
    response = Response(calendars.write(given), 200, content_type=f"{ICS}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _appointment(session: Session, case: Any) -> Appointment | None:
    if case.workflow == "booking":
        return _booking(session, case)
    if case.workflow in families.current(session).sealed:
        return _hearing(session, case)
    return None


def _booking(session: Session, case: Any) -> Appointment | None:
    found = bookings.of_case(session, case.id)
    if found is None or case.status not in offices_present.STANDING:
        return None
    resource = session.get_one(Resource, found.resource_id)
    name = resource.name_en if language.current() == "en" else resource.name_fr
    return Appointment(
        number=case.number,
        host=edge.jurisdiction(),
        version=case.version,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        summary=f"{name} · {case.number}",
        place=name,
        made_at=edge.clock(),
        reminders=(timedelta(hours=48),),
    )


def _hearing(session: Session, case: Any) -> Appointment | None:
    if case.status not in offices_present.STANDING:
        return None
    asked: dict[str, Any] = {}
    for event in history.of(session, case.id):
        if event.kind == "moved" and event.payload["transition"] == "set_hearing":
            asked = {**event.payload["inputs"], **(event.words or {})}
    if not asked:
        return None
    service_name = catalogue.version(session, case.service_id).name.in_language(language.current())
    test = asked.get("test_url")
    return Appointment(
        number=case.number,
        host=edge.jurisdiction(),
        version=case.version,
        starts_at=datetime.fromisoformat(asked["hearing_at"]),
        ends_at=None,
        summary=_("Audition · %(service)s", service=service_name),
        place=asked.get("place", ""),
        url=asked.get("video_url", ""),
        note=_("Essayer l’image et le son : %(url)s", url=test) if test else "",
        made_at=edge.clock(),
        reminders=(timedelta(days=7), timedelta(days=1)),
    )

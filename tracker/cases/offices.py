"""What the guards of bookings, permits and the clerk's files ask beyond the case's own row."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.accounts.actor import Actor
from tracker.bookings import errors as booking_errors
from tracker.bookings import queries as bookings
from tracker.bookings import service as lending
from tracker.bookings.models import Resource
from tracker.bookings.queries import Wish
from tracker.cases import circumstances, marks
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Deadline
from tracker.db import selected
from tracker.payments import queries as money
from tracker.reports import validation

_ISSUED = text("""
    SELECT max(at) FROM event WHERE case_id = :id AND kind = 'moved'
      AND payload ->> 'transition' IN ('issue', 'approve_study', 'renew')
""")


def known(
    session: Session, case: CaseRow, actor: Actor, inputs: Mapping[str, Any], *, at: datetime
) -> dict[str, Any]:
    """Return the facts of a case's own office, by their names in `workflow.Facts`; none for field work."""
    if case.workflow == "booking":
        return _of_booking(session, case, inputs, at=at)
    if case.workflow == "permit":
        issued = session.execute(_ISSUED, {"id": case.id}).scalar_one()
        facts = {"paid": money.balance(session, case.id).due <= 0, "issued_at": issued}
        return facts | ({"missing_answers": _missing(session, case)} if case.status == "draft" else {})
    if case.workflow == "contestation":
        return {"actor_concerned": marks.concerns(session, case.id, actor.ref, actor.name)}
    return {}


def _missing(session: Session, case: CaseRow) -> tuple[str, ...]:
    """Return the questions that a draft leaves unanswered."""
    answers = circumstances.of(session, case, received_at=case.opened_at).answers
    faults = validation.faults(catalogue.version(session, case.service_id), answers)
    return tuple(each.code for each in faults)


def _of_booking(
    session: Session, case: CaseRow, inputs: Mapping[str, Any], *, at: datetime
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "paid": money.balance(session, case.id).due <= 0,
        "offered_at": case.status_since if case.status == "offered" else None,
    }
    booking = bookings.of_case(session, case.id)
    if booking is None:
        return facts | {"slot_free": _can_be_had(session, case, inputs, at=at), "needs_approval": True}
    resource = session.get_one(Resource, booking.resource_id)
    free = bookings.free_units(session, lending.wish_of(booking, resource))
    return facts | {
        "slot_free": booking.state == "held" or len(free) >= booking.quantity,
        "needs_approval": bookings.needs_approval(booking, resource),
    }


def _can_be_had(session: Session, case: CaseRow, inputs: Mapping[str, Any], *, at: datetime) -> bool:
    """Tell whether what a request without a slot asks for is free; where the town lists nothing, it is."""
    try:
        wish = wanted(session, case, inputs)
        if wish is None:
            return True
        bookings.check_period(wish, now=at, zone=zone_of(session))
    except booking_errors.BookingError:
        return False
    return len(bookings.free_units(session, wish)) >= wish.quantity


def wanted(session: Session, case: CaseRow, inputs: Mapping[str, Any]) -> Wish | None:
    """Return what a request that came without a slot means, by its answers and the appointment given.

    Raises PeriodInvalid.
    """
    setting = circumstances.of(session, case, received_at=case.opened_at)
    said = {**setting.answers, **inputs}
    return lending.asked(session, case.service_code, setting.district_code, said, zone_of(session))


def filled(session: Session, case: CaseRow) -> dict[str, Any]:
    """Return the inputs that the server gives by itself: when a booking begins."""
    if case.workflow != "booking":
        return {}
    booking = bookings.of_case(session, case.id)
    return {"starts_at": booking.starts_at.isoformat()} if booking is not None else {}


def lateness(deadline: Deadline | None, answers: Mapping[str, Any], received: date) -> dict[str, Any] | None:
    """Return by how much a ticket's contestation or a notice of claim is late, None when it is not.

    The catalogue has the days: thirty from the service of the ticket (Code of Penal Procedure, art. 160),
    fifteen from the event (LCV art. 585). It is told, and never a reason to refuse by machine.
    """
    if deadline is None:
        return None
    try:
        since = datetime.fromisoformat(str(answers.get(deadline.question))).date()
    except ValueError:
        return None
    last = since + timedelta(days=deadline.days)
    if received <= last:
        return None
    return {"since": since.isoformat(), "last_day": last.isoformat(), "days_late": (received - last).days}


def zone_of(session: Session) -> ZoneInfo:
    """Return the town’s zone."""
    return ZoneInfo(selected(session).zone)

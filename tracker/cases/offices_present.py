"""What bookings, permits and the clerk's files show beside the case itself."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from tracker.bookings import places
from tracker.bookings import queries as bookings
from tracker.bookings.models import Resource
from tracker.cases import circumstances, families, marks
from tracker.cases import queries as cases
from tracker.http import openapi
from tracker.letters import service as letters
from tracker.payments import queries as money

FIELD_WORK = "field_work"
DATED = ("booking", "contestation")
# A letter to an owner is the owner's: the person who complained reads that a follow-up is under way.
OWN_LETTERS = ("permit", "refusal")
STANDING = ("confirmed", "handed_over", "hearing_set")


def of_case(session: Session, case: Any, language: str) -> dict[str, Any]:
    """Return what staff may know of a case's office; nothing is read for field work."""
    if case.workflow == FIELD_WORK:
        return {}
    root = f"{request.script_root}{openapi.PREFIX}/cases/{case.number}"
    shown: dict[str, Any] = {
        "letters": [_letter(each, f"{root}/letters") for each in letters.listed(session, case.id)],
        "money": _money(session, case),
        "calendar_url": f"{root}/calendar.ics" if case.status in STANDING else None,
    }
    if case.workflow == "booking":
        shown["booking"] = _booking(session, case, language)
    if case.workflow == "contestation":
        shown["about"] = [_about(session, each, language) for each in marks.about(session, case.id)]
    return shown


def own(session: Session, case: Any, language: str, *, number: str, secret: str) -> dict[str, Any]:
    """Return what the person who asked reads of their own booking, permit or file."""
    if case.workflow == FIELD_WORK:
        return {}
    root = f"{request.script_root}{openapi.PREFIX}/tracking/{number}/{secret}"
    own_letters = [each for each in letters.listed(session, case.id) if each.kind in OWN_LETTERS]
    shown: dict[str, Any] = {
        "letters": [_letter(each, f"{root}/letters") for each in own_letters],
        "money": _money(session, case),
        "calendar_url": f"{root}/calendar.ics" if case.status in STANDING else None,
    }
    if case.workflow == "booking":
        shown["booking"] = _booking(session, case, language)
    if case.workflow == "permit":
        row = cases.case(session, case.number)
        setting = circumstances.of(session, row, received_at=row.opened_at)
        shown["estimate_cents"] = money.fee_cents(session, case.service_code, setting.answers)
    return shown


def _money(session: Session, case: Any) -> dict[str, Any] | None:
    balance = money.balance(session, case.id)
    if not (balance.owed or balance.paid):
        return None
    charges = {each.kind: each.amount_cents for each in money.charges(session, case.id) if each.amount_cents}
    return {
        "owed_cents": balance.owed,
        "paid_cents": balance.paid,
        "due_cents": balance.due,
        "charges": charges,
    }


def _booking(session: Session, case: Any, language: str) -> dict[str, Any] | None:
    found = bookings.of_case(session, case.id)
    if found is None:
        return None
    resource = session.get_one(Resource, found.resource_id)
    return {
        "resource": {
            "code": resource.code,
            "name": resource.name_en if language == "en" else resource.name_fr,
        },
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "quantity": found.quantity,
        "seats": places.seats_of(session, case.id),
        "state": found.state,
        "rank": bookings.rank(session, case.id) or None,
        "needs_approval": bookings.needs_approval(found, resource),
    }


def _letter(given: Any, root: str) -> dict[str, Any]:
    return {
        "id": given.id,
        "kind": given.kind,
        "language": given.language,
        "made_at": given.made_at,
        "url": f"{root}/{given.id}",
    }


def _about(session: Session, given: Any, language: str) -> dict[str, Any]:
    state = families.current(session).machine(given.workflow, given.workflow_version).state(given.status)
    return {
        "case_number": given.number,
        "kind": given.kind,
        "service_code": given.service_code,
        "status": given.status,
        "status_label": state.label_for(given.outcome).said_in(language),
        "photos": given.photos,
        "at": given.at,
    }

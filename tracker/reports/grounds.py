"""What some reports rest on: a complaint on a request that exists, a contestation on a day."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases import marks, numbers, offices
from tracker.catalogue import queries as catalogue
from tracker.reports import errors
from tracker.reports.submission import Receipt, Submission

COMPLAINT, ABOUT = "CTS-PLA", "requete_liee"

_CASE = text("""
    SELECT coalesce((SELECT case_id FROM report WHERE number = :number),
                    (SELECT id FROM "case" WHERE number = :number))
""")


def check(session: Session, submission: Submission) -> None:
    """Check that a complaint is about something there is. Raises ComplaintGroundless, NoDrafts."""
    offered = catalogue.current(session).catalogue
    if submission.is_draft and offered.service(submission.service_code).workflow != "permit":
        raise errors.NoDrafts
    if submission.service_code != COMPLAINT:
        return
    said = str(submission.answers.get(ABOUT) or "").strip()
    if said.upper() not in offered and _case_of(session, said) is None:
        raise errors.ComplaintGroundless


def keep(session: Session, receipt: Receipt, submission: Submission) -> None:
    """Note what a new case of the clerk's rests on: how late it came, which request it is about."""
    at = submission.received_at
    local = at.astimezone(offices.zone_of(session)).date()
    service = catalogue.current(session).catalogue.service(submission.service_code)
    late = offices.lateness(service.deadline, submission.answers, local)
    if late is not None:
        name = marks.LATE_FILING if submission.service_code == "CTS-CON" else marks.LATE_NOTICE
        marks.mark(session, receipt.case.id, name, late, at=at)
    about = _case_of(session, str(submission.answers.get(ABOUT) or "")) if _complains(submission) else None
    if about is not None:
        marks.say_about(session, receipt.case.id, about, "complaint", at=at, actor=submission.actor)


def _complains(submission: Submission) -> bool:
    return submission.service_code == COMPLAINT


def _case_of(session: Session, number: str) -> UUID | None:
    if not number.strip():
        return None
    found: UUID | None = session.execute(_CASE, {"number": numbers.normal(number)}).scalar_one()
    return found

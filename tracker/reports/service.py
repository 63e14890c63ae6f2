"""Intake: receive, locate, place, find duplicates, attach or open, triage, append, in one transaction.

The verbs flush and never commit: the edge commits the report together with its idempotency key.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Redirect, Service
from tracker.db import selected
from tracker.places import service as places
from tracker.places.service import Asker, Located
from tracker.reports import attaching, errors, lookalikes, opening, redirects, validation
from tracker.reports.submission import Intake, Lookalike, Receipt, Submission

TOLERANCE = timedelta(minutes=5)

_LOCK_ASSET = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 311))")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What is known of a report before it is sent."""

    located: Located
    lookalikes: tuple[Lookalike, ...]


def preview(session: Session, submission: Submission) -> Preview:
    """Locate a report that is not sent yet and find the cases it may repeat.

    Raises ReportError, PlaceError.
    """
    service = _service(session, submission)
    located = _locate(session, service, submission, draws=False)
    return Preview(located=located, lookalikes=_lookalikes(session, service, located, submission))


def submit(session: Session, submission: Submission) -> Receipt:
    """Take a report: attach it to the case it repeats or open one, triaged, with its promises.

    Raises ReportError, PlaceError, cases.errors.CaseError; nothing is written then.
    """
    service = _service(session, submission)
    zone = ZoneInfo(selected(session).zone)
    _check(service, submission, zone)
    located = _locate(session, service, submission)
    if located.asset is not None:
        # Two people at one lamp must not open two cases: they take turns from here to the commit.
        session.execute(_LOCK_ASSET, {"key": f"{selected(session).code}/{service.code}/{located.asset.id}"})
    intake = Intake(submission=submission, service=service, located=located)
    if submission.same_as is None:
        twin = lookalikes.twin_of(session, service, located, submission.answers)
        if twin is not None:  # nothing is left to compare
            return attaching.attach(session, intake, twin, "auto_attached")
    intake = replace(intake, found=_lookalikes(session, service, located, submission))
    if submission.same_as is not None:
        return attaching.attach(session, intake, submission.same_as, "attached")
    return opening.open_case(session, intake)


def advice(session: Session, submission: Submission) -> Redirect | None:
    """Return whom else the person should turn to now, although the report is kept: the police, at night."""
    zone = ZoneInfo(selected(session).zone)
    redirect = redirects.redirect_for(_service(session, submission), submission, zone)
    return redirect if redirect is not None and redirect.to == redirects.POLICE else None


def _service(session: Session, submission: Submission) -> Service:
    loaded = catalogue.current(session)
    if submission.service_code not in loaded.catalogue:
        raise errors.ServiceUnknown(submission.service_code)
    return loaded.catalogue.service(submission.service_code)


def _check(service: Service, submission: Submission, zone: ZoneInfo) -> None:
    today = submission.received_at.astimezone(zone).date()
    occurred = submission.occurred_at
    if occurred is not None and occurred > submission.received_at + TOLERANCE:
        raise errors.InTheFuture
    # Told before anything is asked: nobody fills in a form that is closed.
    if service.season is not None and not service.season.contains(today):
        note = service.season.note
        raise errors.OutOfSeason(note.fr, note.en, service.season.next_opening(today).isoformat())
    faults = validation.faults(service, submission.answers)
    if faults:
        raise errors.AnswersInvalid(faults)
    # Staff who have heard the whole story decide for themselves.
    redirect = None if submission.is_staff else redirects.redirect_for(service, submission, zone)
    if redirect is not None and redirect.to == redirects.WAIT:
        raise errors.TooEarly(redirect.text.fr, redirect.text.en)
    if service.needs_contact and not (submission.contact and submission.contact.is_reachable):
        raise errors.ContactNeeded


def _locate(session: Session, service: Service, submission: Submission, *, draws: bool = True) -> Located:
    asker = Asker(is_staff=submission.is_staff, draws=draws)
    return places.locate(session, service.location, submission.given, asker)


def _lookalikes(
    session: Session, service: Service, located: Located, submission: Submission
) -> tuple[Lookalike, ...]:
    told = lookalikes.Told(
        at=submission.occurred_at or submission.received_at,
        text=submission.description,
        answers=submission.answers,
    )
    return lookalikes.find(session, service, located, told)

"""Intake: receive, locate, place, find duplicates, attach or open, triage, append, in one transaction.

The verbs flush and never commit: the edge commits the report together with its idempotency key.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases import errors as case_errors
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Redirect, Service
from tracker.db import selected
from tracker.dispatch import passing
from tracker.dispatch.storms import Pass
from tracker.places import service as places
from tracker.places.service import Asker, Located
from tracker.reports import attaching, errors, grounds, lookalikes, neighbours, opening, redirects, validation
from tracker.reports.neighbours import Asked, Spot, Told
from tracker.reports.submission import Intake, Lookalike, Receipt, Submission

TOLERANCE = timedelta(minutes=5)

_LOCK_ASSET = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 311))")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What is known of a report before it is sent."""

    located: Located
    lookalikes: tuple[Lookalike, ...]
    coming: Pass | None = None


def preview(session: Session, submission: Submission) -> Preview:
    """Locate a report that is not sent yet and find the cases it may repeat.

    Raises ReportError, PlaceError.
    """
    service = _service(session, submission)
    told = _told(submission)
    to_public = not submission.is_staff
    if to_public:
        # Asked by anybody with any address, whether it is the same person would tell who reported what.
        told = replace(told, contact=neighbours.NOBODY)
    asked = _asked_ahead(session, service, submission, told, to_public=to_public)
    located = _locate(session, service, submission, draws=False)
    seen = lookalikes.look(session, service, located, told, to_public=to_public, asked=asked)
    return Preview(
        located=located, lookalikes=seen.found, coming=_coming(session, service, located, submission)
    )


def submit(session: Session, submission: Submission) -> Receipt:
    """Take a report: attach it to the case it repeats or open one, triaged, with its promises.

    Raises ReportError, PlaceError, cases.errors.CaseError; nothing is written then.
    """
    service = _service(session, submission)
    zone = ZoneInfo(selected(session).zone)
    _check(service, submission, zone)
    grounds.check(session, submission)
    told = _told(submission)
    asked = _asked_ahead(session, service, submission, told)
    located = _locate(session, service, submission)
    coming = _coming(session, service, located, submission)
    if coming is not None and located.segment is not None:
        # In a storm a street is one case, not four hundred requests: its people take turns too.
        session.execute(
            _LOCK_ASSET, {"key": f"{selected(session).code}/{service.code}/s{located.segment.id}"}
        )
        asked = None  # whoever had the turn before may have opened a case since
    if located.asset is not None:
        # Two people at one lamp must not open two cases: they take turns from here to the commit.
        session.execute(_LOCK_ASSET, {"key": f"{selected(session).code}/{service.code}/{located.asset.id}"})
    intake = Intake(submission=submission, service=service, located=located)
    if submission.same_as is None:
        twin = lookalikes.twin_of(session, service, located, submission.answers)
        if twin is None and coming is not None:
            twin = lookalikes.of_segment(session, service, located)
        if twin is not None:  # nothing is left to compare
            return replace(attaching.attach(session, intake, twin, "auto_attached"), coming=coming)
    seen = lookalikes.look(session, service, located, told, asked=asked)
    intake = replace(intake, found=seen.found, last_crew_id=seen.last_crew_id)
    if submission.same_as is not None:
        return replace(attaching.attach(session, intake, submission.same_as, "attached"), coming=coming)
    sure = lookalikes.sure(service, intake.found)
    if sure is not None and not submission.is_new:
        try:
            joined = attaching.attach(session, intake, sure.case.number, "auto_attached")
            return replace(joined, coming=coming)
        except (case_errors.CaseNotOpen, case_errors.CaseChanged):
            pass  # finished or merged by somebody while this was written: it is a new case then
    receipt = replace(opening.open_case(session, intake), coming=coming)
    grounds.keep(session, receipt, submission)
    return receipt


def advice(session: Session, submission: Submission) -> Redirect | None:
    """Return whom else the person should turn to now, although the report is kept: the police, at night."""
    zone = ZoneInfo(selected(session).zone)
    redirect = redirects.redirect_for(_service(session, submission), submission, zone)
    return redirect if redirect is not None and redirect.to == redirects.POLICE else None


def _coming(session: Session, service: Service, located: Located, submission: Submission) -> Pass | None:
    """Return the pass of the plow that is still to come there, in a storm."""
    return passing.planned(
        session,
        service.code,
        district=located.district.code if located.district else None,
        road_class=located.segment.road_class if located.segment else None,
        at=submission.received_at,
    )


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
    if submission.is_draft:
        faults = tuple(each for each in faults if each.fault != "missing")
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


def _told(submission: Submission) -> Told:
    return Told(
        at=submission.occurred_at or submission.received_at,
        text=submission.description,
        answers=submission.answers,
        channel=submission.channel,
        contact=submission.contact or neighbours.NOBODY,
        pictures=submission.pictures,
    )


def _asked_ahead(
    session: Session, service: Service, submission: Submission, told: Told, *, to_public: bool = False
) -> Asked | None:
    """Ask what lies around coordinates that were given, before they are judged; nothing where none were."""
    point = places.told_point(submission.given)
    if point is None or not neighbours.are_compared(session, service):
        return None
    spot = Spot(point.lon, point.lat, point.accuracy_m)
    return neighbours.ask(session, service, spot, told, to_public=to_public)

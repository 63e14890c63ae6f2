"""A new date for a promise that was missed, with a reason in plain words (domain.md §6, 100 %)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from tracker.cases import circumstances, queries
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import RESOLVE
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.timers.queries import Known
from tracker.workflow import Words

END_OF_DAY = time(23, 59)
REASONS = {
    "planned": Words(fr="Le travail est prévu ce jour-là.", en="The work is planned for that day."),
    "waiting": Words(fr="Une pièce ou une décision est attendue.", en="A part or a decision is awaited."),
    "not_accepted": Words(
        fr="Trop de demandes attendent encore d’être triées.", en="Too many requests still wait to be sorted."
    ),
    "no_crew": Words(fr="Aucune équipe n’a encore pu être envoyée.", en="No crew could be sent yet."),
    "crew_busy": Words(
        fr="L’équipe a des urgences ou des demandes plus anciennes avant.",
        en="The crew has emergencies or older requests first.",
    ),
    "under_way": Words(
        fr="Le travail est commencé mais prend plus de temps.", en="The work has begun but takes longer."
    ),
    "still_open": Words(
        fr="Le dossier demande plus de temps que prévu.", en="The case takes longer than foreseen."
    ),
}
_BY_STATUS = {
    "received": "not_accepted",
    "accepted": "no_crew",
    "reopened": "no_crew",
    "assigned": "crew_busy",
    "planned": "crew_busy",
    "in_progress": "under_way",
    "made_safe": "under_way",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Anew:
    """A date promised anew, and why: a key of `REASONS`."""

    at: datetime
    reason: str


def anew(session: Session, known: Known, now: datetime) -> Anew:
    """Return the date to tell: of the planned work or the end of the wait, else the same delay again."""
    case = queries.by_id(session, known.subject.id)
    calendar = desks.current(session).calendar
    today = calendar.local_date(now)
    if case.planned_for is not None and case.planned_for >= today:
        return Anew(at=_closing(session, case.planned_for), reason="planned")
    if case.next_action_at is not None and calendar.local_date(case.next_action_at) >= today:
        return Anew(at=_closing(session, calendar.local_date(case.next_action_at)), reason="waiting")
    return Anew(at=_same_delay(session, case, now), reason=_BY_STATUS.get(case.status, "still_open"))


def _same_delay(session: Session, case: CaseRow, now: datetime) -> datetime:
    service = catalogue.version(session, case.service_id)
    setting = circumstances.of(session, case, received_at=case.opened_at)
    return dispatch.due_at(desks.current(session), service.standard_for(RESOLVE, setting.known), now)


def _closing(session: Session, day: date) -> datetime:
    """Return the end of a day: when the city closes, or midnight when it is closed anyway."""
    calendar = desks.current(session).calendar
    openings = calendar.openings(day)
    if openings:
        return openings[-1][1]
    return datetime.combine(day, END_OF_DAY, calendar.zone).astimezone(UTC)

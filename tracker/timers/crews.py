"""Crews that do not answer: offering a case to another one, and when a crew was last heard of."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker.accounts.actor import SYSTEM
from tracker.cases import service as cases
from tracker.cases.facts import Move
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.dispatch import desk as desks
from tracker.dispatch.desk import CrewRef
from tracker.places import ground as grounds
from tracker.prepared import Prepared
from tracker.timers.queries import Known
from tracker.timers.subject import Subject
from tracker.workflow import GuardRefused

ASSIGN = "assign"
# Any move a crew made on its own cases lately: what its tablet sends.
_LAST_SIGN = Prepared("""
    SELECT max(e.at) AS at FROM "case" c JOIN event e ON e.case_id = c.id
    WHERE c.crew_id = :crew_id AND c.is_open AND e.kind = 'moved'
      AND e.payload ->> 'transition' IN ('start', 'make_safe', 'plan', 'hold', 'complete')
""")


def another(session: Session, known: Known, now: datetime) -> str | None:
    """Give a case to the first other crew at work that is able and has time; return its code, if any."""
    for crew in _candidates(session, known, now):
        move = Move(transition=ASSIGN, actor=SYSTEM, at=now, inputs={"crew": crew.code})
        try:
            with session.begin_nested():
                cases.move(session, known.row.number, move)
        except GuardRefused:
            continue
        return crew.code
    return None


def last_sign(session: Session, crew_id: int) -> datetime | None:
    """Return when a crew last moved one of its open cases."""
    row = _LAST_SIGN.one_or_none(session, {"crew_id": crew_id})
    at: datetime | None = row.at
    return at


def _candidates(session: Session, known: Known, now: datetime) -> list[CrewRef]:
    """Return the crews to ask, those of the case's own district first, none of whom was asked already."""
    zone = ZoneInfo(selected(session).zone)
    service = catalogue.version(session, known.row.service_id)
    district = grounds.current(session).by_id.get(known.row.district_id or 0)
    asked = _asked(known.subject)
    desk = desks.current(session)
    silent = desk.by_id.get(known.row.crew_id or 0)
    able = [
        crew
        for crew in desk.crews
        if crew.code not in asked
        and crew is not silent
        and service.skill in crew.skills
        and (not crew.districts or (district is not None and district.code in crew.districts))
        and crew.roster.is_on_duty(now, zone)
    ]
    return sorted(able, key=lambda crew: (not crew.districts, crew.code))


def _asked(subject: Subject) -> set[str]:
    """Return the crews this case was offered to since it last left the offers."""
    asked: set[str] = set()
    for event in subject.events:
        if event.kind != "moved":
            continue
        if event.payload["transition"] == ASSIGN:
            asked.add(str(event.payload["inputs"].get("crew")))
        elif event.payload["to"] != "assigned":
            asked.clear()
    return asked

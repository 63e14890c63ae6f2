"""Declaring a storm, saying when the precipitation ended, planning passes, ending the storm.

Whoever changes many cases locks them in the order of their numbers, as whoever joins two does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.accounts.actor import SYSTEM, Actor
from tracker.cases import circumstances, clocks, history
from tracker.cases import service as cases
from tracker.cases.clocks import Tick
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch import storms as rules
from tracker.dispatch.models import StormRow
from tracker.events import Fact
from tracker.places import ground as grounds
from tracker.storms import errors

_ORDINARY = text("""
    SELECT number FROM "case" WHERE is_open AND workflow = :workflow AND priority >= 3
        AND service_code NOT LIKE 'DEN-%' AND suspended_since IS NULL
        AND (CAST(:everywhere AS boolean) OR district_id = ANY(:districts))
    ORDER BY number
""")
_SUSPENDED = text("""
    SELECT number FROM "case" WHERE is_open AND suspended_since IS NOT NULL
        AND (CAST(:everywhere AS boolean) OR district_id = ANY(:districts))
    ORDER BY number
""")
_SNOW = text("""
    SELECT number FROM "case" c WHERE is_open AND service_code LIKE 'DEN-%'
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.case_id = c.id AND e.kind = 'moved'
                        AND e.payload ->> 'transition' = 'reopen')
        AND opened_at >= :since AND opened_at < :until
        AND (CAST(:everywhere AS boolean) OR district_id = ANY(:districts))
    ORDER BY number
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """A storm as a supervisor declares it; no district means everywhere."""

    name: str
    districts: Sequence[str]
    starts_at: datetime
    ends_at: datetime | None
    message_fr: str = ""
    message_en: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a kind of fact says to every case of a storm, and who said it when."""

    kind: str
    storm: int
    actor: Actor
    at: datetime


def declare(session: Session, declared: Declared, actor: Actor, at: datetime) -> StormRow:
    """Declare a storm. When it has begun, the promises of ordinary field work wait from its beginning.

    Raises DistrictUnknown, DatesInvalid. The caller commits.
    """
    known = grounds.current(session).by_code
    for code in declared.districts:
        if code not in known:
            raise errors.DistrictUnknown(code)
    if declared.ends_at is not None and declared.ends_at <= declared.starts_at:
        raise errors.DatesInvalid
    storm = StormRow(
        name=declared.name,
        districts=sorted(set(declared.districts)),
        starts_at=declared.starts_at,
        ends_at=declared.ends_at,
        message_fr=declared.message_fr,
        message_en=declared.message_en,
        passes=[],
        is_applied=False,
        is_over=False,
        declared_by=actor.ref,
        declared_at=at,
        version=1,
    )
    session.add(storm)
    session.flush()
    _catch_up(session, storm, actor, at)
    return storm


def end(session: Session, storm_id: int, ended_at: datetime, actor: Actor, at: datetime) -> StormRow:
    """End a storm: the promises that waited run again, moved by what counts of the storm.

    Raises StormNotFound, StormOver, DatesInvalid.
    """
    storm = _changing(session, storm_id)
    if not storm.starts_at < ended_at <= at:
        raise errors.DatesInvalid
    storm.ends_at = ended_at
    session.flush()
    _catch_up(session, storm, actor, at)
    return storm


def precipitation_ended(
    session: Session, storm_id: int, ended_at: datetime, actor: Actor, at: datetime
) -> StormRow:
    """Say when the precipitation ended: the clock of snow services reported before starts then.

    Raises StormNotFound, StormOver, DatesInvalid.
    """
    storm = _changing(session, storm_id)
    if not storm.starts_at <= ended_at <= at:
        raise errors.DatesInvalid
    storm.precipitation_ended_at = ended_at
    storm.version += 1
    session.flush()
    told = Told(kind="clock_started", storm=storm.id, actor=actor, at=at)
    span = {"since": storm.starts_at, "until": ended_at}
    for case in _locked(session, session.scalars(_SNOW, _where(session, storm) | span).all()):
        if _starts_at_the_end(session, case):
            _start_clock(session, case, ended_at, told)
    return storm


def plan(session: Session, storm_id: int, passes: Sequence[Mapping[str, Any]]) -> StormRow:
    """Replace the planned passes. Raises StormNotFound, StormOver, DistrictUnknown."""
    storm = _changing(session, storm_id)
    known = grounds.current(session).by_code
    for one in passes:
        if one["district"] is not None and one["district"] not in known:
            raise errors.DistrictUnknown(one["district"])
    storm.passes = [{**one, "by": one["by"].isoformat()} for one in passes]
    storm.version += 1
    session.flush()
    return storm


def advance(session: Session, now: datetime) -> int:
    """Begin and end the storms whose dated hour has come; return how many. Meant for every few minutes."""
    due = select(StormRow).where(~StormRow.is_over, StormRow.starts_at <= now).order_by(StormRow.id)
    changed = 0
    for storm in session.scalars(due.with_for_update()).all():
        changed += _catch_up(session, storm, SYSTEM, now)
    return changed


def _catch_up(session: Session, storm: StormRow, actor: Actor, at: datetime) -> bool:
    """Bring the cases to what the dates of a storm say at a moment."""
    was = (storm.is_applied, storm.is_over)
    if not storm.is_applied and storm.starts_at <= at:
        _suspend(session, storm, actor, at)
    if storm.is_applied and not storm.is_over and storm.ends_at is not None and storm.ends_at <= at:
        _resume(session, storm, actor, at)
    if was == (storm.is_applied, storm.is_over):
        return False
    storm.version += 1
    session.flush()
    return True


def _suspend(session: Session, storm: StormRow, actor: Actor, at: datetime) -> None:
    told = Told(kind="promise_suspended", storm=storm.id, actor=actor, at=at)
    where = _where(session, storm) | {"workflow": rules.FIELD_WORK}
    for case in _locked(session, session.scalars(_ORDINARY, where).all()):
        if case.suspended_since is not None or not rules.suspends(
            case.workflow, case.priority, case.service_code
        ):
            continue
        case.suspended_since = max(storm.starts_at, case.opened_at)
        _tell(session, case, told, {"since": case.suspended_since.isoformat()})
    storm.is_applied = True


def _resume(session: Session, storm: StormRow, actor: Actor, at: datetime) -> None:
    assert storm.ends_at is not None
    told = Told(kind="promise_resumed", storm=storm.id, actor=actor, at=at)
    now_known = desks.storms_now(session)
    for case in _locked(session, session.scalars(_SUSPENDED, _where(session, storm)).all()):
        district = circumstances.district_code(session, case)
        if case.suspended_since is None or rules.on(now_known, district, storm.ends_at) is not None:
            continue  # another storm is still on there
        tick = Tick(session=session, case=case, at=at, done_at=at)
        before = case.resolve_by
        clocks.settle(tick, case.suspended_since, storm.ends_at)
        case.suspended_since = None
        _tell(session, case, told, _moved(before, case.resolve_by))
    storm.is_over = True


def _start_clock(session: Session, case: CaseRow, starts_at: datetime, told: Told) -> None:
    """Count a case's promises anew from a moment, with the pauses that were."""
    service = catalogue.version(session, case.service_id)
    setting = circumstances.of(session, case, received_at=case.opened_at)
    # The desk of this transaction's beginning knows nothing yet of what has just been said.
    desk = replace(desks.current(session), storms=desks.storms_now(session))
    department = catalogue.current(session).department(service.department)
    decision = dispatch.triage(desk, service, setting, department=department)
    before = case.resolve_by
    if case.responded_at is None:
        case.respond_by = decision.respond_by
    case.resolve_by = decision.resolve_by
    clocks.requalified(Tick(session=session, case=case, at=told.at, done_at=told.at, setting=setting))
    _tell(session, case, told, {"starts_at": starts_at.isoformat(), **_moved(before, case.resolve_by)})


def _starts_at_the_end(session: Session, case: CaseRow) -> bool:
    service = catalogue.version(session, case.service_id)
    return service.clock_start == rules.END_OF_PRECIPITATION


def _changing(session: Session, storm_id: int) -> StormRow:
    found = select(StormRow).where(StormRow.id == storm_id).with_for_update()
    storm = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if storm is None:
        raise errors.StormNotFound
    if storm.is_over:
        raise errors.StormOver
    return storm


def _locked(session: Session, numbers: Iterable[str]) -> Iterable[CaseRow]:
    """Return cases one after the other, each locked and still open."""
    for number in numbers:
        case = cases.lock(session, number)
        if case.is_open:
            yield case


def _where(session: Session, storm: StormRow) -> dict[str, Any]:
    known = grounds.current(session).by_code
    ids = [known[code].id for code in storm.districts if code in known]
    return {"everywhere": not storm.districts, "districts": ids}


def _moved(before: datetime | None, after: datetime | None) -> dict[str, Any]:
    return {
        "resolve_by": {
            "from": before.isoformat() if before else None,
            "to": after.isoformat() if after else None,
        }
    }


def _tell(session: Session, case: CaseRow, told: Told, payload: dict[str, Any]) -> None:
    fact = Fact(kind=told.kind, actor=told.actor.ref, at=told.at, payload={"storm": told.storm, **payload})
    history.append(session, case, fact)

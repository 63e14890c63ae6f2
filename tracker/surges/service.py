"""Proposing, confirming, setting aside and taking back surges. A person decides; every join can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts.actor import Actor
from tracker.cases import errors as case_errors
from tracker.cases import links, unlinking
from tracker.cases import service as cases
from tracker.cases.links import Linking
from tracker.db import selected
from tracker.surges import errors, finding, queries, rules
from tracker.surges.finding import Found
from tracker.surges.models import SurgeCase, SurgeRow

# A proposal that nobody decided is not news any more.
LAPSES_AFTER = timedelta(hours=72)
_POINT = text("SELECT ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), :srid), 4326)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What one look brought: proposals new, grown and lapsed."""

    new: tuple[UUID, ...]
    grown: tuple[UUID, ...]
    lapsed: int


def find(session: Session, *, now: datetime) -> Tally:
    """Look for surges and propose them; one that is proposed already grows. The caller commits.

    Looks take turns, so two at once propose nothing twice.
    """
    queries.take_turn(session)
    lapsed = _lapse(session, now)
    new: list[UUID] = []
    grown: list[UUID] = []
    for found in finding.look(session, rules.current(), now=now):
        known = _known(session, found)
        if known is None:
            new.append(_propose(session, found, now))
        elif _grow(session, known, found, now):
            grown.append(known.id)
    session.flush()
    return Tally(new=tuple(new), grown=tuple(grown), lapsed=lapsed)


def confirm(
    session: Session, surge_id: UUID, *, parent: str | None, left_out: Sequence[str], linking: Linking
) -> SurgeRow:
    """Join the open cases of a surge to one of them, `parent` or else the oldest, without those left out.

    All cases are locked in order of their numbers first: confirming can wait for a merge, never deadlock
    with it. Raises SurgeNotFound, SurgeDecided, NotOfSurge, TooFewLeft, and what `cases.links.merge` raises:
    then nothing is joined.
    """
    surge = _open(session, surge_id)
    open_ones = [row for row in queries.members(session, [surge.id])[surge.id] if row["is_open"]]
    numbers = [row["number"] for row in open_ones]
    for named in (*left_out, *([parent] if parent else [])):
        if named not in numbers:
            raise errors.NotOfSurge(named)
    kept = [number for number in numbers if number not in left_out]
    if len(kept) < 2:
        raise errors.TooFewLeft
    chief = parent or kept[0]
    for number in sorted({*kept, chief}):
        cases.lock(session, number)
    for row in open_ones:
        if row["number"] in kept and row["number"] != chief:
            _join(session, surge, row, chief, linking)
    surge.parent_case_id = next(row["case_id"] for row in open_ones if row["number"] == chief)
    _decide(surge, "confirmed", linking.actor, linking.at)
    session.flush()
    return surge


def dismiss(session: Session, surge_id: UUID, *, reason: str, actor: Actor, at: datetime) -> SurgeRow:
    """Set a surge aside: its cases are not proposed together again. Raises SurgeNotFound, SurgeDecided."""
    surge = _open(session, surge_id)
    surge.reason = reason or None
    _decide(surge, "dismissed", actor, at)
    session.flush()
    return surge


def undo(session: Session, surge_id: UUID, linking: Linking) -> SurgeRow:
    """Take a decision back: what was joined is apart again, the last first, and the surge is proposed.

    Raises SurgeNotFound, SurgeDecided when there is nothing to take back, and what `unlinking.undo` raises.
    """
    surge = queries.one(session, surge_id, lock=True)
    if surge is None:
        raise errors.SurgeNotFound
    if surge.status not in ("confirmed", "dismissed"):
        raise errors.SurgeDecided(surge.status)
    members = queries.members(session, [surge.id])[surge.id]
    for row in sorted(members, key=lambda row: str(row["number"])):
        cases.lock(session, row["number"])
    for row in reversed(members):
        if row["link_id"] is not None:
            _separate(session, row["link_id"], linking)
            _note_link(session, surge, row["case_id"], None)
    surge.parent_case_id = surge.decided_at = surge.decided_by = surge.reason = None
    surge.status, surge.version, surge.updated_at = "proposed", surge.version + 1, linking.at
    session.flush()
    return surge


def _open(session: Session, surge_id: UUID) -> SurgeRow:
    surge = queries.one(session, surge_id, lock=True)
    if surge is None:
        raise errors.SurgeNotFound
    if surge.status != "proposed":
        raise errors.SurgeDecided(surge.status)
    return surge


def _decide(surge: SurgeRow, status: str, actor: Actor, at: datetime) -> None:
    surge.status, surge.decided_at, surge.decided_by = status, at, actor.ref
    surge.updated_at, surge.version = at, surge.version + 1


def _join(session: Session, surge: SurgeRow, row: RowMapping, chief: str, linking: Linking) -> None:
    change = links.merge(session, row["number"], chief, linking)
    session.flush()
    _note_link(session, surge, row["case_id"], change.id)


def _separate(session: Session, link_id: UUID, linking: Linking) -> None:
    """Undo one join of a surge, unless somebody took that case out by itself before."""
    try:
        unlinking.undo(session, link_id, linking)
    except case_errors.LinkSpent:
        return


def _note_link(session: Session, surge: SurgeRow, case_id: UUID, link_id: UUID | None) -> None:
    session.execute(
        update(SurgeCase)
        .where(SurgeCase.surge_id == surge.id, SurgeCase.case_id == case_id)
        .values(link_id=link_id)
    )


def _lapse(session: Session, now: datetime) -> int:
    old = update(SurgeRow).where(SurgeRow.status == "proposed", SurgeRow.last_at < now - LAPSES_AFTER)
    found = session.execute(old.values(status="lapsed", updated_at=now, version=SurgeRow.version + 1))
    return int(found.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has one


def _known(session: Session, found: Found) -> SurgeRow | None:
    """Return the proposal of the same rule that shares a case or the place."""
    shared = select(SurgeCase.surge_id).where(SurgeCase.case_id.in_(found.cases))
    known = select(SurgeRow).where(
        SurgeRow.rule == found.rule,
        SurgeRow.status == "proposed",
        (SurgeRow.place_key == found.place_key) | SurgeRow.id.in_(shared),
    )
    return session.scalars(
        known.order_by(SurgeRow.found_at, SurgeRow.id).limit(1).with_for_update()
    ).one_or_none()


def _propose(session: Session, found: Found, now: datetime) -> UUID:
    surge = SurgeRow(
        id=ids.new_id(),
        rule=found.rule,
        place_key=found.place_key,
        service_codes=list(rules.current().rules[found.rule].services),
        status="proposed",
        found_at=now,
        version=0,
    )
    _write(session, surge, found, now)
    session.add(surge)
    session.flush()
    session.add_all(SurgeCase(surge_id=surge.id, case_id=each) for each in found.cases)
    return surge.id


def _grow(session: Session, surge: SurgeRow, found: Found, now: datetime) -> bool:
    """Add what is new to a proposal; tell whether anything was."""
    held = {row["case_id"] for row in queries.members(session, [surge.id])[surge.id]}
    added = [each for each in found.cases if each not in held]
    if not added:
        return False
    first = surge.first_at
    _write(session, surge, found, now)
    surge.first_at = min(first, found.first_at)
    session.add_all(SurgeCase(surge_id=surge.id, case_id=each) for each in added)
    return True


def _write(session: Session, surge: SurgeRow, found: Found, now: datetime) -> None:
    place = {"x": found.x, "y": found.y, "srid": selected(session).metric_srid}
    surge.geom = session.scalar(_POINT, place)
    surge.radius_m, surge.first_at, surge.last_at = found.radius_m, found.first_at, found.last_at
    surge.observed, surge.expected, surge.log10_p = found.observed, found.expected, found.log10_p
    surge.evidence, surge.updated_at, surge.version = found.evidence, now, surge.version + 1

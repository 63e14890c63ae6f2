"""Reports moved between cases: merge, attach, detach, and the exact undo of each.

Nobody's words move: only `report.case_id` and `report.link` do. Before each change both rows are kept
whole, so that an undo gives them back as they were; the history tells both the change and the undo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts.actor import Actor
from tracker.cases import (
    clocks,
    errors,
    facts,
    followers,
    history,
    numbers,
    positions,
    service,
    splitting,
    turns,
)
from tracker.cases.facts import Move
from tracker.cases.followers import Way
from tracker.cases.models import CaseRow, LinkChange
from tracker.events import Fact
from tracker.workflow import guards

UNDO_WITHIN = timedelta(days=30)

# What an undo gives back: the projection without its version, its place in the chain and its clock.
_SNAPSHOT = text("""
    SELECT to_jsonb(c) - '{id,version,last_seq,last_hash,updated_at,search,geom}'::text[] AS kept
    FROM "case" c WHERE c.id = :id
""")
_REPORTS = text("""
    SELECT id, number, link FROM report WHERE case_id = :id ORDER BY received_at, id FOR NO KEY UPDATE
""")
_CASE_OF_REPORT = text(
    'SELECT c.number FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.number = :number'
)
_MOVE = text("UPDATE report SET case_id = :into, link = :link WHERE id = :report_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Linking:
    """Who changes a link, when, and the versions of the case they may have looked at."""

    actor: Actor
    at: datetime
    expected: frozenset[int] | None = None
    is_reporter: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrying:
    """Reports on their way from one locked case to another."""

    kind: str
    origin: CaseRow
    target: CaseRow
    reports: Sequence[RowMapping]


def merge(session: Session, number: str, into: str, linking: Linking) -> LinkChange:
    """Join a case to another open one, which takes its reports; the first becomes its duplicate.

    Raises CaseNotFound, CaseChanged, SameCase, OtherService, CaseNotOpen, workflow.WorkflowError.
    """
    child, parent = _both(session, number, into, {number: linking.expected})
    return _merge(session, child, parent, linking)


def attach(session: Session, number: str, report_number: str, linking: Linking) -> LinkChange:
    """Move one report into a case; when it is the only one of its own case, the two cases are merged.

    `expected` is of the case that receives. Raises CaseNotFound, ReportNotFound, CaseChanged,
    SameCase, CaseNotOpen, OtherService.
    """
    source = session.scalar(_CASE_OF_REPORT, {"number": report_number})
    if source is None:
        raise errors.ReportNotFound(report_number)
    origin, target = _both(session, source, number, {number: linking.expected})
    held = _reports(session, origin)
    moved = [row for row in held if row["number"] == report_number]
    if not moved:  # it went elsewhere while the locks were waited for
        raise errors.CaseChanged(origin.version)
    if len(held) == 1:
        return _merge(session, origin, target, linking)
    _check_joinable(origin, target)
    carrying = Carrying(kind="attach", origin=origin, target=target, reports=moved)
    change = _keep(session, carrying, _snapshots(session, carrying), linking)
    _carry(session, carrying)
    _follow(session, carrying, change)
    _place(session, carrying)
    _tell_moved(session, carrying, change, linking)
    return change


def detach(session: Session, number: str, report_number: str, linking: Linking) -> LinkChange:
    """Give one report of a case a case of its own, with promises counted from the report's receipt.

    Raises CaseNotFound, ReportNotFound, CaseChanged, LastReport.
    """
    origin = service.lock(session, number, expected=linking.expected)
    held = _reports(session, origin)
    moved = [row for row in held if row["number"] == report_number]
    if not moved:
        raise errors.ReportNotFound(report_number)
    if len(held) == 1:
        raise errors.LastReport
    before = {"from": _snapshot(session, origin.id), "from_place": positions.snapshot(session, origin)}
    target = splitting.open_for(session, origin, moved[0]["id"], at=linking.at)
    carrying = Carrying(kind="detach", origin=origin, target=target, reports=moved)
    after = {"into": _snapshot(session, target.id), "into_place": positions.snapshot(session, target)}
    change = _keep(session, carrying, after | before, linking)
    target.reports_count = 0  # it was opened as if it held the report already
    _carry(session, carrying)
    _follow(session, carrying, change)
    _place(session, carrying)
    _tell_moved(session, carrying, change, linking)
    return change


def way_of(change: LinkChange) -> Way:
    """Return the way followers go by a change of links."""
    return Way(
        link_id=change.id, kind=change.kind, from_case=change.from_case_id, into_case=change.into_case_id
    )


def _follow(session: Session, carrying: Carrying, change: LinkChange) -> None:
    """Let those who follow one report go with it, and keep whose wish ended by that."""
    reports = [row["id"] for row in carrying.reports]
    ended = followers.go_along(session, way_of(change), reports, at=change.at)
    change.before = {**change.before, "ended": ended}


def _place(session: Session, carrying: Carrying) -> None:
    for case in (carrying.origin, carrying.target):
        positions.recount(session, case)


def _merge(session: Session, child: CaseRow, parent: CaseRow, linking: Linking) -> LinkChange:
    _check_joinable(child, parent)
    machine = service.machine_of(session, child)
    transition = machine.find("mark_duplicate", status=child.status, role=linking.actor.role)
    move = Move(
        transition="mark_duplicate",
        actor=linking.actor,
        at=linking.at,
        inputs={"parent": parent.number},
        is_reporter=linking.is_reporter,
    )
    known = facts.gather(session, child, move)
    guards.check(transition, known)
    step = machine.advance(transition, status=child.status, return_to=child.previous_status, facts=known)
    carrying = Carrying(kind="merge", origin=child, target=parent, reports=_reports(session, child))
    before = _snapshots(session, carrying) | {"turn": turns.kept(session, child)}
    change = _keep(session, carrying, before, linking)
    tick = clocks.Tick(session=session, case=child, at=linking.at, done_at=linking.at)
    clocks.apply(tick, step.named("clock"))
    state = machine.state(step.status)
    child.status, child.previous_status, child.status_since = step.status, step.return_to, linking.at
    child.is_open, child.next_action, child.parent_id = state.is_open, state.next_actor, parent.id
    child.closed_at = child.closed_at or linking.at
    _carry(session, carrying)
    followers.join(session, way_of(change), at=linking.at)
    _tell(session, child, "merged", {"into": parent.number, "link": str(change.id)}, linking)
    _tell(session, parent, "merge_received", {"from": child.number, "link": str(change.id)}, linking)
    return change


def _check_joinable(origin: CaseRow, target: CaseRow) -> None:
    if origin.workflow != target.workflow:
        raise errors.OtherService
    if not target.is_open:
        raise errors.CaseNotOpen


def _both(
    session: Session, number: str, into: str, expected: Mapping[str, frozenset[int] | None]
) -> tuple[CaseRow, CaseRow]:
    """Lock two cases, always in the order of their numbers: two merges can wait, never deadlock."""
    number, into = numbers.normal(number), numbers.normal(into)
    if number == into:
        raise errors.SameCase
    watched = {numbers.normal(each): versions for each, versions in expected.items()}
    locked = {
        each: service.lock(session, each, expected=watched.get(each)) for each in sorted((number, into))
    }
    return locked[number], locked[into]


def _reports(session: Session, case: CaseRow) -> Sequence[RowMapping]:
    return session.execute(_REPORTS, {"id": case.id}).mappings().all()


def _snapshot(session: Session, case_id: UUID) -> dict[str, Any]:
    session.flush()
    kept = session.execute(_SNAPSHOT, {"id": case_id}).scalar_one()
    assert isinstance(kept, dict)
    return kept


def _snapshots(session: Session, carrying: Carrying) -> dict[str, Any]:
    return {
        "from": _snapshot(session, carrying.origin.id),
        "into": _snapshot(session, carrying.target.id),
        "from_place": positions.snapshot(session, carrying.origin),
        "into_place": positions.snapshot(session, carrying.target),
    }


def _keep(session: Session, carrying: Carrying, before: dict[str, Any], linking: Linking) -> LinkChange:
    """Write down what is about to change, both rows as they were, for the undo."""
    change = LinkChange(
        id=ids.new_id(),
        kind=carrying.kind,
        from_case_id=carrying.origin.id,
        into_case_id=carrying.target.id,
        report_ids=[str(row["id"]) for row in carrying.reports],
        before={**before, "links": {str(row["id"]): row["link"] for row in carrying.reports}},
        actor=linking.actor.ref,
        at=linking.at,
    )
    session.add(change)
    session.flush()
    return change


def _carry(session: Session, carrying: Carrying) -> None:
    for row in carrying.reports:
        values = {"into": carrying.target.id, "link": "moved", "report_id": row["id"]}
        session.execute(_MOVE, values)
    carrying.target.reports_count += len(carrying.reports)
    carrying.origin.reports_count -= len(carrying.reports)


def _tell_moved(session: Session, carrying: Carrying, change: LinkChange, linking: Linking) -> None:
    payload = {"report": carrying.reports[0]["number"], "link": str(change.id)}
    origin, target = carrying.origin, carrying.target
    _tell(session, origin, "report_detached", {**payload, "into": target.number}, linking)
    _tell(session, target, "report_attached", {**payload, "from": origin.number}, linking)


def _tell(session: Session, case: CaseRow, kind: str, payload: dict[str, Any], linking: Linking) -> None:
    history.append(session, case, Fact(kind=kind, actor=linking.actor.ref, at=linking.at, payload=payload))

"""Undoing a change of links: both cases as they were, told in both histories, within 30 days."""

from collections.abc import Callable, Mapping
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.cases import clocks, errors, followers, history, links, positions, service, turns
from tracker.cases.clocks import Tick
from tracker.cases.links import Linking
from tracker.cases.models import CaseRow, LinkChange
from tracker.events import Fact

_RETURN = text(
    "UPDATE report SET case_id = :back, link = :link WHERE id = :id AND case_id = :now RETURNING id"
)
_RESTORE = text("""
    UPDATE "case" c SET
        status = k.status, status_since = k.status_since, previous_status = k.previous_status,
        is_open = k.is_open, parent_id = k.parent_id, reports_count = k.reports_count,
        last_report_at = k.last_report_at, next_action = k.next_action, paused_since = k.paused_since,
        resolve_by = k.resolve_by, closed_at = k.closed_at, breached_at = k.breached_at,
        suspended_since = k.suspended_since, pauses = coalesce(k.pauses, c.pauses),
        responded_at = k.responded_at, completed_at = k.completed_at, reason = k.reason
    FROM jsonb_populate_record(NULL::"case", CAST(:kept AS jsonb)) k WHERE c.id = :id
""")

_CHILDREN = text('SELECT EXISTS (SELECT 1 FROM "case" WHERE parent_id = :id)')


def undo(session: Session, link_id: UUID, linking: Linking) -> LinkChange:
    """Undo a merge, an attachment or a detachment.

    Raises LinkNotFound, LinkSpent, LinkTooOld, CaseChanged, workflow.RoleNotAllowed, and LinkStale when a
    report or a case went on since in a way that must be undone first.
    """
    change = session.get(LinkChange, link_id)
    if change is None:
        raise errors.LinkNotFound
    # The cases first, as whoever joins or separates them does: a change locked before its cases could wait
    # for somebody who holds these and waits for it.
    origin, target = _lock(session, change)
    session.refresh(change, with_for_update=True)
    if change.undone_at is not None:
        raise errors.LinkSpent
    if linking.at - change.at > links.UNDO_WITHIN:
        raise errors.LinkTooOld
    _check(session, change, (origin, target), linking)
    _give_back(session, change)
    _UNDO[change.kind](session, change, origin, target, linking)
    followers.come_back(session, links.way_of(change), change.before.get("ended", ()))
    if any(_is_torn(case) for case in (origin, target)):
        raise errors.LinkStale
    change.undone_at = linking.at
    for case, other in ((origin, target), (target, origin)):
        payload = {"link": str(change.id), "kind": change.kind, "other": other.number}
        history.append(
            session, case, Fact(kind="unlinked", actor=linking.actor.ref, at=linking.at, payload=payload)
        )
    return change


def _is_torn(case: CaseRow) -> bool:
    """Tell whether a case is open about nothing, or holds reports although it is joined to another."""
    return case.reports_count == 0 if case.is_open else case.parent_id is not None and case.reports_count > 0


def _check(session: Session, change: LinkChange, cases: tuple[CaseRow, CaseRow], linking: Linking) -> None:
    """Only who may join two cases may take them apart; If-Match names a version of either of them."""
    if change.kind == "merge":
        machine = service.machine_of(session, cases[0])
        machine.find("unmark_duplicate", status="duplicate", role=linking.actor.role)
    if linking.expected is not None and not linking.expected & {case.version for case in cases}:
        raise errors.CaseChanged(cases[0].version)


def _lock(session: Session, change: LinkChange) -> tuple[CaseRow, CaseRow]:
    ids = (change.from_case_id, change.into_case_id)
    numbers = session.execute(select(CaseRow.id, CaseRow.number).where(CaseRow.id.in_(ids))).all()
    locked = {
        row.id: service.lock(session, row.number) for row in sorted(numbers, key=lambda row: row.number)
    }
    return locked[change.from_case_id], locked[change.into_case_id]


def _give_back(session: Session, change: LinkChange) -> None:
    for report_id in change.report_ids:
        found = session.execute(
            _RETURN,
            {
                "id": UUID(report_id),
                "back": change.from_case_id,
                "now": change.into_case_id,
                "link": change.before["links"][report_id],
            },
        ).one_or_none()
        if found is None:
            raise errors.LinkStale


def _unmerge(
    session: Session, change: LinkChange, origin: CaseRow, target: CaseRow, linking: Linking
) -> None:
    if origin.parent_id != target.id:
        raise errors.LinkStale
    target.reports_count -= len(change.report_ids)
    session.flush()
    session.execute(_RESTORE, {"id": origin.id, "kept": orjson.dumps(change.before["from"]).decode()})
    session.refresh(origin)
    turns.give_back(session, origin, change.before)
    clocks.catch_up(Tick(session=session, case=origin, at=linking.at, done_at=linking.at))
    positions.give_back(session, target, change.before["into_place"])


def _unattach(
    session: Session, change: LinkChange, origin: CaseRow, target: CaseRow, linking: Linking
) -> None:
    origin.reports_count += len(change.report_ids)
    target.reports_count -= len(change.report_ids)
    positions.give_back(session, origin, change.before["from_place"])
    positions.give_back(session, target, change.before["into_place"])


def _undetach(
    session: Session, change: LinkChange, origin: CaseRow, target: CaseRow, linking: Linking
) -> None:
    """The case that was split off cannot vanish, it has a history: it ends as a duplicate of the first."""
    if not target.is_open or target.reports_count != len(change.report_ids):
        raise errors.LinkStale
    if session.scalar(_CHILDREN, {"id": target.id}):  # it would be a link in a chain
        raise errors.LinkStale
    origin.reports_count += len(change.report_ids)
    target.reports_count = 0
    target.previous_status, target.status = target.status, "duplicate"
    target.status_since = target.closed_at = linking.at
    target.is_open, target.parent_id, target.next_action = False, origin.id, "nobody"
    positions.give_back(session, origin, change.before["from_place"])


_UNDO: Mapping[str, Callable[[Session, LinkChange, CaseRow, CaseRow, Linking], None]] = {
    "merge": _unmerge,
    "attach": _unattach,
    "detach": _undetach,
}

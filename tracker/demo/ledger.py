"""Moves of many cases at once: checked and projected by the case service, written in three statements.

The same guards, clocks and history as one move at a time; only the writing is gathered, since a demo makes
thousands of moves before anybody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker import events
from tracker.cases import errors as case_errors
from tracker.cases import facts
from tracker.cases import service as cases
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.demo import copying
from tracker.reports.submission import Picture
from tracker.workflow import WorkflowError

_COLUMNS = {
    "status": "text",
    "status_since": "timestamptz",
    "previous_status": "text",
    "is_open": "boolean",
    "crew_id": "bigint",
    "respond_by": "timestamptz",
    "resolve_by": "timestamptz",
    "responded_at": "timestamptz",
    "breached_at": "timestamptz",
    "paused_since": "timestamptz",
    "planned_for": "date",
    "started_at": "timestamptz",
    "completed_at": "timestamptz",
    "closed_at": "timestamptz",
    "next_action": "text",
    "next_action_at": "timestamptz",
    "outcome": "text",
    "reason": "text",
    "reopens": "smallint",
    "reschedules": "smallint",
    "updated_at": "timestamptz",
    "version": "integer",
    "last_seq": "integer",
    "last_hash": "bytea",
}
_SET = ", ".join(f"{name} = j.{name}" for name in _COLUMNS)
_RECORD = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_UPDATE = text(
    f'UPDATE "case" c SET {_SET} '  # noqa: S608 -- made of the constants above
    f"FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS j(id uuid, {_RECORD}) WHERE c.id = j.id"
)
_EVENT_COLUMNS = ("case_id", "seq", "kind", "actor", "at", "device_at", "payload", "prev_hash", "hash")
_PHOTO_COLUMNS = (
    "id", "case_id", "kind", "sha256", "media_type", "width", "height", "byte_count", "added_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A move wanted of one case, and whether somebody of the case can be reached."""

    case_id: UUID
    move: Move
    is_reachable: bool
    photos_before: int


@dataclass(kw_only=True, slots=True)
class Outcome:
    """How moves went: how many were made, whose move was refused, and which cases are still open."""

    made: int = 0
    refused: set[UUID] = field(default_factory=set)
    is_open: dict[UUID, bool] = field(default_factory=dict)


def carry_out(session: Session, asked: Sequence[Asked]) -> Outcome:
    """Make moves in order. A case whose move is refused makes no further one. The caller commits."""
    outcome = Outcome()
    rows = _load(session, {each.case_id for each in asked})
    sealed: list[events.Event] = []
    photos: list[tuple[Any, ...]] = []
    for each in asked:
        case = rows[each.case_id]
        if case.id in outcome.refused:
            continue
        try:
            known = facts.known(session, case, each.move, _circumstances(each))
            fact = cases.carry_out(session, case, each.move, known)
        except (WorkflowError, case_errors.CaseError):
            outcome.refused.add(case.id)
            continue
        tail = events.Tail(seq=case.last_seq, hash=bytes(case.last_hash))
        sealed += events.seal(case.id, tail, fact)
        case.last_seq, case.last_hash = sealed[-1].seq, sealed[-1].hash
        case.version, case.updated_at = case.version + 1, each.move.at
        photos += [_row(picture, each) for picture in each.move.pictures]
        outcome.made += 1
    outcome.is_open = {case_id: case.is_open for case_id, case in rows.items()}
    _write(session, rows.values(), sealed, photos)
    return outcome


def _load(session: Session, wanted: set[UUID]) -> dict[UUID, CaseRow]:
    """The cases as they stand, apart from the session: their changes are written here, not by it."""
    rows = session.scalars(
        select(CaseRow).where(CaseRow.id.in_(wanted)).execution_options(populate_existing=True)
    ).all()
    return {row.id: row for row in rows}


def _circumstances(asked: Asked) -> dict[str, Any]:
    """What `facts.gather` would have counted in the database."""
    return {
        "contacts": int(asked.is_reachable),
        "photos_after": asked.photos_before,
        "children": 0,
        "extensions": 0,
        "has_parent": False,
        "parent_is_child": False,
        "lon": None,
        "lat": None,
    }


def _row(picture: Picture, asked: Asked) -> tuple[Any, ...]:
    kind = "after" if asked.move.transition == "complete" else "during"
    return (
        picture.id,
        asked.case_id,
        kind,
        picture.sha256,
        picture.media_type,
        picture.width,
        picture.height,
        picture.byte_count,
        asked.move.at,
    )


def _write(
    session: Session,
    rows: Iterable[CaseRow],
    sealed: Sequence[events.Event],
    photos: Sequence[tuple[Any, ...]],
) -> None:
    changed = {event.case_id for event in sealed}
    values = []
    for row in rows:
        if row.id in changed:
            found = {name: getattr(row, name) for name in _COLUMNS if name != "last_hash"}
            values.append({"id": row.id, **found, "last_hash": "\\x" + bytes(row.last_hash).hex()})
        session.expunge(row)
    if not values:
        return
    session.execute(_UPDATE, {"rows": orjson.dumps(values).decode()})
    copying.copy(
        session,
        "event",
        _EVENT_COLUMNS,
        (
            (
                e.case_id,
                e.seq,
                e.kind,
                e.actor,
                e.at,
                e.device_at,
                orjson.dumps(e.payload).decode(),
                e.prev_hash,
                e.hash,
            )
            for e in sealed
        ),
    )
    if photos:
        copying.copy(session, "photo", _PHOTO_COLUMNS, photos)

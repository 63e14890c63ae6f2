"""The record of a run: how far it got and how its rows ended, committed with each batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.imports import errors
from tracker.imports.counts import Counts, from_mapping
from tracker.imports.models import ImportRun

_TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 311))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended(:key, 311))")


@dataclass(kw_only=True, slots=True)
class State:
    """A run as it stands. `position` counts rows over both readings; a finished one begins anew, unsaved.

    Nothing is saved until something is written, so that repeating an import changes no row at all.
    """

    id: UUID
    mapping: str
    file_name: str
    fingerprint: str
    started_at: datetime
    position: int = 0
    counts: Counts = field(default_factory=Counts)
    is_saved: bool = True


@contextmanager
def alone(engine: Engine, code: str, source: str) -> Iterator[None]:
    """Hold the right to import a source until the end. Raises ImportRunning.

    The lock belongs to a connection, so a killed process leaves none behind.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = f"import/{code}/{source}"
        if not connection.execute(_TRY_LOCK, {"key": key}).scalar_one():
            raise errors.ImportRunning(source)
        try:
            yield
        finally:
            # Given back by word: a closed connection's lock is freed only when the server notices.
            connection.execute(_UNLOCK, {"key": key})


def begin(session: Session, state: State) -> State:
    """Return the run to go on with: the interrupted one of this file and mapping, or this one."""
    kept = session.scalars(
        select(ImportRun).where(
            ImportRun.mapping == state.mapping, ImportRun.file_sha256 == state.fingerprint
        )
    ).one_or_none()
    if kept is None:
        return state
    state.id = kept.id
    if kept.status == "done":
        state.is_saved = False
    else:
        state.position, state.counts = kept.position, from_mapping(kept.counts)
        state.started_at = kept.started_at
    return state


def save(session: Session, state: State, *, finished_at: datetime | None = None) -> None:
    """Keep how far a run got, with the batch that got it there."""
    values = {
        "position": state.position,
        "counts": state.counts.as_mapping(),
        "status": "running" if finished_at is None else "done",
        "started_at": state.started_at,
        "finished_at": finished_at,
    }
    statement = insert(ImportRun).values(
        id=state.id,
        mapping=state.mapping,
        file_name=state.file_name,
        file_sha256=state.fingerprint,
        **values,
    )
    session.execute(statement.on_conflict_do_update(index_elements=["mapping", "file_sha256"], set_=values))

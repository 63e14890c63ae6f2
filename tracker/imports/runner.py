"""The run of an import: surveyed, then brought in batch by batch, each committed with how far it got.

Killed at any moment it goes on where the last batch ended; repeated it finds every row and writes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gis.location import DefaultPoint
from tracker import db, outbox
from tracker.imports import books, mapping_file, runs, survey
from tracker.imports.counts import Counts
from tracker.imports.sweeps import Job, Sweeps, Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How an import went. `resumed_at` is how many steps an interrupted run had made before."""

    counts: Counts
    rows: int
    seconds: float
    default_points: tuple[DefaultPoint, ...]
    resumed_at: int
    refused: Path | None

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0

    def as_mapping(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            **self.counts.as_mapping(),
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "rows_per_s": round(self.rows_per_s, 1),
            "resumed_at": self.resumed_at,
            "default_points": [{"lon": p.lon, "lat": p.lat, "rows": p.count} for p in self.default_points],
        }


def run(engine: Engine, code: str, job: Job) -> Result:
    """Bring a file of requests into jurisdiction `code`.

    Raises ImportsError before anything is written: unreadable file, missing column, mapping with mistakes,
    no catalogue, an import of the same source under way.
    """
    started = perf_counter()
    with runs.alone(engine, code, job.mapping.source):
        with db.transaction(engine, code) as session:
            mapping_file.check_services(job.mapping, books.open_books(session, job.mapping).loaded.rows)
        surveyed = survey.take(job.path, job.mapping, lambda rows: job.told(0, rows))
        with _transactions(engine, code, job) as transaction:
            sweeps = Sweeps(job, surveyed, transaction)
            sweeps.go()
    return Result(
        counts=sweeps.state.counts,
        rows=surveyed.rows,
        seconds=perf_counter() - started,
        default_points=surveyed.default_points,
        resumed_at=sweeps.resumed_at,
        refused=job.refused,
    )


@contextmanager
def _transactions(engine: Engine, code: str, job: Job) -> Iterator[Transaction]:
    """Give a maker of transactions; in a dry run it is one and the same, taken back at the end."""
    if not job.is_dry_run:
        yield lambda: _past(engine, code)
        return
    with _past(engine, code) as session:
        yield lambda: nullcontext(session)
        session.rollback()


@contextmanager
def _past(engine: Engine, code: str) -> Iterator[Session]:
    """Open a transaction that writes what happened long ago: nobody is told of it, no timer is set."""
    with db.transaction(engine, code) as session:
        outbox.write_the_past(session)
        yield session

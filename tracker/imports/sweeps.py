"""The two readings that bring rows in: first those which open a case, then those which hang on one.

A duplicate may stand before the row it repeats, so it has to wait for the end of the file.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from tracker import ids
from tracker.clock import Clock, system_clock
from tracker.imports import batches, books, counts, placing, reading, runs
from tracker.imports.batches import Item
from tracker.imports.books import Books
from tracker.imports.counts import Counts
from tracker.imports.mapping import Mapping
from tracker.imports.parser import Parser
from tracker.imports.placing import Atlas
from tracker.imports.reading import Record
from tracker.imports.refusals import Refusals
from tracker.imports.roots import Roots
from tracker.imports.rows import Refused, Sketch
from tracker.imports.survey import Survey
from tracker.places import ground as grounds

BATCH = 2_000
Transaction = Callable[[], AbstractContextManager[Session]]
Numbered = tuple[int, Record]
Waiting = dict[int, tuple[Sketch, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One file to bring in. `told` hears (steps done, steps in all); `refused` is where refused rows go."""

    path: Path
    mapping: Mapping
    refused: Path | None = None
    is_dry_run: bool = False
    batch: int = BATCH
    clock: Clock = system_clock
    told: Callable[[int, int], None] = lambda done, total: None


class Sweeps:
    """The readings of one run, with the state it saves after each batch."""

    def __init__(self, job: Job, surveyed: Survey, transaction: Transaction) -> None:
        self.job = job
        self.surveyed = surveyed
        self._transaction = transaction
        self.now = job.clock()
        fresh = runs.State(
            id=ids.new_id(),
            mapping=job.mapping.name,
            file_name=job.path.name,
            fingerprint=f"{reading.digest(job.path)}+{job.mapping.fingerprint[:16]}",
            started_at=self.now,
        )
        with transaction() as session:
            self.state = runs.begin(session, fresh)
            elsewhere = sorted({link.root for link in surveyed.links.values()} - surveyed.in_file)
            self.elsewhere = frozenset(batches.present(session, job.mapping.source, elsewhere))
        self.resumed_at = self.state.position
        self._drawn: Atlas | None = None
        self._books: Books | None = None

    def go(self) -> None:
        """Read the file as often as needed, to the end."""
        rows = self.surveyed.rows
        waiting: Waiting | None = None
        if self.state.position <= rows:
            waiting = self._sweep(None, first=True)
        if waiting or waiting is None:
            self._sweep(waiting, first=False)
        with self._transaction() as session:
            if self.state.is_saved:
                runs.save(session, self.state, finished_at=self.job.clock())
        self.job.told(rows, rows)

    def _sweep(self, waiting: Waiting | None, *, first: bool) -> Waiting:
        """Read the file once, from its beginning; return the rows left for the second time."""
        start = 0 if first else self.surveyed.rows
        resumes = self.resumed_at > 0 or not first
        with (
            reading.table(self.job.path, self.job.mapping) as table,
            Refusals(self.job.refused, table.header, resumes=resumes) as refusals,
        ):
            reader = _Reader(self, Parser(self.job.mapping, table.header), waiting)
            numbered = enumerate(table.records, 1)
            while batch := list(islice(numbered, self.job.batch)):
                read = reader.first if first else reader.second
                items = read(batch, done=self.state.position - start)
                if start + batch[-1][0] > self.state.position:
                    self._bring_in(items, reader, refusals, start + batch[-1][0])
        return reader.found

    def _bring_in(self, items: list[Item], reader: "_Reader", refusals: Refusals, position: int) -> None:
        for number, reason, record in reader.refused:
            refusals.add(number, reason, record)
        with self._transaction() as session:
            self._books = books.open_books(session, self.job.mapping, self._books)
            done = batches.bring_in(session, items, self._books, self._atlas(session))
            for item in done.outside:
                refusals.add(item.position, counts.OUTSIDE, reader.records[item.position])
            refusals.flush()
            reader.counts.add(done.counts)
            self._keep(session, reader.counts, position)
        self.job.told(min(position, self.surveyed.rows), self.surveyed.rows)

    def _atlas(self, session: Session) -> Atlas:
        """Return what places are judged by, made anew only when the town's ground changed."""
        ground = grounds.current(session)
        if self._drawn is None or self._drawn.ground is not ground:
            self._drawn = placing.atlas(ground, self.job.mapping.places, self.surveyed.default_points)
        return self._drawn

    def _keep(self, session: Session, batch: Counts, position: int) -> None:
        self.state.position = position
        self.state.counts.add(batch)
        self.state.is_saved = self.state.is_saved or batch.written > 0
        if self.state.is_saved:
            runs.save(session, self.state)


class _Reader:
    """Records turned into the items of one sweep; `counts` and `refused` are those of the last batch.

    `waiting` is what the first sweep left for the second, by number; None when a process that is gone made
    the first, and each record has to be looked at again.
    """

    def __init__(self, sweeps: Sweeps, parser: Parser, waiting: Waiting | None) -> None:
        self._parser = parser
        self._now = sweeps.now
        self._roots = Roots(sweeps.surveyed, sweeps.elsewhere)
        self._waiting = waiting
        self.found: Waiting = {}
        self.counts = Counts()
        self.refused: list[tuple[int, str, Record]] = []
        self.records: dict[int, Record] = {}

    def first(self, batch: list[Numbered], *, done: int) -> list[Item]:
        """Return the items that open a case; of rows an interrupted run did only the number is looked at."""
        self._begin(batch)
        items = (self._opener(number, record, number <= done) for number, record in batch)
        return [item for item in items if item is not None]

    def second(self, batch: list[Numbered], *, done: int) -> list[Item]:
        """Return the items that hang on another."""
        self._begin(batch)
        items = (self._follower(number, record, number <= done) for number, record in batch)
        return [item for item in items if item is not None]

    def _begin(self, batch: list[Numbered]) -> None:
        self.counts, self.refused, self.records = Counts(), [], dict(batch)

    def _opener(self, number: int, record: Record, is_done: bool) -> Item | None:
        if not self._parser.fits(record):
            if not is_done:
                self._refuse(number, "ragged", record)
            return None
        sketch = self._parser.sketch(record)
        root = self._roots.of(sketch)
        if root is not None:
            self.found[number] = sketch, root
            return None
        return None if is_done else self._item(number, record, sketch, None)

    def _follower(self, number: int, record: Record, is_done: bool) -> Item | None:
        found = self._look_again(record) if self._waiting is None else self._waiting.get(number)
        return None if found is None or is_done else self._item(number, record, *found)

    def _look_again(self, record: Record) -> tuple[Sketch, str] | None:
        if not self._parser.fits(record):
            return None
        sketch = self._parser.sketch(record)
        root = self._roots.of(sketch)
        return None if root is None else (sketch, root)

    def _item(self, number: int, record: Record, sketch: Sketch, root: str | None) -> Item | None:
        try:
            return Item(number, self._parser.row(record, sketch, self._now), root)
        except Refused as refused:
            self._refuse(number, refused.reason, record)
            return None

    def _refuse(self, number: int, reason: str, record: Record) -> None:
        self.counts.refuse(reason)
        self.refused.append((number, reason, record))

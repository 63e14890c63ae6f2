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
from tracker.imports.rows import Refused
from tracker.imports.survey import Survey
from tracker.places import ground as grounds

BATCH = 2_000
Transaction = Callable[[], AbstractContextManager[Session]]
Numbered = tuple[int, Record]


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
        self._now = job.clock()
        fresh = runs.State(
            id=ids.new_id(),
            mapping=job.mapping.name,
            file_name=job.path.name,
            fingerprint=f"{reading.digest(job.path)}+{job.mapping.fingerprint[:16]}",
            started_at=self._now,
        )
        with transaction() as session:
            self.state = runs.begin(session, fresh)
            elsewhere = sorted({link.root for link in surveyed.links.values()} - surveyed.in_file)
            self._elsewhere = frozenset(batches.present(session, job.mapping.source, elsewhere))
        self.resumed_at = self.state.position
        self._waiting = False
        self._drawn: Atlas | None = None
        self._books: Books | None = None

    def go(self) -> None:
        """Read the file as often as needed, to the end."""
        rows = self.surveyed.rows
        if self.state.position <= rows:
            self._sweep(first=True)
        if self._waiting or self.resumed_at > rows:
            self._sweep(first=False)
        with self._transaction() as session:
            if self.state.is_saved:
                runs.save(session, self.state, finished_at=self.job.clock())
        self.job.told(rows, rows)

    def _sweep(self, *, first: bool) -> None:
        start = 0 if first else self.surveyed.rows
        with reading.table(self.job.path, self.job.mapping) as table:
            reader = _Reader(self, Parser(self.job.mapping, table.header), first=first)
            numbered = enumerate(table.records, 1)
            with Refusals(
                self.job.refused, table.header, resumes=self.resumed_at > 0 or not first
            ) as refusals:
                while batch := list(islice(numbered, self.job.batch)):
                    items = reader.read(batch, done=self.state.position - start)
                    self._waiting = self._waiting or reader.has_waiting
                    if start + batch[-1][0] > self.state.position:
                        self._bring_in(items, reader, refusals, start + batch[-1][0])

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
    """Records turned into the items of one sweep; `counts` and `refused` are those of the last batch."""

    def __init__(self, sweeps: Sweeps, parser: Parser, *, first: bool) -> None:
        self._parser = parser
        self._now = sweeps._now
        self._first = first
        self._roots = Roots(sweeps.surveyed, sweeps._elsewhere)
        self.has_waiting = False
        self.counts = Counts()
        self.refused: list[tuple[int, str, Record]] = []
        self.records: dict[int, Record] = {}

    def read(self, batch: list[Numbered], *, done: int) -> list[Item]:
        """Return the items of a batch; of rows done by an interrupted run only the number is looked at."""
        self.counts, self.refused, self.records = Counts(), [], dict(batch)
        return [item for number, record in batch if (item := self._item(number, record, number <= done))]

    def _item(self, number: int, record: Record, is_done: bool) -> Item | None:
        if not self._parser.fits(record):
            self._refuse(number, "ragged", record, is_done)
            return None
        sketch = self._parser.sketch(record)
        root = self._roots.of(sketch)
        self.has_waiting = self.has_waiting or root is not None
        is_mine = (root is None) == self._first
        if is_done or not is_mine:
            return None
        try:
            return Item(number, self._parser.row(record, sketch, self._now), root)
        except Refused as refused:
            self._refuse(number, refused.reason, record, is_done)
            return None

    def _refuse(self, number: int, reason: str, record: Record, is_done: bool) -> None:
        """Count a record that cannot be a row; a ragged one belongs to the first sweep."""
        if is_done or (reason == "ragged" and not self._first):
            return
        self.counts.refuse(reason)
        self.refused.append((number, reason, record))

"""A batch of rows, in one transaction: what is here already, what opens a case, what hangs on one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import events
from tracker.events import Event, Fact, Tail
from tracker.imports import books as bookkeeping
from tracker.imports import counts, opening, placing, writing
from tracker.imports.books import Books
from tracker.imports.counts import Counts
from tracker.imports.placing import Atlas, Spot
from tracker.imports.rows import Row
from tracker.imports.writing import ReportLine
from tracker.reports import drafting

_HERE = text("""
    SELECT r.source_id, max(e.payload->>'row') AS digest
    FROM report r
    LEFT JOIN event e ON e.case_id = r.case_id AND e.payload->>'source_id' = r.source_id
    WHERE r.source = :source AND r.source_id = ANY(:ids)
    GROUP BY r.source_id
""")
# A case merged into another takes no more reports: its parent does.
_ROOTS = text("""
    SELECT r.source_id, c.id, c.last_seq, c.last_hash
    FROM report r
    JOIN "case" own ON own.id = r.case_id
    JOIN "case" c ON c.id = coalesce(own.parent_id, own.id)
    WHERE r.source = :source AND r.source_id = ANY(:ids)
    ORDER BY c.id FOR UPDATE OF c
""")
_GROW = text("""
    UPDATE "case" c SET reports_count = c.reports_count + g.added, version = c.version + g.added,
        last_report_at = greatest(c.last_report_at, g.last_at), last_seq = g.seq, last_hash = g.hash
    FROM unnest(CAST(:ids AS uuid[]), CAST(:added AS int[]), CAST(:last_at AS timestamptz[]),
                CAST(:seqs AS int[]), CAST(:hashes AS bytea[])) AS g(id, added, last_at, seq, hash)
    WHERE c.id = g.id
""")


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a batch, its number in the file, and the number of the row it hangs on, if any."""

    position: int
    row: Row
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A new item with its place and the serial of its number."""

    item: Item
    spot: Spot
    serial: int


@dataclass(frozen=True, slots=True)
class Root:
    """A case that others hang on, with the end of its chain."""

    case_id: UUID
    tail: Tail


@dataclass(kw_only=True, slots=True)
class Growth:
    """What a batch appends to one case."""

    tail: Tail
    history: list[Event] = field(default_factory=list)
    last_at: list[datetime] = field(default_factory=list)

    def add(self, case_id: UUID, fact: Fact) -> None:
        sealed = events.seal(case_id, self.tail, fact)
        self.history += sealed
        self.tail = Tail(seq=sealed[-1].seq, hash=sealed[-1].hash)


@dataclass(kw_only=True, slots=True)
class Done:
    """What a batch did: counts, and the items that lie outside the territory."""

    counts: Counts = field(default_factory=Counts)
    outside: list[Item] = field(default_factory=list)


def present(session: Session, source: str, ids: Sequence[str]) -> dict[str, str | None]:
    """Return which numbers of a source are here, with the digest of the row each came from."""
    return {row.source_id: row.digest for row in session.execute(_HERE, {"source": source, "ids": list(ids)})}


def bring_in(session: Session, items: Sequence[Item], books: Books, atlas: Atlas) -> Done:
    """Bring rows in: those with a root are attached to its case, the others open one each.

    A row whose root is not here, being refused or outside itself, opens a finished case of its own.
    """
    done = Done()
    new = _without_known(session, items, books, done.counts)
    spots = placing.place([item.row for item in new], atlas)
    done.outside = [item for item, spot in zip(new, spots, strict=True) if spot.is_outside]
    done.counts.outcomes[counts.OUTSIDE] += len(done.outside)
    inside = [(item, spot) for item, spot in zip(new, spots, strict=True) if not spot.is_outside]
    serials = bookkeeping.numbers(session, len(inside))
    placed = [Placed(item, spot, serial) for (item, spot), serial in zip(inside, serials, strict=True)]
    tails = _roots(session, books, [each.item.root for each in placed if each.item.root is not None])
    _open(session, [each for each in placed if each.item.root not in tails], books, done.counts)
    _attach(session, [each for each in placed if each.item.root in tails], books, tails)
    done.counts.outcomes[counts.ATTACHED] += sum(each.item.root in tails for each in placed)
    return done


def _without_known(session: Session, items: Sequence[Item], books: Books, tally: Counts) -> list[Item]:
    """Drop the rows that are here already, counting those which the source has changed since."""
    here = present(session, books.mapping.source, [item.row.source_id for item in items])
    new: list[Item] = []
    for item in items:
        row = item.row
        if row.source_id not in here:
            here[row.source_id] = row.digest
            new.append(item)
        else:
            is_same = here[row.source_id] in (row.digest, None)
            tally.outcomes[counts.UNCHANGED if is_same else counts.CHANGED] += 1
    return new


def _open(session: Session, placed: Sequence[Placed], books: Books, tally: Counts) -> None:
    opened = [opening.open_row(each.item.row, each.spot, each.serial, books) for each in placed]
    if opened:
        writing.write_cases(session, [each.case for each in opened])
        writing.write_reports(session, (each.report for each in opened))
        writing.write_events(session, (event for each in opened for event in each.history))
    for each in placed:
        if each.spot.is_known:
            tally.outcomes[counts.IMPORTED] += 1
            tally.districts[each.spot.district.name if each.spot.district else ""] += 1
        else:
            tally.outcomes[counts.PLACE_UNKNOWN] += 1
            tally.places[each.spot.kind.value] += 1


def _roots(session: Session, books: Books, ids: Sequence[str]) -> dict[str, Root]:
    if not ids:
        return {}
    rows = session.execute(_ROOTS, {"source": books.mapping.source, "ids": list(ids)})
    return {row.source_id: Root(row.id, Tail(seq=row.last_seq, hash=bytes(row.last_hash))) for row in rows}


def _attach(session: Session, placed: Sequence[Placed], books: Books, roots: Mapping[str, Root]) -> None:
    """Hang reports on the cases they repeat, each with an event at the end of the case's chain."""
    grown: dict[UUID, Growth] = {}
    reports: list[ReportLine] = []
    for each in placed:
        root = roots[each.item.root or ""]
        growth = grown.setdefault(root.case_id, Growth(tail=root.tail))
        number = drafting.number_of(books.town, each.item.row.received_at, each.serial)
        growth.add(root.case_id, _attached(each.item.row, number, books))
        growth.last_at.append(each.item.row.received_at)
        reports.append(
            opening.report_of(each.item.row, each.spot, number, root.case_id, books, link="attached")
        )
    if grown:
        writing.write_reports(session, reports)
        writing.write_events(session, (event for growth in grown.values() for event in growth.history))
        _grow(session, grown)


def _attached(row: Row, number: str, books: Books) -> Fact:
    """Say that a report was attached: when the source closed it as a duplicate, else when it came."""
    return Fact(
        kind="report_attached",
        actor=opening.ACTOR,
        at=row.closed_at or row.received_at,
        payload={
            "report": number,
            "link": "attached",
            "channel": row.channel,
            **opening.origin(row, books),
        },
    )


def _grow(session: Session, grown: Mapping[UUID, Growth]) -> None:
    session.execute(
        _GROW,
        {
            "ids": list(grown),
            "added": [len(each.history) for each in grown.values()],
            "last_at": [max(each.last_at) for each in grown.values()],
            "seqs": [each.tail.seq for each in grown.values()],
            "hashes": [each.tail.hash for each in grown.values()],
        },
    )

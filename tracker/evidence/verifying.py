"""Checking every history against its own seals, against the cases, and against signed checkpoints."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker import events
from tracker.db import selected
from tracker.evidence import chains, checkpoints, errors, merkle
from tracker.evidence.chains import Sealed
from tracker.evidence.checkpoints import Added, Note
from tracker.evidence.keys import PublicKey
from tracker.evidence.merkle import HASH, Tree
from tracker.evidence.models import Checkpoint

_CASES = text('SELECT id::text, number, status, last_seq, last_hash FROM "case"')
_TEXTS = text("""
    SELECT t.case_id::text AS case_id, t.seq, t.name FROM event_text t
    LEFT JOIN event e ON e.case_id = t.case_id AND e.seq = t.seq
    WHERE e.payload -> 'texts' ->> t.name
          IS DISTINCT FROM encode(sha256(t.salt || convert_to(t.text, 'UTF8')), 'hex')
    ORDER BY 1, 2, 3
""")
_COUNTED = text("SELECT count(*) FROM event")
TOLD_EVERY = 20_000
# Kinds of event that put a case into a status of which the payload says nothing.
_SILENT = frozenset({"unlinked", "imported", "received"})
_DUPLICATE = "duplicate"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What does not hold, where: the case's number (its identifier when the row is gone) and the event."""

    case: str
    seq: int
    kind: str
    detail: str = ""


@dataclass(kw_only=True, slots=True)
class Verdict:
    """What was checked and the first fault of each case."""

    events: int = 0
    cases: int = 0
    covered: int = 0
    checkpoints: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.faults


@dataclass(kw_only=True, slots=True)
class Log:
    """What signed checkpoints hold: for each case the hashes of its events, in order."""

    hashes: dict[str, bytearray] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    files: int = 0

    def take(self, added: Iterable[Added]) -> None:
        for each in added:
            kept = self.hashes.setdefault(each.case_id, bytearray())
            self.numbers[each.case_id] = each.number
            if each.first_seq != len(kept) // HASH + 1:
                self.faults.append(Fault(case=each.number, seq=each.first_seq, kind="log_gap"))
            kept += each.hashes


def from_files(given: Iterable[tuple[Note, list[Added]]], town: str) -> Log:
    """Return what exported files hold, checked against the root that each of them signs.

    Files must be those of one town, all of them from the first on; whichever is missing or altered is a
    fault.
    """
    log, tree = Log(), Tree(size=0, read=lambda *_: b"")
    for expected, (note, added) in enumerate(sorted(given, key=lambda pair: pair[0].number), start=1):
        tree.append(each.hashes for each in added)
        if note.town != town:
            log.faults.append(Fault(case=note.town, seq=note.number, kind="other_town"))
        if note.number != expected or tree.size != note.size or tree.root() != note.root:
            log.faults.append(Fault(case="-", seq=note.number, kind="checkpoint_file"))
            return log
        log.take(added)
        log.files += 1
    return log


def from_database(session: Session, key: PublicKey | None, note: Note | None = None) -> Log:
    """Return what the database's own checkpoints hold; `note`, kept elsewhere, must be one of them.

    Without a note this finds what somebody changed who did not think of the checkpoints.
    """
    log, tree = Log(), Tree(size=0, read=lambda *_: b"")
    known: Note | None = None
    for row in session.scalars(select(Checkpoint).order_by(Checkpoint.id)):
        added = list(checkpoints.added_by(session, row))
        tree.append(each.hashes for each in added)
        try:
            said = checkpoints.read_note(row.note, key) if key else None
        except errors.NoteInvalid:
            said = None
        signed = said is None and key is not None
        if signed or tree.size != row.size or tree.root() != bytes(row.root) or _differs(row, said):
            log.faults.append(Fault(case="-", seq=row.id, kind="checkpoint_row"))
            break
        log.take(added)
        log.files += 1
        if note is not None and row.id == note.number:
            known = note if bytes(row.root) == note.root and row.size == note.size else None
    if note is not None and known is None:
        log.faults.append(Fault(case="-", seq=note.number, kind="checkpoint_lost"))
    return log


def _differs(row: Checkpoint, said: Note | None) -> bool:
    return said is not None and (
        said.root != bytes(row.root) or said.size != row.size or said.number != row.id
    )


def verify(session: Session, log: Log | None = None, *, progress: Progress | None = None) -> Verdict:
    """Recompute every history and return the first fault of each case, in the order of cases."""
    log = log or Log()
    cases: dict[str, Any] = {row.id: row for row in session.execute(_CASES)}
    total = session.execute(_COUNTED).scalar_one() if progress else 0
    verdict = Verdict(cases=len(cases), faults=list(log.faults), checkpoints=log.files)
    verdict.covered = sum(len(each) for each in log.hashes.values()) // HASH
    found: dict[str, Fault] = {}
    unread = {*cases, *log.hashes}
    for case_id, history in _by_case(chains.stream(session), verdict, progress, total):
        unread.discard(case_id)
        fault = _of_chain(case_id, history, cases.get(case_id), log)
        if fault is not None:
            found[case_id] = fault
    for case_id in sorted(unread):
        fault = _of_nothing(case_id, cases.get(case_id), log)
        if fault is not None:
            found[case_id] = fault
    for row in session.execute(_TEXTS):
        fault = Fault(case=_name(row.case_id, cases, log), seq=row.seq, kind="words", detail=row.name)
        kept = found.get(row.case_id)
        if kept is None or fault.seq < kept.seq:
            found[row.case_id] = fault
    verdict.faults += [found[case_id] for case_id in sorted(found)]
    return verdict


def verify_new(session: Session) -> Verdict:
    """Check only what no checkpoint covers yet: each chain from its last covered event on."""
    verdict = Verdict()
    cases: dict[str, Any] = {row.id: row for row in session.execute(_CASES)}
    for case_id, history in _by_case(chains.stream(session, only_new=True), verdict, None, 0):
        verdict.cases += 1
        first = history[0].covered
        fault = _of_chain(case_id, history, cases.get(case_id), Log(), begins=max(1, first))
        if fault is not None:
            verdict.faults.append(fault)
    return verdict


def _by_case(
    stream: Iterator[Sealed], verdict: Verdict, progress: Progress | None, total: int
) -> Iterator[tuple[str, list[Sealed]]]:
    history: list[Sealed] = []
    for each in stream:
        verdict.events += 1
        if progress is not None and verdict.events % TOLD_EVERY == 0:
            progress(verdict.events, total)
        if history and history[0].case_id != each.case_id:
            yield history[0].case_id, history
            history = []
        history.append(each)
    if history:
        yield history[0].case_id, history


def _of_chain(case_id: str, history: list[Sealed], case: Any, log: Log, *, begins: int = 1) -> Fault | None:
    logged = log.hashes.get(case_id, b"")
    name = case.number if case is not None else log.numbers.get(case_id, case_id)

    def fault(seq: int, kind: str, detail: str = "") -> Fault:
        return Fault(case=name, seq=seq, kind=kind, detail=detail)

    if case is None:
        return fault(history[0].seq, "orphan")
    expected = begins
    previous = events.NO_HASH if begins == 1 else history[0].prev_hash
    for each in history:
        if each.seq != expected:
            return fault(expected, "missing") if each.seq > expected else fault(each.seq, "repeated")
        if each.prev_hash != previous:
            return fault(each.seq, "unlinked")
        if each.digest != each.hash:
            return fault(each.seq, "changed")
        at = (each.seq - 1) * HASH
        if at < len(logged) and logged[at : at + HASH] != chains.leaf_of(case_id, each.seq, each.digest):
            return fault(each.seq, "rewritten")
        expected, previous = each.seq + 1, each.hash
    ends = history[-1].seq
    if len(logged) // HASH > ends or case.last_seq > ends:
        return fault(ends + 1, "missing")
    if case.last_seq < ends:
        return fault(case.last_seq + 1, "case_row", "last_seq")
    if bytes(case.last_hash) != history[-1].hash:
        return fault(ends, "case_row", "last_hash")
    return _of_row(case, history, fault) if begins == 1 else None


def _of_row(case: Any, history: list[Sealed], fault: Callable[[int, str, str], Fault]) -> Fault | None:
    """Compare the case's row with what its history says of it."""
    first = orjson.loads(history[0].payload)
    named = first.get("report")
    if history[0].kind == "received" and "split_from" not in first and named and named != case.number:
        return fault(1, "case_row", "number")
    for each in reversed(history):
        if each.kind == "merged":
            return None if case.status == _DUPLICATE else fault(each.seq, "case_row", "status")
        if each.kind in ("moved", "entered"):
            to = orjson.loads(each.payload).get("to")
            return None if to in (None, case.status) else fault(each.seq, "case_row", "status")
        if each.kind in _SILENT:
            return None
    return None


def _of_nothing(case_id: str, case: Any, log: Log) -> Fault | None:
    if case is None:
        return Fault(case=log.numbers.get(case_id, case_id), seq=1, kind="case_gone")
    return Fault(case=case.number, seq=1, kind="missing")


def _name(case_id: str, cases: Mapping[str, Any], log: Log) -> str:
    row = cases.get(case_id)
    return str(row.number) if row is not None else log.numbers.get(case_id, case_id)


def inclusion(session: Session, case_id: UUID, seq: int) -> tuple[int, int, list[bytes]] | None:
    """Return an event's place in the log, the log's size and the proof, None while no checkpoint holds it."""
    found = session.execute(_PLACE, {"case_id": case_id, "seq": seq}).one_or_none()
    last = checkpoints.latest(session)
    if found is None or last is None:
        return None
    tree = checkpoints.tree_around(session, last.size, found.leaf)
    return found.leaf, last.size, tree.proof(found.leaf)


def proves(leaf: bytes, place: int, size: int, path: Iterable[bytes], root: bytes) -> bool:
    """Tell whether a proof leads from an event's hash to a signed root."""
    try:
        return merkle.root_from_proof(place, size, leaf, path) == root
    except ValueError:
        return False


_PLACE = text("""
    SELECT first_leaf + :seq - first_seq AS leaf FROM checkpoint_entry
    WHERE case_id = :case_id AND last_seq >= :seq AND first_seq <= :seq
""")


def town_of(session: Session) -> str:
    """Return the code of the town a log is of."""
    return selected(session).code

"""Signed checkpoints: a Merkle root over every event so far, exported to be kept off the host.

The log holds the events in the order in which checkpoints took them in; each checkpoint adds what came since
the
last. A file holds the signed note and, below it, the hashes it added, case by case: all files together name
the first bad entry even when everything in the database was rewritten.
"""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from tracker import events
from tracker.db import selected
from tracker.evidence import chains, errors, keys, merkle
from tracker.evidence.keys import PublicKey, Vault
from tracker.evidence.merkle import HASH, Tree
from tracker.evidence.models import Checkpoint, CheckpointEntry

SUFFIX = ".checkpoint"
_LAST = select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)
_LOCK = text(
    "SELECT pg_advisory_xact_lock(CAST(CAST('checkpoint' AS regclass) AS oid)::bigint + 7000000000000)"
)
_TILE = text("SELECT hashes FROM checkpoint_tile WHERE level = :level AND place = :place")
_TILES = text("""
    SELECT t.level, t.place, t.hashes FROM checkpoint_tile t
    JOIN unnest(CAST(:levels AS int[]), CAST(:places AS bigint[])) w(level, place)
    ON w.level = t.level AND w.place = t.place
""")
_KEEP_TILE = text("""
    INSERT INTO checkpoint_tile (level, place, hashes) VALUES (:level, :place, :hashes)
    ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes
""")
_NUMBERS = text('SELECT id, number FROM "case" WHERE id = ANY(:ids)')
_ADDED = text("""
    SELECT x.case_id, x.first_seq, x.last_seq, x.first_leaf, c.number
    FROM checkpoint_entry x LEFT JOIN "case" c ON c.id = x.case_id
    WHERE x.checkpoint_id = :id ORDER BY x.first_leaf
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What a checkpoint says, once its signature was found good."""

    town: str
    number: int
    size: int
    root: bytes
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """A stretch of one case's history in a checkpoint: its hashes in the tree, end to end."""

    case_id: str
    number: str
    first_seq: int
    hashes: bytes


def make_checkpoint(session: Session, now: datetime, vault: Vault | None = None) -> Checkpoint | None:
    """Sign what was appended since the last checkpoint; return it, or None when nothing was.

    Its file is written once the transaction is committed. What is signed is recomputed first: raises
    HistoryBroken when it does not hold, KeyMissing. The caller commits.
    """
    vault = vault or keys.vault_of(os.environ)
    signing = vault.make_key()
    session.execute(_LOCK)
    last = session.scalars(_LAST).one_or_none()
    number, size = (last.id + 1, last.size) if last else (1, 0)
    added = _new(session)
    if not added:
        return None
    tree = tree_of(session, size)
    rows = []
    for each in added:
        count = len(each.hashes) // HASH
        rows.append(
            {
                "checkpoint_id": number,
                "case_id": UUID(each.case_id),
                "first_seq": each.first_seq,
                "last_seq": each.first_seq + count - 1,
                "first_leaf": size,
            }
        )
        size += count
    tree.append(each.hashes for each in added)
    root = tree.root()
    town = selected(session).code
    note = signing.sign(_words(Note(town=town, number=number, size=size, root=root, at=_written(now))))
    made = Checkpoint(id=number, at=now, size=size, root=root, note=note)
    session.add(made)
    session.flush()
    session.execute(insert(CheckpointEntry), rows)
    tiles = [
        {"level": level, "place": place, "hashes": kept} for (level, place), kept in tree.changed.items()
    ]
    session.execute(_KEEP_TILE, tiles)
    file = path_of(vault, town, number)
    event.listen(session, "after_commit", lambda _: write(file, note, added), once=True)
    return made


def tree_of(session: Session, size: int) -> Tree:
    """Return the tree of the first `size` entries, over the tiles in the database."""

    def read(level: int, place: int) -> bytes:
        found = session.execute(_TILE, {"level": level, "place": place}).scalar_one_or_none()
        return bytes(found) if found is not None else b""

    return Tree(size=size, read=read)


def tree_around(session: Session, size: int, leaf: int) -> Tree:
    """Return the same tree for one leaf's proof: every tile it takes, in one read."""
    wanted, at, last, level = set(), leaf, size - 1, 0
    while last >= 0:
        wanted |= {(level, at // merkle.TILE), (level, last // merkle.TILE)}
        at, last, level = at // merkle.TILE, (last + 1) // merkle.TILE - 1, level + 1
    levels, places = zip(*sorted(wanted), strict=True)
    rows = session.execute(_TILES, {"levels": list(levels), "places": list(places)})
    kept = {(row.level, row.place): bytes(row.hashes) for row in rows}
    return Tree(size=size, read=lambda level, place: kept.get((level, place), b""))


def latest(session: Session) -> Checkpoint | None:
    """Return the last checkpoint, if there is one."""
    return session.scalars(_LAST).one_or_none()


def path_of(vault: Vault, town: str, number: int) -> Path:
    """Return where the file of a checkpoint is."""
    return vault.folder / town / f"{number:08d}{SUFFIX}"


def write(file: Path, note: str, added: Iterable[Added]) -> None:
    """Write a checkpoint's file whole or not at all; it is never written over."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8") as out:
        out.write(note)
        out.write("\n")
        for each in added:
            hashes = base64.b64encode(each.hashes).decode()
            out.write(f"{each.case_id} {each.number or '-'} {each.first_seq} {hashes}\n")
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def export(session: Session, vault: Vault) -> list[Path]:
    """Write the files that are missing and return them: the host may have stopped between commit and file."""
    town, written = selected(session).code, []
    for each in session.scalars(select(Checkpoint).order_by(Checkpoint.id)):
        file = path_of(vault, town, each.id)
        if not file.exists():
            write(file, each.note, added_by(session, each))
            written.append(file)
    return written


def added_by(session: Session, checkpoint: Checkpoint) -> Iterator[Added]:
    """Yield what a checkpoint added, from the database's own tiles."""
    tree = tree_of(session, checkpoint.size)
    at, tile = -1, b""
    for row in session.execute(_ADDED, {"id": checkpoint.id}).all():
        hashes = bytearray()
        for leaf in range(row.first_leaf, row.first_leaf + row.last_seq - row.first_seq + 1):
            if leaf // merkle.TILE != at:
                at = leaf // merkle.TILE
                tile = tree.tile(0, at)
            place = leaf % merkle.TILE * HASH
            hashes += tile[place : place + HASH]
        yield Added(
            case_id=str(row.case_id), number=row.number or "-", first_seq=row.first_seq, hashes=bytes(hashes)
        )


def read_note(signed: str, key: PublicKey) -> Note:
    """Return what a signed note says. Raises NoteInvalid."""
    lines = key.check(signed).split("\n")
    try:
        origin, size, root, number, at = lines
        return Note(
            town=origin.removeprefix(f"{keys.NAME}/"),
            size=int(size),
            root=base64.b64decode(root, validate=True),
            number=int(number.removeprefix("checkpoint ")),
            at=at,
        )
    except ValueError:
        raise errors.NoteInvalid from None


def read_file(file: Path, key: PublicKey) -> tuple[Note, list[Added]]:
    """Return what a checkpoint's file says. Raises NoteInvalid; the hashes are checked with the root only."""
    signed, _, body = file.read_text(encoding="utf-8").partition("\n\n\N{EM DASH}")
    signature, _, lines = body.partition("\n\n")
    note = read_note(f"{signed}\n\n\N{EM DASH}{signature}\n", key)
    added = []
    try:
        for line in lines.splitlines():
            case_id, number, first_seq, hashes = line.split(" ")
            added.append(
                Added(
                    case_id=str(UUID(case_id)),
                    number=number,
                    first_seq=int(first_seq),
                    hashes=base64.b64decode(hashes, validate=True),
                )
            )
    except ValueError:
        raise errors.NoteInvalid from None
    return note, added


def _new(session: Session) -> list[Added]:
    """Return what no checkpoint holds yet, its chains recomputed. Raises HistoryBroken."""
    found: list[tuple[str, int, bytearray]] = []
    case_id, expected, previous = "", 0, b""
    for each in chains.stream(session, only_new=True):
        if each.case_id != case_id:
            case_id, expected = each.case_id, max(1, each.covered)
            previous = each.prev_hash if each.covered > 1 else events.NO_HASH
            found.append((case_id, each.covered + 1, bytearray()))
        if each.seq != expected or each.prev_hash != previous or each.digest != each.hash:
            raise errors.HistoryBroken(_number(session, case_id), each.seq)
        expected, previous = each.seq + 1, each.hash
        if each.seq > each.covered:
            found[-1][2].extend(chains.leaf_of(case_id, each.seq, each.hash))
    ids = [UUID(each[0]) for each in found]
    numbers = {str(row.id): row.number for row in session.execute(_NUMBERS, {"ids": ids})}
    return [
        Added(case_id=each, number=numbers.get(each, "-"), first_seq=seq, hashes=bytes(hashes))
        for each, seq, hashes in found
        if hashes
    ]


def _number(session: Session, case_id: str) -> str:
    rows: Sequence[str] = [row.number for row in session.execute(_NUMBERS, {"ids": [UUID(case_id)]})]
    return rows[0] if rows else case_id


def _words(note: Note) -> str:
    root = base64.b64encode(note.root).decode()
    return f"{keys.NAME}/{note.town}\n{note.size}\n{root}\ncheckpoint {note.number}\n{note.at}"


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

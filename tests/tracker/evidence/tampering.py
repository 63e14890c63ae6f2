"""A thousand ways to tamper with histories, as somebody who owns the database would; each says where it
struck.

Every deed works on the transaction it is given, triggers and foreign keys disabled, and returns the places
that must be named: case number and first event, as far as an event can be named at all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import events
from tracker.events import Fact

Places = set[tuple[str, int]]
COLUMNS = ("kind", "actor", "at", "device_at", "payload", "prev_hash", "hash")
_EDITS = {
    "kind": "kind || 'x'",
    "actor": "'staff:00000000-0000-0000-0000-000000000001'",
    "at": "at - interval '1 microsecond'",
    "device_at": "coalesce(device_at, at) - interval '3 hours'",
    "payload": "payload || '{\"forged\": true}'",
    "prev_hash": "sha256(prev_hash)",
    "hash": "sha256(hash)",
}


@dataclass(kw_only=True)
class Attacker:
    """Whoever has the database: its rows, and dice."""

    session: Session
    dice: random.Random
    cases: Mapping[str, tuple[UUID, int]]  # number → identifier, length

    def run(self, statement: str, **values: Any) -> Any:
        return self.session.execute(text(statement), values)

    def case(self, *, least: int = 1) -> str:
        return self.dice.choice(sorted(n for n, (_, length) in self.cases.items() if length >= least))

    def event(self, *, least: int = 1, lowest: int = 1) -> tuple[str, UUID, int]:
        number = self.case(least=max(least, lowest))
        case_id, length = self.cases[number]
        return number, case_id, self.dice.randint(lowest, length)

    def recompute(self, case_id: UUID, *, row: bool = True) -> None:
        """Make a history hold again after an edit, and its case with it."""
        rows = self.run("SELECT * FROM event WHERE case_id = :id ORDER BY seq", id=case_id).all()
        previous = events.NO_HASH
        for seq, each in enumerate(rows, start=1):
            fact = Fact(
                kind=each.kind, actor=each.actor, at=each.at, device_at=each.device_at, payload=each.payload
            )
            digest = events.digest_of(case_id, seq, fact, previous)
            self.run(
                "UPDATE event SET seq = :new, prev_hash = :previous, hash = :hash WHERE ctid = "
                "(SELECT ctid FROM event WHERE case_id = :id AND seq = :seq)",
                id=case_id, seq=each.seq, new=seq, previous=previous, hash=digest,
            )  # fmt: skip
            previous = digest
        if row:
            self.run(
                'UPDATE "case" SET last_seq = :seq, last_hash = :hash WHERE id = :id',
                id=case_id, seq=len(rows), hash=previous,
            )  # fmt: skip


def edit(a: Attacker) -> Places:
    number, case_id, seq = a.event()
    column = a.dice.choice(COLUMNS)
    a.run(
        f"UPDATE event SET {column} = {_EDITS[column]} WHERE case_id = :id AND seq = :seq",
        id=case_id,
        seq=seq,
    )
    return {(number, seq)}


def edit_and_seal_again(a: Attacker) -> Places:
    """The hash of that one event is made to fit: the one after it does not follow, or the case's end."""
    number, case_id, seq = a.event()
    a.run(
        "UPDATE event SET payload = payload || '{\"forged\": true}' WHERE case_id = :id AND seq = :seq",
        id=case_id,
        seq=seq,
    )
    each = a.run("SELECT * FROM event WHERE case_id = :id AND seq = :seq", id=case_id, seq=seq).one()
    fact = Fact(kind=each.kind, actor=each.actor, at=each.at, device_at=each.device_at, payload=each.payload)
    digest = events.digest_of(case_id, seq, fact, bytes(each.prev_hash))
    a.run(
        "UPDATE event SET hash = :hash WHERE case_id = :id AND seq = :seq", id=case_id, seq=seq, hash=digest
    )
    return {(number, seq)}


def rewrite(a: Attacker) -> Places:
    """Edit one event and recompute the whole history and its case."""
    number, case_id, seq = a.event()
    column = a.dice.choice(COLUMNS[:5])
    a.run(
        f"UPDATE event SET {column} = {_EDITS[column]} WHERE case_id = :id AND seq = :seq",
        id=case_id,
        seq=seq,
    )
    a.recompute(case_id)
    return {(number, seq)}


def delete(a: Attacker) -> Places:
    number, case_id, seq = a.event(least=2)
    a.run("DELETE FROM event WHERE case_id = :id AND seq = :seq", id=case_id, seq=seq)
    return {(number, seq)}


def delete_and_close_up(a: Attacker) -> Places:
    number, case_id, seq = a.event(least=2)
    a.run("DELETE FROM event WHERE case_id = :id AND seq = :seq", id=case_id, seq=seq)
    a.recompute(case_id)
    return {(number, seq)}


def cut_tail(a: Attacker) -> Places:
    number, case_id, seq = a.event(lowest=2)
    a.run("DELETE FROM event WHERE case_id = :id AND seq >= :seq", id=case_id, seq=seq)
    if a.dice.random() < 0.7:
        a.recompute(case_id)
    return {(number, seq)}


def empty(a: Attacker) -> Places:
    number = a.case()
    a.run("DELETE FROM event WHERE case_id = :id", id=a.cases[number][0])
    if a.dice.random() < 0.5:
        a.run('UPDATE "case" SET last_seq = 0, last_hash = :none WHERE id = :id',
              id=a.cases[number][0], none=events.NO_HASH)  # fmt: skip
    return {(number, 1)}


def make_vanish(a: Attacker) -> Places:
    """A case and everything of it, as if it had never been."""
    number = a.case()
    for table, column in (
        ("event", "case_id"),
        ("event_text", "case_id"),
        ("report", "case_id"),
        ('"case"', "id"),
    ):
        a.run(f"DELETE FROM {table} WHERE {column} = :id", id=a.cases[number][0])
    return {(number, 1)}


def truncate(a: Attacker) -> Places:
    a.run("TRUNCATE event" if a.dice.random() < 0.5 else 'TRUNCATE event, "case" CASCADE')
    return {(number, 1) for number in a.cases}


def swap(a: Attacker) -> Places:
    """Two events of one history change places."""
    number = a.case(least=2)
    case_id, length = a.cases[number]
    one, two = sorted(a.dice.sample(range(1, length + 1), 2))
    for old, new in ((one, -1), (two, one), (-1, two)):
        a.run("UPDATE event SET seq = :new WHERE case_id = :id AND seq = :old", id=case_id, old=old, new=new)
    if a.dice.random() < 0.5:
        a.recompute(case_id)
    return {(number, one)}


def swap_between(a: Attacker) -> Places:
    """Two events change cases, and the histories are made to hold half of the time."""
    one, two = a.dice.sample(sorted(a.cases), 2)
    (first, length), (second, other) = a.cases[one], a.cases[two]
    seq = a.dice.randint(1, min(length, other))
    park = UUID(int=1)
    for old, new in ((first, park), (second, first), (park, second)):
        a.run(
            "UPDATE event SET case_id = :new WHERE case_id = :old AND seq = :seq", old=old, new=new, seq=seq
        )
    same = a.run(
        "SELECT count(DISTINCT (kind, actor, at, device_at, payload)) FROM event WHERE seq = :seq "
        "AND case_id IN (:one, :two)", seq=seq, one=first, two=second,
    ).scalar_one()  # fmt: skip
    if a.dice.random() < 0.5 and same == 2:
        a.recompute(first)
        a.recompute(second)
    return {(one, seq), (two, seq)}


def move_away(a: Attacker) -> Places:
    """The last event of a case becomes the last one of another."""
    one, two = a.dice.sample(sorted(a.cases), 2)
    (first, length), (second, other) = a.cases[one], a.cases[two]
    a.run("UPDATE event SET case_id = :new, seq = :to WHERE case_id = :old AND seq = :seq",
          old=first, new=second, seq=length, to=other + 1)  # fmt: skip
    a.recompute(first)
    return {(one, length), (two, other + 1)}


def repeat(a: Attacker) -> Places:
    """An event is there twice: beside itself with the key dropped, or once more further on."""
    number, case_id, seq = a.event()
    if a.dice.random() < 0.5:
        a.run("ALTER TABLE event DROP CONSTRAINT event_pkey")
        a.run("INSERT INTO event SELECT * FROM event WHERE case_id = :id AND seq = :seq", id=case_id, seq=seq)
        return {(number, seq)}
    length = a.cases[number][1]
    a.run("UPDATE event SET seq = -seq - 1 WHERE case_id = :id AND seq > :seq", id=case_id, seq=seq)
    a.run("UPDATE event SET seq = -seq WHERE case_id = :id AND seq < 0", id=case_id)
    a.run(
        "INSERT INTO event SELECT case_id, seq + 1, kind, actor, at, device_at, payload, prev_hash, hash "
        "FROM event WHERE case_id = :id AND seq = :seq", id=case_id, seq=seq,
    )  # fmt: skip
    if seq < length and a.dice.random() < 0.7:
        a.recompute(case_id)
    return {(number, seq + 1)}


def edit_row(a: Attacker) -> Places:
    """The case itself says something else than its history."""
    number = a.case(least=3)
    case_id, length = a.cases[number]
    kind = a.dice.choice(("shorter", "longer", "hash", "number", "status"))
    statement, place = {
        "shorter": ("last_seq = last_seq - 1", (number, length)),
        "longer": ("last_seq = last_seq + 1", (number, length + 1)),
        "hash": ("last_hash = sha256(last_hash)", (number, length)),
        "number": ("number = 'LC-1999-00001'", ("LC-1999-00001", 1)),
        "status": ("status = 'refused'", (number, _last_move(a, case_id))),
    }[kind]
    a.run(f'UPDATE "case" SET {statement} WHERE id = :id', id=case_id)
    return {place}


def _last_move(a: Attacker, case_id: UUID) -> int:
    seq: int = a.run(
        "SELECT max(seq) FROM event WHERE case_id = :id AND kind = 'moved'", id=case_id
    ).scalar_one()
    return seq


def reword(a: Attacker) -> Places:
    """The words beside an event say something else."""
    rows = a.run("SELECT case_id, seq, name FROM event_text ORDER BY 1, 2, 3").all()
    chosen = a.dice.choice(rows)
    column = a.dice.choice(("text = text || '.'", "salt = sha256(salt)"))
    a.run(
        f"UPDATE event_text SET {column} WHERE case_id = :id AND seq = :seq AND name = :name",
        id=chosen.case_id, seq=chosen.seq, name=chosen.name,
    )  # fmt: skip
    return {(next(n for n, (case_id, _) in a.cases.items() if case_id == chosen.case_id), chosen.seq)}


def rewrite_and_sign_for(a: Attacker) -> Places:
    """Rewrite a history and everything in the database that tells of checkpoints."""
    places = a.dice.choice((rewrite, delete_and_close_up, make_vanish))(a)
    a.run("TRUNCATE checkpoint_tile, checkpoint_entry, checkpoint")
    return places


Deed = Callable[[Attacker], Places]
DEEDS: tuple[Deed, ...] = (
    edit, edit, edit, edit_and_seal_again, rewrite, rewrite, delete, delete_and_close_up, cut_tail, empty,
    make_vanish, truncate, swap, swap_between, move_away, repeat, edit_row, reword, rewrite_and_sign_for,
)  # fmt: skip


def plain(value: object) -> str:
    """Return a value for a message."""
    return orjson.dumps(value, default=str).decode()

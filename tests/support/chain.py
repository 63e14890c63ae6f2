"""The seal on the histories, recomputed from the rows alone by code of its own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy import text
from sqlalchemy.orm import Session

_CASES = text("""
    SELECT id, number, last_seq, last_hash FROM "case" WHERE number = coalesce(CAST(:number AS text), number)
""")
_EVENTS = text("""
    SELECT e.* FROM event e JOIN "case" c ON c.id = e.case_id
    WHERE c.number = coalesce(CAST(:number AS text), c.number) ORDER BY e.case_id, e.seq
""")


def broken(session: Session, number: str | None = None) -> list[str]:
    """Return what does not hold in one case's chain, or in all: lost links, false digests, moved ends."""
    found = []
    chosen = {"number": number}
    rows = session.execute(_EVENTS, chosen).mappings().all()
    tails: dict[Any, tuple[int, bytes]] = {}
    for row in rows:
        seq, previous = tails.get(row["case_id"], (0, bytes(32)))
        if row["seq"] != seq + 1 or bytes(row["prev_hash"]) != previous:
            found.append(f"{row['case_id']}/{row['seq']} does not follow")
        if bytes(row["hash"]) != _digest(row, previous):
            found.append(f"{row['case_id']}/{row['seq']} was changed")
        tails[row["case_id"]] = (row["seq"], bytes(row["hash"]))
    cases = session.execute(_CASES, chosen).all()
    moved = [case for case in cases if tails.get(case.id) != (case.last_seq, bytes(case.last_hash))]
    return found + [f"{case.number} ends elsewhere" for case in moved]


def check_sound(session: Session) -> None:
    """Check what must hold however links between reports and cases were changed."""
    counted = text(
        'SELECT number FROM "case" c '
        "WHERE reports_count <> (SELECT count(*) FROM report WHERE case_id = c.id)"
    )
    chained = text(
        'SELECT c.number FROM "case" c JOIN "case" p ON p.id = c.parent_id WHERE p.parent_id IS NOT NULL'
    )
    opened = text('SELECT number FROM "case" WHERE is_open AND (reports_count = 0 OR parent_id IS NOT NULL)')
    joined = text('SELECT number FROM "case" WHERE parent_id IS NOT NULL AND reports_count > 0')
    for statement in (counted, chained, opened, joined):
        assert session.execute(statement).scalars().all() == []
    assert broken(session) == []


def _digest(row: Any, previous: bytes) -> bytes:
    told = {name: row[name] for name in ("seq", "kind", "actor", "payload")}
    told |= {"case_id": str(row["case_id"]), "at": _written(row["at"]), "device_at": None}
    if row["device_at"] is not None:
        told["device_at"] = _written(row["device_at"])
    return hashlib.sha256(previous + rfc8785.dumps(told)).digest()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

"""Reading every event as fast as it can be hashed: the texts that the seal is made of come from
PostgreSQL.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from tracker import events, prepared
from tracker.evidence import merkle

# Few histories say many different things: the same payload is made canonical once.
MOST_KEPT = 200_000
FETCHED = 5_000

_EVENTS = """
    SELECT e.case_id::text, e.seq, e.kind, e.actor,
           to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           to_char(e.device_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           e.payload::text, e.prev_hash, e.hash, {covered}
    FROM event e {joined} ORDER BY e.case_id, e.seq
"""
# What no checkpoint covers yet, with the last covered event of each of these chains before it.
_CHANGED = """
    JOIN (SELECT c.id, c.last_seq, coalesce(x.covered, 0) AS covered FROM "case" c
          LEFT JOIN (SELECT case_id, max(last_seq) AS covered FROM checkpoint_entry GROUP BY case_id) x
          ON x.case_id = c.id) k
    ON k.id = e.case_id AND k.covered <> k.last_seq AND e.seq >= k.covered
"""
_ALL = _EVENTS.format(joined="", covered="0").encode()
_NEW = _EVENTS.format(joined=_CHANGED, covered="k.covered").encode()


@dataclass(slots=True)
class Sealed:
    """An event as stored and its digest as recomputed after the digest it claims to follow."""

    case_id: str
    seq: int
    kind: str
    payload: str
    prev_hash: bytes
    hash: bytes
    digest: bytes
    covered: int


def stream(session: Session, *, only_new: bool = False) -> Iterator[Sealed]:
    """Yield every event in the order of cases and their histories, recomputed; memory stays the same.

    With `only_new` those that no checkpoint covers, each chain from the last covered one on.
    """
    connection = prepared.driver(session)
    canonical: dict[str, bytes] = {}
    with connection.cursor(name="vigie_evidence", binary=True) as cursor:
        cursor.itersize = FETCHED
        cursor.execute(_NEW if only_new else _ALL)
        while rows := cursor.fetchmany(FETCHED):
            for row in rows:
                yield _sealed(row, canonical)


def leaf_of(case_id: str, seq: int, digest: bytes) -> bytes:
    """Return an event's hash in the tree: its case, its place in the history, its seal."""
    return merkle.leaf_hash(bytes.fromhex(case_id.replace("-", "")) + seq.to_bytes(4, "big") + digest)


def leaf_of_event(case_id: UUID, seq: int, digest: bytes) -> bytes:
    """Return the same for an event as the application holds it."""
    return leaf_of(str(case_id), seq, digest)


def _sealed(row: Any, canonical: dict[str, bytes]) -> Sealed:
    case_id, seq, kind, actor, at, device_at, payload, prev_hash, stored, covered = row
    said = canonical.get(payload)
    if said is None:
        if len(canonical) >= MOST_KEPT:
            canonical.clear()
        said = canonical[payload] = events.canonical_json(orjson.loads(payload))
    # The members in the order of RFC 8785, as `events.digest_of` writes them.
    told = b'{"actor":%b,"at":"%b","case_id":"%b","device_at":%b,"kind":%b,"payload":%b,"seq":%d}' % (
        orjson.dumps(actor),
        at.encode(),
        case_id.encode(),
        b'"%b"' % device_at.encode() if device_at else b"null",
        orjson.dumps(kind),
        said,
        seq,
    )
    digest = hashlib.sha256(prev_hash + told).digest()
    return Sealed(case_id, seq, kind, payload, prev_hash, stored, digest, covered)

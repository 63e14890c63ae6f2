"""Writes happen once: the key, the body's fingerprint and the answer commit together with the effect.

Claiming a key is one INSERT, which travels with the first statement of the work itself. A second request with
the same key waits on its unique index until the first commits; what its work did meanwhile is rolled back and
the first one's bytes are answered. When the first rolls back, the second does the work. Nothing is kept of a
write that failed.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from flask import Response, request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.db import select_jurisdiction
from tracker.http import edge
from tracker.prepared import Ahead, Prepared

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(days=30)
CHUNK_BYTES = 1 << 20
LOCK_NOT_AVAILABLE = "55P03"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")

_CLAIM = Prepared("""
INSERT INTO idempotency_key (scope, key, fingerprint, created_at)
VALUES (:scope, :key, :fingerprint, :at)
ON CONFLICT DO NOTHING RETURNING 1
""")
_KEEP = Prepared("""
UPDATE idempotency_key SET status = :status, headers = :headers, body = :body
WHERE scope = :scope AND key = :key
""")
_FIND = Prepared("""
SELECT fingerprint, status, headers, body FROM idempotency_key WHERE scope = :scope AND key = :key
""")
_PURGE = text("DELETE FROM idempotency_key WHERE created_at < :before")


class IdempotencyError(Exception):
    """An idempotency key cannot be used."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (self.__doc__,)))


class KeyInvalid(IdempotencyError):
    """An idempotency key is 1 to 200 printable ASCII characters without spaces."""


class KeyReused(IdempotencyError):
    """The same key came before with another body."""


class RequestInFlight(IdempotencyError):
    """The same request is being worked on right now."""


class _Taken(Exception):
    """Somebody else holds the key, or held it and committed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A key that this transaction holds until it commits or rolls back, once the claim has travelled."""

    scope: str
    key: str
    fingerprint: bytes
    sent: Ahead


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The answer given when the write was done."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def begin(session: Session, *, scope: str, key: str, fingerprint: bytes, at: datetime) -> Claim:
    """Claim a key with the session's next statement; `taken` tells what to do where that says it is not ours.

    The claim waits for another transaction that holds the key, up to the connection's lock_timeout.
    """
    values = {"scope": scope, "key": key, "fingerprint": fingerprint, "at": at}
    return Claim(scope=scope, key=key, fingerprint=fingerprint, sent=_CLAIM.ahead(session, values, _check))


def _check(rows: list[object]) -> None:
    if not rows:
        raise _Taken


def taken(session: Session, claim: Claim) -> Kept:
    """Return the answer that was given under a key, after undoing what this transaction did meanwhile.

    Raises KeyReused when it came with another body, RequestInFlight when there is no answer yet.
    """
    session.rollback()
    select_jurisdiction(session, edge.jurisdiction())
    row = _FIND.one_or_none(session, {"scope": claim.scope, "key": claim.key})
    if row is None or row.status is None:  # rolled back this instant, or committed without its answer
        raise RequestInFlight
    if bytes(row.fingerprint) != claim.fingerprint:
        raise KeyReused
    return Kept(status=row.status, headers=orjson.loads(row.headers), body=bytes(row.body))


def keep(session: Session, claim: Claim, kept: Kept) -> None:
    """Keep the answer under the claimed key; it commits with the write itself."""
    values = {
        "scope": claim.scope,
        "key": claim.key,
        "status": kept.status,
        "headers": orjson.dumps(dict(kept.headers)).decode(),
        "body": kept.body,
    }
    _KEEP.later(session, values)


def purge(session: Session, *, at: datetime) -> int:
    """Forget the keys older than 30 days and return how many they were."""
    return session.execute(_PURGE, {"before": at - KEPT}).rowcount  # type: ignore[attr-defined, no-any-return]


def key_of_request() -> str | None:
    """Return the request's Idempotency-Key. Raises KeyInvalid."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise KeyInvalid
    return key


def fingerprint_of_request() -> bytes:
    """Return the SHA-256 of what the request says: its bytes, or a form's parts whatever separates them."""
    if request.mimetype != "multipart/form-data":
        return hashlib.sha256(request.get_data()).digest()
    digest = hashlib.sha256()
    for name, value in request.form.items(multi=True):
        digest.update(orjson.dumps(["field", name, value]))
    for name, file in request.files.items(multi=True):
        content = hashlib.sha256()
        while chunk := file.stream.read(CHUNK_BYTES):
            content.update(chunk)
        file.stream.seek(0)
        digest.update(orjson.dumps(["file", name, file.filename, content.hexdigest()]))
    return digest.digest()


def scope_of(operation: str) -> str:
    """Return where a key is looked for: nobody is answered what was answered to another account."""
    return f"{operation}:{edge.actor().ref}"


def once(session: Session, operation: str, produce: Callable[[], Kept]) -> Response:
    """Answer a write once: do it and keep its answer, or answer what was kept. Without a key, just do it.

    Raises KeyInvalid, KeyReused, RequestInFlight, and whatever `produce` raises.
    """
    key = key_of_request()
    if key is None:
        return response_of(produce())
    claim = begin(
        session, scope=scope_of(operation), key=key, fingerprint=fingerprint_of_request(), at=edge.clock()
    )
    kept, is_replay = work(session, claim, produce)
    return response_of(kept, is_replay=is_replay)


def work(session: Session, claim: Claim, produce: Callable[[], Kept]) -> tuple[Kept, bool]:
    """Do the work under a claim and keep its answer; or return the answer kept before, and that it is one.

    Raises KeyReused, RequestInFlight, and whatever `produce` raises.
    """
    try:
        kept = produce()
        claim.sent.all()  # of work that asked the database nothing
    except _Taken:
        return taken(session, claim), True
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE and not claim.sent.has_arrived:
            raise RequestInFlight from error
        raise
    keep(session, claim, kept)
    return kept, False


def response_of(kept: Kept, *, is_replay: bool = False) -> Response:
    """Return an answer as HTTP; a replay has the same status, headers and bytes and says that it is one."""
    response = Response(kept.body, kept.status)
    for name, value in kept.headers.items():
        response.headers[name] = value
    if is_replay:
        response.headers[REPLAYED] = "true"
    return response

"""Writes happen once: the key, the body's fingerprint and the answer commit together with the effect.

Claiming a key is one INSERT. A second request with the same key waits on its unique index until the first
commits, and then answers the same bytes; when the first rolls back, the second does the work. Nothing is kept
of a write that failed.
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

from tracker.http import edge
from tracker.prepared import Prepared

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A key that this transaction holds until it commits or rolls back."""

    scope: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The answer given when the write was done."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def begin(session: Session, *, scope: str, key: str, fingerprint: bytes, at: datetime) -> Claim | Kept:
    """Claim a key, or return the answer that was given under it.

    Waits for another transaction that holds the key, up to the connection's lock_timeout.
    Raises KeyReused when the fingerprint differs, RequestInFlight when the wait is too long.
    """
    values = {"scope": scope, "key": key, "fingerprint": fingerprint, "at": at}
    try:
        is_ours = _CLAIM.one_or_none(session, values) is not None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise RequestInFlight from error
        raise
    if is_ours:
        return Claim(scope=scope, key=key)
    row = _FIND.one_or_none(session, {"scope": scope, "key": key})
    if bytes(row.fingerprint) != fingerprint:
        raise KeyReused
    if row.status is None:  # claimed by work that committed without keeping its answer
        raise RequestInFlight
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
    begun = begin(
        session, scope=scope_of(operation), key=key, fingerprint=fingerprint_of_request(), at=edge.clock()
    )
    if isinstance(begun, Kept):
        return response_of(begun, is_replay=True)
    kept = produce()
    keep(session, begun, kept)
    return response_of(kept)


def response_of(kept: Kept, *, is_replay: bool = False) -> Response:
    """Return an answer as HTTP; a replay has the same status, headers and bytes and says that it is one."""
    response = Response(kept.body, kept.status)
    for name, value in kept.headers.items():
        response.headers[name] = value
    if is_replay:
        response.headers[REPLAYED] = "true"
    return response

"""Who asks: the session's cookie or the bearer token of a request, found with one statement."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts import errors
from tracker.accounts.actor import CITIZEN, Actor
from tracker.http import state
from tracker.prepared import Prepared

BEARER = "bearer "

_BY_SESSION = Prepared("""
    SELECT s.id, s.name, s.language, r.role, r.crew_code, x.csrf
    FROM vigie.staff_session x
    JOIN vigie.staff s ON s.id = x.staff_id
    LEFT JOIN vigie.staff_role r ON r.staff_id = s.id AND r.jurisdiction_code = :code
    WHERE x.token_hash = :hash AND x.expires_at > :at AND s.disabled_at IS NULL
""")

_BY_TOKEN = Prepared("""
    SELECT id, label, role, crew_code, expires_at > :at AS is_fresh
    FROM vigie.api_token
    WHERE token_hash = :hash AND jurisdiction_code = :code AND revoked_at IS NULL
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Who asks, and the proof a browser must send with changes (empty for a program)."""

    actor: Actor
    csrf: str


def cookie_name() -> str:
    """Return the cookie's name; the prefix makes browsers refuse it without Secure or with a Domain."""
    return "__Host-vigie" if state.parts().settings.is_secure else "vigie"


def presented() -> str | None:
    """Return the secret of the session cookie that came with the request."""
    return request.cookies.get(cookie_name())


def find(session: Session, code: str, *, at: datetime) -> Found | None:
    """Return who asks, in a jurisdiction; nothing when the request carries no credentials that hold.

    A cookie that has ended is no error: its bearer is a citizen again. Raises TokenUnknown, TokenExpired.
    """
    header = request.headers.get("Authorization")
    if header is not None and header[: len(BEARER)].lower() == BEARER:
        return _by_token(session, header[len(BEARER) :].strip(), code, at)
    secret = presented()
    return None if secret is None else _by_session(session, secret, code, at)


def _by_token(session: Session, secret: str, code: str, at: datetime) -> Found:
    row = _BY_TOKEN.one_or_none(session, {"hash": ids.fingerprint(secret), "code": code, "at": at})
    if row is None:
        raise errors.TokenUnknown
    if not row.is_fresh:
        raise errors.TokenExpired
    actor = Actor(role=row.role, ref=f"token:{row.id}", name=row.label, crew_code=row.crew_code)
    return Found(actor=actor, csrf="")


def _by_session(session: Session, secret: str, code: str, at: datetime) -> Found | None:
    hashed = ids.fingerprint(secret)
    row = _BY_SESSION.one_or_none(session, {"hash": hashed, "code": code, "at": at})
    if row is None:
        return None
    if row.role is None:  # staff of another jurisdiction is a citizen in this one
        return Found(actor=CITIZEN, csrf=row.csrf)
    actor = Actor(
        role=row.role,
        ref=f"staff:{row.id}",
        name=row.name,
        staff_id=row.id,
        crew_code=row.crew_code,
        language=row.language,
    )
    return Found(actor=actor, csrf=row.csrf)


def give(response: Response, secret: str, *, lifetime_s: int) -> None:
    """Set the session's cookie."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=lifetime_s,
        path="/",
        secure=state.parts().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )


def take_back(response: Response) -> None:
    """Remove the session's cookie."""
    is_secure = state.parts().settings.is_secure
    response.delete_cookie(cookie_name(), path="/", secure=is_secure, httponly=True, samesite="Lax")

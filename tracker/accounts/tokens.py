"""API tokens: keys given to programs, each for one jurisdiction and one role, with an end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts import errors, permissions
from tracker.accounts.actor import Actor
from tracker.accounts.models import ApiToken

# A recognisable beginning lets scanners of leaked secrets find ours.
PREFIX = "vigie_"
LONGEST_DAYS = 366
DEFAULT_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A token to be: what it is for, what it may do, and for how many days."""

    label: str
    role: str
    crew_code: str | None = None
    days: int = DEFAULT_DAYS


def create(
    session: Session, wanted: Wanted, *, jurisdiction: str, by: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, which is not kept and never shown again.

    Raises RoleUnknown, CrewMissing, LifetimeInvalid.
    """
    if wanted.role not in permissions.ROLES or wanted.role == "citizen":
        raise errors.RoleUnknown(wanted.role)
    if wanted.role == "crew" and not wanted.crew_code:
        raise errors.CrewMissing
    if not 1 <= wanted.days <= LONGEST_DAYS:
        raise errors.LifetimeInvalid
    secret = PREFIX + ids.new_secret()
    token = ApiToken(
        id=ids.new_id(),
        token_hash=ids.fingerprint(secret),
        label=wanted.label,
        jurisdiction_code=jurisdiction,
        role=wanted.role,
        crew_code=wanted.crew_code,
        created_by=by.staff_id,
        created_at=at,
        expires_at=at + timedelta(days=wanted.days),
    )
    session.add(token)
    session.flush()
    return token, secret


def listing(session: Session, jurisdiction: str) -> Sequence[ApiToken]:
    """Return a jurisdiction's tokens that were not revoked, newest first."""
    wanted = select(ApiToken).where(ApiToken.jurisdiction_code == jurisdiction, ApiToken.revoked_at.is_(None))
    return session.scalars(wanted.order_by(ApiToken.created_at.desc(), ApiToken.id)).all()


def revoke(session: Session, token_id: UUID, *, jurisdiction: str, at: datetime) -> None:
    """End a token at once. Raises TokenNotFound, also for another jurisdiction's."""
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None or token.jurisdiction_code != jurisdiction:
        raise errors.TokenNotFound
    token.revoked_at = token.revoked_at or at
    session.flush()

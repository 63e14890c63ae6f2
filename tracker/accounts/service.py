"""Staff: who they are, the roles they hold, and the browsers they are signed in with.

These verbs run as the application's login role, outside any jurisdiction (`edge.accounts_transaction`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts import errors, passwords, permissions
from tracker.accounts.models import Staff, StaffRole, StaffSession

SESSION_LIFETIME = timedelta(hours=12)
# Roles nobody signs in with: the public's, other organisations', the program's own.
_NOT_STAFF = frozenset({"citizen", "partner", "system"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A new session: the secret for the cookie, the proof for changes, and whose it is."""

    secret: str
    csrf: str
    staff_id: UUID
    name: str
    role: str | None
    crew_code: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What somebody gave to sign in, and the session that their browser had before."""

    email: str
    password: str
    previous_secret: str | None = None


def sign_in(session: Session, given: Credentials, *, jurisdiction: str, at: datetime) -> SignedIn:
    """Begin a session of 12 hours, ending the browser's previous one and what had expired.

    Takes as long for an account that does not exist, or is disabled, as for a wrong password.
    Raises SignInRefused.
    """
    email = given.email.strip().lower()
    staff = session.scalar(select(Staff).where(Staff.email == email, Staff.disabled_at.is_(None)))
    if not passwords.matches(staff.password_hash if staff else None, given.password) or staff is None:
        raise errors.SignInRefused
    if passwords.is_dated(staff.password_hash):
        staff.password_hash = passwords.hashed(given.password)
    if given.previous_secret is not None:
        sign_out(session, given.previous_secret)
    ended = (StaffSession.staff_id == staff.id, StaffSession.expires_at <= at)
    session.execute(delete(StaffSession).where(*ended))
    secret, csrf = ids.new_secret(), ids.new_secret()
    session.add(
        StaffSession(
            token_hash=ids.fingerprint(secret),
            staff_id=staff.id,
            created_at=at,
            expires_at=at + SESSION_LIFETIME,
            csrf=csrf,
        )
    )
    session.flush()
    held = session.get(StaffRole, (staff.id, jurisdiction))
    return SignedIn(
        secret=secret,
        csrf=csrf,
        staff_id=staff.id,
        name=staff.name,
        role=held.role if held else None,
        crew_code=held.crew_code if held else None,
    )


def sign_out(session: Session, secret: str) -> None:
    """End a session, if it is one."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == ids.fingerprint(secret)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A member of the staff to be: e-mail address, name, password and language."""

    email: str
    name: str
    password: str
    language: str = "fr"


def create_staff(session: Session, person: Person, *, staff_id: UUID | None = None) -> UUID:
    """Add a member of the staff, without any role yet; `staff_id` where it is chosen already.

    Raises EmailTaken, PasswordTooShort.
    """
    staff = Staff(
        id=staff_id or ids.new_id(),
        email=person.email.strip().lower(),
        name=person.name.strip(),
        password_hash=passwords.hashed(person.password),
        language=person.language,
    )
    try:
        with session.begin_nested():
            session.add(staff)
            session.flush()
    except IntegrityError as error:
        raise errors.EmailTaken from error
    return staff.id


def grant_role(
    session: Session, staff_id: UUID, *, jurisdiction: str, role: str, crew_code: str | None = None
) -> None:
    """Give somebody their one role in a jurisdiction, in place of any they had there.

    Raises RoleUnknown, CrewMissing.
    """
    if role not in permissions.ROLES or role in _NOT_STAFF:
        raise errors.RoleUnknown(role)
    if role == "crew" and not crew_code:
        raise errors.CrewMissing
    given = {"role": role, "crew_code": crew_code}
    row = insert(StaffRole).values(staff_id=staff_id, jurisdiction_code=jurisdiction, **given)
    key = [StaffRole.staff_id, StaffRole.jurisdiction_code]
    session.execute(row.on_conflict_do_update(index_elements=key, set_=given))


def find_staff(session: Session, email: str) -> Staff:
    """Return the member of the staff who has an e-mail address. Raises StaffUnknown."""
    staff = session.scalar(select(Staff).where(Staff.email == email.strip().lower()).with_for_update())
    if staff is None:
        raise errors.StaffUnknown
    return staff


def set_password(session: Session, email: str, password: str) -> None:
    """Change somebody's password and end all of their sessions. Raises StaffUnknown, PasswordTooShort."""
    staff = find_staff(session, email)
    staff.password_hash = passwords.hashed(password)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    session.flush()


def disable(session: Session, email: str, *, at: datetime) -> None:
    """Close somebody's account: it signs in no more and its sessions end at once. Raises StaffUnknown."""
    staff = find_staff(session, email)
    staff.disabled_at = at
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
    session.flush()

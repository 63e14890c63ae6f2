"""Links in what is said: to the page of a report, of a case, and to choose or end what one is told.

A link opens exactly one thing to whoever holds it, without an account, and is made again at will: nothing
of it is kept (tracker/signing.py).
"""

from urllib.parse import quote
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import signing
from tracker.cases import tracking
from tracker.db import PerRevision, selected
from tracker.notify import errors

PERSON = "person"
_HOST = text("SELECT host_here()")


def _address(session: Session) -> str:
    town = selected(session)
    named = str(town.settings.get("address") or "").rstrip("/")
    if named:
        return named
    host = session.execute(_HOST).scalar_one_or_none()
    return f"https://{host}" if host else f"/j/{quote(town.code)}"


address = PerRevision(_address)
"""Where the town's pages are: its setting `address`, else https at its first host name."""


def person_token(session: Session, person: str) -> str:
    """Return what opens a person's own page: who they are, signed."""
    return f"{person.replace(':', '.')}.{signing.sign(session, PERSON, person)}"


def person_of(session: Session, token: str) -> str:
    """Return whose page a token opens. Raises LinkInvalid."""
    kind, _, rest = token.partition(".")
    key, _, signature = rest.partition(".")
    person = f"{kind}:{key}"
    if not signature or not signing.is_signed(session, PERSON, person, signature):
        raise errors.LinkInvalid
    return person


def manage_url(session: Session, person: str) -> str:
    """Return the page where a person chooses how they are told."""
    return f"{address(session)}/avis/{person_token(session, person)}"


def report_url(session: Session, report_id: UUID, number: str) -> str:
    """Return the page on which whoever sent a report follows it."""
    return f"{address(session)}/suivi/{quote(number)}/{tracking.signed_secret(session, report_id)}"


def case_url(session: Session, number: str) -> str:
    """Return the public page of a case."""
    return f"{address(session)}/signalements/{quote(number)}"


def staff_url(session: Session, number: str, role: str) -> str:
    """Return the page on which somebody of the staff works on a case."""
    return f"{address(session)}/{'crew' if role == 'crew' else 'dispatch'}/{quote(number)}"

"""Named reads of threads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.thread.models import MessageRow

_COLUMNS = """
    m.id, m.author_kind, m.author, m.body, m.language, m.channel, m.at, m.device_at, m.is_internal,
    m.read_at,
    (SELECT r.number FROM report r WHERE r.id = m.report_id) AS report,
    ARRAY(SELECT r.number FROM report r WHERE r.id = ANY(m.addressed) ORDER BY r.number) AS addressed
"""
_HELD = "SELECT r.id FROM report r WHERE r.case_id = :case_id"
# What was written to or by a person goes where their report goes, also when cases are joined or taken apart.
_OF_CASE = text(f"""
    SELECT {_COLUMNS} FROM message m
    WHERE m.case_id = :case_id OR m.report_id IN ({_HELD}) OR m.addressed && ARRAY({_HELD})
    ORDER BY m.at, m.id
""")  # noqa: S608 -- composed of constants
_OF_REPORT = text(f"""
    SELECT {_COLUMNS} FROM message m
    WHERE (m.report_id = :report_id OR m.addressed @> ARRAY[:report_id]) AND NOT m.is_internal
    ORDER BY m.at, m.id
""")  # noqa: S608 -- composed of constants
_UNREAD = "m.author_kind = 'citizen' AND m.read_at IS NULL"
_COUNT = text(f"""
    SELECT count(*) FROM message m
    WHERE {_UNREAD} AND (m.case_id = :case_id OR m.report_id IN ({_HELD}))
""")  # noqa: S608 -- composed of constants
_READ = text(f"""
    UPDATE message m SET read_at = :at
    WHERE {_UNREAD} AND (m.case_id = :case_id OR m.report_id IN ({_HELD}))
""")  # noqa: S608 -- composed of constants


def of_case(session: Session, case_id: UUID) -> Sequence[Any]:
    """Return everything written about a case, notes too, the first one first: for the staff."""
    return session.execute(_OF_CASE, {"case_id": case_id}).all()


def of_report(session: Session, report_id: UUID) -> Sequence[Any]:
    """Return what the person who sent a report may read: what they wrote and what was written to them."""
    return session.execute(_OF_REPORT, {"report_id": report_id}).all()


def body(session: Session, message_id: str) -> str:
    """Return the words of a message that is no note, empty for any other."""
    try:
        wanted = UUID(message_id)
    except ValueError:
        return ""
    found = select(MessageRow.body).where(MessageRow.id == wanted, MessageRow.is_internal.is_(False))
    return session.scalars(found).one_or_none() or ""


def unread(session: Session, case_id: UUID) -> int:
    """Return how many messages of citizens nobody of the staff has read yet."""
    return int(session.execute(_COUNT, {"case_id": case_id}).scalar_one())


def mark_read(session: Session, case_id: UUID, at: datetime) -> None:
    """Note that the staff read what citizens wrote."""
    session.execute(_READ, {"case_id": case_id, "at": at})

"""The notices of a person, as they read them in the application."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# A letter that asks whether a wish is somebody's is no news.
_THEIRS = "n.person = :person AND n.kind <> 'common.confirm_address'"
_OF = text(f"""
    SELECT n.id, n.kind, n.language, n.subject, n.body, n.link, n.created_at, n.read_at,
           (SELECT c.number FROM "case" c WHERE c.id = n.case_id) AS case_number
    FROM notice n WHERE {_THEIRS} AND (:all OR n.read_at IS NULL)
    ORDER BY n.created_at DESC, n.id DESC LIMIT :limit
""")  # noqa: S608 -- composed of constants
_UNREAD = text(f"SELECT count(*) FROM notice n WHERE {_THEIRS} AND n.read_at IS NULL")  # noqa: S608
_READ = text("""
    UPDATE notice SET read_at = :at
    WHERE person = :person AND read_at IS NULL AND (:every OR id = ANY(CAST(:ids AS uuid[])))
""")


def of(session: Session, person: str, *, limit: int, unread_only: bool = False) -> Sequence[Any]:
    """Return somebody's notices, the newest first."""
    return session.execute(_OF, {"person": person, "limit": limit, "all": not unread_only}).all()


def unread(session: Session, person: str) -> int:
    """Return how many notices somebody has not read."""
    return int(session.execute(_UNREAD, {"person": person}).scalar_one())


def mark_read(session: Session, person: str, ids: Sequence[UUID] | None, at: datetime) -> None:
    """Note that somebody read notices of theirs, all of them when none is named."""
    given = {"person": person, "every": ids is None, "ids": [str(each) for each in ids or ()], "at": at}
    session.execute(_READ, given)

"""Who follows a case, when cases are joined and separated (docs/decisions/0019).

`subscription` is read and written by `notify`; of the rows whose subject is a case, what a change of links
does is decided here, in the transaction of the change: nobody is lost between two cases, nobody doubled,
and each keeps the language and the channels they chose. `subject_key` is the case's identifier as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# Facts that tell nobody by themselves: the case that is left or joined tells its followers (`merged`,
# `report_detached`), so that whoever follows both cases hears of it once.
SILENT = frozenset({"merge_received", "report_attached"})

_OF = text("""
    SELECT person, language, report_id, origin FROM subscription
    WHERE subject = 'case' AND subject_key = :key AND ended_at IS NULL ORDER BY created_at, person
""")
_COPY = text("""
    INSERT INTO subscription (id, subject, subject_key, person, report_id, language, channels, digest, origin,
                              label, confirmed_at, created_at)
    SELECT gen_random_uuid(), 'case', :into, s.person, s.report_id, s.language, s.channels, s.digest, :origin,
           s.label, s.confirmed_at, CAST(:at AS timestamptz)
    FROM subscription s
    WHERE s.subject = 'case' AND s.subject_key = :from_key AND s.ended_at IS NULL
      AND (CAST(:reports AS uuid[]) IS NULL OR s.report_id = ANY(CAST(:reports AS uuid[])))
    ON CONFLICT (person, subject, subject_key) WHERE ended_at IS NULL DO NOTHING
""")
_END = text("""
    UPDATE subscription SET ended_at = :at
    WHERE subject = 'case' AND subject_key = :from_key AND ended_at IS NULL AND report_id = ANY(:reports)
    RETURNING id
""")
# Whoever stopped following, or chose another language, while the cases were one meant it; what they asked of
# the first case since counts more.
_KEEP_WISHES = text("""
    UPDATE subscription s SET ended_at = coalesce(s.ended_at, copy.ended_at), language = copy.language,
                              channels = copy.channels
    FROM subscription copy
    WHERE copy.subject = 'case' AND copy.subject_key = :into AND copy.origin = :origin
      AND s.subject = 'case' AND s.subject_key = :from_key AND s.person = copy.person
      AND s.ended_at IS NULL AND s.created_at <= copy.created_at
      AND (copy.ended_at IS NOT NULL OR s.language <> copy.language OR s.channels <> copy.channels)
""")
_FORGET = text("DELETE FROM subscription WHERE subject = 'case' AND subject_key = :into AND origin = :origin")
_RESUME = text("""
    UPDATE subscription s SET ended_at = NULL WHERE s.id = ANY(:ids) AND NOT EXISTS (
        SELECT 1 FROM subscription again WHERE again.person = s.person AND again.subject = s.subject
            AND again.subject_key = s.subject_key AND again.ended_at IS NULL)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Follower:
    """Somebody who follows a case: whom `person` names (see SubscriptionRow), and in which language."""

    person: str
    language: str
    report_id: UUID | None
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """From which case followers go to which, because of which change."""

    link_id: UUID
    kind: str
    from_case: UUID
    into_case: UUID

    @property
    def values(self) -> dict[str, str]:
        origin = f"{self.kind}:{self.link_id}"
        return {"from_key": str(self.from_case), "into": str(self.into_case), "origin": origin}


def of(session: Session, case_id: UUID) -> list[Follower]:
    """Return who follows a case, those who began first, first; nobody twice."""
    return [Follower(**row) for row in session.execute(_OF, {"key": str(case_id)}).mappings()]


def join(session: Session, way: Way, *, at: datetime) -> None:
    """Let whoever follows one case follow the other too; who does already stays as they are."""
    session.execute(_COPY, {**way.values, "at": at, "reports": None})


def go_along(session: Session, way: Way, reports: Sequence[UUID], *, at: datetime) -> list[str]:
    """Let whoever follows because of these reports go with them; return the wishes that ended by it."""
    session.execute(_COPY, {**way.values, "at": at, "reports": list(reports)})
    ended = session.execute(
        _END, {"from_key": str(way.from_case), "at": at, "reports": list(reports)}
    ).scalars()
    return [str(each) for each in ended]


def come_back(session: Session, way: Way, ended: Sequence[str]) -> None:
    """Undo either: who follows what is as it was, but for what somebody asked meanwhile."""
    if ended:
        session.execute(_RESUME, {"ids": [UUID(each) for each in ended]})
    session.execute(_KEEP_WISHES, way.values)
    session.execute(_FORGET, way.values)

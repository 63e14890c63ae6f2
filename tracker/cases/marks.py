"""Things to know of a case that are no status, and cases that are about other cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

LATE_FILING, LATE_NOTICE = "late_filing", "late_notice"
PROGRAMME, FOLLOW_UP, FOLLOWS, DISPUTED = "programme", "follow_up", "follows", "disputed"
REFUND = "refund"

_MARK = text("""
    INSERT INTO case_mark (case_id, name, facts, at) VALUES (:case_id, :name, CAST(:facts AS jsonb), :at)
    ON CONFLICT (case_id, name) DO UPDATE SET facts = EXCLUDED.facts, at = EXCLUDED.at
""")
_ABOUT = text("""
    INSERT INTO case_about (case_id, other_id, kind, at, actor)
    VALUES (:case_id, :other_id, :kind, :at, :actor)
    ON CONFLICT DO NOTHING
""")
_ABOUT_OF = text("""
    SELECT other.number, other.service_code, other.workflow, other.workflow_version, other.status,
           other.outcome,
           a.kind, a.at, (SELECT count(*) FROM photo p LEFT JOIN report r ON r.id = p.report_id
                          WHERE coalesce(p.case_id, r.case_id) = other.id) AS photos
    FROM case_about a JOIN "case" other ON other.id = a.other_id WHERE a.case_id = :case_id
    ORDER BY a.at, other.number
""")
_ACTED = text("""
    SELECT EXISTS (SELECT 1 FROM case_about a JOIN event e ON e.case_id = a.other_id
                   WHERE a.case_id = :case_id AND a.kind = 'complaint' AND e.actor = :actor)
        OR EXISTS (SELECT 1 FROM event_text w
                   WHERE w.case_id = :case_id AND w.name = 'concerns' AND w.text IN (:actor, :name))
""")


def mark(session: Session, case_id: UUID, name: str, facts: Mapping[str, Any], *, at: datetime) -> None:
    """Mark a case; the same mark again replaces what it told."""
    values = {"case_id": case_id, "name": name, "facts": orjson.dumps(dict(facts)).decode(), "at": at}
    session.execute(_MARK, values)


def say_about(
    session: Session, case_id: UUID, other_id: UUID, kind: str, *, at: datetime, actor: str
) -> None:
    """Note that a case is about another: `complaint` or `evidence`."""
    values = {"case_id": case_id, "other_id": other_id, "kind": kind, "at": at, "actor": actor}
    session.execute(_ABOUT, values)


def about(session: Session, case_id: UUID) -> list[Any]:
    """Return the cases that a case is about, the first noted first."""
    return list(session.execute(_ABOUT_OF, {"case_id": case_id}))


def concerns(session: Session, case_id: UUID, actor: str, name: str) -> bool:
    """Tell whether a complaint is about this person: they acted on the case complained of, or were named."""
    values = {"case_id": case_id, "actor": actor, "name": name or actor}
    return bool(session.execute(_ACTED, values).scalar_one())

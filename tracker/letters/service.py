"""Making letters: one PDF per language, once for each event that asks for it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import ids
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.letters import layout, words
from tracker.letters.models import Letter
from tracker.payments import queries as money

LANGUAGES = ("fr", "en")
VALID_FOR = timedelta(days=365)
# A letter to an owner must not say, by anything in it, who complained.
NEVER_NAMES = ("owner_notice",)
FOOT = {
    "fr": "Document produit par Vigie pour {town}. Dossier {number}, fait le {day}.",
    "en": "Document produced by Vigie for {town}. File {number}, made on {day}.",
}

_HOLDER = text("""
    SELECT k.name FROM report r JOIN contact k ON k.report_id = r.id
    WHERE r.case_id = :id AND k.name IS NOT NULL ORDER BY r.received_at, r.id LIMIT 1
""")
_CONDITIONS = text("""
    SELECT w.text FROM event e
    LEFT JOIN event_text w ON w.case_id = e.case_id AND w.seq = e.seq AND w.name = 'conditions'
    WHERE e.case_id = :id AND e.kind = 'moved' AND e.payload ->> 'transition' IN ('approve', 'approve_study')
    ORDER BY e.seq DESC LIMIT 1
""")


def make(
    session: Session, case: Any, kind: str, inputs: Mapping[str, Any], *, seq: int, at: datetime
) -> None:
    """Make a letter in both languages; made again for the same event, it is the same letter."""
    facts = _facts(session, case, kind, inputs)
    for language in LANGUAGES:
        content = layout.draw(_sheet(session, case, kind, facts, language, at))
        session.execute(
            insert(Letter)
            .values(
                id=ids.new_id(),
                case_id=case.id,
                kind=kind,
                language=language,
                event_seq=seq,
                sha256=hashlib.sha256(content).digest(),
                content=content,
                made_at=at,
            )
            .on_conflict_do_nothing()
        )


def listed(session: Session, case_id: UUID) -> list[Any]:
    """Return the letters of a case without their content, the newest first."""
    columns = (Letter.id, Letter.kind, Letter.language, Letter.made_at, Letter.event_seq)
    ordered = select(*columns).where(Letter.case_id == case_id)
    return list(session.execute(ordered.order_by(Letter.event_seq.desc(), Letter.language.desc())))


def find(session: Session, case_id: UUID, letter_id: UUID) -> Letter | None:
    """Return a letter of a case, or None."""
    return session.scalars(
        select(Letter).where(Letter.id == letter_id, Letter.case_id == case_id)
    ).one_or_none()


def _facts(session: Session, case: Any, kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"number": case.number, "place": case.place_text}
    if kind not in NEVER_NAMES:
        facts["holder"] = session.execute(_HOLDER, {"id": case.id}).scalar_one_or_none()
    if kind == "permit":
        facts["conditions"] = session.execute(_CONDITIONS, {"id": case.id}).scalar_one_or_none()
        facts["paid_cents"] = money.balance(session, case.id).paid
    for name in ("reason", "article", "recourse", "report", "deadline", "conditions"):
        if inputs.get(name):
            facts[name] = inputs[name]
    return facts


def _sheet(
    session: Session, case: Any, kind: str, facts: Mapping[str, Any], language: str, at: datetime
) -> layout.Sheet:
    town = selected(session)
    local = at.astimezone(ZoneInfo(town.zone))
    service = catalogue.version(session, case.service_id)
    shown = dict(facts) | {
        "service": service.name.in_language(language),
        "made_on": words.day(local.date(), language),
    }
    if kind == "permit":
        shown["valid_until"] = words.day((local + VALID_FOR).date(), language)
        shown["paid"] = words.money(facts["paid_cents"], language) if facts["paid_cents"] else None
    if facts.get("deadline"):
        shown["deadline"] = words.day(str(facts["deadline"]), language)
    foot = FOOT[language].format(town=town.name, number=case.number, day=shown["made_on"])
    return layout.Sheet(
        town=town.name,
        title=words.said(words.TITLES[kind], language),
        body=words.said(words.BODIES[kind], language),
        lines=words.lines(shown, language),
        foot=foot,
        language=language,
    )

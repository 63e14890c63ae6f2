"""Following what happened, as the worker does, and reading who was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.city import City
from tracker import ids
from tracker.cases import history
from tracker.cases import service as cases
from tracker.events import Fact
from tracker.notify import service, subscribing
from tracker.notify.subscribing import Wish
from tracker.outbox import Followed

_WAITING = text("SELECT case_id, seq, kind, at FROM outbox ORDER BY id")


def follow(town: City, *, keep: bool = False) -> int:
    """Follow every fact that waits, in one transaction; return how many notices were written."""
    with town.session() as session:
        facts = [Followed(**row) for row in session.execute(_WAITING).mappings()]
        told = service.follow(session, facts, town.clock())
        if not keep:
            session.execute(text("DELETE FROM outbox"))
    return told


def skip(town: City) -> None:
    """Let what waits be followed by nothing."""
    with town.session() as session:
        session.execute(text("DELETE FROM outbox"))


def happen(town: City, number: str, kind: str, payload: dict[str, Any], actor: str = "system") -> None:
    """Append a fact to a case."""
    with town.session() as session:
        fact = Fact(kind=kind, actor=actor, at=town.clock(), payload=payload)
        history.append(session, cases.lock(session, number), fact)


def notices(town: City, where: str = "true") -> list[Any]:
    """Return the notices, the first one first."""
    with town.session() as session:
        return list(session.execute(text(f"SELECT * FROM notice n WHERE {where} ORDER BY created_at, id")))


def deliveries(town: City, where: str = "true") -> list[Any]:
    """Return deliveries with their notices."""
    query = f"""
        SELECT d.*, n.person, n.kind, n.language, n.subject, n.short, n.subscription_id
        FROM delivery d JOIN notice n ON n.id = d.notice_id WHERE {where} ORDER BY d.id
    """
    with town.session() as session:
        return list(session.execute(text(query)))


def citizen(town: City, email: str, wish: Wish, *, language: str = "fr", person: str = "") -> str:
    """Have somebody subscribe and confirm; return their key. `person` wishes one thing more."""
    with town.session() as session:
        subscribing.ask(session, email, wish, language=language, now=town.clock())
        found = session.execute(text("SELECT id FROM citizen WHERE email = :e"), {"e": email}).scalar_one()
        key = f"citizen:{found}"
        for row in subscribing.of_person(session, key):
            subscribing.confirm(session, key, row.id, town.clock())
        session.execute(text("DELETE FROM notice WHERE person = :p"), {"p": key})
    return key


def staff(town: City) -> dict[str, str]:
    """Return the key of each member of the staff, by role (the crew's with its code)."""
    query = "SELECT id, role, crew_code FROM staff_here()"
    with town.session() as session:
        rows = session.execute(text(query)).all()
    return {row.role if row.role != "crew" else f"crew {row.crew_code}": f"staff:{row.id}" for row in rows}


def report_key(town: City, number: str) -> str:
    """Return the key of whoever sent a report."""
    with town.session() as session:
        found = session.execute(text("SELECT id FROM report WHERE number = :n"), {"n": number})
        return f"report:{found.scalar_one()}"


def standing(session: Session, **columns: Any) -> UUID:
    """Insert a subscription as it is and return its identifier."""
    values = {
        "id": ids.new_id(),
        "report_id": None,
        "language": "fr",
        "channels": ["email"],
        "radius_m": None,
        "lon": None,
        "lat": None,
        "ended_at": None,
        **columns,
    }
    session.execute(
        text("""
            INSERT INTO subscription (id, subject, subject_key, person, report_id, language, channels,
                radius_m, geom, created_at, confirmed_at, ended_at)
            VALUES (:id, :subject, :subject_key, :person, :report_id, :language, :channels, :radius_m,
                ST_SetSRID(ST_MakePoint(CAST(:lon AS float8), CAST(:lat AS float8)), 4326), :at,
                :confirmed_at, :ended_at)
        """),
        values,
    )
    found = values["id"]
    assert isinstance(found, UUID)
    return found


def local(town: City, moment: datetime) -> str:
    """Return a moment as the town's clocks show it."""
    return moment.astimezone(ZoneInfo("America/Toronto")).strftime("%m-%d %H:%M")

"""Rows that the notices feature makes, made here by hand: what waits to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.city import City
from tracker import ids
from tracker.notify.models import DeliveryRow, NoticeRow

SAID = {
    "fr": (
        "Votre signalement {n}",
        "Bonjour,\n\nUne équipe est passée : étape {n}.",
        "Étape {n} : c’est fait",
    ),
    "en": ("Your report {n}", "Hello,\n\nA crew came by: step {n}.", "Step {n}: done"),
}


def put(
    session: Session,
    now: datetime,
    channel: str,
    address: str,
    *,
    language: str = "fr",
    n: int = 1,
    **facts: Any,
) -> UUID:
    """Insert a notice with one delivery and return the delivery's id."""
    subject, body, short = (each.format(n=n) for each in SAID[language])
    notice = {
        "id": ids.new_id(), "person": f"citizen:{uuid4()}", "kind": "moved", "case_id": None,
        "event_seq": None, "report_id": None, "language": language, "subject": subject, "body": body,
        "short": short, "link": "https://ville.test/suivi/LC-2026-00001/cle", "created_at": now,
    } | {name: value for name, value in facts.items() if name != "not_before"}  # fmt: skip
    session.add(NoticeRow(**notice))
    session.flush()
    delivery = DeliveryRow(
        id=ids.new_id(), notice_id=notice["id"], channel=channel, address=address,
        not_before=facts.get("not_before", now), status="waiting",
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    return delivery.id


def rows(town: City, columns: str = "status, attempts, error") -> list[Any]:
    """Return the deliveries, the oldest first."""
    with town.session() as session:
        return list(session.execute(text(f"SELECT id, address, {columns} FROM delivery ORDER BY id")))

"""Events become webhook messages, in the transaction that follows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import db, ids
from tracker.cases import families
from tracker.cases.models import CaseRow
from tracker.events import EventRow
from tracker.notify.channels.models import WebhookEndpoint
from tracker.notify.models import DeliveryRow, NoticeRow

KIND = "webhook"
API = "/api/v1/cases/"


class Followed(Protocol):
    """An event that is being followed up (tracker/outbox.py)."""

    @property
    def case_id(self) -> UUID: ...
    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def follow(session: Session, facts: Sequence[Followed], now: datetime) -> int:
    """Queue a message to each program that wants to hear of these events; return how many.

    Following the same event twice queues it once. Sealed files (the municipal court's) are told to nobody.
    """
    endpoints = session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.enabled)).all()
    return _tell(session, endpoints, facts, now)


def catch_up(session: Session, endpoint: WebhookEndpoint, since: datetime, now: datetime) -> int:
    """Queue for one program the events since an instant that it was never told; return how many."""
    facts = session.execute(
        select(EventRow.case_id, EventRow.seq, EventRow.kind, EventRow.at)
        .where(EventRow.at >= since)
        .order_by(EventRow.at, EventRow.case_id, EventRow.seq)
    ).all()
    return _tell(session, [endpoint], facts, now)


def _tell(
    session: Session, endpoints: Sequence[WebhookEndpoint], facts: Sequence[Followed], now: datetime
) -> int:
    if not endpoints or not facts:
        return 0
    rows = session.execute(
        select(CaseRow.id, CaseRow.number).where(
            CaseRow.id.in_({fact.case_id for fact in facts}), CaseRow.workflow.not_in(families.SEALED)
        )
    )
    numbers = {row.id: row.number for row in rows}
    code = db.selected(session).code
    made = 0
    for fact in facts:
        number = numbers.get(fact.case_id)
        for endpoint in endpoints:
            if number is not None and (not endpoint.kinds or fact.kind in endpoint.kinds):
                made += _queue(session, endpoint, fact, payload(code, number, fact), now)
    return made


def payload(code: str, number: str, fact: Followed) -> str:
    """Return what is said of an event: which one, of which case, and where to read it with rights of one's
    own. Nothing about anybody.
    """
    said: dict[str, Any] = {
        "type": f"case.{fact.kind}",
        "timestamp": fact.at.isoformat(),
        "data": {"jurisdiction": code, "case": number, "seq": fact.seq, "href": f"{API}{number}"},
    }
    return orjson.dumps(said).decode()


def _queue(session: Session, endpoint: WebhookEndpoint, fact: Followed, body: str, now: datetime) -> int:
    notice_id = ids.new_id()
    notice = insert(NoticeRow).values(
        id=notice_id, person=f"{KIND}:{endpoint.id}", kind=KIND, case_id=fact.case_id, event_seq=fact.seq,
        language="fr", subject=f"case.{fact.kind}", body=body, short="", created_at=now,
    )  # fmt: skip
    if session.execute(notice.on_conflict_do_nothing().returning(NoticeRow.id)).one_or_none() is None:
        return 0
    session.execute(
        insert(DeliveryRow).values(
            id=ids.new_id(),
            notice_id=notice_id,
            channel=KIND,
            address=str(endpoint.id),
            not_before=now,
            status="waiting",
        )  # fmt: skip
    )
    return 1

"""Writing to each other about a case. The history keeps that a message was sent, never its words.

Words are personal data with an end of their own; the sealed history has none (docs/decisions/0004).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts.actor import CITIZEN, Actor
from tracker.cases import history
from tracker.cases import service as cases
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.db import selected
from tracker.events import Fact
from tracker.thread import errors
from tracker.thread.models import MessageRow

LONGEST = 5_000
_REPORTS = text("SELECT id, number FROM report WHERE case_id = :id ORDER BY received_at, id")
_REPORT = text("""
    SELECT r.id, r.number, r.language, c.number AS case_number
    FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.id = :id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """What somebody of the staff writes: to one report's sender, to all of them, or a note to colleagues."""

    actor: Actor
    body: str
    at: datetime
    is_internal: bool = False
    report: str | None = None
    device_at: datetime | None = None


def post(session: Session, number: str, writing: Writing) -> MessageRow:
    """Write to those who reported a case, or leave a note. Whoever is written to is told by a notice.

    Raises CaseNotFound, MessageEmpty, NobodyToAnswer. The caller commits.
    """
    body = _checked(writing.body)
    case = cases.lock(session, number)
    to = [] if writing.is_internal else _addressed(session, case, writing.report)
    message = MessageRow(
        id=ids.new_id(),
        case_id=case.id,
        addressed=[row.id for row in to],
        author_kind="staff",
        author=writing.actor.ref,
        body=body,
        language=writing.actor.language or selected(session).languages[0],
        channel="web",
        at=writing.at,
        is_internal=writing.is_internal,
        device_at=writing.device_at,
    )
    session.add(message)
    kind = "note_added" if writing.is_internal else "message_sent"
    payload: dict[str, Any] = {"message": str(message.id)}
    if not writing.is_internal:
        payload["to"] = [row.number for row in to]
    fact = Fact(
        kind=kind, actor=writing.actor.ref, at=writing.at, payload=payload, device_at=writing.device_at
    )
    history.append(session, case, fact)
    return message


def receive(session: Session, report_id: UUID, body: str, now: datetime, channel: str) -> MessageRow:
    """Take what the person who sent a report writes, from a page or by e-mail (`channel`); tell the staff.

    While the city waits for their answer, it is the answer: the case goes on. Longer texts are cut.
    Raises MessageEmpty, NobodyToAnswer. The caller commits.
    """
    said = _checked(body[:LONGEST])
    report = session.execute(_REPORT, {"id": report_id}).one_or_none()
    if report is None:
        raise errors.NobodyToAnswer
    case = cases.lock(session, report.case_number)
    message = MessageRow(
        id=ids.new_id(),
        case_id=case.id,
        report_id=report.id,
        addressed=[],
        author_kind="citizen",
        author="citizen",
        body=said,
        language=report.language,
        channel=channel,
        at=now,
        is_internal=False,
    )
    session.add(message)
    payload = {"message": str(message.id), "report": report.number}
    history.append(session, case, Fact(kind="message_received", actor="citizen", at=now, payload=payload))
    if _is_awaited(session, case):
        answer = Move(transition="answer", actor=CITIZEN, at=now, inputs={"answer": said}, is_reporter=True)
        cases.move(session, case.number, answer)
    return message


def _is_awaited(session: Session, case: CaseRow) -> bool:
    allowed = cases.machine_of(session, case).allowed(case.status, CITIZEN.role)
    return any(move.name == "answer" for move in allowed)


def _addressed(session: Session, case: CaseRow, number: str | None) -> list[Any]:
    held = list(session.execute(_REPORTS, {"id": case.id}))
    to = [row for row in held if number in (None, row.number)]
    if not to:
        raise errors.NobodyToAnswer
    return to


def _checked(body: str) -> str:
    said = body.replace("\0", "").strip()
    if not said:
        raise errors.MessageEmpty
    return said

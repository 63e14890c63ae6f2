"""What is done with a received message: handed to its case, counted as a bounce, ignored, or set aside.

Nothing is lost: what could not be handed on is kept, whole, for somebody to look at, until it expires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from tracker import db, ids
from tracker.notify import addresses
from tracker.notify.channels.letter import BOUNCE, REPLY, Letterhead
from tracker.notify.inbound import reading
from tracker.notify.inbound.models import InboundMessage
from tracker.notify.inbound.reading import Letter
from tracker.notify.models import DeliveryRow, NoticeRow
from tracker.reports.models import Contact, ReportRow

KEPT = timedelta(days=90)
TEXT_LIMIT = 5_000
REFUSED = "mail_refused"
_ATTACHED = {"fr": "Pièces jointes au courriel", "en": "Attached to the e-mail"}
_REGRETS = {
    "fr": (
        "Votre courriel n’a pas pu être rattaché à un dossier",
        "Bonjour,\n\nNous n’avons pas reconnu le dossier auquel votre courriel répond, ou il ne vient pas de "
        "l’adresse laissée avec le signalement. Il est conservé 90 jours et quelqu’un peut le lire.\n\n"
        "Pour être sûr d’être lu, répondez depuis la page de suivi de votre signalement.",
    ),
    "en": (
        "Your e-mail could not be matched to a file",
        "Hello,\n\nWe did not recognise the file that your e-mail answers, or it does not come from the "
        "address left with the report. It is kept for 90 days and somebody can read it.\n\n"
        "To be sure to be read, answer from the follow-up page of your report.",
    ),
}
log = structlog.get_logger(__name__)


class Receive(Protocol):
    """What hands a person's words to the case's conversation (`tracker.thread.service.receive`)."""

    def __call__(
        self, session: Session, report_id: UUID, text: str, now: datetime, /, channel: str
    ) -> object: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the mail system says of a message, apart from the message."""

    recipient: str = ""
    return_path: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of a message: reply, bounce, ignored, quarantined, or duplicate; and why."""

    outcome: str
    reason: str = ""
    report_id: UUID | None = None


def take_in(
    session: Session, raw: bytes, envelope: Envelope, head: Letterhead, now: datetime, *, receive: Receive
) -> Result:
    """Take a message in, once however often it is delivered. The caller commits."""
    letter = reading.read(raw, recipient=envelope.recipient, return_path=envelope.return_path)
    digest = sha256(
        f"{letter.message_id}\0{envelope.recipient}".encode() if letter.message_id else raw
    ).digest()
    if session.scalar(select(InboundMessage.id).where(InboundMessage.digest == digest)) is not None:
        return Result(outcome="duplicate")
    result = _judged(session, letter, head, now, receive)
    is_whole = result.outcome == "quarantined" or (
        result.outcome == "reply" and (letter.attachments or len(letter.text) > TEXT_LIMIT)
    )
    session.add(
        InboundMessage(
            id=ids.new_id(),
            digest=digest,
            received_at=now,
            expires_at=now + KEPT,
            outcome=result.outcome,
            reason=result.reason[:500],
            sender=letter.sender or None,
            report_id=result.report_id,
            raw=raw if is_whole else None,
        )  # fmt: skip
    )
    session.flush()
    if result.outcome == "quarantined":
        _regret(session, letter, now)
    log.info("mail received", outcome=result.outcome, reason=result.reason)
    return result


def _judged(session: Session, letter: Letter, head: Letterhead, now: datetime, receive: Receive) -> Result:
    if letter.bounce is not None:
        return _bounced(session, letter, head, now)
    if letter.automatic:
        return Result(outcome="ignored", reason=letter.automatic)
    if _is_ours(letter, head):
        return Result(outcome="ignored", reason="our own message came back")
    report_id = _report_of(session, letter, head)
    if report_id is None:
        return Result(outcome="quarantined", reason="no report is named")
    contact = session.get(Contact, report_id)
    if contact is None or (contact.email or "").strip().lower() != letter.sender:
        return Result(outcome="quarantined", reason="not the address of this report", report_id=report_id)
    said = _words(session, letter, report_id)
    if not said:
        return Result(outcome="quarantined", reason="nothing is said", report_id=report_id)
    try:
        with session.begin_nested():
            receive(session, report_id, said, now, channel="email")
    except Exception as error:  # whatever the conversation refuses must not lose the message
        log.warning("reply refused", report=str(report_id), error=repr(error))
        return Result(outcome="quarantined", reason=f"refused: {error!r}", report_id=report_id)
    return Result(outcome="reply", report_id=report_id)


def _bounced(session: Session, letter: Letter, head: Letterhead, now: datetime) -> Result:
    bounce = letter.bounce
    assert bounce is not None
    if bounce.action != "failed":
        return Result(outcome="ignored", reason=f"delivery report: {bounce.action}"[:100])
    for token in _tokens(letter, "bounce"):
        delivery_id = head.keyring.read(BOUNCE, token)
        reason = f"bounced {bounce.status} {bounce.detail}".strip()
        if delivery_id is not None and addresses.bounced(
            session, delivery_id, reason, now, is_final=bounce.is_final
        ):
            return Result(outcome="bounce", reason=reason)
    return Result(outcome="ignored", reason="a delivery report without our signature")


def _is_ours(letter: Letter, head: Letterhead) -> bool:
    own = head.sender.rpartition("<")[2].rstrip("> ").lower()
    return letter.sender == own or letter.message_id.rstrip(">").lower().endswith(f"@{head.domain}")


def _report_of(session: Session, letter: Letter, head: Letterhead) -> UUID | None:
    """Return the report that a message answers: by the signed address, else by the messages it refers to."""
    tokens = list(_tokens(letter, "reply"))
    for token in tokens:
        found = head.keyring.read(REPLY, token)
        if found is not None and session.get(ReportRow, found) is not None:
            return found
    if tokens:
        return None  # somebody changed it: what else the message says is not believed either
    for reference in letter.references:
        name, _, domain = reference.rpartition("@")
        if domain.lower() == head.domain and (delivery_id := _uuid(name)) is not None:
            found = session.scalar(
                select(NoticeRow.report_id)
                .join(DeliveryRow, DeliveryRow.notice_id == NoticeRow.id)
                .where(DeliveryRow.id == delivery_id)
            )
            if found is not None:
                return found
    return None


def _tokens(letter: Letter, purpose: str) -> list[str]:
    found = [each.partition("@")[0] for each in letter.recipients]
    return [each.partition("+")[2] for each in dict.fromkeys(found) if each.startswith(f"{purpose}+")]


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _words(session: Session, letter: Letter, report_id: UUID) -> str:
    said = letter.text[:TEXT_LIMIT]
    if letter.attachments:
        report = session.get(ReportRow, report_id)
        label = _ATTACHED[report.language if report else "fr"]
        colon = ":" if label == _ATTACHED["en"] else "\N{NO-BREAK SPACE}:"
        said = f"{said}\n\n[{label}{colon} {', '.join(letter.attachments)}]"
    return said.strip()


def _regret(session: Session, letter: Letter, now: datetime) -> None:
    """Tell a sender that nothing was matched, once a day at most: a forged sender is not to be flooded."""
    to = addresses.email(letter.sender)
    if to is None or addresses.is_suppressed(session, "email", to):
        return
    person = f"sender:{to}"
    told = select(NoticeRow.id).where(
        NoticeRow.person == person, NoticeRow.created_at > now - timedelta(days=1)
    )
    if session.scalar(told.limit(1)) is not None:
        return
    language = next((each for each in db.selected(session).languages if each in _REGRETS), "fr")
    subject, body = _REGRETS[language]
    notice = NoticeRow(
        id=ids.new_id(), person=person, kind=REFUSED, case_id=None, event_seq=None, report_id=None,
        language=language, subject=subject, body=body, short=subject, link=None, created_at=now,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    session.add(
        DeliveryRow(
            id=ids.new_id(),
            notice_id=notice.id,
            channel="email",
            address=to,
            not_before=now,
            status="waiting",
        )
    )
    session.flush()


def quarantined(session: Session, *, limit: int = 100) -> Sequence[InboundMessage]:
    """Return what was set aside, the oldest first."""
    wanted = select(InboundMessage).where(InboundMessage.outcome == "quarantined")
    return session.scalars(wanted.order_by(InboundMessage.id).limit(limit)).all()


def release(
    session: Session, message_id: UUID, number: str, now: datetime, *, receive: Receive
) -> Result | None:
    """Hand a message that was set aside to the report that somebody says it is about.

    Returns None when there is no such message or no such report.
    """
    row = session.get(InboundMessage, message_id)
    report_id = session.scalar(select(ReportRow.id).where(ReportRow.number == number))
    if row is None or row.outcome != "quarantined" or row.raw is None or report_id is None:
        return None
    letter = reading.read(bytes(row.raw))
    receive(session, report_id, _words(session, letter, report_id), now, channel="email")
    row.outcome, row.report_id = "released", report_id
    session.flush()
    return Result(outcome="released", report_id=report_id)


def purge(session: Session, now: datetime) -> int:
    """Forget what has expired and return how many messages that was."""
    done = session.execute(delete(InboundMessage).where(InboundMessage.expires_at < now))
    session.execute(text("DELETE FROM notice WHERE kind = :kind AND created_at < :before"),
                    {"kind": REFUSED, "before": now - KEPT})  # fmt: skip
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows

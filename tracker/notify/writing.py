"""Notices and their deliveries, rendered for each person and written in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.orm import Session

from tracker import ids
from tracker.notify import quiet
from tracker.notify.persons import Person
from tracker.notify.templates import Texts
from tracker.prepared import Prepared

# Nobody is woken by a telephone that chose nothing else; an e-mail wakes nobody.
USUAL_QUIET = (22 * 60, 7 * 60)
_WAKES = ("sms", "push")

PUSH = "push"
_BROWSERS = Prepared("""
    SELECT person, endpoint FROM push_subscription WHERE person = ANY(:people) ORDER BY created_at, id
""")
NO_BROWSERS: Mapping[str, Sequence[str]] = MappingProxyType({})
_WRITE = Prepared("""
    WITH told AS (
        INSERT INTO notice (id, person, kind, case_id, event_seq, report_id, language, subject, body, short,
            link, created_at, subscription_id, awaits_digest)
        SELECT n.id, n.person, n.kind, n.case_id, n.event_seq, n.report_id, n.language, n.subject, n.body,
            n.short, n.link, n.created_at, n.subscription_id, n.awaits_digest
        FROM jsonb_to_recordset(CAST(:notices AS jsonb)) AS n(id uuid, person text, kind text, case_id uuid,
            event_seq integer, report_id uuid, language text, subject text, body text, short text, link text,
            created_at timestamptz, subscription_id uuid, awaits_digest boolean)
        ON CONFLICT DO NOTHING RETURNING id
    ), sent AS (
        INSERT INTO delivery (id, notice_id, channel, address, not_before, status)
        SELECT d.id, d.notice_id, d.channel, d.address, d.not_before, 'waiting'
        FROM jsonb_to_recordset(CAST(:deliveries AS jsonb)) AS d(id uuid, notice_id uuid, channel text,
            address text, not_before timestamptz)
        JOIN told ON told.id = d.notice_id
    )
    SELECT count(*) AS told FROM told
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One notice ready to be kept: whom it is for, its words, and how soon it must leave."""

    person: Person
    kind: str
    language: str
    texts: Texts
    link: str | None
    now: datetime
    urgent: bool
    case_id: UUID | None = None
    event_seq: int | None = None
    id: UUID = field(default_factory=ids.new_id)


def write(session: Session, messages: Sequence[Message], zone: ZoneInfo) -> int:
    """Insert notices with their deliveries; return how many were new (one was said of an event before)."""
    if not messages:
        return 0
    notices, deliveries = rows(messages, zone, _browsers(session, messages))
    given = {"notices": orjson.dumps(notices).decode(), "deliveries": orjson.dumps(deliveries).decode()}
    return int(_WRITE.one_or_none(session, given).told)


def _browsers(session: Session, messages: Sequence[Message]) -> dict[str, list[str]]:
    """Return the browsers that people asked to be told by, each by its endpoint."""
    keys = sorted({message.person.key for message in messages})
    found: dict[str, list[str]] = {}
    for row in _BROWSERS.all(session, {"people": keys}):
        found.setdefault(row.person, []).append(row.endpoint)
    return found


def rows(
    messages: Sequence[Message], zone: ZoneInfo, browsers: Mapping[str, Sequence[str]] = NO_BROWSERS
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return messages as rows of `notice` and of `delivery`."""
    notices: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    for message in messages:
        notice = _notice(message)
        notices.append(notice)
        if not notice["awaits_digest"]:
            deliveries += _deliveries(message, zone, browsers.get(message.person.key, ()))
    return notices, deliveries


def _notice(message: Message) -> dict[str, Any]:
    person, texts = message.person, message.texts
    return {
        "id": message.id,
        "person": person.key,
        "kind": message.kind,
        "case_id": message.case_id,
        "event_seq": message.event_seq,
        "report_id": person.report_id,
        "language": message.language,
        "subject": texts.subject,
        "body": texts.body,
        "short": texts.short,
        "link": message.link,
        "created_at": message.now,
        "subscription_id": person.subscription_id,
        "awaits_digest": person.digest and not message.urgent,
    }


def _deliveries(message: Message, zone: ZoneInfo, browsers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give a delivery for each way: the addresses of the channels chosen, and every registered browser."""
    person = message.person
    channels = person.channels
    if message.urgent and person.kind == "staff" and "email" not in channels:
        channels = (*channels, "email")  # a page must find somebody
    ways = [(channel, person.addresses[channel]) for channel in channels if channel in person.addresses]
    for channel, address in (*ways, *((PUSH, endpoint) for endpoint in browsers)):
        yield {
            "id": ids.new_id(),
            "notice_id": message.id,
            "channel": channel,
            "address": address,
            "not_before": message.now if message.urgent else _not_before(message, channel, zone),
        }


def _not_before(message: Message, channel: str, zone: ZoneInfo) -> datetime:
    person = message.person
    quiet_from, quiet_to = person.quiet_from, person.quiet_to
    if quiet_from is None and channel in _WAKES:
        quiet_from, quiet_to = USUAL_QUIET
    return quiet.not_before(message.now, zone, quiet_from, quiet_to)

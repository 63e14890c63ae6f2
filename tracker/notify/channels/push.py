"""Web push (RFC 8030): encrypted for one browser (RFC 8291), signed as this town (RFC 8292).

The delivery is the `Topic`: a push service that still holds the first copy of a message replaces it by the
second, and the service worker shows one notification for each (`tag`), also when both come through.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import orjson
from pywebpush import WebPusher, WebPushException
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.clock import system_clock
from tracker.notify import keys
from tracker.notify.channels import channel, egress
from tracker.notify.channels.channel import Fate, Message, Outcome
from tracker.notify.channels.configuration import Configuration
from tracker.notify.channels.models import PushSubscription
from tracker.notify.keyring import Keyring
from tracker.notify.keys import KeyPair

TTL_S = 3 * 24 * 3600
TOKEN_S = 12 * 3600
CLEAR_LIMIT = 3_000
URGENT_KINDS = frozenset({"emergency", "alert"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A browser's keys for one message, and ours."""

    p256dh: str
    auth: str
    pair: KeyPair


class PushChannel:
    """The push services of everybody's browsers, for one jurisdiction."""

    name = "push"
    addresses, run = 50, 4

    def __init__(self, configuration: Configuration, keyring: Keyring) -> None:
        self._configuration, self._keyring = configuration, keyring

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Add each browser's keys; one that unsubscribed meanwhile has none."""
        pair = keys.load(session, self._keyring)
        wanted = [each.address for each in messages]
        found = session.scalars(select(PushSubscription).where(PushSubscription.endpoint.in_(wanted)))
        by_endpoint = {row.endpoint: row for row in found}

        def device(message: Message) -> Device | None:
            row = by_endpoint.get(message.address)
            return Device(p256dh=row.p256dh, auth=row.auth, pair=pair) if row and pair else None

        return [replace(each, target=device(each)) for each in messages]

    @contextmanager
    def opened(self) -> Iterator[PushLine]:
        """Give a line that keeps one connection for each push service."""
        client = egress.Client(
            timeout_s=self._configuration.timeout_s, allows_loopback=self._configuration.allows_loopback
        )
        try:
            yield PushLine(self._configuration.push_contact, client)
        finally:
            client.close()

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Forget a browser that is gone."""
        if outcome.fate is Fate.DEAD:
            session.execute(delete(PushSubscription).where(PushSubscription.endpoint == message.address))

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """Nothing more to note: a push service that failed for three days may come back."""


class PushLine:
    """The requests of one batch. A push service that does not answer is not waited for twice."""

    def __init__(self, contact: str, client: egress.Client) -> None:
        self._contact, self._client = contact, client
        self._down: dict[str, tuple[str, float | None]] = {}
        self._tokens: dict[str, dict[str, str]] = {}

    def send(self, message: Message) -> Outcome:
        """Hand one message to its browser's push service."""
        if not isinstance(message.target, Device):
            return channel.dead("no such subscription")
        origin = _origin(message.address)
        if origin in self._down:
            reason, after_s = self._down[origin]
            return channel.later(f"not tried: {reason}", after_s=after_s, is_unsure=message.is_unsure)
        try:
            body = _encrypted(message, message.target)
            answer = self._client.post(message.address, body, self._headers(message, message.target, origin))
        except egress.AddressRefused as error:
            return channel.dead(str(error))
        except (ValueError, WebPushException) as error:
            return channel.dead(f"unusable keys: {error}")
        except egress.Unreachable as error:
            self._down[origin] = (str(error), None)
            return channel.later(str(error), is_unsure=error.is_unsure)
        return self._outcome(answer, origin)

    def _outcome(self, answer: egress.Answer, origin: str) -> Outcome:
        reason = f"HTTP {answer.status} {answer.body[:200].decode(errors='replace')}".strip()
        if answer.status in (200, 201, 202, 204):
            return channel.sent(answer.headers.get("location", "")[:500] or None)
        if answer.status in (404, 410):
            return channel.dead(reason)
        if answer.status == 429 or answer.status >= 500:
            self._down[origin] = (reason, answer.retry_after_s)
            return channel.later(reason, after_s=answer.retry_after_s, is_unsure=answer.status >= 500)
        # 401 and 403 are about our key, 400 and 413 about this message: neither is the browser's end.
        return channel.rejected(reason)

    def _headers(self, message: Message, device: Device, origin: str) -> dict[str, str]:
        if origin not in self._tokens:
            now = int(system_clock().timestamp())
            claims = {"aud": origin, "exp": now + TOKEN_S, "sub": self._contact or "mailto:vigie@localhost"}
            self._tokens[origin] = dict(device.pair.vapid.sign(claims))
        return self._tokens[origin] | {
            "TTL": str(TTL_S),
            "Urgency": "high" if message.kind in URGENT_KINDS else "normal",
            "Topic": topic(message),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }


def topic(message: Message) -> str:
    """Return the delivery as a Topic: 32 letters of base64url (RFC 8030 §5.4)."""
    digest = sha256(message.delivery_id.bytes).digest()[:24]
    return base64.urlsafe_b64encode(digest).decode()


def payload(message: Message) -> bytes:
    """Return what the service worker shows, within what a push may hold (RFC 8030 §7.2: 4096 encrypted)."""
    said: dict[str, Any] = {
        "id": str(message.delivery_id),
        "lang": f"{message.language}-CA",
        "title": message.subject[:200],
        "body": message.short[:1_000],
        "url": message.link,
    }
    while len(content := orjson.dumps(said)) > CLEAR_LIMIT:
        said["body"] = said["body"][: len(said["body"]) // 2]
        said["title"] = said["title"][:100]
        if said["url"] and len(said["url"]) > 1_000:
            said["url"] = None
    return content


def _encrypted(message: Message, device: Device) -> bytes:
    keyed = {"endpoint": message.address, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    return bytes(WebPusher(keyed).encode(payload(message), "aes128gcm")["body"])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

"""Webhooks as they leave: signed by Standard Webhooks 1.0, under an identifier that retries keep."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.clock import Clock, system_clock
from tracker.notify.channels import channel, egress
from tracker.notify.channels.channel import Fate, Message, Outcome
from tracker.notify.channels.configuration import Configuration
from tracker.notify.channels.models import WebhookEndpoint
from tracker.notify.keyring import Keyring
from tracker.prepared import Prepared

SECRET_PREFIX = "whsec_"  # a prefix, not a secret
log = structlog.get_logger(__name__)

_DROP = text("""
UPDATE delivery SET status = 'dropped', error = 'webhook disabled'
WHERE channel = 'webhook' AND address = :address AND status = 'waiting'
""")
_ANSWERS = Prepared("""
    UPDATE webhook_endpoint SET failing_since = NULL, reason = NULL
    WHERE id = :id AND failing_since IS NOT NULL
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where a webhook goes, and the secret it is signed with."""

    url: str
    secret: bytes


class WebhookChannel:
    """The webhooks of one jurisdiction."""

    name = "webhook"
    # One program hears of everything, in order: long runs, few addresses.
    addresses, run = 8, 50

    def __init__(self, configuration: Configuration, keyring: Keyring, clock: Clock = system_clock) -> None:
        self._configuration, self._keyring, self._clock = configuration, keyring, clock

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Add each program's address and secret; one that was removed or disabled has neither."""
        wanted = {UUID(each.address) for each in messages}
        found = session.scalars(
            select(WebhookEndpoint).where(WebhookEndpoint.id.in_(wanted), WebhookEndpoint.enabled)
        )
        targets = {
            str(row.id): Target(url=row.url, secret=self._keyring.unseal(row.sealed_secret)) for row in found
        }
        return [replace(each, target=targets.get(each.address)) for each in messages]

    @contextmanager
    def opened(self) -> Iterator[WebhookLine]:
        """Give a line that keeps one connection for each program."""
        client = egress.Client(
            timeout_s=self._configuration.timeout_s, allows_loopback=self._configuration.allows_loopback
        )
        try:
            yield WebhookLine(client, self._clock)
        finally:
            client.close()

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Note since when a program fails, or that it answers again."""
        if outcome.fate is Fate.SENT:
            _ANSWERS.later(session, {"id": UUID(message.address)})
            return
        endpoint = session.get(WebhookEndpoint, UUID(message.address))
        if endpoint is None:
            return
        endpoint.failing_since = endpoint.failing_since or now
        endpoint.reason = outcome.reason[:500]
        session.flush()
        if outcome.fate is Fate.DEAD:
            disable(session, message.address, outcome.reason, now)

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """Disable a program that failed for three days."""
        disable(session, message.address, reason, now)


def disable(session: Session, address: str, reason: str, now: datetime) -> None:
    """Send a program nothing more, and say so aloud; `vigie notify replay` sends what it missed."""
    endpoint = session.get(WebhookEndpoint, UUID(address))
    if endpoint is None or not endpoint.enabled:
        return
    endpoint.enabled, endpoint.disabled_at, endpoint.reason = False, now, reason[:500]
    session.flush()
    session.execute(_DROP, {"address": address})
    log.error("webhook disabled", webhook=address, label=endpoint.label, reason=reason)


class WebhookLine:
    """The requests of one batch. A program that does not answer is not waited for twice."""

    def __init__(self, client: egress.Client, clock: Clock = system_clock) -> None:
        self._client, self._clock = client, clock

    def send(self, message: Message) -> Outcome:
        """Hand one message to its program."""
        if not isinstance(message.target, Target):
            return channel.rejected("webhook disabled or removed")
        body = message.text.encode()
        try:
            answer = self._client.post(message.target.url, body, self._headers(message, message.target, body))
        except egress.AddressRefused as error:
            # The name may lead to a public address again tomorrow.
            return channel.later(f"refused: {error}")
        except egress.Unreachable as error:
            return channel.later(str(error), is_unsure=error.is_unsure)
        reason = f"HTTP {answer.status}"
        if 200 <= answer.status < 300:
            return channel.sent()
        if answer.status == 410:
            return channel.dead(reason)  # Standard Webhooks: the program wants no more
        return channel.later(reason, after_s=answer.retry_after_s, is_unsure=answer.status >= 500)

    def _headers(self, message: Message, target: Target, body: bytes) -> dict[str, str]:
        name = f"msg_{message.delivery_id}"
        stamp = str(int(self._clock().timestamp()))
        return {
            "Content-Type": "application/json",
            "User-Agent": "Vigie",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(target.secret, name, stamp, body),
        }


def sign(secret: bytes, name: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message (Standard Webhooks 1.0: `v1,` and HMAC-SHA256 in base64)."""
    content = f"{name}.{stamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, content, sha256)).decode()}"

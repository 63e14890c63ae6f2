"""Text messages through a Twilio-compatible provider (its REST API 2010-04-01, Messages resource).

That API has no idempotency key. When an earlier hand-off may have succeeded, the provider is asked first what
it has for this number since then; a message with the same words is the one, and is not sent again. Each
delivery names its own status callback, so that what the telephone network says later finds it too.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from sqlalchemy.orm import Session

from tracker.notify.channels import channel, egress, sms
from tracker.notify.channels.channel import Message, Outcome
from tracker.notify.channels.configuration import Configuration, Twilio
from tracker.notify.channels.pacing import Pace
from tracker.notify.channels.sms import Text
from tracker.notify.keyring import Keyring

VERSION = "2010-04-01"
CALLBACK = "sms-status"
STATUS_PATH = "/api/v1/sms/status"
# twilio.com/docs/api/errors: the number cannot exist, cannot get texts, or its owner said stop.
DEAD_CODES = frozenset({21211, 21214, 21217, 21610, 21614, 30005, 30006})
STOPPED_CODE = 21610
BUSY_CODES = frozenset({14107, 20429, 21611, 30001, 30022})
SLACK = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Account:
    settings: Twilio
    public_url: str
    keyring: Keyring

    @property
    def messages_url(self) -> str:
        return f"{self.settings.url}/{VERSION}/Accounts/{quote(self.settings.account, safe='')}/Messages.json"

    @property
    def authorization(self) -> str:
        pair = f"{self.settings.account}:{self.settings.token}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class TwilioChannel:
    """The provider of one jurisdiction."""

    name = "sms"
    addresses, run = 20, 4

    def __init__(self, configuration: Configuration, settings: Twilio, keyring: Keyring) -> None:
        self._account = _Account(settings=settings, public_url=configuration.public_url, keyring=keyring)
        self._pace = Pace(settings.per_s)

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Write numbers as E.164 and the words as they are sent."""
        return sms.prepare(session, messages)

    @contextmanager
    def opened(self) -> Iterator[TwilioLine]:
        """Give a line that keeps its connection for the batch."""
        # The operator chose this address: it may be a gateway on the same network.
        client = egress.Client(timeout_s=self._account.settings.timeout_s, is_guarded=False)
        try:
            yield TwilioLine(self._account, client, self._pace)
        finally:
            client.close()

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Nothing more to note: a dead number is suppressed by the sender."""

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """Nothing more to note."""


class TwilioLine:
    """The requests of one batch."""

    def __init__(self, account: _Account, client: egress.Client, pace: Pace) -> None:
        self._account, self._client, self._pace = account, client, pace
        self._given: set[str] = set()

    def send(self, message: Message) -> Outcome:
        """Hand one message to the provider."""
        if not isinstance(message.target, Text):
            return channel.dead("not a telephone number, or stopped")
        self._pace.wait()
        try:
            if message.is_unsure:
                known = self._taken_before(message, message.target)
                if known:
                    return channel.sent(known)
            answer = self._client.post(
                self._account.messages_url, urlencode(self._form(message, message.target)).encode(),
                self._headers() | {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Idempotency-Key": str(message.delivery_id),
                },
            )  # fmt: skip
        except egress.Unreachable as error:
            return channel.down(str(error), is_unsure=error.is_unsure)
        except _NotTold as error:
            return channel.down(str(error), is_unsure=True)
        except egress.AddressRefused as error:
            return channel.down(f"VIGIE_NOTIFY_SMS_URL: {error}")
        outcome = outcome_of(answer)
        if outcome.provider_id:
            self._given.add(outcome.provider_id)
        return outcome

    def check(self) -> None:
        """Ask for the account's messages. Raises Unreachable, AddressRefused, RuntimeError."""
        answer = self._client.request(
            "GET", f"{self._account.messages_url}?PageSize=1", None, self._headers()
        )
        if answer.status != 200:
            raise RuntimeError(f"HTTP {answer.status}")

    def _form(self, message: Message, text: Text) -> dict[str, str]:
        form = {"To": text.to, "From": self._account.settings.sender, "Body": text.body}
        if self._account.public_url:
            token = self._account.keyring.token(CALLBACK, message.delivery_id)
            form["StatusCallback"] = f"{self._account.public_url}{STATUS_PATH}/{token}"
        return form

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self._account.authorization, "Accept": "application/json"}

    def _taken_before(self, message: Message, text: Text) -> str | None:
        """Return the provider's id of this message, when it has it already. Raises Unreachable, _NotTold."""
        since = message.first_attempt_at - SLACK
        query = urlencode({"To": text.to, "DateSent>": since.date().isoformat(), "PageSize": 100})
        answer = self._client.request("GET", f"{self._account.messages_url}?{query}", None, self._headers())
        if answer.status != 200:
            raise _NotTold(f"asked what was sent: HTTP {answer.status}")
        others = text.known | self._given
        for each in _json(answer).get("messages", []):
            sid = str(each.get("sid"))
            is_ours = each.get("body") == text.body and _moment(each.get("date_created")) >= since
            if is_ours and sid not in others:
                return sid
        return None


class _NotTold(Exception):
    """The provider did not say what it has."""


def outcome_of(answer: egress.Answer) -> Outcome:
    """Return what the provider's answer means for the message."""
    told = _json(answer)
    if 200 <= answer.status < 300:
        return channel.sent(str(told["sid"])) if told.get("sid") else channel.later(
            "an answer without a message id", is_unsure=True
        )  # fmt: skip
    code = told.get("code")
    reason = f"HTTP {answer.status} {code or ''} {told.get('message', '')}".strip()
    if code in DEAD_CODES:
        return channel.dead(reason)
    if answer.status == 429 or code in BUSY_CODES:
        return channel.down(reason, after_s=answer.retry_after_s)
    if answer.status in (401, 403, 404) or answer.status >= 500:
        # Wrong credentials and broken servers are nobody's message's fault. A 5xx may come after the fact.
        return channel.down(reason, after_s=answer.retry_after_s, is_unsure=answer.status >= 500)
    return channel.rejected(reason)


def _json(answer: egress.Answer) -> Mapping[str, Any]:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _moment(said: Any) -> datetime:
    try:
        return parsedate_to_datetime(str(said))
    except (ValueError, TypeError):
        return datetime.min.replace(tzinfo=UTC)

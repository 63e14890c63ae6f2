"""Text messages through a centre that speaks SMPP 3.4, bound as a transmitter for the batch.

What SMPP permits: a submission whose answer was lost may have been taken, and the protocol has no way to ask.
It is sent again: this channel is at least once. Delivery receipts and answers of people come on another bind,
which this adapter does not open.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from smpplib import client, consts, exceptions, gsm
from sqlalchemy.orm import Session

from tracker.notify.channels import channel, sms
from tracker.notify.channels.channel import Message, Outcome
from tracker.notify.channels.configuration import Smpp
from tracker.notify.channels.pacing import Pace
from tracker.notify.channels.sms import Text

BUSY = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL, consts.SMPP_ESME_RSYSERR})
BUSY_S = 30.0


class SmppChannel:
    """The centre of one jurisdiction."""

    name = "sms"
    addresses, run = 20, 4

    def __init__(self, settings: Smpp) -> None:
        self._settings = settings
        self._pace = Pace(settings.per_s)

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Write numbers as E.164 and the words as they are sent."""
        return sms.prepare(session, messages)

    @contextmanager
    def opened(self) -> Iterator[SmppLine]:
        """Give a line that binds with its first message and unbinds at the end."""
        line = SmppLine(self._settings, self._pace)
        try:
            yield line
        finally:
            line.close()

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Nothing more to note: a dead number is suppressed by the sender."""

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """Nothing more to note."""


class _Client(client.Client):  # type: ignore[misc]  # smpplib ships no types
    """smpplib's client, which checks the certificate against the host's name when it uses TLS."""

    _ssl_context: ssl.SSLContext | None

    def _create_socket(self) -> Any:
        context, self._ssl_context = self._ssl_context, None
        try:
            raw = super()._create_socket()
        finally:
            self._ssl_context = context
        return raw if context is None else context.wrap_socket(raw, server_hostname=self.host)


class SmppLine:
    """One bind."""

    def __init__(self, settings: Smpp, pace: Pace) -> None:
        self._settings, self._pace = settings, pace
        self._client: _Client | None = None

    def send(self, message: Message) -> Outcome:
        """Hand one message to the centre, in as many parts as it takes."""
        if not isinstance(message.target, Text):
            return channel.dead("not a telephone number, or stopped")
        self._pace.wait()
        try:
            bound = self._bound()
        except (OSError, exceptions.PDUError, exceptions.ConnectionError) as error:
            self.close()
            return channel.down(f"bind: {type(error).__name__} {error}")
        is_begun = False
        try:
            parts, coding, kind = gsm.make_parts(message.target.body)
            for part in parts:
                is_begun = True
                answer = self._submit(bound, message.target.to, part, coding, kind)
                if answer.status != consts.SMPP_ESME_ROK:
                    return _refused(int(answer.status))
            return channel.sent(_text(answer.message_id))
        except (OSError, exceptions.PDUError, exceptions.ConnectionError) as error:
            self.close()
            return channel.down(f"{type(error).__name__} {error}", is_unsure=is_begun)

    def check(self) -> None:
        """Bind. Raises OSError, smpplib's PDUError and ConnectionError."""
        self._bound()

    def close(self) -> None:
        """Unbind, if anybody is there."""
        bound, self._client = self._client, None
        if bound is not None:
            with suppress(OSError, exceptions.PDUError, exceptions.ConnectionError):
                if bound.state != consts.SMPP_CLIENT_STATE_OPEN:
                    bound.unbind()
            bound.disconnect()

    def _bound(self) -> _Client:
        if self._client is None:
            given = self._settings
            context = ssl.create_default_context(cafile=given.ca_file) if given.is_tls else None
            self._client = _Client(
                given.host, given.port, timeout=given.timeout_s, ssl_context=context,
                allow_unknown_opt_params=True,
            )  # fmt: skip
            self._client.connect()
            self._client.bind_transmitter(system_id=given.user, password=given.password)
        return self._client

    def _submit(self, bound: _Client, to: str, part: bytes, coding: int, kind: int) -> Any:
        sent = bound.send_message(
            source_addr_ton=_type_of(self._settings.sender), source_addr_npi=consts.SMPP_NPI_ISDN,
            source_addr=self._settings.sender.lstrip("+"),
            dest_addr_ton=consts.SMPP_TON_INTL, dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=to.lstrip("+"),
            short_message=part, data_coding=coding, esm_class=kind, registered_delivery=False,
        )  # fmt: skip
        while True:
            answer = bound.read_pdu()
            if answer.command == "submit_sm_resp" and answer.sequence == sent.sequence:
                return answer
            if answer.command == "generic_nack":
                raise exceptions.PDUError("generic_nack", int(answer.status))
            if answer.command == "enquire_link":
                bound._enquire_link_received(answer)


def _refused(status: int) -> Outcome:
    reason = f"SMPP {status:#04x} {consts.DESCRIPTIONS.get(status, '')}".strip()
    if status == consts.SMPP_ESME_RINVDSTADR:
        return channel.dead(reason)
    return channel.down(reason, after_s=BUSY_S) if status in BUSY else channel.rejected(reason)


def _type_of(sender: str) -> int:
    is_number = sender.lstrip("+").isdigit()
    return int(consts.SMPP_TON_INTL if is_number else consts.SMPP_TON_ALNUM)


def _text(said: bytes | str | None) -> str | None:
    return said.decode(errors="replace") if isinstance(said, bytes) else said

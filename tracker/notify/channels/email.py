"""E-mail through a relay: SMTP with TLS and authentication, one connection for a batch.

What SMTP permits: a message whose last dot was answered is the relay's. When the connection breaks between
the dot and the answer, nobody knows (RFC 1047): it is sent again with the same Message-ID, and mailboxes that
compare those show one.
"""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.notify import addresses
from tracker.notify.channels import channel, letter
from tracker.notify.channels.channel import Message, Outcome
from tracker.notify.channels.configuration import Smtp
from tracker.notify.channels.letter import Letterhead
from tracker.notify.channels.pacing import Pace

GREYLISTED_S = 120.0
_ENHANCED = re.compile(r"\b[45]\.(\d{1,3})\.(\d{1,3})\b")
_PLAIN_CODES = (550, 551, 553)


class EmailChannel:
    """The relay of one jurisdiction."""

    name = "email"
    addresses, run = 50, 4

    def __init__(self, settings: Smtp, head: Letterhead) -> None:
        self._settings, self._head = settings, head
        self._pace = Pace(settings.per_s)

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Write the addresses as they are used, and leave out those that another spelling has silenced."""
        return [replace(each, target=_target(session, each)) for each in messages]

    @contextmanager
    def opened(self) -> Iterator[SmtpLine]:
        """Give a line that connects with its first message and says goodbye at the end."""
        line = SmtpLine(self._settings, self._head, self._pace)
        try:
            yield line
        finally:
            line.close()

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Nothing more to note: a dead address is suppressed by the sender."""

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """Nothing more to note: another message may find the mailbox again."""


def _target(session: Session, message: Message) -> str | None:
    address = addresses.email(message.address)
    if address and address != message.address and addresses.is_suppressed(session, "email", address):
        return None
    return address


class SmtpLine:
    """One conversation with the relay."""

    def __init__(self, settings: Smtp, head: Letterhead, pace: Pace) -> None:
        self._settings, self._head, self._pace = settings, head, pace
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: Message) -> Outcome:
        """Hand one message to the relay."""
        if message.target is None:
            return channel.dead("not an e-mail address")
        self._pace.wait()
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return channel.down(_said(error))
        is_data_sent = False
        try:
            refused = self._envelope(smtp, message)
            if refused is not None:
                smtp.rset()
                return refused
            content = letter.write(message, message.target, self._head).as_bytes()
            is_data_sent = True
            return self._answer(smtp.data(content))
        except smtplib.SMTPDataError as error:  # refused before anything of it was sent
            return self._answer((error.smtp_code, _bytes(error.smtp_error)))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return channel.down(_said(error), is_unsure=is_data_sent)

    def check(self) -> None:
        """Connect and sign in. Raises OSError, smtplib.SMTPException."""
        self._connected().noop()

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = _open(self._settings)
        return self._smtp

    def _envelope(self, smtp: smtplib.SMTP, message: Message) -> Outcome | None:
        """Name sender and recipient; return how that failed."""
        code, said = smtp.mail(self._head.return_path(message.delivery_id))
        if code != 250:  # who we are is refused: every message will be
            return channel.down(f"MAIL FROM: {code} {_text(said)}")
        code, said = smtp.rcpt(message.target)
        if code in (250, 251):
            return None
        reason = f"RCPT TO: {code} {_text(said)}"
        if code == 421:
            return channel.down(reason)
        if code < 500:
            return channel.later(reason, after_s=GREYLISTED_S)
        return channel.dead(reason) if _is_address_dead(code, _text(said)) else channel.rejected(reason)

    def _answer(self, answered: tuple[int, bytes]) -> Outcome:
        code, said = answered[0], _text(answered[1])
        if code == 250:
            return channel.sent(said[:200])
        if code == 421:
            return channel.down(f"DATA: {code} {said}")
        return (
            channel.rejected(f"DATA: {code} {said}") if code >= 500 else channel.later(f"DATA: {code} {said}")
        )


def _open(settings: Smtp) -> smtplib.SMTP:
    """Connect, encrypt and sign in; the certificate is checked against the relay's name."""
    context = ssl.create_default_context(cafile=settings.ca_file)
    where, timeout = (settings.host, settings.port), settings.timeout_s
    smtp = (
        smtplib.SMTP_SSL(*where, timeout=timeout, context=context)
        if settings.security == "tls"
        else smtplib.SMTP(*where, timeout=timeout)
    )
    try:
        if settings.security == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if settings.user:
            _sign_in(smtp, settings)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _sign_in(smtp: smtplib.SMTP, settings: Smtp) -> None:
    """Authenticate. smtplib knows ASCII only; everything else is UTF-8 in PLAIN (RFC 4616)."""
    if f"{settings.user}{settings.password}".isascii():
        smtp.login(settings.user, settings.password)
        return
    said = base64.b64encode(f"\0{settings.user}\0{settings.password}".encode()).decode()
    code, answer = smtp.docmd("AUTH", f"PLAIN {said}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _is_address_dead(code: int, said: str) -> bool:
    """Tell a mailbox that does not exist (RFC 3463: x.1.x, x.2.1) from a message that is not wanted."""
    found = _ENHANCED.search(said)
    if found:
        return found[1] == "1" or (found[1], found[2]) == ("2", "1")
    return code in _PLAIN_CODES


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said

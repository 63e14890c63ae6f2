"""What a channel is given, what it answers, and what it must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One notice for one address, as it will be said. `delivery_id` never changes, however often it is tried.

    `is_unsure`: an earlier hand-off may have succeeded without our knowing. `target` is what the channel
    itself added in `prepare` (a push subscription's keys, a webhook's address).
    """

    delivery_id: UUID
    notice_id: UUID
    channel: str
    address: str
    person: str
    kind: str
    language: str
    subject: str
    text: str
    short: str
    link: str | None
    case_id: UUID | None
    report_id: UUID | None
    event_seq: int | None
    created_at: datetime
    attempt: int
    first_attempt_at: datetime
    is_unsure: bool
    target: Any = None


class Fate(Enum):
    """What became of a hand-off."""

    SENT = "sent"
    LATER = "later"
    REJECTED = "rejected"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a hand-off ended.

    `is_down`: the provider failed, not this message: nothing more is handed to the channel for a while.
    `is_unsure`: the message may have been taken all the same.
    """

    fate: Fate
    reason: str = ""
    provider_id: str | None = None
    after_s: float | None = None
    is_down: bool = False
    is_unsure: bool = False


def sent(provider_id: str | None = None) -> Outcome:
    """The provider answers for it from here on."""
    return Outcome(fate=Fate.SENT, provider_id=provider_id)


def later(reason: str, *, after_s: float | None = None, is_unsure: bool = False) -> Outcome:
    """Not now: try this message again, after so many seconds when the provider said so."""
    return Outcome(fate=Fate.LATER, reason=reason, after_s=after_s, is_unsure=is_unsure)


def down(reason: str, *, after_s: float | None = None, is_unsure: bool = False) -> Outcome:
    """The provider cannot be used at the moment, by any message."""
    return Outcome(fate=Fate.LATER, reason=reason, after_s=after_s, is_down=True, is_unsure=is_unsure)


def rejected(reason: str) -> Outcome:
    """This message will never be taken; another one to the same address might."""
    return Outcome(fate=Fate.REJECTED, reason=reason)


def dead(reason: str) -> Outcome:
    """Nothing will ever reach this address."""
    return Outcome(fate=Fate.DEAD, reason=reason)


class Line(Protocol):
    """An open connection to a provider, for the messages of one batch."""

    def send(self, message: Message) -> Outcome:
        """Hand one message over. Never raises for what the provider or the network does."""


class Channel(Protocol):
    """A way out. One object serves one jurisdiction."""

    name: str
    # How many addresses a batch serves, and how many messages of one address follow each other in it.
    addresses: int
    run: int

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Add what only the database knows of the addresses."""

    def opened(self) -> AbstractContextManager[Line]:
        """Give the line for one batch; it connects when the first message needs it."""

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Note what an outcome means for the address. Runs in the outcome's own transaction."""

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """Note that a message was tried for three days in vain."""

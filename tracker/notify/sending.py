"""Handing waiting notices over to their providers: once as far as each protocol permits, in order, late
rather than never.

A sender claims (one transaction), hands over (none is open), and writes how each hand-off ended (one
transaction for each). Killed between the last two, it leaves a message that may have arrived: the next
sender hands it over again under the same identifier, by which the receiving end knows it
(docs/howto/channels.md says for each channel who drops the second one). Any number of senders may run side
by side.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker import db
from tracker.notify import addresses, backoff, claims
from tracker.notify.backoff import GIVE_UP
from tracker.notify.channels.channel import Channel, Fate, Line, Message, Outcome

__all__ = ["Channels", "Tally", "send_due"]

Channels = Mapping[str, Channel]

# A hand-off that begins later than this into a claim could outlast it.
FENCE_S = claims.LEASE.total_seconds() / 2
PATIENCE_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tally:
    """What one call did: messages handed over, put off, failed for good; channels that are down."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    down: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.sent + self.later + self.failed


def send_due(
    engine: Engine, code: str, channels: Channels, now: datetime, *, patience_s: float = PATIENCE_S
) -> Tally:
    """Hand over what is due in a jurisdiction; each channel gets `patience_s` seconds at most.

    A channel whose provider is down is left alone for a while; the others go on. Raises only what the
    database raises.
    """
    tally = Tally()
    for channel in channels.values():
        _Sender(engine=engine, code=code, channel=channel, now=now, tally=tally).drain(patience_s)
    return tally


@dataclass(kw_only=True)
class _Sender:
    """The work of one call on one channel."""

    engine: Engine
    code: str
    channel: Channel
    now: datetime
    tally: Tally
    _failures: int = 0
    _is_down: bool = False

    def drain(self, patience_s: float) -> None:
        """Hand batch after batch over, until nothing is due, the provider is down or patience ends."""
        deadline = time.monotonic() + patience_s
        if not self._is_open():
            return
        while not self._is_down and time.monotonic() < deadline:
            began = time.monotonic()
            batch, until = self._claim()
            if not batch:
                return
            self._hand_over(batch, until, began)

    def _is_open(self) -> bool:
        with db.transaction(self.engine, self.code) as session:
            state = claims.state(session, self.channel.name)
        self._failures = state.failures if state else 0
        if state is not None and state.closed_until > self.now:
            self.tally.down.append(self.channel.name)
            return False
        return True

    def _claim(self) -> tuple[list[Message], datetime]:
        # A provider that was down is tried with one message first.
        wanted = (1, 1) if self._failures else (self.channel.addresses, self.channel.run)
        with db.transaction(self.engine, self.code) as session:
            batch, until = claims.claim(
                session, self.channel.name, self.now, addresses=wanted[0], run=wanted[1]
            )
            if batch:
                batch = list(self.channel.prepare(session, batch))
        return batch, until

    def _hand_over(self, batch: list[Message], until: datetime, began: float) -> None:
        halted: set[str] = set()
        with self.channel.opened() as line:
            for message in batch:
                if self._is_down or message.address in halted or time.monotonic() - began > FENCE_S:
                    self._give_back(message, until)
                    halted.add(message.address)
                elif self._one(line, message, until) is not Fate.SENT:
                    halted.add(message.address)

    def _one(self, line: Line, message: Message, until: datetime) -> Fate:
        outcome = line.send(message)
        with db.transaction(self.engine, self.code) as session:
            if outcome.is_down:
                self._provider_down(session, outcome)
            elif self._failures:
                claims.reopen(session, self.channel.name)
                self._failures = 0
            if self._record(session, message, until, outcome):
                self.channel.settled(session, message, outcome, self.now)
                if outcome.fate is Fate.DEAD:
                    addresses.suppress(session, message.channel, message.address, outcome.reason, self.now)
        return outcome.fate

    def _record(self, session: Session, message: Message, until: datetime, outcome: Outcome) -> bool:
        if outcome.fate is Fate.SENT:
            self.tally.sent += 1
            return claims.record_sent(session, message, until, self.now, outcome.provider_id)
        if outcome.fate in (Fate.REJECTED, Fate.DEAD):
            self.tally.failed += 1
            log.warning("notice failed", channel=message.channel, delivery=str(message.delivery_id),
                        reason=outcome.reason)  # fmt: skip
            return claims.record_failed(session, message, until, outcome.reason)
        return self._put_off(session, message, until, outcome)

    def _put_off(self, session: Session, message: Message, until: datetime, outcome: Outcome) -> bool:
        last = message.first_attempt_at + GIVE_UP
        is_unsure = outcome.is_unsure or (message.is_unsure and outcome.is_down)
        if self.now >= last:
            self.tally.failed += 1
            reason = f"given up after {GIVE_UP.days} days: {outcome.reason}"
            log.error("notice given up", channel=message.channel, delivery=str(message.delivery_id),
                      reason=outcome.reason)  # fmt: skip
            is_ours = claims.record_failed(session, message, until, reason, is_unsure=is_unsure)
            self.channel.gave_up(session, message, reason, self.now)
            return is_ours
        self.tally.later += 1
        if outcome.is_down and not outcome.is_unsure:
            return claims.release(session, message, until, outcome.reason)
        pause = backoff.of_message(message.attempt)
        if outcome.after_s is not None:
            pause = max(pause, timedelta(seconds=outcome.after_s))
        not_before = min(self.now + pause, last)
        return claims.record_later(session, message, until, not_before, outcome.reason, is_unsure=is_unsure)

    def _provider_down(self, session: Session, outcome: Outcome) -> None:
        self._is_down = True
        self._failures += 1
        self.tally.down.append(self.channel.name)
        claims.close(
            session, self.channel.name, self.now, outcome.reason,
            failures=self._failures, after_s=outcome.after_s,
        )  # fmt: skip
        log.error("channel down", channel=self.channel.name, reason=outcome.reason, failures=self._failures)

    def _give_back(self, message: Message, until: datetime) -> None:
        with db.transaction(self.engine, self.code) as session:
            claims.release(session, message, until)

"""Which deliveries a sender may hand over, and what is written of how that ended.

A delivery is claimed, in a transaction of its own, before anything leaves: the attempt is on record whatever
happens to the sender. Only the earliest deliveries of an address can be claimed, in their order, and none
while an earlier one is with another sender or waits to be tried again: nobody hears the end before the
beginning. A claim ends by itself after LEASE, which is how the work of a killed sender comes back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from tracker.notify import backoff
from tracker.notify.channels.channel import Message
from tracker.notify.channels.models import ChannelState
from tracker.prepared import Prepared

LEASE = timedelta(minutes=5)
REASON_LENGTH = 500

# What was held back on purpose and never tried (quiet hours) stops nothing; what is due or was tried does.
_CLAIM = text("""
WITH head AS MATERIALIZED (
    SELECT d.address FROM delivery d
    WHERE d.status = 'waiting' AND d.channel = :channel AND d.not_before <= :now
      AND (d.claimed_until IS NULL OR d.claimed_until <= :now)
      AND NOT EXISTS (
          SELECT 1 FROM delivery e
          WHERE e.status = 'waiting' AND e.channel = d.channel AND e.address = d.address AND e.id < d.id
            AND (e.not_before <= :now OR e.attempts > 0))
    ORDER BY d.not_before, d.id LIMIT :addresses
    FOR UPDATE OF d SKIP LOCKED
), run AS MATERIALIZED (
    SELECT next.id, next.unsure FROM head CROSS JOIN LATERAL (
        SELECT e.id, e.unsure FROM delivery e
        WHERE e.status = 'waiting' AND e.channel = :channel AND e.address = head.address
          AND e.not_before <= :now
        ORDER BY e.id LIMIT :run) next
)
UPDATE delivery d
SET attempts = d.attempts + 1, last_attempt_at = :now, claimed_until = :until, unsure = true,
    first_attempt_at = coalesce(d.first_attempt_at, :now)
FROM run, notice n
WHERE d.id = run.id AND n.id = d.notice_id
RETURNING d.id AS delivery_id, d.notice_id, d.channel, d.address, n.person, n.kind, n.language, n.subject,
          n.body AS text, n.short, n.link, n.case_id, n.report_id, n.event_seq, n.created_at,
          d.attempts AS attempt, d.first_attempt_at, run.unsure AS is_unsure
""")
# What a sender that lost its claim believes no longer counts: `claimed_until` names the claim.
# A crash of the database may forget this: the message is then sent again under the same id, and the commit
# costs no wait for the disk.
_SENT = Prepared("""
    UPDATE delivery SET status = 'sent', sent_at = :now, provider_id = :provider_id, error = NULL,
                        unsure = false, claimed_until = NULL
    WHERE id = :id AND status = 'waiting' AND claimed_until = :until
    RETURNING set_config('synchronous_commit', 'off', true)
""")
_LATER = text("""
UPDATE delivery SET not_before = :not_before, error = :reason, unsure = :is_unsure,
                    claimed_until = NULL
WHERE id = :id AND status = 'waiting' AND claimed_until = :until
""")
_FAILED = text("""
UPDATE delivery SET status = 'failed', error = :reason, unsure = :is_unsure, claimed_until = NULL
WHERE id = :id AND status = 'waiting' AND claimed_until = :until
""")
_RELEASED = text("""
UPDATE delivery SET attempts = attempts - 1, unsure = :is_unsure, claimed_until = NULL,
                    error = coalesce(:reason, error),
                    first_attempt_at = CASE WHEN attempts > 1 OR :was_tried THEN first_attempt_at END
WHERE id = :id AND status = 'waiting' AND claimed_until = :until
""")
_SUPPRESS = text("""
UPDATE delivery d SET status = 'dropped', error = 'address suppressed: ' || s.reason
FROM suppressed_address s
WHERE d.status = 'waiting' AND d.channel = :channel AND s.channel = d.channel AND s.address = d.address
  AND d.not_before <= :now AND (d.claimed_until IS NULL OR d.claimed_until <= :now)
""")
_CLOSE = text("""
INSERT INTO channel_state (channel, failures, since, closed_until, reason)
VALUES (:channel, 1, :now, :until, :reason)
ON CONFLICT (channel) DO UPDATE
SET failures = channel_state.failures + 1, closed_until = EXCLUDED.closed_until, reason = EXCLUDED.reason
""")


def claim(
    session: Session, channel: str, now: datetime, *, addresses: int, run: int
) -> tuple[list[Message], datetime]:
    """Claim what is due on a channel and return it in order, with the end of the claim that names it."""
    session.execute(_SUPPRESS, {"channel": channel, "now": now})
    until = now + LEASE
    values = {"channel": channel, "now": now, "until": until, "addresses": addresses, "run": run}
    rows = session.execute(_CLAIM, values).mappings()
    messages = [Message(**row) for row in rows]
    return sorted(messages, key=lambda each: each.delivery_id), until


def record_sent(
    session: Session, message: Message, until: datetime, now: datetime, provider_id: str | None
) -> bool:
    """Write that a message is with its provider; False when the claim was lost meanwhile."""
    given = {"id": message.delivery_id, "until": until, "now": now, "provider_id": provider_id}
    return bool(_SENT.run(session, given))


def record_later(
    session: Session, message: Message, until: datetime, not_before: datetime, reason: str, *, is_unsure: bool
) -> bool:
    """Write when a message is tried again, and why it was not taken."""
    return _changed(
        session, _LATER, message, until, not_before=not_before, reason=_cut(reason), is_unsure=is_unsure
    )


def record_failed(
    session: Session, message: Message, until: datetime, reason: str, *, is_unsure: bool = False
) -> bool:
    """Write that a message is not tried any more. `vigie notify retry` has it tried again."""
    return _changed(session, _FAILED, message, until, reason=_cut(reason), is_unsure=is_unsure)


def release(session: Session, message: Message, until: datetime, reason: str | None = None) -> bool:
    """Give a message back as it was claimed: it was not handed over. With a reason, somebody had tried to."""
    return _changed(
        session,
        _RELEASED,
        message,
        until,
        is_unsure=message.is_unsure,
        reason=_cut(reason) if reason else None,
        was_tried=reason is not None,
    )


def state(session: Session, channel: str) -> ChannelState | None:
    """Return how a channel's provider failed, if it did."""
    return session.get(ChannelState, channel)


def close(
    session: Session, channel: str, now: datetime, reason: str, *, failures: int, after_s: float | None
) -> None:
    """Hand nothing to a channel for a while, longer each time."""
    pause = timedelta(seconds=after_s) if after_s is not None else backoff.of_channel(failures)
    values = {"channel": channel, "now": now, "until": now + pause, "reason": _cut(reason)}
    session.execute(_CLOSE, values)


def reopen(session: Session, channel: str) -> None:
    """Note that a channel's provider answers again."""
    session.execute(delete(ChannelState).where(ChannelState.channel == channel))


def _changed(session: Session, statement: Any, message: Message, until: datetime, **values: Any) -> bool:
    given: Mapping[str, Any] = {"id": message.delivery_id, "until": until, **values}
    return bool(session.execute(statement, given).rowcount)  # type: ignore[attr-defined]  # an UPDATE


def _cut(reason: str) -> str:
    return " ".join(reason.split())[:REASON_LENGTH]


def requeue(session: Session, ids: Sequence[UUID], now: datetime) -> int:
    """Have failed or dropped deliveries tried again from the beginning; return how many there were."""
    done = session.execute(
        text("""
            UPDATE delivery SET status = 'waiting', not_before = :now, attempts = 0, first_attempt_at = NULL,
                                claimed_until = NULL
            WHERE id = ANY(:ids) AND status IN ('failed', 'dropped')
        """),
        {"ids": list(ids), "now": now},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE counts its rows

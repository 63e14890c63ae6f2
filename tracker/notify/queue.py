"""What waits, what failed and why; trying it again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, text
from sqlalchemy.orm import Session

from tracker.notify import claims
from tracker.notify.channels.models import ChannelState

_COUNTS = text("""
SELECT channel, status, count(*) AS number, min(not_before) AS oldest, max(attempts) AS attempts
FROM delivery GROUP BY channel, status ORDER BY channel, status
""")
_FAILED = text("""
SELECT d.id, d.channel, d.address, d.attempts, d.last_attempt_at, d.error FROM delivery d
WHERE d.status = 'failed' AND (CAST(:channel AS text) IS NULL OR d.channel = :channel)
ORDER BY d.id LIMIT :limit
""")


def counts(session: Session) -> Sequence[RowMapping]:
    """Return how many deliveries of each channel are in each state."""
    return session.execute(_COUNTS).mappings().all()


def down(session: Session) -> Sequence[ChannelState]:
    """Return the channels whose provider failed."""
    return session.scalars(select(ChannelState).order_by(ChannelState.channel)).all()


def failed(session: Session, *, channel: str | None = None, limit: int = 100) -> Sequence[RowMapping]:
    """Return what is not tried any more, the oldest first, with the reason."""
    return session.execute(_FAILED, {"channel": channel, "limit": limit}).mappings().all()


def retry(
    session: Session, now: datetime, *, channel: str | None = None, ids: Sequence[UUID] | None = None
) -> int:
    """Try failed deliveries again from the beginning and return how many; a closed channel is opened."""
    chosen = list(ids) if ids is not None else [
        row["id"] for row in failed(session, channel=channel, limit=1_000_000)
    ]  # fmt: skip
    opening = delete(ChannelState)
    session.execute(opening if channel is None else opening.where(ChannelState.channel == channel))
    return claims.requeue(session, chosen, now)

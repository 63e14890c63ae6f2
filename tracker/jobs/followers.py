"""Who follows the facts, in order: the one list to which a feature adds its own."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.notify import service as notices
from tracker.notify.webhooks import following as webhooks
from tracker.outbox import Followed
from tracker.timers import service as timers

Follower = Callable[[Session, Sequence[Followed], datetime], object]

# Timers first: a worker that fires one locks the timer, then its case; notices lock nothing.
FOLLOWERS: tuple[Follower, ...] = (
    timers.follow,
    notices.follow,
    webhooks.follow,
)

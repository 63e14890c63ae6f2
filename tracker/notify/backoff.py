"""How long to wait before trying again."""

import random
from datetime import timedelta

GIVE_UP = timedelta(days=3)
FIRST_S, LONGEST_S = 30.0, 3600.0
CLOSED_FIRST_S, CLOSED_LONGEST_S = 15.0, 300.0


def of_message(attempt: int) -> timedelta:
    """Return the pause after a message's n-th attempt: it doubles from 30 s to an hour, with jitter.

    The jitter takes away up to a third, so that what failed together does not come back together.
    """
    return _doubling(attempt, FIRST_S, LONGEST_S)


def of_channel(failures: int) -> timedelta:
    """Return how long a channel stays closed after the n-th failure of its provider: 15 s to five minutes."""
    return _doubling(failures, CLOSED_FIRST_S, CLOSED_LONGEST_S)


def _doubling(times: int, first_s: float, longest_s: float) -> timedelta:
    pause = min(longest_s, first_s * 2 ** min(max(times - 1, 0), 30))
    return timedelta(seconds=pause * random.uniform(2 / 3, 1))

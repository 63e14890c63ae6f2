"""How often somebody may try to sign in: a bucket of attempts per account and address, kept in the process.

With several processes a guesser gets as many buckets, which stays far from what a dictionary needs;
argon2 makes each attempt dear as well.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock

from tracker.accounts import errors

BURST = 8
REFILL_S = 30.0
KEPT = 20_000


class Attempts:
    """Token buckets: `BURST` attempts at once, then one every `REFILL_S` seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def spend(self, key: str) -> None:
        """Take one attempt from a bucket. Raises TooManyAttempts when it is empty."""
        with self._lock:
            now = self._now()
            left, at = self._buckets.pop(key, (float(BURST), now))
            left = min(BURST, left + (now - at) / REFILL_S)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
        if not allowed:
            raise errors.TooManyAttempts(retry_after_s=ceil((1 - left) * REFILL_S))

    def clear(self) -> None:
        """Fill every bucket."""
        with self._lock:
            self._buckets.clear()

    def forget(self, key: str) -> None:
        """Fill a bucket again, once the person has proved to be who they say."""
        with self._lock:
            self._buckets.pop(key, None)

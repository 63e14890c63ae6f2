"""No more hand-offs a second than a provider allows one sender."""

import time


class Pace:
    """Waits between hand-offs; a rate of 0 means no limit. Several senders each keep their own."""

    def __init__(self, per_s: float) -> None:
        self._pause_s = 1 / per_s if per_s > 0 else 0.0
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next hand-off is allowed."""
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
            now = self._next
        self._next = now + self._pause_s

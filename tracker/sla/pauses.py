"""Stretches of time the city may not be held to: which of them count, and until when.

Pauses of one case never count twice where they overlap, and not beyond 60 calendar days in all: from there
the clock runs again and the case is a supervisor's concern (domain.md §5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSE_CAP = timedelta(days=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A stretch of time from `start` to `end` (aware). Raises ValueError when it ends before it starts."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a pause cannot end before it starts")

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def allowed_pauses(pauses: Iterable[Pause], *, since: datetime) -> list[Pause]:
    """Return the pauses without overlap, in order, after `since`, cut where their sum reaches 60 days."""
    kept: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.start):
        begins = max(pause.start, since)
        if pause.end > begins:
            kept += counted(Pause(start=begins, end=pause.end), kept)
    return kept


def counted(pause: Pause, kept: Sequence[Pause]) -> list[Pause]:
    """Return what of one more pause counts beside those of the case that count already, in order."""
    parts = [pause]
    for other in kept:
        parts = [piece for part in parts for piece in _outside(part, other)]
    left = cap_left(kept)
    found: list[Pause] = []
    for part in sorted(parts, key=lambda one: one.start):
        taken = min(part.length, left)
        if taken > timedelta():
            found.append(Pause(start=part.start, end=part.start + taken))
            left -= taken
    return found


def cap_left(kept: Iterable[Pause]) -> timedelta:
    """Return how much pause a case may still have."""
    return max(PAUSE_CAP - sum((one.length for one in kept), timedelta()), timedelta())


def spent_at(since: datetime, kept: Iterable[Pause]) -> datetime:
    """Return when a pause that runs since then has used up what the case may still have."""
    return since + cap_left(kept)


def _outside(pause: Pause, other: Pause) -> list[Pause]:
    """Return the parts of a pause before and after another one."""
    if other.end <= pause.start or other.start >= pause.end:
        return [pause]
    before = [Pause(start=pause.start, end=other.start)] if other.start > pause.start else []
    after = [Pause(start=other.end, end=pause.end)] if other.end < pause.end else []
    return before + after

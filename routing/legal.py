"""Hours of work and rest that the law asks of a crew in winter, on plain intervals of time.

At most 16 hours from the end of one rest of 8 hours to the beginning of the next; 36 hours of rest once 70
hours were worked within 7 days (domain.md §5). Both are the rules of heavy vehicles: the 16 hours are
elapsed, breaks included, the 70 are worked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ZERO = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits, as the town's rules have them."""

    in_a_row: timedelta = timedelta(hours=16)
    rest: timedelta = timedelta(hours=8)
    in_window: timedelta = timedelta(hours=70)
    window: timedelta = timedelta(days=7)
    long_rest: timedelta = timedelta(hours=36)


@dataclass(frozen=True, slots=True, order=True)
class Stint:
    """A stretch of work, from `begins` to before `ends`. Raises ValueError unless it ends after it begins."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.ends <= self.begins:
            raise ValueError("a stint ends after it begins")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tired:
    """Why a crew must rest: `rule` is `in_a_row` or `in_window`, `worked` what it has behind it."""

    rule: str
    worked: timedelta


def merged(stints: Iterable[Stint]) -> list[Stint]:
    """Return the work in order of time, what overlaps or touches made one."""
    found: list[Stint] = []
    for stint in sorted(stints):
        if found and stint.begins <= found[-1].ends:
            found[-1] = Stint(found[-1].begins, max(found[-1].ends, stint.ends))
        else:
            found.append(stint)
    return found


def tired(stints: Sequence[Stint], job: Stint, limits: Limits) -> Tired | None:
    """Tell why a crew may not do a job after the work it has done; None when it may.

    Only the work that begins before the job counts; what of it lasts beyond the job's beginning is cut there.
    """
    done = [
        Stint(each.begins, min(each.ends, job.begins)) for each in merged(stints) if each.begins < job.begins
    ]
    row = _since_rest(done, job.begins, limits.rest)
    if row and job.ends - row[0].begins > limits.in_a_row:
        return Tired(rule="in_a_row", worked=job.begins - row[0].begins)
    worked = _worked(_since_rest(done, job.begins, limits.long_rest), job.ends - limits.window)
    if worked + (job.ends - job.begins) > limits.in_window:
        return Tired(rule="in_window", worked=worked)
    return None


def rested_at(stints: Sequence[Stint], now: datetime, length: timedelta, limits: Limits) -> datetime | None:
    """Return the first of now, after a rest, after a long rest, when a job of that length is allowed.

    None when even a rested crew may not: the job is longer than the law lets anybody work.
    """
    last = max([now, *(each.ends for each in stints)])
    for at in (now, last + limits.rest, last + limits.long_rest):
        if tired(stints, Stint(at, at + length), limits) is None:
            return at
    return None


def _since_rest(done: Sequence[Stint], now: datetime, rest: timedelta) -> list[Stint]:
    """Return the work since the last rest of that length, the first stint first."""
    found: list[Stint] = []
    until = now
    for stint in reversed(done):
        if until - stint.ends >= rest:
            break
        found.append(stint)
        until = stint.begins
    return found[::-1]


def _worked(stints: Iterable[Stint], since: datetime) -> timedelta:
    return sum((max(ZERO, each.ends - max(each.begins, since)) for each in stints), ZERO)

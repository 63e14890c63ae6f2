"""Surges: many places at once where few are expected, judged against the service's own background.

A space-time scan in the manner of Kulldorff ("A spatial scan statistic", Comm. Stat. 26, 1997; prospective
form 2001): around each recent happening, circles of several radii and windows of several lengths are tried,
and the least probable count is kept. The probability is a negative binomial's, because reports bunch more
than Poisson would; the expectation is learnt from the same town's past, by place and by season, and is raised
when the whole town is above its usual (a storm is not an incident of one street).

How often nothing-at-all is called a surge is chosen, not hoped for: `Scan.false_per_year` is divided by the
number of tests a year holds (Bonferroni), which gives the probability that a single test must be below.

Coordinates are metres of one projected CRS, times are hours since any one instant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOURS_A_YEAR = 8766.0
SEASON_H = 28 * 24.0
RECENT_H = 56 * 24.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Happenings:
    """Cases of compatible services in order of time: `x`, `y` metres, `at_h` hours, all of one length.

    ValueError when they are not in order.
    """

    x: Floats
    y: Floats
    at_h: Floats

    def __post_init__(self) -> None:
        if not (len(self.x) == len(self.y) == len(self.at_h)):
            raise ValueError("x, y and at_h must have one length")
        if len(self.at_h) > 1 and (np.diff(self.at_h) < 0).any():
            raise ValueError("happenings must be in order of time")

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What is looked for, and how seldom it may be wrong. ValueError for what cannot be.

    `least` distinct places at least; two happenings nearer than `same_m` are one place, told twice.
    `dispersion` is the share by which the variance of the background exceeds its mean, per unit of mean (0
    is Poisson).
    """

    radii_m: tuple[float, ...] = (150.0, 300.0, 600.0, 1200.0)
    windows_h: tuple[float, ...] = (1.0, 3.0, 8.0, 24.0)
    least: int = 3
    same_m: float = 30.0
    dispersion: float = 0.5
    false_per_year: float = 0.5

    def __post_init__(self) -> None:
        if not (self.radii_m and self.windows_h and self.least >= 2 and self.false_per_year > 0):
            raise ValueError("a scan needs radii, windows, at least two places and a rate above 0")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A surge: `members` are positions in the happenings, `observed` its distinct places, `expected` how
    many the
    background gives, `log10_p` how improbable that is.
    """

    members: tuple[int, ...]
    x: float
    y: float
    radius_m: float
    window_h: float
    observed: int
    expected: float
    log10_p: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Background:
    """What is usual: past happenings of the same services, all before the scan.

    `floor_per_year` keeps a service that has no past from making every first report improbable, `area_km2` is
    where a happening of no known place could be.
    """

    past: Happenings
    area_km2: float
    floor_per_year: float = 6.0
    inflation_window_h: float = 24.0

    def rate_per_h(self, now_h: float) -> float:
        """Return the town's usual happenings per hour at this time of year.

        The greatest of three: the last eight weeks, the four weeks around this day one year before, and the
        floor. The greatest, because calling a usual thing a surge costs trust.
        """
        at = self.past.at_h
        born = at[0] if len(at) else now_h
        seen_h = min(RECENT_H, max(now_h - born, 1.0))
        recent = _between(at, now_h - seen_h, now_h) / max(seen_h, SEASON_H)
        last_year = _between(at, now_h - HOURS_A_YEAR - SEASON_H, now_h - HOURS_A_YEAR + SEASON_H) / (
            2 * SEASON_H
        )
        return max(recent, last_year, self.floor_per_year / HOURS_A_YEAR)

    def share(self, x: float, y: float, radius_m: float) -> float:
        """Return the part of the town's happenings that usually falls into a circle.

        As often as in the past, with the weight of ten happenings spread evenly over the area.
        """
        inside = np.count_nonzero((self.past.x - x) ** 2 + (self.past.y - y) ** 2 <= radius_m**2)
        evenly = min(1.0, math.pi * radius_m**2 / (self.area_km2 * 1e6))
        return min(1.0, float(inside + 10 * evenly) / (len(self.past) + 10))


def scan(
    recent: Happenings, background: Background, settings: Scan, *, since_h: float = -math.inf
) -> list[Cluster]:
    """Return the surges whose last happening is at `since_h` or later, the least probable first.

    No happening is in two of them. Deterministic. `recent` must hold the longest window before `since_h`.
    """
    if not len(recent):
        return []
    limit = threshold(background, settings, recent.at_h[-1])
    found = [best for row in range(len(recent)) if recent.at_h[row] >= since_h
             and (best := _best(recent, row, background, settings)) and best.log10_p <= limit]  # fmt: skip
    return _apart(found)


def threshold(background: Background, settings: Scan, now_h: float) -> float:
    """Return the log10 of the probability under which a test counts: the false rate over the tests of a
    year.
    """
    a_year = max(background.rate_per_h(now_h) * HOURS_A_YEAR, 1.0)
    tests = a_year * len(settings.radii_m) * len(settings.windows_h)
    return math.log10(min(settings.false_per_year / tests, 0.05))


def log10_usual(observed: int, *, before: int, seen_h: float, window_h: float, dispersion: float) -> float:
    """Return log10 of the probability of `observed` in a window where `before` were seen in `seen_h` hours.

    What a street does every week is no surge of that street.
    """
    usual = (before + 0.5) / max(seen_h, SEASON_H) * window_h
    return log10_tail(observed, usual, dispersion)


def _best(recent: Happenings, row: int, background: Background, settings: Scan) -> Cluster | None:
    """Return the least probable circle and window around a happening, ending with it."""
    now, x, y = float(recent.at_h[row]), float(recent.x[row]), float(recent.y[row])
    before = np.arange(int(np.searchsorted(recent.at_h, now - max(settings.windows_h))), row + 1)
    if len(before) < settings.least:
        return None
    far = np.hypot(recent.x[before] - x, recent.y[before] - y)
    rate = background.rate_per_h(now)
    best: Cluster | None = None
    for radius in settings.radii_m:
        near = before[far <= radius]
        if len(near) < settings.least:
            continue
        share = background.share(x, y, radius)
        for window in settings.windows_h:
            members = near[recent.at_h[near] >= now - window]
            if len(members) < settings.least:
                continue
            usual = rate * window * share * _inflation(recent, row, members, background, rate)
            best = _better(best, recent, members, (x, y, radius, window, usual), settings)
    return best


def _better(
    best: Cluster | None,
    recent: Happenings,
    members: NDArray[np.int64],
    tried: tuple[float, ...],
    settings: Scan,
) -> Cluster | None:
    x, y, radius, window, usual = tried
    observed = places(recent.x[members], recent.y[members], settings.same_m)
    if observed < settings.least:
        return best
    log10_p = log10_tail(observed, usual, settings.dispersion)
    if best is not None and best.log10_p <= log10_p:
        return best
    return Cluster(
        members=tuple(int(each) for each in members), x=x, y=y, radius_m=radius, window_h=window,
        observed=observed, expected=usual, log10_p=log10_p,
    )  # fmt: skip


def _inflation(
    recent: Happenings, row: int, members: NDArray[np.int64], background: Background, rate: float
) -> float:
    """Return by how much the rest of the town is above its usual, 1 at least: the storm that is
    everywhere.
    """
    hours = background.inflation_window_h
    first = int(np.searchsorted(recent.at_h, recent.at_h[row] - hours))
    elsewhere = (row + 1 - first) - np.count_nonzero(members >= first)
    return max(1.0, float(elsewhere + 0.5) / (rate * hours + 0.5))


def _apart(found: Sequence[Cluster]) -> list[Cluster]:
    """Keep the least probable of those that share a happening."""
    taken: set[int] = set()
    kept: list[Cluster] = []
    for each in sorted(found, key=lambda one: (one.log10_p, one.members)):
        if taken.isdisjoint(each.members):
            taken.update(each.members)
            kept.append(each)
    return kept


def places(x: Floats, y: Floats, same_m: float) -> int:
    """Return how many places a set of points is, when points nearer than `same_m` to one kept are that
    one.
    """
    kept: list[tuple[float, float]] = []
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        if all(math.hypot(px - kx, py - ky) > same_m for kx, ky in kept):
            kept.append((px, py))
    return len(kept)


def log10_tail(observed: int, expected: float, dispersion: float) -> float:
    """Return log10 of the probability of `observed` or more: negative binomial, Poisson when `dispersion` is
    0.

    The variance is `expected * (1 + dispersion)`. Summed from the tail's own first term, which stays exact
    where 1 minus the rest would be 0.
    """
    if observed <= 0:
        return 0.0
    expected = max(expected, 1e-12)
    term = first = _log_pmf(observed, expected, dispersion)
    total, count = 1.0, observed
    while count < observed + 10_000:
        count += 1
        term += _log_step(count, expected, dispersion)
        part = math.exp(term - first)
        total += part
        if part < 1e-12 * total and count > expected:
            break
    return min(0.0, (first + math.log(total)) / math.log(10))


def _log_pmf(count: int, mean: float, dispersion: float) -> float:
    if dispersion <= 0:
        return count * math.log(mean) - mean - math.lgamma(count + 1)
    size, share = mean / dispersion, dispersion / (1 + dispersion)
    return (
        math.lgamma(count + size) - math.lgamma(count + 1) - math.lgamma(size)
        + count * math.log(share) + size * math.log1p(-share)
    )  # fmt: skip


def _log_step(count: int, mean: float, dispersion: float) -> float:
    """Return the log of how much less probable `count` is than the one before."""
    if dispersion <= 0:
        return math.log(mean / count)
    size, share = mean / dispersion, dispersion / (1 + dispersion)
    return math.log((count - 1 + size) / count * share)


def _between(at_h: Floats, first: float, end: float) -> int:
    return int(np.searchsorted(at_h, end, side="left") - np.searchsorted(at_h, first, side="left"))

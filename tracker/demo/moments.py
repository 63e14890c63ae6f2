"""When incidents are first reported, and by which channel: by month, weekday, weather and hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tracker.catalogue.definitions import Service
from tracker.demo import seeds, window
from tracker.demo.counts import Sized
from tracker.demo.request_plan import RequestPlan
from tracker.demo.weather import Weather
from tracker.demo.window import Window

Array = NDArray[np.float64]
HANDY = frozenset({"mobile", "web"})
_TRIES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """Everything that decides when: the figures, the days and their weather."""

    plan: RequestPlan
    window: Window
    weather: Weather


class Clock:
    """Draws channels and hours, always from the stream it is given."""

    def __init__(self, season: Season, rng: np.random.Generator) -> None:
        self._plan, self._window, self._rng = season.plan, season.window, rng
        self._names = tuple(season.plan.channels)
        self._first, self._last = np.asarray([season.plan.channels[name] for name in self._names]).T
        self._hours = _cumulative(np.asarray(season.plan.hours))

    def channel(self, moment: datetime, service: Service) -> str:
        """The channel of a report of that day; crews report only what crews repair."""
        along = self._window.progress(moment)
        shares = self._first + (self._last - self._first) * along
        drawn = int(np.searchsorted(np.cumsum(shares / shares.sum()), self._rng.uniform(), side="right"))
        name = self._names[min(drawn, len(self._names) - 1)]
        return "phone" if name == "crew" and not _is_seen_by_crews(service) else name

    def on_day(self, day: date, channel: str, service: Service) -> datetime:
        """A moment of a day by the habits of a channel, never after the window's end."""
        moment = window.at(day, self._hour(channel))
        for _ in range(_TRIES):
            if moment <= self._window.anchor and self._is_likely(moment, service):
                return moment
            moment = window.at(day, self._hour(channel))
        if moment > self._window.anchor:
            begun = window.midnight(day)
            moment = begun + (self._window.anchor - begun) * float(self._rng.uniform(0.05, 0.95))
        return moment.replace(microsecond=0)

    def _hour(self, channel: str) -> float:
        evening = self._plan.evening
        if channel in HANDY and self._rng.uniform() < evening.share:
            return float(np.clip(self._rng.normal(evening.hour, evening.spread_h), 0, 23.99))
        return float(np.searchsorted(self._hours, self._rng.uniform(), side="right") + self._rng.uniform())

    def _is_likely(self, moment: datetime, service: Service) -> bool:
        """Lights are missed in the dark: by day part of the reports wait for another hour."""
        for prefix, times in self._plan.after_dark.items():
            if service.code.startswith(prefix) and not is_dark(moment):
                return bool(self._rng.uniform() < 1 / times)
        return True


def first_reports(
    season: Season, services: Mapping[str, Service], incidents: Sequence[Sized], seed: int
) -> list[tuple[datetime, str]]:
    """The first report of each incident: when, and by which channel.

    Each month takes its share of a service to the nearest whole; within a month weekdays and weather decide.
    """
    rng = seeds.stream(seed, "moments")
    clock = Clock(season, rng)
    rows: dict[str, list[int]] = defaultdict(list)
    for row, incident in enumerate(incidents):
        rows[incident.service].append(row)
    days: list[date] = [season.window.first] * len(incidents)
    for code in sorted(rows):
        for row, day in zip(rows[code], _days(season, services[code], len(rows[code]), rng), strict=True):
            days[row] = day
    found = []
    for row, incident in enumerate(incidents):
        service = services[incident.service]
        channel = clock.channel(window.at(days[row], 12), service)
        found.append((clock.on_day(days[row], channel, service), channel))
    return found


def _days(season: Season, service: Service, count: int, rng: np.random.Generator) -> list[date]:
    """The days of so many incidents of one service, in no particular order."""
    weights, months = _weights(season, service)
    by_month = [np.flatnonzero(months == month) for month in np.unique(months)]
    expected = np.asarray([weights[rows].sum() for rows in by_month])
    steps = np.cumsum(expected) / expected.sum() * count
    ticks = np.floor(steps + rng.uniform())
    quotas = np.diff(np.concatenate([[0.0], ticks])).astype(int)
    quotas[-1] += count - quotas.sum()
    picked: list[int] = []
    likely = weights * _daily(season, service)
    for rows, quota in zip(by_month, quotas.tolist(), strict=True):
        if quota > 0:
            chances = likely[rows] if likely[rows].sum() > 0 else np.ones(len(rows))
            picked += rng.choice(rows, size=quota, p=chances / chances.sum()).tolist()
    mixed = rng.permutation(np.asarray(picked))
    return [season.window.days[row] for row in mixed.tolist()]


def day_shares(season: Season, service: Service) -> Array:
    """What share of a service's incidents each day of the window has."""
    weights, months = _weights(season, service)
    likely = weights * _daily(season, service)
    shares = np.zeros(len(weights))
    for month in np.unique(months):
        rows = np.flatnonzero(months == month)
        chances = likely[rows] if likely[rows].sum() > 0 else np.ones(len(rows))
        shares[rows] = weights[rows].sum() * chances / chances.sum()
    return np.asarray(shares / shares.sum())


def _weights(season: Season, service: Service) -> tuple[Array, NDArray[np.int_]]:
    """What each day takes of a service by its month alone, and a number for its month."""
    assert service.demo is not None
    profile = season.plan.profiles[service.demo.profile]
    days = season.window.days
    in_month = {(day.year, day.month): _length(day) for day in days}
    weights = np.asarray([profile[day.month - 1] / in_month[day.year, day.month] for day in days])
    open_days = np.asarray([service.season is None or service.season.contains(day) for day in days])
    return weights * open_days, np.asarray([day.year * 12 + day.month for day in days])


def _daily(season: Season, service: Service) -> Array:
    weekday = np.asarray([season.plan.weekdays[day.weekday()] for day in season.window.days])
    for day, _ in season.weather.named:  # nobody waits for Monday to report a storm
        weekday[day] = max(weekday[day], np.mean(season.plan.weekdays))
    return np.asarray(weekday * season.weather.factor(service.code))


def _length(day: date) -> int:
    following = day.replace(day=28) + timedelta(days=4)
    return (following - timedelta(days=following.day)).day


def _is_seen_by_crews(service: Service) -> bool:
    return service.workflow == "field_work" and not service.needs_contact


def is_dark(moment: datetime) -> bool:
    """Tell whether it is dark in town, by the clock and the season."""
    local = moment.astimezone(window.ZONE)
    rise, fall = _daylight(local.month)
    return not rise <= local.hour < fall


@lru_cache(maxsize=12)
def _daylight(month: int) -> tuple[int, int]:
    swing = -np.cos(2 * np.pi * (month - 0.3) / 12)
    return round(6.6 - 1.3 * swing), round(18.6 + 2.2 * swing)


def _cumulative(weights: Array) -> Array:
    return np.asarray(np.cumsum(weights / weights.sum()))

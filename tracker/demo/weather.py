"""The seeded weather of the window, and how much more of each service it makes people report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.demo import seeds
from tracker.demo.request_plan import Named, WeatherPlan
from tracker.demo.window import Window

Array = NDArray[np.float64]
WINTER, RAINY = frozenset({12, 1, 2, 3}), frozenset(range(4, 12))


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """One value per day of the window: mean temperature in °C, snow in cm, whether it rained, and named
    days.
    """

    mean_c: Array
    snow_cm: Array
    rained: NDArray[np.bool_]
    named: tuple[tuple[int, Named], ...]
    plan: WeatherPlan

    def factor(self, service: str) -> Array:
        """How many times the usual each day brings of a service."""
        factor = np.ones(len(self.mean_c))
        if service.startswith("DEN-") and service != "DEN-DOM":
            factor *= self._snowed()
        if service in ("VOI-NID", "VOI-AFF"):
            factor *= _lasting(self._froze_and_thawed(), self.plan.thaw_days, self.plan.thaw_factor)
        if service.startswith("EGO-"):
            factor *= np.where(self.rained, self.plan.rain_factor, 1.0)
        for day, event in self.named:
            for prefix, times in sorted(event.factors.items()):
                if service.startswith(prefix):
                    factor[day : day + event.days] *= times
        return factor

    def stormy(self) -> NDArray[np.bool_]:
        """The days crews run late: after a heavy snowfall, or in a storm with a name."""
        heavy = _lasting(self.snow_cm >= self.plan.heavy_cm, 5, 2.0) > 1
        for day, _ in self.named:
            heavy[day : day + 7] = True
        return np.asarray(heavy)

    def _snowed(self) -> Array:
        factor = np.ones(len(self.snow_cm))
        for day in np.flatnonzero(self.snow_cm >= self.plan.snow_from_cm).tolist():
            reach = slice(day, day + self.plan.snow_days)
            factor[reach] = np.maximum(factor[reach], 1 + self.snow_cm[day] / 5)
        return factor

    def _froze_and_thawed(self) -> NDArray[np.bool_]:
        """Days on which the mean passes zero, one way or the other."""
        before = np.concatenate([self.mean_c[:1], self.mean_c[:-1]])
        return np.asarray((before < 0) != (self.mean_c < 0))


def forecast(plan: WeatherPlan, window: Window, seed: int) -> Weather:
    """Draw the weather of the window. The same window and seed give the same days."""
    rng = seeds.stream(seed, "weather")
    days = window.days
    year_day = np.asarray([day.timetuple().tm_yday for day in days])
    month = np.asarray([day.month for day in days])
    usual = 6.5 + 15.5 * np.sin(2 * np.pi * (year_day - 112) / 365)
    mean_c = usual + _wandering(len(days), rng)
    snows = np.isin(month, sorted(WINTER)) & (rng.uniform(0, 1, len(days)) < plan.snow_share)
    depth = rng.lognormal(np.log(plan.snow_median_cm), plan.snow_sigma, len(days))
    rained = np.isin(month, sorted(RAINY)) & (rng.uniform(0, 1, len(days)) < plan.rain_share)
    named = _named(plan.named, window)
    return Weather(
        mean_c=np.round(mean_c, 1),
        snow_cm=np.asarray(np.round(np.where(snows, depth, 0.0), 1), dtype=np.float64),
        rained=np.asarray(rained),
        named=named,
        plan=plan,
    )


def _named(events: Sequence[Named], window: Window) -> tuple[tuple[int, Named], ...]:
    found = [((window.moved(event.day) - window.first).days, event) for event in events]
    return tuple((position, event) for position, event in found if position >= 0)


def _wandering(count: int, rng: np.random.Generator) -> Array:
    """An autoregressive wave: 0.7 of yesterday's departure, with 4.5 °C of spread overall."""
    shocks = rng.normal(0, 4.5 * np.sqrt(1 - 0.7**2), count)
    wave = np.empty(count)
    departure = 0.0
    for day, shock in enumerate(shocks.tolist()):
        departure = 0.7 * departure + shock
        wave[day] = departure
    return wave


def _lasting(starts: NDArray[np.bool_], days: int, factor: float) -> Array:
    """The factor on each day of so many days after a start, 1 elsewhere."""
    reached = np.zeros(len(starts), dtype=bool)
    for later in range(1, days + 1):
        reached[later:] |= starts[:-later]
    return np.where(reached, factor, 1.0)

"""How likely it is that one incident is told again now, and a new one: the generator's laws of time."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tracker.catalogue.definitions import Service
from tracker.demo import counts, incidents, moments, weather, window
from tracker.demo.incidents import World
from tracker.demo.moments import HANDY, Season
from tracker.demo.request_plan import TwinsPlan

Floats = NDArray[np.float64]
_AGAIN = 0.4  # of those who were told twice, how many are told once more (geometric, 0.6)
_LATE_DAYS, _LATE_FROM = 2.0, 0.02
_HABIT_H = 10.0  # after so long a wait people report at their usual hours
_QUANTILES = 24
_SHIFT_DAYS = 0.3  # until a crew's hours, about


class Rates:
    """Chances per day, from data/demo/requests.yaml alone; nothing of what was drawn is looked at."""

    def __init__(self, world: World) -> None:
        self._world, self._plan = world, world.plan
        self.season = Season(
            plan=world.plan,
            window=world.window,
            weather=weather.forecast(world.plan.weather, world.window, world.town.seed),
        )
        self._wanted = counts.of_services(list(world.services.values()), world.total)
        self._chances = counts.chances_of(world.plan.twins, world.services, self._wanted)
        self._crossing = counts.crossing_of(world.plan.twins, self._chances, self._wanted)
        hours = np.asarray(world.plan.hours)
        self._hours = hours / hours.sum() * 24
        self._stormy = self.season.weather.stormy()
        self._by_day: dict[str, Floats] = {}

    def firsts(self, code: str) -> float:
        """How many incidents of a service there are in the window."""
        come = sum(count for (_, into), count in self._crossing.items() if into == code)
        told = self._wanted[code] - come + sum(n for (one, _), n in self._crossing.items() if one == code)
        return told / (1 + self._chances[code] * counts.MEAN_EXTRA)

    def told_as(self, code: str, told: str) -> float:
        """The share of a thing's later reports that are told as a service."""
        extras = self.firsts(code) * self._chances[code] * counts.MEAN_EXTRA
        if extras <= 0:
            return 0.0
        if code == told:
            gone = sum(count for (one, _), count in self._crossing.items() if one == code)
            return max(0.0, 1 - gone / extras)
        return self._crossing.get((code, told), 0) / extras

    def new(self, service: Service, at: datetime, channel: str) -> float:
        """First reports of a service per day, at a moment."""
        local = at.astimezone(window.ZONE)
        return float(self._days(service)[self._row(at)] * self._habit(channel, local) + 1e-9)

    def again(
        self,
        service: Service,
        told: int,
        first: datetime,
        last: datetime,
        end: datetime | None,
        at: datetime,
        channel: str,
        *,
        slow: float = 1.0,
    ) -> float:
        """Reports per day of an incident told `told` times; `end` is None while the work is not done."""
        more = self._chances[service.code] if told == 1 else _AGAIN
        waited = (at - last).total_seconds() / 86400
        ends = (
            np.asarray([(end - first).total_seconds() / 86400])
            if end is not None and end <= at
            else self._ends(service, first, at, slow)
        )
        gone = (last - first).total_seconds() / 86400
        density, silent = self._waits(waited, gone, ends, at)
        habit = self._habit(channel, at.astimezone(window.ZONE)) if waited * 24 > _HABIT_H else 1.0
        return float(more * density * habit / max(1 - more + more * silent, 1e-9))

    def _waits(self, waited: float, gone: float, ends: Floats, at: datetime) -> tuple[float, float]:
        """The density of a wait, a day around it where hours are by habit, and the chance of a longer one."""
        if waited * 24 > _HABIT_H:
            hour = at.astimezone(window.ZONE)
            since = waited - (hour.hour + hour.minute / 60) / 24
            low, high = max(since, 0.0), since + 1
        else:
            low, high = waited, waited + 1 / 1440
        twins = self._plan.twins
        within = waited_less(high, ends, gone, twins) - waited_less(low, ends, gone, twins)
        silent = 1 - waited_less(waited, ends, gone, twins)
        return float(np.mean(within) / max(high - low, 1e-6)), float(np.mean(silent))

    def _ends(self, service: Service, first: datetime, at: datetime, slow: float) -> Floats:
        """Days from the first report to the end of what is not done yet: the generator's law, cut below."""
        plan = self._plan
        usual = plan.delay_share * incidents.promised_days(service), plan.delay_spread
        median, spread = plan.delays.get(service.code, usual)
        local = first.astimezone(window.ZONE).date()
        slow *= plan.slow.april if local.month == 4 else 1.0
        slow *= plan.slow.storm if self._stormy[self._row(first)] else 1.0
        age = max((at - first).total_seconds() / 86400 - _SHIFT_DAYS, 1e-3)
        low = 0.5 * math.erfc(-(math.log(age / (median * slow)) / spread) / math.sqrt(2))
        steps = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        cut = np.exp(spread * _normal_inverse(np.minimum(low + (1 - low) * steps, 1 - 1e-9))) * median * slow
        cut = np.maximum(cut, age) + _SHIFT_DAYS
        if service.code in plan.zombies:
            whole = np.exp(spread * _normal_inverse(steps)) * median * slow + _SHIFT_DAYS
            left = plan.fates.zombie / (plan.fates.zombie + (1 - plan.fates.zombie) * (1 - low))
            return np.concatenate([cut] * round(10 * (1 - left)) + [whole] * round(10 * left))
        return np.asarray(cut)

    def _row(self, at: datetime) -> int:
        day = at.astimezone(window.ZONE).date()
        return min(max(0, (day - self._world.window.first).days), window.DAYS - 1)

    def _days(self, service: Service) -> Floats:
        if service.code not in self._by_day:
            shares = moments.day_shares(self.season, service)
            self._by_day[service.code] = self.firsts(service.code) * shares
        return self._by_day[service.code]

    def _habit(self, channel: str, local: datetime) -> float:
        """How much likelier this hour is than the average one."""
        plain = float(self._hours[local.hour])
        if channel not in HANDY:
            return plain
        evening = self._plan.evening
        hour = local.hour + local.minute / 60
        bump = math.exp(-((hour - evening.hour) ** 2) / (2 * evening.spread_h**2))
        bump *= 24 / (evening.spread_h * math.sqrt(2 * math.pi))
        return (1 - evening.share) * plain + evening.share * bump

    @cached_property
    def near_share(self) -> float:
        """The share of incidents of services with twins that lie beside another."""
        every = {code: self.firsts(code) for code in self._wanted}
        twins = sum(n for code, n in every.items() if counts.has_twins(self._world.services[code]))
        return self._plan.twins.near * sum(every.values()) / max(twins, 1.0)

    def hosts(self, service: Service, at: datetime) -> float:
        """About how many incidents one beside another may have been put to."""
        days = timedelta(days=self._plan.twins.near_days)
        row = self._row(at)
        span = self._days(service)[max(0, row - days.days) : row + days.days + 1].sum()
        return float(min(24.0, max(1.0, span)))


def waited_less(days: float, ends: Floats, gone: float, twins: TwinsPlan) -> Floats:
    """The chance that the next report comes within `days`, for each length of the work; all in days.

    `gone` is how long after the first report the last one came. What would come after the end is brought
    before it, evenly, but for a few who report what is done.
    """
    mean = np.maximum(twins.wait_share * ends, 1e-4)
    room = np.maximum(ends - gone, 1e-4)
    inside = np.minimum(days, room)
    plain = 1 - np.exp(-inside / mean) + np.exp(-room / mean) * inside / room
    late = 1 - np.exp(-np.maximum(days - room - _LATE_FROM, 0) / _LATE_DAYS)
    return np.asarray((1 - twins.late) * plain + twins.late * late)


def _normal_inverse(shares: Floats) -> Floats:
    """The normal law's quantiles, by bisection of its distribution: a table is enough here."""
    return np.interp(shares, _TABLE_SHARES, _TABLE_SPREADS)


_TABLE_SPREADS = np.linspace(-6, 6, 2401)
_TABLE_SHARES = np.asarray([0.5 * math.erfc(-each / math.sqrt(2)) for each in _TABLE_SPREADS.tolist()])

"""What really happened in the town: which thing, when and where. Reports are what people say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from tracker.catalogue.definitions import Service
from tracker.demo import seeds, strung
from tracker.demo.city import City
from tracker.demo.request_plan import RequestPlan
from tracker.demo.strung import Index

ZONE = ZoneInfo("America/Toronto")
OURS = "ville"
_DAYS_A_MONTH = 30.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One thing that happened. `at` is aware, x and y are metres; segment, address and asset are positions in
    the city's lists."""

    id: int
    service: str
    at: datetime
    x: float
    y: float
    segment: int
    address: int
    asset: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Months:
    """The months to live: up to `anchor`, for so many incidents."""

    anchor: datetime
    count: int


def happen(town: City, plan: RequestPlan, services: Sequence[Service], months: Months) -> list[Incident]:
    """Draw the incidents, the earliest first: service and day by season, hour by habit, place by clusters."""
    rng = seeds.stream(town.seed, "incidents")
    reported = [each for each in services if each.demo is not None and each.demo.volume > 0]
    which, days = _services_and_days(plan, reported, months, rng)
    moments = [_moment(plan, day, rng) for day in days]
    for row in range(int(plan.rush.share * months.count)):
        # The last hours are busier, so that whoever opens the demo has something to look at.
        moments[row] = months.anchor - timedelta(hours=float(rng.uniform(0.05, plan.rush.hours)))
        which[row] = _in_season(plan, reported, months.anchor, rng)
    places = _Places(town, plan, rng)
    drawn = [
        (at, reported[row], *places.draw(reported[row], rng)) for row, at in zip(which, moments, strict=True)
    ]
    past = sorted((each for each in drawn if each[0] <= months.anchor), key=lambda each: each[0])
    return [
        Incident(
            id=order, service=service.code, at=at, x=x, y=y, segment=segment, address=address, asset=asset
        )
        for order, (at, service, x, y, segment, address, asset) in enumerate(past, start=1)
    ]


def _services_and_days(
    plan: RequestPlan, services: Sequence[Service], months: Months, rng: np.random.Generator
) -> tuple[list[int], list[datetime]]:
    """A service and a local midnight for each incident, weighted by volume, month and day of the week."""
    last = months.anchor.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [last - timedelta(days=back) for back in range(int(plan.months * _DAYS_A_MONTH), -1, -1)]
    weights = np.asarray([[_weight(plan, service, day) for day in days] for service in services])
    for row, service in enumerate(services):
        weights[row, plan.recent_days.get(service.workflow, len(days)) :] = 0.0
    flat = weights.ravel() / weights.sum()
    picked = rng.choice(len(flat), size=months.count, p=flat)
    return (picked // len(days)).tolist(), [days[i] for i in (picked % len(days)).tolist()]


def _in_season(plan: RequestPlan, services: Sequence[Service], at: datetime, rng: np.random.Generator) -> int:
    weights = np.asarray([_weight(plan, each, at.astimezone(ZONE)) for each in services])
    return int(rng.choice(len(services), p=weights / weights.sum()))


def _weight(plan: RequestPlan, service: Service, day: datetime) -> float:
    if service.season is not None and not service.season.contains(day.date()):
        return 0.0
    assert service.demo is not None
    month = plan.profiles[service.demo.profile][day.month - 1]
    return service.demo.volume * month * plan.weekdays[day.weekday()]


def _moment(plan: RequestPlan, day: datetime, rng: np.random.Generator) -> datetime:
    """A moment of that day: office hours for most, the evening for part of those with a telephone in hand."""
    hours = np.asarray(plan.hours)
    if rng.uniform() < plan.evening.share * 0.35:
        hour = float(np.clip(rng.normal(plan.evening.hour, plan.evening.spread_h), 0, 23.99))
    else:
        hour = float(rng.choice(24, p=hours / hours.sum()) + rng.uniform(0, 1))
    return day + timedelta(seconds=int(hour * 3600))


class _Places:
    """Where incidents happen: near one of the centres for most, anywhere by length of street for the rest."""

    def __init__(self, town: City, plan: RequestPlan, rng: np.random.Generator) -> None:
        self._town, self._plan = town, plan
        ours = [row for row, each in enumerate(town.segments) if each.maintained_by == OURS]
        self._ours = np.asarray(ours)
        lengths = np.asarray([town.segments[row].line.length for row in ours])
        busy = np.asarray([_BUSY.get(town.segments[row].road_class, 1.0) for row in ours])
        lived_in = np.asarray([1.0 if town.segments[row].is_urban else 0.2 for row in ours])
        uneven = rng.pareto(plan.places.pareto, len(ours)) + 1
        weights = lengths * busy * lived_in * uneven
        self._weights = weights / weights.sum()
        centres = rng.choice(self._ours, size=plan.places.clusters, p=self._weights)
        middles = shapely.line_interpolate_point(
            [town.segments[row].line for row in centres], 0.5, normalized=True
        )
        self._centres = shapely.get_coordinates(middles)
        self._segments = shapely.STRtree([town.segments[row].line for row in ours])
        self._addresses = shapely.STRtree([each.point for each in town.lots.addresses])
        self._assets: dict[str, tuple[Index, shapely.STRtree]] = {}

    def draw(self, service: Service, rng: np.random.Generator) -> tuple[float, float, int, int, int | None]:
        """Coordinates, segment, nearest address and asset of one incident of a service."""
        x, y = self._somewhere(rng)
        if service.location.kind == "asset" and service.location.asset_kind:
            asset = self._asset(service.location.asset_kind, x, y, rng)
            centre = shapely.point_on_surface(self._town.assets[asset].shape)
            x, y = float(shapely.get_x(centre)), float(shapely.get_y(centre))
        else:
            asset = None
            x, y = self._on_street(x, y, rng)
        point = shapely.Point(x, y)
        segment = int(self._ours[self._segments.nearest(point)])
        address = int(self._addresses.nearest(point))
        if service.location.kind in ("address", "lot"):
            home = self._town.lots.addresses[address].point
            x, y = home.x, home.y
        return round(x, 2), round(y, 2), segment, address, asset

    def _somewhere(self, rng: np.random.Generator) -> tuple[float, float]:
        if rng.uniform() < self._plan.places.clustered:
            centre = self._centres[int(rng.integers(len(self._centres)))]
            x, y = centre + rng.normal(0, self._plan.places.sigma_m, 2)
            return float(x), float(y)
        row = int(rng.choice(self._ours, p=self._weights))
        spot = self._town.segments[row].line.interpolate(rng.uniform(), normalized=True)
        return spot.x, spot.y

    def _on_street(self, x: float, y: float, rng: np.random.Generator) -> tuple[float, float]:
        """The place on the nearest street of the city's own, in a lane or on its side."""
        row = int(self._ours[self._segments.nearest(shapely.Point(x, y))])
        line = self._town.segments[row].line
        at = float(np.clip(line.project(shapely.Point(x, y)), 4, max(4.0, line.length - 4)))
        offset = np.asarray([rng.uniform(-4.0, 4.0)])
        place = strung.beside(self._town.segments[row : row + 1], np.array([0]), np.array([at]), offset)
        return float(place.xy[0, 0]), float(place.xy[0, 1])

    def _asset(self, kind: str, x: float, y: float, rng: np.random.Generator) -> int:
        """One of the few nearest things of this kind that the city owns."""
        if kind not in self._assets:
            rows = np.asarray(
                [i for i, each in enumerate(self._town.assets) if each.kind == kind and each.owner == OURS]
            )
            shapes = [self._town.assets[i].shape for i in rows]
            self._assets[kind] = rows, shapely.STRtree(shapely.centroid(shapes))
        rows, tree = self._assets[kind]
        jitter = rng.normal(0, 60, 2)
        return int(rows[tree.nearest(shapely.Point(x + jitter[0], y + jitter[1]))])


_BUSY = {1: 1.0, 2: 2.6, 3: 1.7, 4: 1.0}

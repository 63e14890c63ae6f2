"""What really happened in the town: which thing, where, from when to when. Reports are what people say of
it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import shapely

from tracker.catalogue.definitions import RESOLVE, Service
from tracker.demo import counts, degrees, moments, seeds, spots, weather, window
from tracker.demo.breakdowns import Breakdowns
from tracker.demo.city import City
from tracker.demo.counts import Sized
from tracker.demo.moments import Clock, Season
from tracker.demo.request_plan import RequestPlan, SurgePlan
from tracker.demo.rota import Rota
from tracker.demo.spots import Ground, Where
from tracker.demo.window import Window

_LEAST_DAYS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One report to come: when, as which service, by which channel."""

    at: datetime
    service: str
    channel: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One thing that happened. Times are aware, `where` is in metres.

    It begins some time before somebody reports it and ends when it is really done with. `near` is another
    incident of the same service beside it, `surge` the cause it shares with others, `party` who owns the
    thing if the city does not, `edge` a point that lies exactly on the edge of two districts (degrees).
    """

    id: int
    service: str
    start: datetime
    end: datetime
    where: Where
    crew: str | None
    told: tuple[Told, ...]
    near: int | None = None
    surge: str | None = None
    party: str | None = None
    edge: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What incidents happen in: the town, the figures, the services, the crews and the window."""

    town: City
    plan: RequestPlan
    services: Mapping[str, Service]
    rota: Rota
    window: Window
    total: int


def happen(world: World) -> list[Incident]:
    """Draw every incident of the window, by its first report, the earliest first; their reports add up to
    `total`.
    """
    seed, plan = world.town.seed, world.plan
    season = Season(
        plan=plan, window=world.window, weather=weather.forecast(plan.weather, world.window, seed)
    )
    wanted = counts.of_services(list(world.services.values()), world.total)
    sized = counts.group(plan.twins, world.services, wanted, seed)
    firsts = moments.first_reports(season, world.services, sized, seed)
    ground = Ground(world.town, plan.places)
    drafts = _places(world, ground, sized, firsts)
    _surge(world, ground, drafts)
    drafts.sort(key=lambda each: (each.at, each.order))
    _put_near(world, ground, drafts)
    _hard_cases(world, drafts)
    return _Ends(world, season).finish(ground, drafts)


@dataclass(kw_only=True, slots=True)
class _Draft:
    """An incident on its way."""

    order: int
    sized: Sized
    at: datetime
    channel: str
    where: Where
    near: int | None = None
    surge: str | None = None
    party: str | None = None
    edge: tuple[float, float] | None = None


def _places(
    world: World, ground: Ground, sized: Sequence[Sized], firsts: Sequence[tuple[datetime, str]]
) -> list[_Draft]:
    rng = seeds.stream(world.town.seed, "incidents")
    return [
        _Draft(
            order=order,
            sized=each,
            at=at,
            channel=channel,
            where=ground.draw(world.services[each.service], rng),
        )
        for order, (each, (at, channel)) in enumerate(zip(sized, firsts, strict=True))
    ]


def _surge(world: World, ground: Ground, drafts: list[_Draft]) -> None:
    """Let things with one cause happen on one day in one quarter, taken from those nearest in time."""
    rng = seeds.stream(world.town.seed, "surges")
    for plan in world.plan.surges:
        day = world.window.moved(plan.day)
        if (
            not world.window.first <= day <= world.window.last
            or window.at(day, plan.hours[1]) > world.window.anchor
        ):
            continue
        middle = world.town.lots.addresses[int(rng.integers(len(world.town.lots.addresses)))].point
        near = ground.homes.query(middle, predicate="dwithin", distance=plan.radius_m)
        homes = rng.permutation(np.sort(near)).tolist()
        for code, number in sorted(plan.counts.items()):
            share = max(3, round(number * world.total / counts.WHOLE))
            free = [each for each in drafts if each.sized.service == code and each.surge is None]
            free.sort(key=lambda each: (abs(each.at - window.at(day, 12)), each.order))
            for each in free[: min(share, len(homes))]:
                home = world.town.lots.addresses[homes.pop()].point
                each.at = window.at(day, float(rng.uniform(*plan.hours)))
                each.where = ground.at(world.services[code], home.x, home.y)
                each.surge = _named(plan, world.window)


def _named(plan: SurgePlan, within: Window) -> str:
    return f"{plan.name.split('-')[0]}-{within.moved(plan.day).isoformat()}"


def _put_near(world: World, ground: Ground, drafts: Sequence[_Draft]) -> None:
    """Place a share of the incidents beside another of the same service: alike in all but being the same."""
    rng, twins = seeds.stream(world.town.seed, "near"), world.plan.twins
    rows: dict[str, list[int]] = defaultdict(list)
    for row, each in enumerate(drafts):
        if counts.has_twins(world.services[each.sized.service]):
            rows[each.sized.service].append(row)
    wanted = round(twins.near * len(drafts))
    hosts: set[int] = set()
    for row in rng.permutation(len(drafts)).tolist():
        if wanted == 0:
            return
        each = drafts[row]
        if each.surge is not None or row in hosts or len(rows[each.sized.service]) < 2:
            continue
        own = rows[each.sized.service]
        place = own.index(row) if len(own) < 60 else int(np.searchsorted(own, row))
        around = [
            own[i]
            for i in range(max(0, place - 12), min(len(own), place + 13))
            if own[i] != row
            and drafts[own[i]].near is None
            and abs(drafts[own[i]].at - each.at) <= timedelta(days=twins.near_days)
        ]
        if not around:
            continue
        host = around[int(rng.integers(len(around)))]
        where = spots.neighbours(
            ground, world.services[each.sized.service], drafts[host].where, twins.near_m, rng
        )
        if where is not None:
            each.where, each.near = where, host + 1
            hosts.add(host)
            wanted -= 1


def _hard_cases(world: World, drafts: Sequence[_Draft]) -> None:
    """Things somebody else owns, and points exactly on the edge of two districts."""
    rng, edges = seeds.stream(world.town.seed, "edges"), world.plan.edges
    mixed = [drafts[row] for row in rng.permutation(len(drafts)).tolist()]
    for party, share in edges.owners.items():
        free = [
            each
            for each in mixed
            if each.sized.service in edges.owned[party]
            and each.party is None
            and len(each.sized.told_as) == 1
        ]
        for each in free[: round(share * world.total)]:
            each.party = party
    wanted = max(2, round(edges.on_district_edge * min(1.0, world.total / counts.WHOLE)))
    hosts = {drafts[each.near - 1].order for each in drafts if each.near is not None}
    free = [
        each
        for each in mixed
        if each.order not in hosts
        and world.services[each.sized.service].location.kind == "point"
        and (each.party, each.near, each.surge) == (None, None, None)
        and len(each.sized.told_as) == 1
    ]
    for each, (x, y, lon, lat) in zip(free, _on_edges(world, rng, wanted), strict=False):
        each.edge, each.where = (lon, lat), replace(each.where, x=x, y=y)


def _on_edges(world: World, rng: np.random.Generator, wanted: int) -> list[tuple[float, float, float, float]]:
    """Points both districts of an edge hold, to the last bit of their coordinates."""
    metres = [each.shape for each in world.town.districts]
    shapes = degrees.shapes(metres, world.town.srid)
    found: list[tuple[float, float, float, float]] = []
    pairs = [(a, b) for a in range(len(shapes)) for b in range(a + 1, len(shapes))]
    lines = [
        line
        for a, b in pairs
        for line in shapely.get_parts(shapely.line_merge(shapes[a].intersection(shapes[b])))
        if line.geom_type == "LineString"
    ]
    for _ in range(400 * wanted):
        if len(found) == wanted:
            break
        (ax, ay), (bx, by) = _piece(lines[int(rng.integers(len(lines)))], rng)
        share = int(rng.integers(1, 16)) / 16
        point = shapely.Point(ax + (bx - ax) * share, ay + (by - ay) * share)
        if sum(shapely.covers(shape, point) for shape in shapes) > 1:
            x, y = degrees.to_metres(point.x, point.y, world.town.srid)
            found.append((x, y, point.x, point.y))
    return found


def _piece(line: shapely.LineString, rng: np.random.Generator) -> tuple[tuple[float, ...], tuple[float, ...]]:
    at = int(rng.integers(len(line.coords) - 1))
    return line.coords[at], line.coords[at + 1]


class _Ends:
    """Finishes incidents: when the work is done, and when the others report."""

    def __init__(self, world: World, season: Season) -> None:
        self._world, self._plan = world, world.plan
        self._rng = seeds.stream(world.town.seed, "work")
        self._clock = Clock(season, seeds.stream(world.town.seed, "ways"))
        self._stormy, self._first = season.weather.stormy(), world.window.first

    def finish(self, ground: Ground, drafts: Sequence[_Draft]) -> list[Incident]:
        hosts = {each.near - 1 for each in drafts if each.near is not None}
        broken = Breakdowns(ground, self._world.services)
        found = []
        for row, each in enumerate(drafts):
            if each.near is None and row not in hosts:
                each.where = broken.moved(each.sized.service, each.where, each.at)
            incident = self._finished(row + 1, each)
            broken.note(incident.service, incident.where, incident.end)
            found.append(incident)
        return found

    def _finished(self, number: int, draft: _Draft) -> Incident:
        world, service = self._world, self._world.services[draft.sized.service]
        district = world.town.segments[draft.where.segment].district
        crew = world.rota.crew(service, district, {}, draft.at)
        begun = draft.at - timedelta(hours=float(min(self._rng.lognormal(1.6, 1.0), 240)))
        end = self._end(service, draft, crew, district)
        return Incident(
            id=number,
            service=service.code,
            start=begun.replace(microsecond=0),
            end=end,
            where=draft.where,
            crew=crew,
            told=self._told(draft, end),
            near=draft.near,
            surge=draft.surge,
            party=draft.party,
            edge=draft.edge,
        )

    def _end(self, service: Service, draft: _Draft, crew: str | None, district: str) -> datetime:
        plan = self._plan
        usual = plan.delay_share * promised_days(service), plan.delay_spread
        median, spread = plan.delays.get(service.code, usual)
        slow = plan.slow_district.factor if district == plan.slow_district.code else 1.0
        local = draft.at.astimezone(window.ZONE).date()
        slow *= plan.slow.april if local.month == 4 else 1.0
        slow *= plan.slow.storm if self._stormy[min((local - self._first).days, window.DAYS - 1)] else 1.0
        days = max(median * slow * float(np.exp(self._rng.normal(0, spread))), _LEAST_DAYS)
        done = (draft.at + timedelta(days=days)).replace(microsecond=0)
        if self._world.rota.is_on_call(crew, service):
            return done
        return self._world.rota.hours(crew).next(done, self._rng)

    def _told(self, draft: _Draft, end: datetime) -> tuple[Told, ...]:
        told = [Told(at=draft.at, service=draft.sized.told_as[0], channel=draft.channel)]
        anchor, twins = self._world.window.anchor, self._plan.twins
        for code in draft.sized.told_as[1:]:
            service, previous = self._world.services[code], told[-1].at
            moment = previous + timedelta(
                seconds=60
                + float(self._rng.exponential(1.0)) * twins.wait_share * (end - draft.at).total_seconds()
            )
            if self._rng.uniform() < twins.late:
                moment = end + timedelta(days=float(self._rng.exponential(2.0)), minutes=30)
            elif moment >= end:
                moment = previous + (max(end, previous) - previous) * float(self._rng.uniform())
            if moment > anchor:
                moment = previous + (anchor - previous) * float(self._rng.uniform(0.05, 0.95))
            if service.season and not service.season.contains(moment.astimezone(window.ZONE).date()):
                moment = previous + timedelta(minutes=1 + float(self._rng.exponential(20.0)))
            channel = self._clock.channel(moment, service)
            told.append(
                Told(at=self._by_day(moment, previous, channel, service, end), service=code, channel=channel)
            )
        return tuple(told)

    def _by_day(
        self, moment: datetime, previous: datetime, channel: str, service: Service, end: datetime
    ) -> datetime:
        """The same day at an hour people report at, where that changes neither order nor side of the end."""
        if moment - previous > timedelta(hours=10):
            likelier = self._clock.on_day(moment.astimezone(window.ZONE).date(), channel, service)
            if previous < likelier <= self._world.window.anchor and (likelier < end) == (moment < end):
                return likelier
        return max(moment.replace(microsecond=0), previous + timedelta(seconds=1))


def promised_days(service: Service) -> float:
    """About how many days the service promises, whatever the unit."""
    last = [each for each in service.standards if each.kind == RESOLVE][-1]
    if last.amount == 0:
        return 1.0
    return {
        "elapsed_h": last.amount / 24,
        "business_h": last.amount / 8,
        "business_days": last.amount * 1.4,
    }.get(last.unit, min(float(last.amount), 45.0))

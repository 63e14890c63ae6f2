"""Where reporters say an incident is: by telephone position, by pin, by address, by corner or by a thing's
number.

The one place that draws errors of position; its figures are `noise` in data/demo/requests.yaml.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from tracker.catalogue.definitions import Service
from tracker.demo import degrees, grammar
from tracker.demo.city import City
from tracker.demo.edges import Node, node_of
from tracker.demo.incidents import Incident
from tracker.demo.request_plan import Noise
from tracker.demo.spots import HOME_KINDS, OURS

SPOKEN = frozenset({"phone", "counter", "email"})
ADDRESS_ACCURACY_M, CORNER_ACCURACY_M, PIN_ACCURACY_M = 20.0, 30.0, 10.0
_FAR_FROM_HOMES_M = 80.0
_TRIES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is sent of a place; degrees, metres. Without coordinates nothing is sent."""

    method: str
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    address: str | None = None
    asset_kind: str | None = None
    asset_code: str | None = None


UNKNOWN = Place(method="unknown")


class Locator:
    """Draws what people say of a place."""

    def __init__(self, town: City, plan: Noise, rng: np.random.Generator) -> None:
        self._town, self._plan, self._rng = town, plan, rng
        self._by_segment: dict[str, list[int]] = defaultdict(list)
        for row, each in enumerate(town.lots.addresses):
            self._by_segment[each.segment].append(row)
        lines = {each.code: each.line for each in town.segments}
        points = [each.point for each in town.lots.addresses]
        self._along = shapely.line_locate_point(
            [lines[each.segment] for each in town.lots.addresses], points
        ).tolist()
        self._lonlat = degrees.lonlat(shapely.get_coordinates(points), town.srid).tolist()
        self.corners = corners(town)
        self._land = town.ground.city.buffer(-1.0).difference(town.ground.wet)
        shapely.prepare(self._land)
        self._streets = shapely.STRtree([each.line for each in town.segments])
        self._is_ours = [each.maintained_by == OURS for each in town.segments]
        self._others = {
            node_of(end)
            for each in town.segments
            if each.maintained_by != OURS
            for end in (each.line.coords[0], each.line.coords[-1])
        }
        self._sounds_like = _homonyms(sorted({each.street for each in town.lots.addresses}))
        self._by_street: dict[str, list[int]] = defaultdict(list)
        for row, each in enumerate(town.lots.addresses):
            self._by_street[each.street].append(row)

    def place(self, incident: Incident, service: Service, channel: str, vague: float) -> Place:
        """Where the reporter says it is; `vague` is the share of callers who cannot say."""
        if service.location.kind == "none":
            return UNKNOWN
        if incident.edge is not None:
            return Place(method="pin", lon=incident.edge[0], lat=incident.edge[1], accuracy_m=PIN_ACCURACY_M)
        # Some two reports in five are spoken, about an incident told once, and no danger.
        is_plain = channel in SPOKEN and len(incident.told) == 1 and not service.is_urgent
        if is_plain and self._rng.uniform() < vague / 0.4:
            return UNKNOWN
        asset = None if incident.where.asset is None else self._town.assets[incident.where.asset]
        if asset is not None and self._rng.uniform() < self._plan.asset_picked.get(channel, 0.5):
            return Place(method="asset", asset_kind=asset.kind, asset_code=asset.code)
        if service.location.kind in HOME_KINDS:
            return self._home(incident)
        return self._spoken(incident) if channel in SPOKEN else self._pointed(incident, channel)

    # By telephone position or pin.

    def _pointed(self, incident: Incident, channel: str) -> Place:
        plan = self._plan
        if channel == "web":
            return self._point(incident, plan.pin_m, "pin", PIN_ACCURACY_M)
        if self._rng.uniform() < plan.fixed_share:
            return self._point(incident, plan.fixed_m, "pin", 6.0)
        spread = self._spread()
        told = max(4.0, round(spread * float(self._rng.uniform(0.8, 1.6))))
        return self._point(incident, spread, "gps", told)

    def _spread(self) -> float:
        """The spread of one telephone's error: small for most, large in the tail."""
        drawn = self._rng.uniform()
        for share, spread in self._plan.mobile:
            drawn -= share
            if drawn < 0:
                return spread
        _, median, sigma = self._plan.tail
        return float(median * np.exp(self._rng.normal(0, sigma))) / math.sqrt(2)

    def _point(self, incident: Incident, spread: float, method: str, accuracy_m: float) -> Place:
        x, y = incident.where.x, incident.where.y
        for _ in range(_TRIES):
            dx, dy = self._rng.normal(0, spread, 2).tolist()
            if self._is_taken(incident.where.x + dx, incident.where.y + dy):
                x, y = incident.where.x + dx, incident.where.y + dy
                break
        lon, lat = degrees.to_lonlat(x, y, self._town.srid)
        return Place(method=method, lon=lon, lat=lat, accuracy_m=accuracy_m)

    def _is_taken(self, x: float, y: float) -> bool:
        """Whether intake takes a point: in the city, on land, on a street of the city's own; else one tries
        again.
        """
        if not shapely.contains_xy(self._land, x, y):
            return False
        return bool(self._is_ours[int(self._streets.nearest(shapely.Point(x, y)))])

    # By words.

    def _home(self, incident: Incident) -> Place:
        """One's own address: nobody mistakes it."""
        return self._at(incident.where.address)

    def _spoken(self, incident: Incident) -> Place:
        """The number in front of which it is, as far as the caller can tell."""
        plan, drawn = self._plan.phone, self._rng.uniform()
        if drawn < plan.corner_only:
            return self._corner(incident)
        side = -1 if drawn < plan.corner_only + plan.wrong_side else 1
        said = self._in_front(incident, side)
        if said is None:
            return self._front(incident)
        if drawn > 1 - plan.wrong_street:
            said = self._misheard(said)
        return self._at(said)

    def _in_front(self, incident: Incident, side: int) -> int | None:
        """The address nearest to where the caller thinks it is, on the incident's side (or on the other
        one).
        """
        segment = self._town.segments[incident.where.segment]
        rows = self._by_segment[segment.code]
        if not rows:
            return None
        spot = shapely.Point(incident.where.x, incident.where.y)
        along = segment.line.project(spot) + float(self._rng.normal(0, self._plan.phone.along_m))
        own = side_of(segment.line, spot) * side
        found = []
        for row in rows:
            address = self._town.lots.addresses[row]
            is_left = address.civic % 2 == 1
            apart = abs(self._along[row] - along)
            found.append((is_left != (own > 0), apart, row))
        _, apart, row = min(found)
        return row if apart <= _FAR_FROM_HOMES_M else None

    def _front(self, incident: Incident) -> Place:
        """No number near: somewhere along the street, off the pavement."""
        segment = self._town.segments[incident.where.segment]
        spot = shapely.Point(incident.where.x, incident.where.y)
        along = segment.line.project(spot) + float(self._rng.normal(0, 2 * self._plan.phone.along_m))
        foot = segment.line.interpolate(float(np.clip(along, 1, max(1.0, segment.line.length - 1))))
        lon, lat = degrees.to_lonlat(foot.x, foot.y, self._town.srid)
        return Place(method="address", lon=lon, lat=lat, accuracy_m=40.0, address=segment.name)

    def _corner(self, incident: Incident) -> Place:
        segment = self._town.segments[incident.where.segment]
        spot = shapely.Point(incident.where.x, incident.where.y)
        ends = [segment.line.coords[0], segment.line.coords[-1]]
        x, y = min(
            ends, key=lambda end: (node_of(end) in self._others, math.dist(end, (spot.x, spot.y)), end)
        )
        if node_of((x, y)) in self._others:
            return self._front(incident)
        lon, lat = degrees.to_lonlat(x, y, self._town.srid)
        said = self.corners[incident.where.segment]
        return Place(method="address", lon=lon, lat=lat, accuracy_m=CORNER_ACCURACY_M, address=f"coin {said}")

    def _misheard(self, row: int) -> int:
        """The same number on the street that sounds alike."""
        homes = self._town.lots.addresses
        rows = self._by_street[self._sounds_like[homes[row].street]]
        return min(rows, key=lambda each: (abs(homes[each].civic - homes[row].civic), homes[each].civic))

    def _at(self, row: int) -> Place:
        said, (lon, lat) = self._town.lots.addresses[row], self._lonlat[row]
        return Place(
            method="address",
            lon=lon,
            lat=lat,
            accuracy_m=ADDRESS_ACCURACY_M,
            address=f"{said.civic}, {said.street}",
        )

    def elsewhere(self) -> tuple[float, float]:
        """The home of somebody, where a photo was sent from."""
        lon, lat = self._lonlat[int(self._rng.integers(len(self._lonlat)))]
        return lon, lat


def side_of(line: shapely.LineString, point: shapely.Point) -> float:
    """Positive on the left of a line, negative on its right."""
    at = line.project(point)
    behind, ahead = line.interpolate(max(0.0, at - 2)), line.interpolate(min(line.length, at + 2))
    return float((ahead.x - behind.x) * (point.y - behind.y) - (ahead.y - behind.y) * (point.x - behind.x))


def _homonyms(names: Sequence[str]) -> Mapping[str, str]:
    """For each street the one it is taken for: the same specific under another generic, else the next in the
    list.
    """
    by_specific: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_specific[grammar.folded(short(name))].append(name)
    found = {}
    for row, name in enumerate(names):
        others = [each for each in by_specific[grammar.folded(short(name))] if each != name]
        found[name] = others[0] if others else names[(row + 1) % len(names)]
    return found


def corners(town: City) -> list[str]:
    """For each segment, its street and the one it meets, as people say a corner: « Érables et Moulin »."""
    at: dict[Node, set[str]] = defaultdict(set)
    for each in town.segments:
        for end in (each.line.coords[0], each.line.coords[-1]):
            at[node_of(end)].add(each.name)
    found = []
    for each in town.segments:
        ends = [node_of(each.line.coords[0]), node_of(each.line.coords[-1])]
        others = sorted(name for end in ends for name in at[end] if name != each.name)
        found.append(f"{short(each.name)} et {short(others[0])}" if others else each.name)
    return found


def short(name: str) -> str:
    """« rue des Érables » is « Érables » at a corner; an ordinal avenue keeps its name."""
    specific = name if name[0].isdigit() else name.partition(" ")[2]
    for article in ("de la ", "de l’", "du ", "des "):
        specific = specific.removeprefix(article)
    return specific

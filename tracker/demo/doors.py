"""Reports that are not for this city: outside it, on the province's road, in the water. They are only
counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tracker.demo import degrees, seeds, window
from tracker.demo.incidents import World

OUTSIDE, NOT_OURS, IN_WATER = "outside", "not_ours", "in_water"
_DEEP_M = 45.0
_SERVICES = ("VOI-NID", "VOI-DEB", "PRO-GRA", "ANI-MOR", "VOI-TRO")


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnedAway:
    """One report that was refused at once: why, and who was to be called instead. Degrees."""

    at: datetime
    service: str
    reason: str
    party: str | None
    lon: float
    lat: float


def turn_away(world: World) -> list[TurnedAway]:
    """Draw those reports, the earliest first; they come beside the counts of the services."""
    rng, edges = seeds.stream(world.town.seed, "doors"), world.plan.edges
    found = [
        *(_outside(world, rng) for _ in range(max(1, round(edges.outside * world.total)))),
        *(_on_the_route(world, rng) for _ in range(max(1, round(edges.province * world.total)))),
        *(_in_the_water(world, rng) for _ in range(max(1, round(edges.water * world.total)))),
    ]
    return sorted(found, key=lambda each: (each.at, each.lon, each.lat))


def _outside(world: World, rng: np.random.Generator) -> TurnedAway:
    """Some way into a neighbour's land, near the edge of the city."""
    towns = world.town.neighbours
    town = towns[int(rng.integers(len(towns)))]
    near = town.shape.intersection(world.town.ground.city.buffer(1600)).buffer(-60)
    x, y = _inside(near, rng)
    return _told(world, rng, x, y, "PRO-DEP", OUTSIDE, town.code)


def _on_the_route(world: World, rng: np.random.Generator) -> TurnedAway:
    roads = [each for each in world.town.segments if each.maintained_by == "mtmd"]
    lengths = np.asarray([each.line.length for each in roads])
    road = roads[int(rng.choice(len(roads), p=lengths / lengths.sum()))]
    spot = road.line.interpolate(float(rng.uniform(0.2, 0.8)), normalized=True)
    return _told(world, rng, spot.x, spot.y, "VOI-NID", NOT_OURS, "mtmd")


def _in_the_water(world: World, rng: np.random.Generator) -> TurnedAway:
    deep = world.town.ground.wet.intersection(world.town.ground.city).buffer(-_DEEP_M)
    river = world.town.ground.water[2].shape.buffer(-_DEEP_M)
    x, y = _inside(deep if not deep.is_empty else river, rng)
    return _told(world, rng, x, y, _SERVICES[int(rng.integers(len(_SERVICES)))], IN_WATER, None)


def _told(
    world: World, rng: np.random.Generator, x: float, y: float, service: str, reason: str, party: str | None
) -> TurnedAway:
    lon, lat = degrees.to_lonlat(x, y, world.town.srid)
    begun = window.midnight(world.window.first)
    whole = world.window.anchor - begun - timedelta(hours=1)
    at = begun + whole * float(rng.uniform())
    return TurnedAway(
        at=at.replace(microsecond=0), service=service, reason=reason, party=party, lon=lon, lat=lat
    )


def _inside(shape: BaseGeometry, rng: np.random.Generator) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    for _ in range(5000):
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if shapely.contains_xy(shape, x, y):
            return x, y
    middle = shape.representative_point()
    return middle.x, middle.y

"""The whole town, drawn from its parameters, a size and a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tracker.demo import (
    asset_plan,
    assets,
    buildings,
    districts,
    errors,
    greens,
    ground,
    infill,
    lots,
    naming,
    network,
    oneways,
    parameters,
    passages,
    seeds,
    segments,
    skeleton,
    zones,
)
from tracker.demo.asset_plan import Asset
from tracker.demo.buildings import Depot
from tracker.demo.districts import District, Neighbour
from tracker.demo.greens import Greens
from tracker.demo.ground import Ground
from tracker.demo.lots import Lots
from tracker.demo.parameters import CityPlan
from tracker.demo.segments import Segment
from tracker.demo.zones import COUNTRY, Zones

SIZES = ("xs", "m", "xl")
_CORE_ONLY = frozenset({"xs"})
# Pumping stations and lots keep this far from water; fronts of lots keep it from the rails.
_WATER_M, _RAIL_M = 8.0, 14.0

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """Every layer of the town, in metres of `srid`; `degrees.shapes` turns them into lon/lat."""

    srid: int
    size: str
    seed: int
    ground: Ground
    districts: tuple[District, ...]
    neighbours: tuple[Neighbour, ...]
    segments: tuple[Segment, ...]
    greens: Greens
    lots: Lots
    assets: tuple[Asset, ...]
    depots: tuple[Depot, ...]

    def layers(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """The layers by name, in a fixed order: what is hashed, counted and loaded."""
        yield "water", self.ground.water
        yield "districts", self.districts
        yield "neighbours", self.neighbours
        yield "segments", self.segments
        yield "parks", self.greens.parks
        yield "woods", self.greens.woods
        yield "addresses", self.lots.addresses
        yield "houses", self.lots.houses
        yield "parcels", self.lots.parcels
        yield "assets", self.assets
        yield "depots", self.depots

    def digests(self) -> dict[str, str]:
        """SHA-256 of each layer: the same seed gives the same digests, on any machine."""
        return {name: _digest(layer) for name, layer in self.layers()}


def build(plan: CityPlan, *, size: str = "m", seed: int = 311, tell: Tell | None = None) -> City:
    """Draw the town. `xs` fills a few quarters only; `tell` hears the name of each stage.

    The same plan, size and seed give the same town to the last centimetre. Raises UnknownSize.
    """
    if size not in SIZES:
        raise errors.UnknownSize(size=size, known=SIZES)
    say = tell or (lambda _: None)
    say("terrain")
    land = ground.lay(plan)
    tiles = districts.tile(plan, land)
    cells = zones.lay(plan, seed, core_only=size in _CORE_ONLY)
    say("rues")
    named = _streets(plan, land, tiles, cells, seed)
    words = naming.read_names()
    say("parcs")
    green = greens.plant(plan, land, named, words.parks, seed)
    closed = shapely.union_all(
        [land.wet.buffer(_WATER_M), green.park_area.buffer(2), land.rail.buffer(_RAIL_M)]
    )
    things = asset_plan.read_assets()
    say("équipements")
    built = buildings.raise_all(things, land, named, closed)
    placed = assets.furnish(things, asset_plan.Site(segments=named, greens=green, wet=land.wet, seed=seed))
    say("adresses")
    taken = shapely.union_all([closed, *shapely.buffer(built.shapes, 3.0)])
    homes = lots.parcel_out(named, taken, seed)
    return City(
        srid=plan.srid,
        size=size,
        seed=seed,
        ground=land,
        districts=tiles,
        neighbours=districts.surround(plan, land),
        segments=tuple(named),
        greens=green,
        lots=homes,
        assets=(*placed, *built.assets),
        depots=built.depots,
    )


def _streets(
    plan: CityPlan, land: Ground, tiles: Sequence[District], cells: Zones, seed: int
) -> list[Segment]:
    roads = [*skeleton.draw(plan, land, cells), *infill.draw(plan, land, cells, seed)]
    rng = seeds.stream(seed, "thinning")
    roads += passages.draw(network.weave(roads, thin=0.0, rng=rng), infill.forbidden(plan, land))
    edges = network.weave(roads, thin=plan.thin, rng=rng)
    by_kind = zone_shapes(plan, cells)
    empty = shapely.Polygon()
    setting = naming.Setting(
        old_town=by_kind.get("o", empty),
        lock_village=by_kind.get("l", empty),
        districts=tuple((each.code, each.shape) for each in tiles),
    )
    named = naming.name_all(edges, naming.read_names(), setting, seed)
    # On the route's stretch through Les Écluses the city maintains what the province owns.
    middle = next(each for each in tiles if each.code == "4")
    agreement = shapely.box(*middle.shape.bounds[:2], middle.shape.centroid.x, middle.shape.bounds[3])
    around = segments.Land(
        districts=tuple(tiles),
        zones=tuple((kind, shape.buffer(20)) for kind, shape in by_kind.items()),
        agreement=agreement.intersection(middle.shape.buffer(-30)),
    )
    return oneways.decide(segments.survey(edges, named, around))


def zone_shapes(plan: CityPlan, cells: Zones) -> dict[str, BaseGeometry]:
    """The filled cells of each kind, joined; country is what is left."""
    found: dict[str, list[BaseGeometry]] = {}
    for row, column in sorted(cells.filled):
        found.setdefault(cells.kind(row, column), []).append(zones.cell_shape(plan, cells, row, column))
    return {kind: shapely.union_all(shapes) for kind, shapes in sorted(found.items()) if kind != COUNTRY}


def draw_default(*, size: str = "m", seed: int = 311, tell: Tell | None = None) -> City:
    """Draw Valbrise with the parameters of data/demo."""
    return build(parameters.read_plan(), size=size, seed=seed, tell=tell)


def _digest(layer: Sequence[Any]) -> str:
    state = hashlib.sha256()
    for record in layer:
        state.update(_canonical(record).encode("utf-8"))
        state.update(b"\n")
    return state.hexdigest()


def _canonical(value: Any) -> str:
    """One text for one value: coordinates to the centimetre, keys in order."""
    if isinstance(value, BaseGeometry):
        flat = np.round(shapely.get_coordinates(value), 2) + 0.0
        return f"{value.geom_type}({' '.join(f'{x:.2f},{y:.2f}' for x, y in flat)})"
    if is_dataclass(value):
        return (
            "{"
            + ";".join(f"{each.name}={_canonical(getattr(value, each.name))}" for each in fields(value))
            + "}"
        )
    if isinstance(value, dict):
        return "{" + ";".join(f"{key}={_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ";".join(_canonical(each) for each in value) + "]"
    return f"{value:.2f}" if isinstance(value, float) else str(value)

"""Parks, woods and the green banks: whole blocks of the network given over to grass and trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from tracker.demo import ground, seeds
from tracker.demo.ground import Ground
from tracker.demo.parameters import CityPlan
from tracker.demo.segments import Segment

_STREET_M = 9.0
_APART_M = 330.0
_LARGE_M2 = 22_000.0
_SMALLEST_M2, _LARGEST_M2 = 4_500.0, 60_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Park:
    """A named park, with its shape in metres and what stands in it."""

    code: str
    name: str
    shape: Polygon


@dataclass(frozen=True, kw_only=True, slots=True)
class Greens:
    parks: tuple[Park, ...]
    woods: tuple[Polygon, ...]

    @property
    def park_area(self) -> BaseGeometry:
        return shapely.union_all([each.shape for each in self.parks])


def plant(
    plan: CityPlan, land: Ground, segments: Sequence[Segment], names: Sequence[str], seed: int
) -> Greens:
    """Choose the parks among the blocks, the river bank first, and let woods stand in the country."""
    rng = seeds.stream(seed, "parks")
    blocks = _blocks(segments, land)
    shapes: list[Polygon] = [_river_bank(plan, land)]
    mixed = [blocks[i] for i in rng.permutation(len(blocks)).tolist()]
    large = [each for each in mixed if each.area > _LARGE_M2]
    for block, apart in [*((each, 2 * _APART_M) for each in large), *((each, _APART_M) for each in mixed)]:
        if len(shapes) >= len(names):
            break
        if all(block.distance(each) > apart for each in shapes):
            shapes.append(block)
    parks = tuple(
        Park(code=f"PARC-{order:03d}", name=name, shape=shape)
        for order, (name, shape) in enumerate(zip(names, shapes, strict=False), start=1)
    )
    return Greens(parks=parks, woods=_woods(plan, land, segments, seed))


def _blocks(segments: Sequence[Segment], land: Ground) -> list[Polygon]:
    """Compact blocks of a fitting size between urban streets, dry, in a fixed order."""
    faces = shapely.get_parts(shapely.polygonize([each.line for each in segments]))
    built = [each.line for each in segments if each.is_urban and each.road_class > 2]
    beside = np.zeros(len(faces))
    for face_index, line_index in (
        shapely.STRtree(built).query(faces, predicate="dwithin", distance=1.0).T.tolist()
    ):
        beside[face_index] += built[line_index].length
    streets = shapely.STRtree([each.line for each in segments])
    blocks = []
    for face, run in zip(faces, beside, strict=True):
        inner = face.buffer(-_STREET_M, join_style="mitre")
        if not isinstance(inner, Polygon) or not _SMALLEST_M2 < inner.area < _LARGEST_M2:
            continue
        compact = 4 * np.pi * inner.area / inner.length**2
        # A court may end inside a block: such a block is no park.
        is_whole = len(streets.query(inner, predicate="intersects")) == 0
        if compact > 0.42 and run > 0.8 * face.length and is_whole and not inner.intersects(land.wet):
            blocks.append(ground.largest(inner.simplify(0.5)))
    return sorted(blocks, key=lambda each: (round(each.centroid.x, 1), round(each.centroid.y, 1)))


def _river_bank(plan: CityPlan, land: Ground) -> Polygon:
    """The strip between the quay of the old town and the water."""
    open_water = shapely.union_all([each.shape for each in land.water if each.kind in ("river", "bay")])
    strip = open_water.buffer(plan.shore_setback - 9).difference(open_water.buffer(4)).intersection(land.city)
    town = box(plan.cuts.western[0][0], plan.frame.south, plan.cuts.eastern[0][0] - 900, plan.frame.north)
    return ground.largest(strip.intersection(town).difference(land.creek.buffer(14)).simplify(0.8))


def _woods(plan: CityPlan, land: Ground, segments: Sequence[Segment], seed: int) -> tuple[Polygon, ...]:
    """Uneven stands of trees in the country, off the roads."""
    rng = seeds.stream(seed, "woods")
    margins = [130.0 if each.is_urban else 22.0 for each in segments]
    kept_clear = shapely.buffer([each.line for each in segments], margins, quad_segs=2)
    tree = shapely.STRtree(kept_clear)
    taken = shapely.union_all([shapely.buffer(land.wet, 15, quad_segs=2), land.rail.buffer(15)])
    woods: list[Polygon] = []
    for _ in range(26):
        x, y = (
            rng.uniform(plan.frame.west, plan.frame.east),
            rng.uniform(plan.frame.south + 900, plan.frame.north - 1300),
        )
        radius, squash, phase = rng.uniform(170, 480), rng.uniform(0.5, 1.0), rng.uniform(0, 6.28, 3)
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        uneven = 1 + sum(0.14 / k * np.sin((k + 1) * angle + phase[k - 1]) for k in (1, 2, 3))
        blob = Polygon(
            np.column_stack(
                [x + radius * uneven * np.cos(angle), y + radius * squash * uneven * np.sin(angle)]
            )
        )
        near = shapely.union_all([taken, *kept_clear[np.sort(tree.query(blob))]])
        stands = shapely.get_parts(blob.intersection(land.city).difference(near))
        woods += [ground.largest(stand.simplify(1.0)) for stand in stands if stand.area > 15_000]
    joined = shapely.get_parts(shapely.union_all(woods))
    return tuple(sorted((each for each in joined if isinstance(each, Polygon)), key=lambda each: each.bounds))

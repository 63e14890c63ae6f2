"""Reading an extract in two passes: which nodes are junctions, then everything, one thing after the other.

Nothing is held but the junctions and the ends of streets, so an extract of a province is read like one of a
town.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import osmium
import shapely
from osmium.osm import Area, Node, Way
from shapely.geometry.base import BaseGeometry

from gis import errors
from gis.osm import tags as meaning
from gis.osm.things import AddressPoint, Feature, Left, Street

Thing = Street | AddressPoint | Feature | Left
Corner = tuple[int, float, float]  # a node's id, longitude, latitude
_TOLD_EVERY = 20_000


def read(path: Path | str, told: Callable[[int], None] = lambda _: None) -> Iterator[Thing]:
    """Yield the streets, addresses and ground of an extract (.osm.pbf, .osm), and what had to be left.

    `told` hears how many objects were read so far. Raises OsmFileUnreadable.
    """
    try:
        junctions = _junctions(path)
        reader = _Reader(junctions)
        for count, thing in enumerate(osmium.FileProcessor(str(path)).with_locations().with_areas()):
            if count % _TOLD_EVERY == 0:
                told(count)
            if thing.tags:
                yield from reader.take(thing)
    except (RuntimeError, OSError, ValueError) as error:
        raise errors.OsmFileUnreadable from error


def _junctions(path: Path | str) -> set[int]:
    """Find the nodes where streets meet: two ways share them, or one comes by twice."""
    once: set[int] = set()
    shared: set[int] = set()
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for way in ways:
        assert isinstance(way, Way)
        if meaning.road_class(dict(way.tags)) is None:
            continue
        refs = [node.ref for node in way.nodes]
        if refs and refs[0] == refs[-1]:
            refs.pop()  # a closed way meets itself where it was closed, which is no corner
        for ref in refs:
            (shared if ref in once else once).add(ref)
    return shared


class _Reader:
    """Makes things of objects, remembering which ends of streets were seen."""

    def __init__(self, junctions: set[int]) -> None:
        self._junctions = junctions
        self._ends: Counter[tuple[int, int]] = Counter()
        self._wkb = osmium.geom.WKBFactory()

    def take(self, thing: Any) -> Iterator[Thing]:
        """Yield what one object is; closed ways come again as areas and are taken then."""
        tags = dict(thing.tags)
        if isinstance(thing, Node):
            yield from self._node(thing, tags)
        elif isinstance(thing, Way):
            if meaning.road_class(tags) is not None:
                yield from self._streets(thing, tags)
            elif meaning.is_rail(tags):
                yield from self._rail(thing, tags)
            elif "addr:interpolation" in tags:
                yield Left(code=f"osm-w{thing.id}", reason="interpolation")
        elif isinstance(thing, Area):
            yield from self._area(thing, tags)

    def _node(self, node: Node, tags: dict[str, str]) -> Iterator[Thing]:
        if not ("addr:housenumber" in tags or meaning.is_place(tags)):
            return
        code, point = f"osm-n{node.id}", shapely.Point(node.location.lon, node.location.lat)
        yield from _addresses(code, tags, point)
        if meaning.is_place(tags):
            yield Feature(code=code, kind="place", name=tags["name"], shape=point)

    def _streets(self, way: Way, tags: dict[str, str]) -> Iterator[Thing]:
        nodes = [
            (node.ref, node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()
        ]
        if len(nodes) < 2:
            yield Left(code=f"osm-w{way.id}", reason="no_geometry")
            return
        name, facts, aliases = meaning.street_name(tags), meaning.street_facts(tags), meaning.aliases(tags)
        road_class = meaning.road_class(tags)
        assert road_class is not None
        for piece in _pieces(nodes, self._junctions):
            yield Street(
                code=self._code(piece[0][0], piece[-1][0]),
                name=name,
                road_class=road_class,
                line=shapely.LineString([(lon, lat) for _, lon, lat in piece]),
                aliases=aliases,
                attributes=facts | {"way": way.id},
            )

    def _code(self, start: int, end: int) -> str:
        """Name a piece by its ends; a second street between the same two corners ends in -2."""
        ends = (min(start, end), max(start, end))
        self._ends[ends] += 1
        again = f"-{self._ends[ends]}" if self._ends[ends] > 1 else ""
        return f"osm-{ends[0]}-{ends[1]}{again}"

    def _rail(self, way: Way, tags: dict[str, str]) -> Iterator[Thing]:
        points = [(node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()]
        if len(points) > 1:
            line = shapely.LineString(points)
            yield Feature(code=f"osm-w{way.id}", kind="rail", name=tags.get("name"), shape=line)

    def _area(self, area: Area, tags: dict[str, str]) -> Iterator[Thing]:
        kind = meaning.area_kind(tags)
        if kind is None and "addr:housenumber" not in tags:
            return
        code = f"osm-{'w' if area.from_way() else 'r'}{area.orig_id()}"
        shape = self._outline(area)
        if shape is None:
            yield Left(code=code, reason="broken_outline")
            return
        inside = shapely.point_on_surface(shape)
        yield from _addresses(code, tags, inside)
        if kind is not None:
            named = shape if kind != "place" else inside
            yield Feature(code=code, kind=kind, name=tags.get("name"), shape=named)

    def _outline(self, area: Area) -> BaseGeometry | None:
        try:
            shape = shapely.from_wkb(self._wkb.create_multipolygon(area))
        except RuntimeError:  # an outline that its parts do not close
            return None
        return shape if shape.is_valid and not shape.is_empty else None


def _pieces(nodes: list[Corner], junctions: set[int]) -> Iterator[list[Corner]]:
    """Cut a way at its junctions, dropping repeated points; a closed way is cut where it was closed, too."""
    piece = nodes[:1]
    for node in nodes[1:]:
        if node[1:] != piece[-1][1:]:
            piece.append(node)
        if node[0] in junctions:
            if len(piece) > 1:
                yield piece
            piece = [node]
    if len(piece) > 1:
        yield piece


def _addresses(code: str, tags: dict[str, str], point: BaseGeometry) -> Iterator[Thing]:
    said = tags.get("addr:housenumber")
    if said is None:
        return
    street = (tags.get("addr:street") or tags.get("addr:place") or "").strip()
    numbers = meaning.civics(said)
    if not street or not numbers:
        yield Left(code=code, reason="no_street" if numbers else "no_number")
        return
    facts = {
        key.removeprefix("addr:"): tags[key]
        for key in ("addr:unit", "addr:postcode", "addr:city", "addr:housename")
        if key in tags
    }
    for order, (civic, suffix) in enumerate(numbers, start=1):
        yield AddressPoint(
            code=code if order == 1 else f"{code}-{order}",
            civic=civic,
            suffix=suffix,
            street=street,
            point=point,
            attributes=facts,
        )

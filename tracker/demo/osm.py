"""The town as an OpenStreetMap extract, so that whatever reads one can be tried on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import osmium
import shapely
from osmium.osm import mutable
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from tracker.demo import degrees, grammar, oneways
from tracker.demo.city import City
from tracker.demo.segments import Segment

FILE = "valbrise.osm.pbf"
_HIGHWAYS = {1: "primary", 2: "secondary", 3: "tertiary", 4: "residential"}
_SURFACES = {"asphalte": "asphalt", "gravier": "gravel"}
_SIDEWALKS = {"deux": "both", "un": "right", "aucun": "no"}
_ONEWAYS = {oneways.FORWARD: "yes", oneways.BACKWARD: "-1"}
_WATERS = {"river": "river", "canal": "canal", "bay": "bay", "creek": "stream", "pond": "pond"}

Tags = Mapping[str, str]


@dataclass(kw_only=True, slots=True)
class _Extract:
    """What is to be written: numbers are given in order, from one, and a place that is met twice keeps its
    own.
    """

    nodes: dict[tuple[float, float], int] = field(default_factory=dict)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    relations: list[tuple[list[tuple[int, str]], Tags]] = field(default_factory=list)

    def line(self, coords: Sequence[tuple[float, ...]], tags: Tags) -> int:
        """Add a way and return its number."""
        refs = [self.nodes.setdefault((lon, lat), len(self.nodes) + 1) for lon, lat in coords]
        self.ways.append((refs, tags))
        return len(self.ways)

    def area(self, shape: BaseGeometry, tags: Tags) -> None:
        """Add each polygon of a shape: a closed way, or a multipolygon when it has holes."""
        for part in shapely.get_parts(shape):
            if not isinstance(part, Polygon):
                continue
            if not part.interiors:
                self.line(list(part.exterior.coords), tags)
                continue
            members = [(self.line(list(part.exterior.coords), {}), "outer")]
            members += [(self.line(list(ring.coords), {}), "inner") for ring in part.interiors]
            self.relations.append((members, {"type": "multipolygon", **tags}))


def write(path: Path, town: City) -> None:
    """Write the town to a `.osm.pbf` file, in place of one that is there. The same town gives the same
    bytes.
    """
    extract = _Extract()
    for line, tags in _lines(town):
        extract.line(list(line.coords), tags)
    for shape, tags in _areas(town):
        extract.area(shape, tags)
    header = osmium.io.Header()
    header.set("generator", "vigie demo")
    path.parent.mkdir(parents=True, exist_ok=True)
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        _write(writer, extract, town)


def _write(writer: osmium.SimpleWriter, extract: _Extract, town: City) -> None:
    """Nodes, then ways, then relations, each in order of their numbers."""
    for (lon, lat), number in extract.nodes.items():
        writer.add_node(mutable.Node(id=number, version=1, location=(lon, lat)))
    for number, (lon, lat, tags) in enumerate(_points(town), start=len(extract.nodes) + 1):
        writer.add_node(mutable.Node(id=number, version=1, location=(lon, lat), tags=dict(tags)))
    for number, (refs, way_tags) in enumerate(extract.ways, start=1):
        writer.add_way(mutable.Way(id=number, version=1, nodes=refs, tags=dict(way_tags)))
    for number, (members, tags) in enumerate(extract.relations, start=1):
        held = [("w", way, role) for way, role in members]
        writer.add_relation(mutable.Relation(id=number, version=1, members=held, tags=dict(tags)))


def _points(town: City) -> Iterator[tuple[float, float, Tags]]:
    """The civic numbers, one node each."""
    lonlat = degrees.lonlat(shapely.get_coordinates([each.point for each in town.lots.addresses]), town.srid)
    for each, (lon, lat) in zip(town.lots.addresses, lonlat.tolist(), strict=True):
        tags = {"addr:housenumber": str(each.civic), "addr:street": each.street, "addr:city": "Valbrise"}
        yield lon, lat, tags | ({"addr:flats": f"1-{each.units}"} if each.units > 1 else {})


def _lines(town: City) -> Iterator[tuple[LineString, Tags]]:
    shapes = degrees.shapes([each.line for each in town.segments], town.srid)
    for segment, shape in zip(town.segments, shapes, strict=True):
        yield shape, _street_tags(segment)
    (rail,) = degrees.shapes([town.ground.rail], town.srid)
    yield rail, {"railway": "rail", "name": "voie ferrée"}


def _street_tags(segment: Segment) -> dict[str, str]:
    highway = _HIGHWAYS[segment.road_class]
    if segment.kind == "ramp":
        highway = "primary_link"
    elif segment.road_class == 4 and not segment.is_urban:
        highway = "unclassified"
    tags = {
        "highway": highway,
        "name": segment.name,
        "lanes": str(segment.lanes),
        "maxspeed": str(segment.speed_kmh),
        "surface": _SURFACES[segment.surface],
        "sidewalk": _SIDEWALKS[segment.sidewalks],
    }
    if segment.kind == "provincial":
        tags["ref"] = segment.name.rpartition(" ")[2]
    if segment.oneway in _ONEWAYS:
        tags["oneway"] = _ONEWAYS[segment.oneway]
    aliases = grammar.aliases(segment.name)
    return tags | ({"alt_name": ";".join(aliases)} if aliases else {})


def _areas(town: City) -> Iterator[tuple[BaseGeometry, Tags]]:
    """Water, parks, woods, buildings, then the limits of the districts and of the city."""
    found = list(_planned_areas(town))
    shapes = degrees.shapes([shape for shape, _ in found], town.srid)
    yield from ((shape, tags) for shape, (_, tags) in zip(shapes, found, strict=True))


def _planned_areas(town: City) -> Iterator[tuple[BaseGeometry, Tags]]:
    for water in town.ground.water:
        yield (
            shapely.make_valid(water.shape),
            {
                "natural": "water",
                "water": _WATERS[water.kind],
                "name": water.name,
            },
        )
    for park in town.greens.parks:
        yield park.shape, {"leisure": "park", "name": park.name}
    for wood in town.greens.woods:
        yield wood, {"natural": "wood"}
    for house in town.lots.houses:
        yield house, {"building": "yes"}
    for asset in town.assets:
        if asset.kind == "building":
            yield asset.shape, {"building": "civic", "name": asset.name or asset.code}
    for district in town.districts:
        limit = {"boundary": "administrative", "admin_level": "9", "ref": district.code}
        yield district.shape, {**limit, "name": district.name}
    yield town.ground.city, {"boundary": "administrative", "admin_level": "8", "name": "Valbrise"}

"""Small OpenStreetMap extracts, written on the spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

# A degree of longitude at 45° is 78.8 km, one of latitude 111.1 km: steps of 0.001 are 79 m and 111 m.
ORIGIN = (-74.0, 45.0)


class Extract:
    """Nodes of a grid of thousandths of a degree, and what is drawn between them."""

    def __init__(self) -> None:
        self.nodes: dict[int, tuple[tuple[float, float], dict[str, str]]] = {}
        self.ways: list[tuple[int, list[int], dict[str, str]]] = []
        self.relations: list[tuple[int, list[tuple[str, int, str]], dict[str, str]]] = []

    def node(self, number: int, x: float, y: float, **tags: str) -> Extract:
        """Add a node at thousandths of a degree east and north; `addr_street` stands for addr:street."""
        self.nodes[number] = ((ORIGIN[0] + x / 1000, ORIGIN[1] + y / 1000), _tags(tags))
        return self

    def way(self, number: int, nodes: Sequence[int], **tags: str) -> Extract:
        """Add a way between nodes."""
        self.ways.append((number, list(nodes), _tags(tags)))
        return self

    def relation(self, number: int, members: Sequence[tuple[str, int, str]], **tags: str) -> Extract:
        """Add a relation of (type, number, role)."""
        self.relations.append((number, list(members), _tags(tags)))
        return self

    def written(self, path: Path) -> Path:
        """Write it to a file, in the format of its suffix."""
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for number, (location, tags) in sorted(self.nodes.items()):
                writer.add_node(Node(id=number, location=location, tags=tags, version=1))
            for number, nodes, tags in sorted(self.ways):
                writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=1))
            for number, members, tags in sorted(self.relations):
                writer.add_relation(Relation(id=number, members=members, tags=tags, version=1))
        return path


def _tags(said: Mapping[str, Any]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in said.items()}


def village() -> Extract:
    """Return a village: two streets that cross, a loop, a footpath, houses, a pond, a park, a railway."""
    town = Extract()
    for number, x in enumerate((0.0, 2.0, 4.0), start=1):
        town.node(number, x, 0)
    town.node(4, 2, -2).node(5, 2, 2)
    town.way(
        10, (1, 2, 3), highway="secondary", name="Rue Principale", alt_name="Main Street;La Grand-Rue",
        oneway="yes", maxspeed="50", surface="asphalt", lanes="2", ref="201",
    )  # fmt: skip
    town.way(
        11,
        (4, 2, 5),
        highway="residential",
        name="Rue de l’Église",
        old_name="Rue du Curé",
        maxspeed="30 mph",
    )
    town.node(6, 5, 2).node(7, 6, 2).node(8, 6, 3)
    town.way(12, (6, 7, 8, 6), highway="residential", name="Croissant du Parc", junction="roundabout")
    town.node(20, 1, -1).node(21, 1, 1)
    town.way(13, (20, 21), highway="footway")
    town.way(14, (20, 1), highway="service")
    town.node(30, 0.5, 0.2, addr__housenumber="12 a", addr__street="Rue Principale", addr__postcode="J0J 0J0")
    town.node(31, 0.7, 0.2, addr__housenumber="14;16", addr__street="Rue Principale")
    town.node(32, 0.9, 0.2, addr__housenumber="18")
    town.node(33, 0.9, 0.3, addr__housenumber="?", addr__street="Rue Principale")
    for number, (x, y) in enumerate(((3, 0.2), (3.1, 0.2), (3.1, 0.3), (3, 0.3)), start=40):
        town.node(number, x, y)
    town.way(
        15, (40, 41, 42, 43, 40), building="yes", addr__housenumber="20-22", addr__street="Main Street",
        name="Mairie", amenity="townhall",
    )  # fmt: skip
    for number, (x, y) in enumerate(((7, 0), (9, 0), (9, 2), (7, 2)), start=50):
        town.node(number, x, y)
    for number, (x, y) in enumerate(((7.5, 0.5), (8.5, 0.5), (8.5, 1.5), (7.5, 1.5)), start=60):
        town.node(number, x, y)
    town.way(16, (50, 51, 52, 53, 50)).way(17, (60, 61, 62, 63, 60), natural="wood", name="L’Île")
    town.relation(
        70, [("w", 16, "outer"), ("w", 17, "inner")], type="multipolygon", natural="water", name="Étang"
    )
    town.node(80, 1, 3, amenity="school", name="École des Pins").node(81, 0, 4).node(82, 5, 4)
    return town.way(18, (81, 82), railway="rail")

"""What is made of an extract. Codes come from OpenStreetMap's own ids, so that they outlive a new extract."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

# Other names of a street; `ref` is the number on its shields ("I 83", "201").
ALIAS_KEYS = (
    "alt_name", "name:fr", "name:en", "old_name", "official_name", "short_name", "loc_name", "name_1",
    "alt_name:fr", "alt_name:en", "ref",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Street:
    """A street between two junctions, EPSG:4326, drawn in the direction of the way it comes from.

    `code` names its two end nodes, which stay when a mapper splits the way elsewhere. `road_class` is 1 to 4:
    highways and main arterials, arterials, collectors, local streets. `attributes` keep the facts on the
    ground; `oneway` among them is 1 along the line, -1 against it.
    """

    code: str
    name: str
    road_class: int
    line: BaseGeometry
    aliases: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressPoint:
    """A civic number on a street, EPSG:4326. `suffix` is what follows the number: "A", "-14", " 1/2"."""

    code: str
    civic: int
    suffix: str
    street: str
    point: BaseGeometry
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """Ground or a named place, EPSG:4326. `kind` is water, park, building, rail or place."""

    code: str
    kind: str
    name: str | None
    shape: BaseGeometry


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Something that looked like a street, an address or ground, and why nothing was made of it."""

    code: str
    reason: str

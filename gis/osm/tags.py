"""What the tags of OpenStreetMap mean for a city (wiki.openstreetmap.org/wiki/Map_features)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gis.osm.things import ALIAS_KEYS

Tags = Mapping[str, str]

_CLASS_OF = {
    "motorway": 1, "trunk": 1, "primary": 1, "secondary": 2, "tertiary": 3, "unclassified": 4,
    "residential": 4, "living_street": 4, "road": 4, "pedestrian": 4,
}  # fmt: skip
# Ways that count as streets only when people call them by a name: else every parking aisle and every path
# through a lawn would be the street nearest to somebody's report.
_IF_NAMED = frozenset(["service", "track", "footway", "path", "cycleway", "bridleway", "steps"])
_IMPLIED_ONEWAY = frozenset(["motorway", "motorway_link"])

_WATER = {
    "natural": {"water", "bay"},
    "waterway": {"riverbank", "dock", "boatyard"},
    "landuse": {"reservoir", "basin"},
}
_PARK = {
    "leisure": {"park", "garden", "nature_reserve", "common", "golf_course", "dog_park", "recreation_ground"},
    "landuse": {"recreation_ground", "village_green", "cemetery", "forest"},
    "natural": {"wood"},
}
_RAIL = frozenset(["rail", "light_rail", "narrow_gauge", "tram", "subway", "monorail"])
_PLACE_KEYS = ("amenity", "tourism", "historic", "leisure", "office", "aeroway", "man_made", "sport")
_PLACE_VALUES = {
    "railway": {"station", "halt", "tram_stop"},
    "public_transport": {"station"},
    "place": {"square"},
    "shop": {"mall", "supermarket", "department_store"},
    "landuse": {"cemetery"},
}

_CIVIC = re.compile(r"^(\d{1,6})(.*)$")
_MPH = re.compile(r"^(\d{1,3})\s*mph$", re.IGNORECASE)
_KEPT = ("surface", "lanes", "bridge", "tunnel", "layer", "lit", "width", "access", "junction", "toll")


def road_class(tags: Tags) -> int | None:
    """Give the class of a street, 1 to 4, or None for a way that is no street of the city's."""
    highway = tags.get("highway", "")
    if tags.get("area") == "yes":
        return None
    if highway in _IF_NAMED:
        return 4 if "name" in tags or (highway == "service" and tags.get("service") == "alley") else None
    return _CLASS_OF.get(highway.removesuffix("_link"))


def oneway(tags: Tags) -> int | None:
    """Tell whether traffic runs only along the way (1) or only against it (-1)."""
    said = tags.get("oneway", "").lower()
    if said in {"yes", "true", "1"}:
        return 1
    if said in {"-1", "reverse"}:
        return -1
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") in _IMPLIED_ONEWAY
    return 1 if implied and said not in {"no", "false", "0"} else None


def speed_kmh(said: str | None) -> int | None:
    """Read a speed limit: "50", "30 mph". Anything else ("RO:urban", "walk") is not a number."""
    if said is None:
        return None
    if said.strip().isdigit():
        return int(said)
    mph = _MPH.match(said.strip())
    return round(int(mph[1]) * 1.609344) if mph else None


def street_facts(tags: Tags) -> dict[str, Any]:
    """Keep what crews and maps use of a street's tags."""
    facts: dict[str, Any] = {"highway": tags["highway"]}
    facts |= {key: tags[key] for key in _KEPT if key in tags}
    if facts.get("lanes", "").isdigit():
        facts["lanes"] = int(facts["lanes"])
    more = {
        "oneway": oneway(tags),
        "speed_kmh": speed_kmh(tags.get("maxspeed")),
        "sidewalks": tags.get("sidewalk"),
        "service": tags.get("service"),
        "ref": tags.get("ref"),
        "operator": tags.get("operator"),
    }
    return facts | {key: value for key, value in more.items() if value is not None}


def street_name(tags: Tags) -> str:
    """Give the name on the signs, else the number of the road, else nothing."""
    return (tags.get("name") or tags.get("ref") or "").strip()


def aliases(tags: Tags) -> tuple[str, ...]:
    """Give the other names of a street, each once; several in one tag are parted by semicolons."""
    name = street_name(tags)
    found = (part.strip() for key in ALIAS_KEYS for part in tags.get(key, "").split(";"))
    return tuple(dict.fromkeys(part for part in found if part and part != name))


def area_kind(tags: Tags) -> str | None:
    """Tell what ground an outline is: water, park, building or, with a name only, a place."""
    if _is(tags, _WATER):
        return "water"
    if _is(tags, _PARK):
        return "park"
    if tags.get("building", "no") != "no":
        return "building"
    return "place" if is_place(tags) else None


def is_rail(tags: Tags) -> bool:
    """Tell whether a way is a railway in use above the ground."""
    return tags.get("railway") in _RAIL and tags.get("tunnel", "no") == "no"


def is_place(tags: Tags) -> bool:
    """Tell whether it is something people name when they say where: a school, a church, a station."""
    return "name" in tags and (any(key in tags for key in _PLACE_KEYS) or _is(tags, _PLACE_VALUES))


def civics(said: str) -> list[tuple[int, str]]:
    """Read house numbers: "12", "12A", "12-14" (one building), "12;14" (two). What has no number is none."""
    found = []
    for part in re.split(r"[;,]", said):
        read = _CIVIC.match(" ".join(part.split()).upper())
        if read is not None and int(read[1]) > 0:
            rest = read[2].strip()
            found.append((int(read[1]), f" {rest}" if rest[:1].isdigit() else rest))
    return found


def _is(tags: Tags, table: Mapping[str, set[str]]) -> bool:
    return any(tags.get(key) in values for key, values in table.items())

"""Named places as a gazetteer holds them: streets, and landmarks with the point they are at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gis import streetwords, text
from gis.placewords import PlaceWords
from gis.streetwords import ARTICLES

STREET = "street"
_PARK = "park"
_POLE = re.compile(r"\b(?:du|de l)[ -](?:nord|sud|est|ouest)$")
_ARTICLE = re.compile(r"^\w+ (du|des|de la|de l|de)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A named place. `what` is a street's generic or what a landmark is; `core` the words of its own name.

    A street is found in the database by `key`; a landmark knows its point (EPSG:4326) and its half-width.
    """

    kind: str
    name: str
    key: str
    what: str | None
    core: tuple[str, ...]
    direction: str | None = None
    article: str | None = None
    lon: float | None = None
    lat: float | None = None
    radius_m: float = 0.0
    areas: tuple[str, ...] = ()

    @property
    def is_street(self) -> bool:
        return self.kind == STREET


def street(name: str, key: str, *, written: str | None = None, areas: Iterable[str] = ()) -> Entry:
    """Make a street's entry; `written` is another way to spell it, `areas` the districts it runs through."""
    parts = streetwords.split(written or name)
    plain = [word for word in streetwords.words_of(written or name) if word not in ARTICLES]
    if len(plain) > len(parts.norm.split()):  # "bretelle de la route 399": the generic of another street
        parts = streetwords.StreetName(generic=None, core=tuple(plain), direction=None)
    if parts.direction and _POLE.search(text.fold(written or name)):  # "Étoile-du-Nord" lies in no direction
        parts = replace(parts, core=(*parts.core, parts.direction), direction=None)
    article = _ARTICLE.match(text.fold(written or name))
    return Entry(
        kind=STREET,
        name=name,
        key=key,
        what=parts.generic,
        core=parts.core,
        direction=parts.direction,
        article=article[1] if article else None,
        areas=tuple(areas),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where a landmark is and how wide: EPSG:4326, half-width in metres, district."""

    lon: float
    lat: float
    radius_m: float
    area: str | None = None


def landmark(kind: str, name: str, key: str, *, words: PlaceWords, spot: Spot) -> Entry:
    """Make a landmark's entry: "bibliothèque Lafontaine" is a library whose own name is Lafontaine."""
    plain = [word for word in text.tokens(name) if word != "no"]
    what, own = words.announced(plain)
    inner = {
        at for each in words.landmarks(own) if each.meaning == _PARK for at in range(each.start, each.end)
    }
    core = [word for word in own if word not in ARTICLES]
    if inner:  # "patinoire, parc de la Vigie": the rink of Vigie, whatever that is called
        core = [word for at, word in enumerate(own) if at not in inner and word not in ARTICLES] or core
    return Entry(
        kind=kind,
        name=name,
        key=key,
        what=what,
        core=tuple(core),
        lon=spot.lon,
        lat=spot.lat,
        radius_m=spot.radius_m,
        areas=(spot.area,) if spot.area else (),
    )

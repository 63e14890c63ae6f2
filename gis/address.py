"""Reading a place as people write it: "245, rue du Moulin", "coin Érables et Canal", "Main St & 2nd Ave"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from gis import text

# The generic part of a street's name by the spellings seen (folded), French and English. "st" is left out:
# it is a saint before a name and a street after one.
_GENERICS = {
    "allee": "allee all",
    "autoroute": "autoroute aut highway hwy freeway fwy",
    "avenue": "avenue av ave",
    "boulevard": "boulevard boul bd blvd bvd",
    "chemin": "chemin ch chem road rd",
    "circle": "circle cir",
    "cote": "cote",
    "cour": "cour court crt ct",
    "croissant": "croissant crois crescent cres",
    "drive": "drive dr",
    "impasse": "impasse imp",
    "lane": "lane ln",
    "montee": "montee mtee",
    "parkway": "parkway pkwy pky",
    "passage": "passage",
    "place": "place pl",
    "promenade": "promenade prom",
    "quai": "quai wharf",
    "rang": "rang rg",
    "route": "route rte rt",
    "rue": "rue r street str",
    "ruelle": "ruelle alley aly",
    "sentier": "sentier trail trl",
    "square": "square sq carre",
    "terrasse": "terrasse tsse terr terrace ter",
}
_GENERIC_OF = {spelling: generic for generic, all_of in _GENERICS.items() for spelling in all_of.split()}
_DIRECTIONS = {"nord": "n nord north", "sud": "s sud south", "est": "e est east", "ouest": "o w ouest west"}
_DIRECTION_OF = {spelling: name for name, all_of in _DIRECTIONS.items() for spelling in all_of.split()}
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "mt": "mont", "mgr": "monseigneur"}
_ARTICLES = frozenset(["de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "the", "of"])
_ORDINAL = re.compile(r"^(\d+)(?:e|er|re|ere|eme|ieme|nd|nde|rd|st|th)$")
_CIVIC = re.compile(r"^(\d{1,6})(?:-(\d{1,6}))?([a-z])?$")
_UNIT = re.compile(
    r"(?:^|(?<=[ ,]))(?:app|appt|appartement|apt|apartment|bureau|suite|unit|unite|local|porte)"
    r" ?#? ?\d[\w-]*|# ?\w+"
)
_CORNER = re.compile(
    r"^(?:(?:au|a|l|le|la|at|in|on|the|sur|pres|near|de|du) )*(?:coin|angle|intersection|corner)s? "
)
_JOINED = re.compile(r" (?:et|and|at|angle|coin|x) | ?[/&@] ?")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedAddress:
    """What an address text says: normalised street names (see `normalise_street`); absent parts are None.

    `suffix` is the letter of "245A" or the second number of "245-247".
    """

    civic: int | None = None
    suffix: str | None = None
    street_norm: str | None = None
    cross_norm: str | None = None

    @property
    def is_intersection(self) -> bool:
        """Tell whether two streets were named."""
        return self.cross_norm is not None


@lru_cache(maxsize=65536)
def parse(address_text: str) -> ParsedAddress:
    """Read an address or an intersection. What follows the street (town, postal code) is left out.

    Understands French and English order ("123 ch. du Canal", "12 Canal Rd"), civic suffixes ("245A"), units,
    ranges, and two streets joined by et, and, at, coin, angle, &, / or @.
    """
    plain = " ".join(re.sub(r"[^\w\s,/&@#-]", " ", text.fold(address_text)).split())
    parts = [part.strip() for part in _UNIT.sub("", plain).split(",")]
    parts = [part for part in parts if part]
    if not parts:
        return ParsedAddress()
    head = parts[0].removeprefix("no ")
    if _CIVIC.match(head):
        head = " ".join([head, *parts[1:2]])  # "245, rue du Moulin"
    corner = _CORNER.sub("", head)
    words = head.split()
    if corner == head and len(words) > 1 and (civic := _civic(words)):
        number, suffix, used = civic
        street = normalise_street(" ".join(words[used:])) or None
        return ParsedAddress(civic=number, suffix=suffix, street_norm=street)
    streets = [normalise_street(street) for street in _JOINED.split(corner, maxsplit=1)]
    streets = [street for street in streets if street]
    if len(streets) == 2:
        return ParsedAddress(street_norm=streets[0], cross_norm=streets[1])
    return ParsedAddress(street_norm=streets[0] if streets else None)


@lru_cache(maxsize=16384)
def normalise_street(name: str) -> str:
    """Give a street's name in one spelling: generic first, no accents or articles, direction last.

    "Rue de l’Église Est" and "eglise street e" both give "rue eglise est"; "2e Avenue" gives "avenue 2".
    Words after an English generic ("Zamora St Jamaica Plain") are taken for the town and dropped.
    """
    words = [_ORDINAL.sub(r"\1", word) for word in re.sub(r"[\W_]+", " ", text.fold(name)).split()]
    generic, rest = _split_generic(words)
    named = [_SHORT.get(word, word) for word in rest if word not in _ARTICLES] or rest
    direction: str | None = None
    for position in (-1, 0):
        if len(named) > 1 and direction is None and named[position] in _DIRECTION_OF:
            direction = _DIRECTION_OF[named.pop(position)]
    return " ".join(word for word in (generic, *named, direction) if word)


def compare(one_text: str, other_text: str) -> bool | None:
    """Tell whether two address texts mean one address; None when they do not say enough.

    The same number on the same street, or the same two streets. A missing generic agrees with any
    ("245 du Moulin"), a nearly equal spelling decides nothing.
    """
    one, other = parse(one_text), parse(other_text)
    if one.is_intersection and other.is_intersection:
        straight = _both(_same(one.street_norm, other.street_norm), _same(one.cross_norm, other.cross_norm))
        crossed = _both(_same(one.street_norm, other.cross_norm), _same(one.cross_norm, other.street_norm))
        return True if straight or crossed else None if None in (straight, crossed) else False
    if one.civic is None or other.civic is None:
        return None
    if one.civic != other.civic or (one.suffix and other.suffix and one.suffix != other.suffix):
        return False
    return _same(one.street_norm, other.street_norm)


def _civic(words: list[str]) -> tuple[int, str | None, int] | None:
    """Read the number at the head: number, suffix, words used. "2e avenue" has none."""
    found = _CIVIC.match(words[0])
    if found is None or (_ORDINAL.match(words[0]) and words[1] in _GENERIC_OF):
        return None
    number, second, letter = found.groups()
    if second is not None and len(second) > len(number):
        number, second = second, None  # "3-245" is unit 3 of number 245
    suffix = letter or second
    # "245 A rue X", but the E of "245 E Main St" is a direction.
    if suffix is None and len(words) > 2 and words[1] in {"a", "b", "c"} and words[2] in _GENERIC_OF:
        return int(number), words[1], 2
    return int(number), suffix, 1


def _split_generic(words: list[str]) -> tuple[str | None, list[str]]:
    """Find the generic: first in French, "de la rue Principale" included, or after the name in English."""
    start = next((i for i, word in enumerate(words) if word not in _ARTICLES), 0)
    if len(words) > start + 1 and words[start] in _GENERIC_OF:
        return _GENERIC_OF[words[start]], words[start + 1 :]
    for position, word in enumerate(words[1:], start=1):
        if word in _GENERIC_OF or word == "st":
            follows = words[position + 1 : position + 2]
            direction = [each for each in follows if each in _DIRECTION_OF]
            return _GENERIC_OF.get(word, "rue"), words[:position] + direction
    return None, words


def _same(one: str | None, other: str | None) -> bool | None:
    if not one or not other:
        return None
    if one == other:
        return True
    (generic, name), (other_generic, other_name) = _cut(one), _cut(other)
    if name == other_name:
        return generic is None or other_generic is None
    return None if generic == other_generic and fuzz.ratio(name, other_name) >= 85 else False


def _cut(street_norm: str) -> tuple[str | None, str]:
    first, _, rest = street_norm.partition(" ")
    return (first, rest) if rest and first in _GENERICS else (None, street_norm)


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return True if one and other else None

"""Reading a place as people write it: "245, rue du Moulin", "coin Érables et Canal", "Main St & 2nd Ave"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from gis import text
from gis.streetwords import GENERIC_OF, GENERICS, ORDINAL, normalise_street

__all__ = ["ParsedAddress", "compare", "normalise_street", "parse"]

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
    if found is None or (ORDINAL.match(words[0]) and words[1] in GENERIC_OF):
        return None
    number, second, letter = found.groups()
    if second is not None and len(second) > len(number):
        number, second = second, None  # "3-245" is unit 3 of number 245
    suffix = letter or second
    # "245 A rue X", but the E of "245 E Main St" is a direction.
    if suffix is None and len(words) > 2 and words[1] in {"a", "b", "c"} and words[2] in GENERIC_OF:
        return int(number), words[1], 2
    return int(number), suffix, 1


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
    return (first, rest) if rest and first in GENERICS else (None, street_norm)


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return True if one and other else None

"""The words street names are made of, in French and English: generics, directions, articles, ordinals.

One spelling for each: a name as it is written becomes its parts, and its parts one normalised text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

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
GENERICS = frozenset(_GENERICS)
GENERIC_OF = {spelling: generic for generic, all_of in _GENERICS.items() for spelling in all_of.split()}
# Generics that may follow a name: the English ones, and those both languages share ("2e Avenue").
_TRAILING = """
    alley aly av ave avenue blvd boul boulevard bvd cir circle court cres crescent crt ct dr drive
    freeway fwy highway hwy lane ln parkway pkwy pky pl place promenade rd road route rt rte sq
    square st str street ter terr terrace trail trl way wharf
"""
TRAILING = frozenset(_TRAILING.split())
_DIRECTIONS = {"nord": "n nord north", "sud": "s sud south", "est": "e est east", "ouest": "o w ouest west"}
DIRECTION_OF = {spelling: name for name, all_of in _DIRECTIONS.items() for spelling in all_of.split()}
SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "mt": "mont", "mgr": "monseigneur"}
ARTICLES = frozenset(["de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "the", "of"])
ORDINAL = re.compile(r"^(\d+)(?:e|er|re|ere|eme|ieme|nd|nde|rd|st|th)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class StreetName:
    """A street's name in parts, each in its one spelling; `core` is never empty unless the name is."""

    generic: str | None
    core: tuple[str, ...]
    direction: str | None

    @property
    def norm(self) -> str:
        """Return the parts as one text: generic, name, direction."""
        return " ".join(word for word in (self.generic, *self.core, self.direction) if word)


@lru_cache(maxsize=16384)
def split(name: str) -> StreetName:
    """Take a street's name apart: generic first in French, last in English; direction first or last."""
    generic, rest = _split_generic(words_of(name))
    named = [SHORT.get(word, word) for word in rest if word not in ARTICLES] or rest
    direction: str | None = None
    for position in (-1, 0):
        if len(named) > 1 and direction is None and named[position] in DIRECTION_OF:
            direction = DIRECTION_OF[named.pop(position)]
    return StreetName(generic=generic, core=tuple(named), direction=direction)


def words_of(name: str) -> list[str]:
    """Cut a name into folded words; ordinals become numbers."""
    return [ORDINAL.sub(r"\1", word) for word in re.sub(r"[\W_]+", " ", text.fold(name)).split()]


def normalise_street(name: str) -> str:
    """Give a street's name in one spelling: generic first, no accents or articles, direction last.

    "Rue de l’Église Est" and "eglise street e" both give "rue eglise est"; "2e Avenue" gives "avenue 2".
    Words after an English generic ("Zamora St Jamaica Plain") are taken for the town and dropped.
    """
    return split(name).norm


def _split_generic(words: list[str]) -> tuple[str | None, list[str]]:
    """Find the generic: first in French, "de la rue Principale" included, or after the name in English."""
    start = next((i for i, word in enumerate(words) if word not in ARTICLES), 0)
    if len(words) > start + 1 and words[start] in GENERIC_OF:
        return GENERIC_OF[words[start]], words[start + 1 :]
    for position, word in enumerate(words[1:], start=1):
        if word in GENERIC_OF or word == "st":
            follows = words[position + 1 : position + 2]
            direction = [each for each in follows if each in DIRECTION_OF]
            return GENERIC_OF.get(word, "rue"), words[:position] + direction
    return None, words

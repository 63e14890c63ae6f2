"""The names of a town's places, found by words that are spelt more or less as they are."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from gis import streetwords, text
from gis.placewords import PlaceWords
from gis.streetwords import ARTICLES, GENERIC_OF, SHORT

STREET = "street"
_STREET_MISTYPED = frozenset(["reu", "rrue", "ruue", "ruee", "ure", "ue"])
_AROUND = frozenset(GENERIC_OF) | frozenset(["coin", "angle", "intersection", "corner", "entre", "between"])
_PARK = "park"
_POLE = re.compile(r"\b(?:du|de l)[ -](?:nord|sud|est|ouest)$")
_ARTICLE = re.compile(r"^\w+ (du|des|de la|de l|de)\b")
# Edits forgiven in a word of so many letters: none in three, three in ten.
_FORGIVEN = (0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3)
_LEAST_NEAR = 0.6
_SAINT = 0.5  # a title says little, however few the names that have it
_MOST_NEAR = 12
_MOST_PREFIXED = 40
_SHORTEST_PREFIX = 3


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
    """Make a street's entry; `written` is another way its name is spelt, `areas` the districts it runs through."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """A word stands in an entry's name: from which of its words on, and for how many of them."""

    entry: int
    position: int
    count: int


class Gazetteer:
    """All named places of a town, indexed by the words of their names. Immutable; shared between threads.

    `ignored` are names that place nothing within the town, such as its own; `areas` are
    its districts, name by code, which tell two places of one name apart.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        words: PlaceWords,
        *,
        ignored: Iterable[str] = (),
        areas: Mapping[str, str] | None = None,
    ) -> None:
        self.entries = tuple(entries)
        self.words = words
        self.ignored = tuple(tuple(text.tokens(name)) for name in ignored if name)
        self.areas = {code: tuple(text.tokens(name)) for code, name in (areas or {}).items()}
        self.postings: dict[str, list[Posting]] = defaultdict(list)
        self.by_what: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            self._post(number, entry)
        self._vocabulary = sorted(self.postings)
        self._sounds: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            if len(word) > 3 and not word.isdigit():
                self._sounds[sound(word)].append(word)
        self._rarity = self._weigh()
        self._around = tuple(sorted(word for word in words.helpers | _AROUND if len(word) > 3))
        self.near = lru_cache(maxsize=2048)(self._near)
        self.mended = lru_cache(maxsize=2048)(self._mended)
        self.begun = lru_cache(maxsize=512)(self._begun)

    def _post(self, number: int, entry: Entry) -> None:
        core = entry.core
        for position, word in enumerate(core):
            self.postings[word].append(Posting(entry=number, position=position, count=1))
        for count in range(2, len(core) + 1):  # "grandeprairie"
            for position in range(len(core) - count + 1):
                joined = "".join(core[position : position + count])
                self.postings[joined].append(Posting(entry=number, position=position, count=count))
        if entry.what and not entry.is_street:
            self.by_what[entry.what].append(number)

    def _weigh(self) -> dict[str, float]:
        """Weigh words by how few names hold them: "Elzéar" says more than "Saint"."""
        total = len(self.entries) + 1
        weights = {word: 0.3 + math.log(total / (1 + len(found))) for word, found in self.postings.items()}
        return weights | {saint: _SAINT for saint in SHORT.values() if saint in weights}

    def weight(self, word: str) -> float:
        """Return how much a word of a name tells."""
        return self._rarity[word]

    def _near(self, word: str) -> dict[str, float]:
        """Return the words of names that a word may be, with how alike they are, 0 to 1."""
        found: dict[str, float] = {}
        plain = SHORT.get(word, word)
        for same, likeness in ((word, 1.0), (plain, 1.0), *_numbers_of(plain)):
            if same in self.postings:
                found[same] = likeness
        if word.isdigit():
            return found
        is_exact = bool(found)
        for other in self._sounds.get(sound(word), ()) if len(word) > 3 else ():
            found.setdefault(other, 0.94)
        if not is_exact and word not in self.words.common:
            found |= {other: each for other, each in self._misspelt(word).items() if other not in found}
            if len(word) >= _SHORTEST_PREFIX:
                for other, each in self.begun(word).items():
                    found.setdefault(other, each)
        return found

    def _mended(self, word: str) -> str:
        """Return a word that stands around names ("parc", "coin") for one that is nearly it and no name."""
        if word in _STREET_MISTYPED:
            return "rue"
        is_known = word in self.postings or word in self.words.common or word in _AROUND
        if len(word) < 3 or is_known or not word.isalpha():
            return word
        if len(word) <= 4 and OSA.distance(word, "des") == 1:
            return "des"
        near = process.extractOne(word, self._around, scorer=OSA.distance, score_cutoff=1)
        return near[0] if near else word

    def _misspelt(self, word: str) -> dict[str, float]:
        forgiven = _FORGIVEN[min(len(word), len(_FORGIVEN) - 1)]
        if not forgiven:
            return {}
        near = process.extract(
            word, self._vocabulary, scorer=OSA.distance, score_cutoff=forgiven, limit=_MOST_NEAR
        )
        scored = {other: 1 - 1.05 * edits / max(len(word), len(other)) for other, edits, _ in near}
        return {
            other: likeness
            for other, likeness in scored.items()
            if likeness >= _LEAST_NEAR and len(other) > 3 and not other.isdigit()
        }

    def _begun(self, start: str) -> dict[str, float]:
        """Return the words that begin like this, as they are while somebody types or abbreviates."""
        found: dict[str, float] = {}
        for position in range(bisect_left(self._vocabulary, start), len(self._vocabulary)):
            word = self._vocabulary[position]
            if not word.startswith(start) or len(found) >= _MOST_PREFIXED:
                break
            if not word.isdigit():
                found[word] = 0.75 + 0.2 * len(start) / len(word)
        return found


def _numbers_of(word: str) -> tuple[tuple[str, float], ...]:
    """The other number or gender: "moulin" and "moulins", "saint" and "sainte" are one slip of the tongue apart."""
    if len(word) < 4:
        return ()
    others: list[tuple[str, float]] = [(word + "s", 0.92), (word + "x", 0.92), (word + "e", 0.92)]
    if word[-1] in "sxe":
        others.append((word[:-1], 0.92))
    return tuple(others)


_SOUNDS = (
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?:es|ts|ds|ps|e|s|x|t|d|p)$", ""),
        (r"ph", "f"),
        (r"th|tt", "t"),
        (r"qu|ck|k|c(?=[aoulr])", "k"),
        (r"eau|au|ault", "o"),
        (r"ai|ei|ey|ay", "e"),
        (r"y", "i"),
        (r"c(?=[ei])|sc(?=[ei])|ss|ç", "s"),
        (r"z", "s"),
        (r"ge(?=[ao])", "j"),
        (r"g(?=[ei])", "j"),
        (r"(?:an|en|am|em)(?=[^aeiou]|$)", "an"),
        (r"h", ""),
    )
)
_SOUND_RULES = tuple(_SOUNDS)


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Give a word about as it sounds in French: "gelinote" and "gélinotte" are one, so are "hébert" and "ébert"."""
    for pattern, replacement in _SOUND_RULES:
        word = pattern.sub(replacement, word)
    return re.sub(r"(.)\1+", r"\1", word)

"""The names of a town's places, found by words that are spelt more or less as they are."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from gis import text
from gis.phonetics import sound
from gis.placenames import Entry
from gis.placewords import PlaceWords
from gis.streetwords import GENERIC_OF, SHORT

_STREET_MISTYPED = frozenset(["reu", "rrue", "ruue", "ruee", "ure", "ue"])
_AROUND = frozenset(GENERIC_OF) | frozenset(["coin", "angle", "intersection", "corner", "entre", "between"])
# Edits forgiven in a word of so many letters: none in three, three in ten.
_FORGIVEN = (0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3)
_LEAST_NEAR = 0.6
_SAINT = 0.5  # a title says little, however few the names that have it
_MOST_NEAR = 12
_MOST_PREFIXED = 40
_SHORTEST_PREFIX = 3


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
        plain = SHORT.get(word, word)
        variants = ((word, 1.0), (plain, 1.0), *_numbers_of(plain))
        found = {same: likeness for same, likeness in variants if same in self.postings}
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
    """The other number or gender: "moulin" and "moulins", "saint" and "sainte" are one slip apart."""
    if len(word) < 4:
        return ()
    others: list[tuple[str, float]] = [(word + "s", 0.92), (word + "x", 0.92), (word + "e", 0.92)]
    if word[-1] in "sxe":
        others.append((word[:-1], 0.92))
    return tuple(others)

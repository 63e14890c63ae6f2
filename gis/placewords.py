"""What people call places that are no street address: equipment with a number, parks, public buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis import text

LONGEST_PHRASE = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """Some words of a text that name one thing: where they begin, how many they are, and what they name."""

    start: int
    length: int
    meaning: str

    @property
    def end(self) -> int:
        return self.start + self.length


class PlaceWords:
    """The words of a language for places, made once from a mapping and shared.

    It is `{"assets": {kind: [phrase, …]}, "landmarks": {what: [phrase, …]}, "common": "words"}`, with
    `named`, the kinds of equipment whose names are places, and `beyond`, what may follow any address.
    Raises ValueError if it has another shape.
    """

    def __init__(self, mapping: Mapping[str, object]) -> None:
        self._assets = _phrases(mapping, "assets")
        self._landmarks = _phrases(mapping, "landmarks")
        common = mapping.get("common", "")
        if not isinstance(common, str):
            raise ValueError("'common' is a text")
        self.common = frozenset(text.tokens(common))
        self.helpers = frozenset(word for phrase in (*self._assets, *self._landmarks) for word in phrase)
        self.named, self.beyond = _names(mapping, "named"), _names(mapping, "beyond")

    def assets(self, words: Sequence[str]) -> list[Phrase]:
        """Find the names of kinds of equipment in a text's folded words."""
        return _found(words, self._assets)

    def landmarks(self, words: Sequence[str]) -> list[Phrase]:
        """Find what announces a landmark: "parc", "town hall"."""
        return _found(words, self._landmarks)

    def announced(self, words: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
        """Take a landmark's name apart: what it is, if its first or last words say so, and its own words."""
        found = self.landmarks(words)
        if found and found[0].start == 0:
            return found[0].meaning, tuple(words[found[0].length :])
        if found and found[-1].end == len(words):  # "Riverside Park"
            return found[-1].meaning, tuple(words[: found[-1].start])
        return None, tuple(words)


def _names(mapping: Mapping[str, object], name: str) -> tuple[str, ...]:
    names = mapping.get(name, [])
    if not isinstance(names, list):
        raise ValueError(f"'{name}' is a list")
    return tuple(str(each) for each in names)


def _phrases(mapping: Mapping[str, object], name: str) -> dict[tuple[str, ...], str]:
    groups = mapping.get(name, {})
    if not isinstance(groups, Mapping):
        raise ValueError(f"'{name}' is a mapping")
    found: dict[tuple[str, ...], str] = {}
    for meaning, phrases in groups.items():
        if not isinstance(phrases, list):
            raise ValueError(f"{name}, {meaning}: a list of words or phrases is needed")
        for phrase in phrases:
            found.setdefault(tuple(singular(word) for word in text.tokens(str(phrase))), str(meaning))
    return found


def _found(words: Sequence[str], phrases: Mapping[tuple[str, ...], str]) -> list[Phrase]:
    """Find phrases, the longest at each place, none within another."""
    plain = [singular(word) for word in words]
    found: list[Phrase] = []
    position = 0
    while position < len(plain):
        for length in range(min(LONGEST_PHRASE, len(plain) - position), 0, -1):
            meaning = phrases.get(tuple(plain[position : position + length]))
            if meaning is not None:
                found.append(Phrase(start=position, length=length, meaning=meaning))
                position += length - 1
                break
        position += 1
    return found


def singular(word: str) -> str:
    """Drop a plural's -s or -x, done alike to both sides of a comparison."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word

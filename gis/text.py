"""How alike two descriptions are, whatever the accents, the spelling and the language (French, English)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# Beyond this a description adds time rather than meaning; the longest rants have shown their subject by then.
_MAX_CHARS = 600
_LETTERS = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": " ", "'": " ", "`": " "})
_WORD = re.compile(r"[^\W\d_]+|\d+")
_LONGEST_PHRASE = 4
# A word of the trade ("trou", "rue") is in every report of a service: it says less than a name does.
_CONCEPT_WEIGHT = 0.7
_NUMBER_WEIGHT = 1.5


class _Marks(dict[int, int | None]):
    """Which characters only combine with the one before; asked of Unicode once for each."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        self[code] = kept
        return kept


_MARKS = _Marks()


def fold(text: str) -> str:
    """Lower the case, drop accents and ligatures, make apostrophes spaces: "L’Œuvre" gives "l oeuvre"."""
    plain = text.translate(_LETTERS)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).translate(_MARKS)
    return plain.lower()


def tokens(text: str) -> list[str]:
    """Cut a text into folded words and numbers; punctuation separates ("no4127" gives "no", "4127")."""
    return _WORD.findall(fold(text))


def grams(words: Iterable[str]) -> frozenset[str]:
    """Give the three-letter pieces of words, their ends marked, so that a typo costs little."""
    pieces: set[str] = set()
    for word in words:
        padded = f" {word} "
        pieces.update(padded[i : i + 3] for i in range(len(padded) - 2))
    return frozenset(pieces)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What a text says: concepts of the trade, other words and their pieces, numbers."""

    concepts: frozenset[str]
    words: frozenset[str]
    grams: frozenset[str]
    numbers: frozenset[str]

    @property
    def is_telling(self) -> bool:
        """Tell whether there is enough to compare: at least two things said."""
        return len(self.concepts) + len(self.words) + len(self.numbers) >= 2


class Lexicon:
    """Municipal vocabulary: concepts with their French and English names, and words which say nothing.

    Made once from `{"concepts": {name: [phrase, …]}, "stopwords": "…"}` and shared; it remembers the profiles
    of recent texts. Raises ValueError if the mapping has another shape.
    """

    def __init__(self, mapping: Mapping[str, object]) -> None:
        concepts, stopwords = mapping.get("concepts"), mapping.get("stopwords", "")
        if not isinstance(concepts, Mapping) or not isinstance(stopwords, str):
            raise ValueError("a lexicon has 'concepts' (a mapping) and 'stopwords' (a text)")
        self._stopwords = frozenset(_singular(word) for word in tokens(stopwords))
        self._phrases: dict[tuple[str, ...], str] = {}
        for concept, phrases in concepts.items():
            if not isinstance(phrases, list):
                raise ValueError(f"concept {concept}: a list of words or phrases is needed")
            for phrase in phrases:
                # The first concept to claim a phrase keeps it: the order of the file decides.
                self._phrases.setdefault(tuple(_singular(word) for word in tokens(str(phrase))), str(concept))
        self._starts = frozenset(phrase[0] for phrase in self._phrases if phrase)
        self.profile = lru_cache(maxsize=8192)(self._profile)

    def _profile(self, text: str) -> Profile:
        """Read a text into what it says."""
        found = [word if word.isdigit() else _singular(word) for word in tokens(text[:_MAX_CHARS])]
        concepts: set[str] = set()
        rest: list[str] = []
        position = 0
        while position < len(found):
            length, concept = self._longest_phrase(found, position)
            if concept is None:
                rest.append(found[position])
            else:
                concepts.add(concept)
            position += length
        names = frozenset(word for word in rest if not word.isdigit() and word not in self._stopwords)
        return Profile(
            concepts=frozenset(concepts),
            words=names,
            grams=grams(names),
            numbers=frozenset(word.lstrip("0") or "0" for word in rest if word.isdigit()),
        )

    def _longest_phrase(self, found: list[str], position: int) -> tuple[int, str | None]:
        if found[position] in self._starts:
            for length in range(min(_LONGEST_PHRASE, len(found) - position), 0, -1):
                concept = self._phrases.get(tuple(found[position : position + length]))
                if concept is not None:
                    return length, concept
        return 1, None


def similarity(one: Profile, other: Profile) -> float:
    """Compare two texts: 0 nothing in common, 1 the same things said; symmetrical.

    A Dice coefficient over concepts, words (by their pieces) and numbers. A number counts only when both
    texts have it: that one caller gives the pole's number and another does not is no disagreement.
    """
    shared_concepts = len(one.concepts & other.concepts)
    concepts = len(one.concepts) + len(other.concepts)
    names = len(one.words) + len(other.words)
    shared_numbers = 2 * _NUMBER_WEIGHT * len(one.numbers & other.numbers)
    total = _CONCEPT_WEIGHT * concepts + names + shared_numbers
    if not total:
        return 0.0
    alike = dice(one.grams, other.grams) * names
    return min(1.0, (2 * _CONCEPT_WEIGHT * shared_concepts + alike + shared_numbers) / total)


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Give twice the shared pieces over all pieces, 0 to 1."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


def _singular(word: str) -> str:
    """Drop a plural's -s or -x; crude, but done alike to both texts and to the lexicon."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word

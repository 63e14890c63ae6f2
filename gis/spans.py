"""A name found in a sentence: which tokens, how well they agree, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass

from gis.gazetteer import Gazetteer
from gis.placenames import Entry
from gis.placewords import Phrase
from gis.querytext import Token
from gis.streetwords import ARTICLES

_NUMBERED = ("avenue", "rue", "street", "rang")  # generics of streets that have numbers for names
SURE = 0.93  # a spelling as good as this is the name's own


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Tokens `start` to `end` (excluded) that name an entry; `core_start` to `core_end` its own name.

    `quality` is how well all agrees, `spelling` the name alone, both 0 to 1. `says_what` tells that the
    street's generic or the landmark's sort was said too, `says_other` that another one was. `is_alone` is a
    landmark told by its sort only ("l’aréna"), `is_bare` a numbered street without its generic ("la 4e").
    """

    entry: Entry
    start: int
    end: int
    core_start: int
    core_end: int
    quality: float
    spelling: float
    says_what: bool = False
    says_other: bool = False
    is_alone: bool = False
    is_bare: bool = False

    @property
    def key(self) -> tuple[int, int, int]:
        """Tell spans apart by what they name and where."""
        return id(self.entry), self.core_start, self.core_end

    def overlaps(self, other: Span) -> bool:
        return self.core_start < other.core_end and other.core_start < self.core_end

    def covers(self, other: Span) -> bool:
        return self.start <= other.core_start and other.core_end <= self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A query's tokens and what announces landmarks in it; `is_typing` leaves the last word open."""

    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    landmarks: tuple[Phrase, ...]
    is_typing: bool = False

    def word(self, position: int) -> str:
        """Return a token's word, its typing mistake mended if it stands around names; empty outside."""
        return self.words[position] if 0 <= position < len(self.words) else ""


def sentence(tokens: tuple[Token, ...], gazetteer: Gazetteer, *, is_typing: bool) -> Sentence:
    """Make a sentence of tokens. What is no name and nearly a word that goes with names becomes that word."""
    words = [gazetteer.mended(token.word) for token in tokens]
    if is_typing and len(tokens) > 1 and tokens[-2].is_ordinal:  # "3e a": the avenue is on its way
        words[-1] = next((each for each in _NUMBERED if each.startswith(words[-1])), words[-1])
    landmarks = tuple(gazetteer.words.landmarks(words))
    return Sentence(tokens=tokens, words=tuple(words), landmarks=landmarks, is_typing=is_typing)


def only_articles(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether nothing but articles stands from one token to another (excluded)."""
    return all(sentence.word(position) in ARTICLES for position in range(start, end))

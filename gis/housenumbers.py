"""Which number in a sentence is whose: the house's before the street's name, or after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis.querywords import LEFT, RANGE, RIGHT, WITHIN
from gis.spans import Sentence, Span
from gis.streetwords import GENERIC_OF

_FARTHEST_RANGE = 60
_REACH = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Civic:
    """A house's number as it was said, and where in the sentence."""

    number: int
    suffix: str | None
    position: int


class HouseNumbers:
    """The numbers of a sentence's streets. `common` words never stand for a word that was spelt badly."""

    def __init__(self, sentence: Sentence, streets: Sequence[Span], common: frozenset[str]) -> None:
        self.sentence, self.tokens, self.common = sentence, sentence.tokens, common
        # "route 399 et boulevard des Joncs": 399 is no house.
        self.named_numbers = {
            at for span in streets if span.says_what for at in range(span.core_start, span.core_end)
        }
        self._found = self._find(streets)

    def of(self, span: Span) -> Civic | None:
        """Return the number said with a street."""
        return self._found.get(span.key)

    def _find(self, streets: Sequence[Span]) -> dict[tuple[int, int, int], Civic]:
        """Find each street's number: before it, else after it, where no other street claims it."""
        found: dict[tuple[int, int, int], Civic] = {}
        for span in streets:
            if civic := self._left(span):
                found[span.key] = civic
        claimed = {civic.position for civic in found.values()}
        for span in streets:
            if span.key not in found and (civic := self._right(span)) and civic.position not in claimed:
                found[span.key] = civic
        return found

    def _left(self, span: Span) -> Civic | None:
        skipped = False
        for at in range(span.start - 1, max(-1, span.start - _REACH), -1):
            token = self.tokens[at]
            if token.is_civic and not (span.core_start <= at < span.core_end):
                return None if at in self.named_numbers else self._ranged(at)
            is_letter = len(token.word) == 1 and token.word in "abcd" and self.tokens[at - 1].is_civic
            if self.sentence.word(at) not in LEFT and not is_letter:
                is_odd = token.word.isalpha() and token.word not in self.common | WITHIN
                if skipped or not is_odd:
                    return None
                skipped = True  # one word spelt past recognition: "12 vh. du Canal"
        return None

    def _ranged(self, at: int) -> Civic:
        """Read "123-125", "123 à 125" and "4-123" at the last of its numbers."""
        token = self.tokens[at]
        assert token.number is not None
        suffix = token.letter
        if suffix is None and self.sentence.word(at + 1) in ("a", "b", "c", "d"):
            follows = self.sentence.word(at + 2)
            suffix = self.sentence.word(at + 1) if follows in GENERIC_OF else None
        before = at - 1
        while before > 0 and self.sentence.word(before) in ("le", "the"):
            before -= 1
        joined, first = self.sentence.word(before), self.tokens[before - 1] if before >= 1 else None
        lowest = first.number if first is not None and first.is_civic and joined in RANGE else None
        if lowest is not None and 0 < token.number - lowest <= _FARTHEST_RANGE:
            return Civic(number=lowest, suffix=str(token.number), position=at)
        return Civic(number=token.number, suffix=suffix, position=at)

    def _right(self, span: Span) -> Civic | None:
        for at in range(span.end, min(len(self.tokens), span.end + _REACH)):
            token = self.tokens[at]
            if token.is_civic and token.number is not None:
                return Civic(number=token.number, suffix=token.letter, position=at)
            if token.word not in RIGHT:
                return None
        return None

"""Reading which place a text means: address, corner, stretch between corners, landmark, equipment, street.

What is read is not yet a point: the numbers of houses and the corners are the database's. Every reading has a
score, so that two that are as good can be told from one that is clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rapidfuzz.distance import OSA

from gis import equipment, querytext, spans, spotting
from gis.gazetteer import Gazetteer
from gis.housenumbers import Civic, HouseNumbers
from gis.querywords import (
    BETWEEN,
    CORNERS,
    DEFINITE,
    FILLING,
    FRENCH_ARTICLES,
    INDEFINITE,
    JOINS,
    NEAR,
    NUMBER,
    ON,
)  # fmt: skip
from gis.reading import LEAST, Kind, Reading
from gis.spans import SURE, Sentence, Span
from gis.streetwords import ARTICLES

__all__ = ["LEAST", "Reading", "read"]

MOST_READINGS = 16
_UNSUPPORTED = 0.12
_PART, _SAME_PART = 0.3, 0.05
_COMMON_IN_CORNER = 0.15
_RANK = {"asset": 0.0, "address": 0.0, "crossing": 0.0, "block": 0.01, "landmark": 0.02, "street": 0.05}


def read(typed: str, gazetteer: Gazetteer, *, is_typing: bool = False) -> tuple[Reading, ...]:
    """Return what a text may mean, the likeliest first; nothing when no place is named.

    `is_typing` takes the last word for the beginning of one.
    """
    tokens = querytext.cut(typed)
    if not tokens:
        return ()
    is_open = is_typing and not typed[-1:].isspace()
    sentence = spans.sentence(tokens, gazetteer, is_typing=is_open)
    reader = _Reader(sentence, gazetteer)
    kept: dict[object, Reading] = {}
    for each in sorted(reader.readings(), key=lambda each: -each.score):
        if each.score >= LEAST:
            kept.setdefault((each.kind, each.entries, each.civic, each.kinds, each.number), each)
    return _whole(list(kept.values()))[:MOST_READINGS]


def _whole(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Drop what reads only a part of the words that another reads about as well: a corner's two streets."""

    def is_part(each: Reading, other: Reading) -> bool:
        yields = _SAME_PART if each.kind == other.kind else _PART
        return each.words < other.words and other.score > each.score - yields

    return tuple(each for each in readings if not any(is_part(each, other) for other in readings))


class _Reader:
    """One sentence against one town's names."""

    def __init__(self, sentence: Sentence, gazetteer: Gazetteer) -> None:
        self.sentence, self.gazetteer = sentence, gazetteer
        self.tokens = sentence.tokens
        self.ignored = set(self._phrases(gazetteer.ignored))
        self.areas = {
            code: frozenset(positions)
            for code, name in gazetteer.areas.items()
            if (positions := list(self._phrases([name])))
        }
        named = [span for span in spotting.find(sentence, gazetteer) if not self._is_ignored(span)]
        self.streets = [span for span in named if span.entry.is_street]
        self.landmarks = [span for span in named if not span.entry.is_street]
        self.numbers = HouseNumbers(sentence, self.streets, gazetteer.words.common)

    def readings(self) -> Iterator[Reading]:
        """Give every reading, in no order."""
        yield from equipment.read(self.sentence, self.gazetteer.words)
        joined = list(self._pairs())
        for span in self.streets:
            yield from self._of_street(span)
        yield from joined
        for span in self.landmarks:
            if quality := self._supported(span):
                yield self._reading("landmark", quality, span)

    def _of_street(self, span: Span) -> Iterator[Reading]:
        civic = self.numbers.of(span)
        if civic is not None:
            is_said = span.says_what or self.sentence.word(span.core_start - 1) in FRENCH_ARTICLES
            if self._is_common(span) and not is_said and not self._is_whole(span, civic.position):
                return
            yield self._reading("address", span.quality, span, civic=civic)
        elif quality := self._supported(span):
            yield self._reading("street", quality, span)

    def _supported(self, span: Span) -> float:
        """Return the quality of a name that stands alone, 0 when it may be no name at all."""
        before = self.sentence.word(self._before(span.start))
        if span.is_alone and not self._is_meant(span):
            return 0.0
        if span.says_what or self._is_whole(span):
            return span.quality
        if before in ON | CORNERS and not self._is_common(span):
            return span.quality
        if span.spelling >= SURE and not self._is_common(span) and not span.says_other:
            return span.quality - _UNSUPPORTED
        return 0.0

    def _is_meant(self, span: Span) -> bool:
        """Tell whether a sort alone is the town's: "the pool" is; "a pool" and a street's namesake not."""
        if any(
            street.covers(span) and (street.says_what or self.numbers.of(street) is not None)
            for street in self.streets
        ):
            return False
        before = self.sentence.word(span.start - 1)
        return before not in INDEFINITE and (
            not span.entry.core or before in DEFINITE or self._is_whole(span)
        )

    def _before(self, position: int) -> int:
        position -= 1
        while position >= 0 and self.sentence.word(position) in ARTICLES:
            position -= 1
        return position

    def _is_common(self, span: Span) -> bool:
        """Tell whether all words of the name as typed are words of any report: "gare", "neige"."""
        said = [self.tokens[at].word for at in range(span.core_start, span.core_end)]
        return span.is_bare or all(word in self.gazetteer.words.common or word in ARTICLES for word in said)

    def _is_whole(self, span: Span, *more: int) -> bool:
        """Tell whether nothing else was said."""
        named = set(range(span.start, span.end)) | set(more) | self.ignored
        named.update(*(positions for positions in self.areas.values()))
        return all(
            at in named or token.word in FILLING or token.word in NUMBER
            for at, token in enumerate(self.tokens)
        )

    def _pairs(self) -> Iterator[Reading]:
        """Give corners, and stretches of a street between two others."""
        ordered = sorted(self.streets, key=lambda span: (span.start, -span.quality))
        for one, two in combinations(ordered, 2):
            if one.entry.key == two.entry.key or one.overlaps(two) or two.start < one.core_end:
                continue
            joint = self._joint(one, two)
            if joint is None or self.numbers.of(one) is not None or self.numbers.of(two) is not None:
                continue
            if min(one.quality, two.quality) < LEAST:
                continue
            if all(self._is_common(span) and not span.says_what for span in (one, two)):
                continue
            commons = [
                span for span in (one, two) if self._is_common(span) and not (span.says_what or span.is_bare)
            ]
            score = (one.quality + two.quality) / 2 - joint - _COMMON_IN_CORNER * len(commons)
            yield from self._between(one, two, score)
            yield self._reading("crossing", score, one, two)

    def _joint(self, one: Span, two: Span) -> float | None:
        """Return what it costs to take two names for a corner; None when they are not said together."""
        between = [self.sentence.word(at) for at in range(one.end, two.start)]
        filling = ARTICLES | ON | {",", ".", "-", "(", "pres"}
        extra = [word for word in between if word in JOINS or word not in filling]
        odd = [word for word in extra if word not in JOINS | NEAR | CORNERS]
        before = {self.sentence.word(at) for at in range(max(0, one.start - 4), one.start)}
        is_joined = any(word in JOINS for word in extra) or bool(before & (CORNERS | BETWEEN))
        if any(len(word) > 4 or word in self.gazetteer.words.common for word in odd) or len(odd) > 1:
            return None
        if is_joined or any(OSA.distance(word, joint) == 1 for word in odd for joint in ("and", "coin")):
            return 0.03 * len(odd)  # one slip: "nad" for "and"
        return 0.03 if any(word in NEAR for word in between) and not odd else None

    def _between(self, one: Span, two: Span, score: float) -> Iterator[Reading]:
        """The stretch of a third street said before "entre" and the two corners."""
        before = self._before(one.start)
        if self.sentence.word(before) not in BETWEEN:
            return
        for street in self.streets:
            if street.end <= before and all(
                self.sentence.word(at) in ARTICLES | {",", "-", "("} for at in range(street.end, before)
            ):
                yield self._reading("block", (2 * score + street.quality) / 3, street, one, two)

    def _reading(self, kind: Kind, quality: float, *spans: Span, civic: Civic | None = None) -> Reading:
        words = frozenset(at for span in spans for at in range(span.core_start, span.core_end))
        area = next((code for code, positions in self.areas.items() if positions.isdisjoint(words)), None)
        return Reading(
            kind=kind,
            score=max(0.0, quality - _RANK[kind]),
            entries=tuple(span.entry for span in spans),
            civic=civic.number if civic else None,
            suffix=civic.suffix if civic else None,
            words=words,
            area=area,
        )

    def _is_ignored(self, span: Span) -> bool:
        core = range(span.core_start, span.core_end)
        return not span.says_what and bool(self.ignored) and self.ignored.issuperset(core)

    def _phrases(self, names: Iterable[Sequence[str]]) -> Iterator[int]:
        words = [token.word for token in self.tokens]
        for name in names:
            for start in range(len(words) - len(name) + 1):
                if tuple(words[start : start + len(name)]) == tuple(name):
                    yield from range(start, start + len(name))

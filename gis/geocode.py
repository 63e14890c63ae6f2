"""Reading which place a text means: address, corner, stretch between corners, landmark, equipment, street.

What is read is not yet a point: the numbers of houses and the corners are the database's. Every reading has a
score, so that two that are as good can be told from one that is clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from rapidfuzz.distance import OSA

from gis import querytext, spotting
from gis.gazetteer import Entry, Gazetteer
from gis.placewords import Phrase
from gis.spotting import Sentence, Span
from gis.streetwords import ARTICLES, GENERIC_OF

Kind = Literal["address", "asset", "crossing", "block", "landmark", "street"]
MOST_READINGS = 16
LEAST = 0.6
_UNSUPPORTED = 0.12
_PART, _SAME_PART = 0.3, 0.05
_COMMON_IN_CORNER = 0.15
_RANK = {"asset": 0.0, "address": 0.0, "crossing": 0.0, "block": 0.01, "landmark": 0.02, "street": 0.05}
_NUMBER = frozenset(
    ["no", "numero", "number", "num", "n", "nr", "civic", "civique", "adresse", "address", "#", ":", ".", "("]
)
_ON = frozenset(["sur", "on", "along", "in", "dans", "at"])
_LEFT = (
    ARTICLES | _NUMBER | _ON | frozenset(GENERIC_OF) | frozenset(["block", "bloc", ",", "-", "rue", "street"])
)
_RIGHT = (
    ARTICLES
    | _NUMBER
    | frozenset(
        [
            ",",
            "-",
            "devant",
            "face",
            "en",
            "vis",
            "pres",
            "proche",
            "near",
            "front",
            "in",
            "at",
            "hauteur",
            "cote",
            "opposite",
            "from",
            "across",
            "au",
            "across",
            "approx",
            "environ",
        ]
    )
)
_FRENCH_ARTICLES = frozenset(["de", "du", "des", "la", "l", "d"])
_INDEFINITE = frozenset(["un", "une", "a", "an", "any"])
_DEFINITE = frozenset(["l", "la", "le", "les", "the", "au", "aux", "du", "de", "des"])
_RANGE = frozenset(["-", "a", "et", "to", "and", "&", "/"])
_CORNERS = frozenset(
    [
        "coin",
        "angle",
        "intersection",
        "corner",
        "corners",
        "croisement",
        "carrefour",
        "junction",
        "crossroads",
        "cross",
    ]
)
_JOINS = frozenset(
    [
        "et",
        "and",
        "at",
        "&",
        "/",
        "@",
        "+",
        "coin",
        "angle",
        "x",
        "meets",
        "croise",
        "croisant",
        "crosses",
        "crossing",
        "corner",
        "intersection",
    ]
)
_NEAR = frozenset(
    ["hauteur", "pres", "proche", "near", "by", "off", "avec", "with", "vers", "toward", "towards"]
)
_BETWEEN = frozenset(["entre", "between"])
_FILLING = (
    ARTICLES
    | _ON
    | frozenset(
        [
            ",",
            "-",
            ".",
            ":",
            ";",
            "(",
            ")",
            "!",
            "?",
            "devant",
            "face",
            "en",
            "vis",
            "pres",
            "proche",
            "near",
            "front",
            "to",
            "next",
            "cote",
            "cotes",
            "derriere",
            "arriere",
            "behind",
            "beside",
            "opposite",
            "across",
            "from",
            "by",
            "off",
            "around",
            "hauteur",
            "au",
            "dans",
            "chez",
            "entre",
            "et",
            "and",
            "plz",
            "urgent",
            "svp",
            "merci",
            "please",
            "bonjour",
            "hello",
            "hi",
            "allo",
            "rue",
            "street",
            "ici",
            "here",
            "c",
            "est",
            "it",
            "is",
            "s",
            "there",
            "my",
            "mon",
            "ma",
            "notre",
            "our",
            "area",
            "secteur",
            "vers",
            "toward",
            "towards",
        ]
    )
)
_WITHIN = _JOINS | _NEAR | _CORNERS | _BETWEEN | _FILLING
_RANGE_M = 60
_ASSET_GAP = 3
_REACH = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One place that a text may mean, with a score from 0 to 1.

    address: `entries` one street, `civic` and `suffix`; crossing: two streets; block: a street and the two it
    lies between; landmark and street: one entry; asset: `kinds` and its `number`. `words` are the tokens the
    names were read from: two readings of the same words are rivals, of others they complete each other.
    `area` is the code of a district that was named too.
    """

    kind: Kind
    score: float
    entries: tuple[Entry, ...] = ()
    civic: int | None = None
    suffix: str | None = None
    kinds: tuple[str, ...] = ()
    number: str | None = None
    words: frozenset[int] = frozenset()
    area: str | None = None

    def rivals(self, other: Reading) -> bool:
        """Tell whether both were read from the same words."""
        return not self.words.isdisjoint(other.words)


def read(typed: str, gazetteer: Gazetteer, *, is_typing: bool = False) -> tuple[Reading, ...]:
    """Return what a text may mean, the likeliest first; nothing when no place is named.

    `is_typing` takes the last word for the beginning of one.
    """
    tokens = querytext.cut(typed)
    if not tokens:
        return ()
    is_open = is_typing and not typed[-1:].isspace()
    sentence = spotting.sentence(tokens, gazetteer, is_typing=is_open)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Civic:
    number: int
    suffix: str | None
    position: int


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
        spans = [span for span in spotting.find(sentence, gazetteer) if not self._is_ignored(span)]
        self.streets = [span for span in spans if span.entry.is_street]
        self.landmarks = [span for span in spans if not span.entry.is_street]
        # "route 399 et boulevard des Joncs": 399 is no house.
        self.named_numbers = {
            at for span in self.streets if span.says_what for at in range(span.core_start, span.core_end)
        }
        self.civics = self._civics()

    def readings(self) -> Iterator[Reading]:
        """Give every reading, in no order."""
        yield from self._assets()
        joined = list(self._pairs())
        for span in self.streets:
            yield from self._of_street(span)
        yield from joined
        for span in self.landmarks:
            if quality := self._supported(span):
                yield self._reading("landmark", quality, span)

    # -- streets -------------------------------------------------------------------------------------------

    def _of_street(self, span: Span) -> Iterator[Reading]:
        civic = self.civics.get(self._key(span))
        if civic is not None:
            is_said = span.says_what or self.sentence.word(span.core_start - 1) in _FRENCH_ARTICLES
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
        if before in _ON | _CORNERS and not self._is_common(span):
            return span.quality
        if span.spelling >= spotting.SURE and not self._is_common(span) and not span.says_other:
            return span.quality - _UNSUPPORTED
        return 0.0

    def _is_meant(self, span: Span) -> bool:
        """Tell whether a sort alone is the town's: "the pool" is, "a pool" is not, nor what a street is named after."""
        if any(
            street.covers(span) and (street.says_what or self._key(street) in self.civics)
            for street in self.streets
        ):
            return False
        before = self.sentence.word(span.start - 1)
        return before not in _INDEFINITE and (
            not span.entry.core or before in _DEFINITE or self._is_whole(span)
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
            at in named or token.word in _FILLING or token.word in _NUMBER
            for at, token in enumerate(self.tokens)
        )

    # -- numbers -------------------------------------------------------------------------------------------

    def _civics(self) -> dict[tuple[int, int, int], _Civic]:
        """Find each street's number: before it, else after it, where no other street claims it."""
        found: dict[tuple[int, int, int], _Civic] = {}
        for span in self.streets:
            if civic := self._left(span):
                found[self._key(span)] = civic
        claimed = {civic.position for civic in found.values()}
        for span in self.streets:
            if (
                self._key(span) not in found
                and (civic := self._right(span))
                and civic.position not in claimed
            ):
                found[self._key(span)] = civic
        return found

    def _key(self, span: Span) -> tuple[int, int, int]:
        return id(span.entry), span.core_start, span.core_end

    def _left(self, span: Span) -> _Civic | None:
        skipped = False
        for at in range(span.start - 1, max(-1, span.start - _REACH), -1):
            token = self.tokens[at]
            if token.is_civic and not (span.core_start <= at < span.core_end):
                return None if at in self.named_numbers else self._ranged(at)
            is_letter = len(token.word) == 1 and token.word in "abcd" and self.tokens[at - 1].is_civic
            if self.sentence.word(at) not in _LEFT and not is_letter:
                is_odd = token.word.isalpha() and token.word not in self.gazetteer.words.common | _WITHIN
                if skipped or not is_odd:
                    return None
                skipped = True  # one word spelt past recognition: "12 vh. du Canal"
        return None

    def _ranged(self, at: int) -> _Civic:
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
        if first is not None and first.is_civic and joined in _RANGE and first.number is not None:
            if 0 < token.number - first.number <= _RANGE_M:
                return _Civic(number=first.number, suffix=str(token.number), position=at)
        return _Civic(number=token.number, suffix=suffix, position=at)

    def _right(self, span: Span) -> _Civic | None:
        for at in range(span.end, min(len(self.tokens), span.end + _REACH)):
            token = self.tokens[at]
            if token.is_civic and token.number is not None:
                return _Civic(number=token.number, suffix=token.letter, position=at)
            if token.word not in _RIGHT:
                return None
        return None

    # -- two and three streets -----------------------------------------------------------------------------

    def _pairs(self) -> Iterator[Reading]:
        """Give corners, and stretches of a street between two others."""
        ordered = sorted(self.streets, key=lambda span: (span.start, -span.quality))
        for one, two in combinations(ordered, 2):
            if one.entry.key == two.entry.key or one.overlaps(two) or two.start < one.core_end:
                continue
            joint = self._joint(one, two)
            if joint is None or self._key(one) in self.civics or self._key(two) in self.civics:
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
        filling = ARTICLES | _ON | {",", ".", "-", "(", "pres"}
        extra = [word for word in between if word in _JOINS or word not in filling]
        odd = [word for word in extra if word not in _JOINS | _NEAR | _CORNERS]
        before = {self.sentence.word(at) for at in range(max(0, one.start - 4), one.start)}
        is_joined = any(word in _JOINS for word in extra) or bool(before & (_CORNERS | _BETWEEN))
        if any(len(word) > 4 or word in self.gazetteer.words.common for word in odd) or len(odd) > 1:
            return None
        if is_joined or any(OSA.distance(word, joint) == 1 for word in odd for joint in ("and", "coin")):
            return 0.03 * len(odd)  # one slip: "nad" for "and"
        return 0.03 if any(word in _NEAR for word in between) and not odd else None

    def _between(self, one: Span, two: Span, score: float) -> Iterator[Reading]:
        """The stretch of a third street said before "entre" and the two corners."""
        before = self._before(one.start)
        if self.sentence.word(before) not in _BETWEEN:
            return
        for street in self.streets:
            if street.end <= before and all(
                self.sentence.word(at) in ARTICLES | {",", "-", "("} for at in range(street.end, before)
            ):
                yield self._reading("block", (2 * score + street.quality) / 3, street, one, two)

    # -- equipment -----------------------------------------------------------------------------------------

    def _assets(self) -> Iterator[Reading]:
        phrases = self.gazetteer.words.assets(self.sentence.words)
        for phrase in phrases:
            for at in self._numbers_after(phrase):
                yield self._asset(phrase, at, 0.98 - 0.02 * (at - phrase.end))
        for at in range(len(self.tokens)):
            code = self._code(at)
            if code and not phrases:
                yield Reading(
                    kind="asset", score=0.9, number=code, words=frozenset(range(at, at + 1)), kinds=()
                )

    def _numbers_after(self, phrase: Phrase) -> Iterator[int]:
        """Find the number after a kind of equipment: "borne no 233", "lampadaire L-42"."""
        for at in range(phrase.end, min(len(self.tokens), phrase.end + _ASSET_GAP + 1)):
            token = self.tokens[at]
            if token.number is not None and not token.is_ordinal:
                yield at
                return
            is_prefix = (len(token.word) <= 5 and self.sentence.word(at + 1) == "-") or len(token.word) == 1
            if not (token.word in _NUMBER or is_prefix):
                return

    def _asset(self, phrase: Phrase, at: int, score: float) -> Reading:
        return Reading(
            kind="asset",
            score=score,
            kinds=(phrase.meaning,),
            number=self.tokens[at].word,
            words=frozenset(range(phrase.start, at + 1)),
        )

    def _code(self, at: int) -> str | None:
        """Read a code as it is painted on a pole: letters, a hyphen, digits ("L-0042")."""
        token = self.tokens[at]
        if token.number is None or at == 0:
            return None
        sign = self.sentence.word(at - 1) == "-"
        letters = self.sentence.word(at - 2) if sign else self.sentence.word(at - 1)
        if not letters.isalpha() or len(letters) > 5 or not (sign or len(self.tokens) == 2):
            return None
        return f"{letters}-{token.word}"

    # -- common --------------------------------------------------------------------------------------------

    def _reading(self, kind: Kind, quality: float, *spans: Span, civic: _Civic | None = None) -> Reading:
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

"""Finding the names of places in a sentence: which words name which place, and how surely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gis.gazetteer import Entry, Gazetteer, Posting
from gis.placewords import Phrase
from gis.querytext import Token
from gis.streetwords import ARTICLES, DIRECTION_OF, GENERIC_OF, TRAILING

LEAST_QUALITY = 0.5
OTHER_GENERIC = 0.2
OTHER_KIND = 0.4
UNSAID_GENERIC = 0.03
UNSAID_WHAT = 0.3
OTHER_DIRECTION = 0.35
UNSAID_DIRECTION = 0.03
OWN_DIRECTION = 0.08  # "N Lakewood Ave" where a street of no direction is known
OTHER_ARTICLE = 0.05
JOINED = 0.96
SURE = 0.93
_HIGHWAYS = frozenset(["route", "autoroute"])
OWN_SORT = 0.15
BARE_ORDINAL = 0.06
_MOST_SPANS = 60
_MOST_ALONE = 4
_GROUND = frozenset(["water"])
_BESIDE = frozenset([",", ".", "-", "at", "in", "of", "dans", "sur", "on"])
_GAP = 2  # a word between what a landmark is and its name: "terrain de soccer du parc"


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

    def overlaps(self, other: Span) -> bool:
        return self.core_start < other.core_end and other.core_start < self.core_end

    def covers(self, other: Span) -> bool:
        return self.start <= other.core_start and other.core_end <= self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A query's tokens with what announces landmarks and equipment in it; `is_typing` leaves the last word open."""

    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    landmarks: tuple[Phrase, ...]
    is_typing: bool = False

    def word(self, position: int) -> str:
        """Return a token's word, its typing mistake mended if it stands around names; empty outside."""
        return self.words[position] if 0 <= position < len(self.words) else ""


def sentence(tokens: tuple[Token, ...], gazetteer: Gazetteer, *, is_typing: bool) -> Sentence:
    """Make a sentence of tokens. What is no name and nearly a word that goes with names becomes that word."""
    words = tuple(gazetteer.mended(token.word) for token in tokens)
    return Sentence(
        tokens=tokens, words=words, landmarks=tuple(gazetteer.words.landmarks(words)), is_typing=is_typing
    )


def find(sentence: Sentence, gazetteer: Gazetteer) -> list[Span]:
    """Return the places named in a sentence, the best first; none is within a better one of more words."""
    matches = _matches(sentence, gazetteer)
    found: dict[tuple[int, int, int], Span] = {}
    for position in range(len(sentence.tokens)):
        for length in (1, 2):
            for word, likeness in matches.get((position, length), {}).items():
                for posting in gazetteer.postings[word]:
                    names = gazetteer.entries[posting.entry].core
                    said = names[posting.position : posting.position + posting.count]
                    weight = likeness * sum(gazetteer.weight(each) for each in said)
                    core = _Core(posting, position, position + length, weight)
                    _grow(core, sentence, gazetteer, matches)
                    _keep(found, core.span(sentence, gazetteer), posting.entry)
    for span in _alone(sentence, gazetteer):
        _keep(found, span, id(span.entry))
    ranked = sorted(found.values(), key=lambda span: (-span.quality, span.start - span.end, span.entry.name))
    return _outermost(ranked)[:_MOST_SPANS]


def _matches(sentence: Sentence, gazetteer: Gazetteer) -> dict[tuple[int, int], Mapping[str, float]]:
    """Look up every token, and every two neighbours as one word ("la fontaine"), among the names' words."""
    found: dict[tuple[int, int], Mapping[str, float]] = {}
    tokens = sentence.tokens
    for position, token in enumerate(tokens):
        if token.is_sign:
            continue
        near: Mapping[str, float] = {} if token.word in ARTICLES else gazetteer.near(token.word)
        if sentence.is_typing and position == len(tokens) - 1 and token.number is None:
            begun = gazetteer.begun(token.word)
            near = {**begun, **near} | {word: max(0.9, near.get(word, 0)) for word in begun}
        if near:
            found[position, 1] = near
        if position + 1 < len(tokens) and token.number is None and tokens[position + 1].number is None:
            joined = token.word + tokens[position + 1].word
            if joined in gazetteer.postings:
                found[position, 2] = {joined: JOINED}
    return found


class _Core:
    """The words of an entry's own name found one after the other."""

    __slots__ = ("end", "entry", "next", "start", "weight")

    def __init__(self, posting: Posting, start: int, end: int, weight: float) -> None:
        self.entry, self.next = posting.entry, posting.position + posting.count
        self.start, self.end, self.weight = start, end, weight

    def span(self, sentence: Sentence, gazetteer: Gazetteer) -> Span | None:
        entry = gazetteer.entries[self.entry]
        whole = sum(gazetteer.weight(word) for word in entry.core)
        spelling = min(1.0, self.weight / whole)
        is_bare = entry.is_street and _is_bare_number(entry, sentence, self.start)
        if spelling < LEAST_QUALITY or (is_bare and not sentence.tokens[self.start].is_ordinal):
            return None
        plain = Span(
            entry=entry, start=self.start, end=self.end, core_start=self.start, core_end=self.end,
            quality=spelling - (BARE_ORDINAL if is_bare else 0), spelling=spelling, is_bare=is_bare,
        )  # fmt: skip
        return _as_street(plain, sentence) if entry.is_street else _as_landmark(plain, sentence)


def _grow(
    core: _Core,
    sentence: Sentence,
    gazetteer: Gazetteer,
    matches: Mapping[tuple[int, int], Mapping[str, float]],
) -> None:
    """Follow a name as far as its next words come next in the sentence; articles and hyphens may lie between."""
    names = gazetteer.entries[core.entry].core
    while core.next < len(names):
        position = _after_articles(sentence, core.end)
        likeness = 0.0
        for wanted in range(core.next, len(names)):
            likeness = matches.get((position, 1), {}).get(names[wanted], 0.0)
            if likeness:
                core.weight += likeness * gazetteer.weight(names[wanted])
                core.next, core.end = wanted + 1, position + 1
                break
        if not likeness:
            return


def _after_articles(sentence: Sentence, position: int) -> int:
    while position < len(sentence.tokens) and (
        sentence.word(position) in ARTICLES or sentence.word(position) in (".", "-")
    ):
        position += 1
    return position


def _is_bare_number(entry: Entry, sentence: Sentence, position: int) -> bool:
    """A street whose name is a number is meant only when its generic stands beside it."""
    if not all(word.isdigit() for word in entry.core):
        return False
    token = sentence.tokens[position]
    if sentence.word(position - 1) == "la" and entry.what in _HIGHWAYS:
        return False  # "sur la 399"
    right = GENERIC_OF.get(
        sentence.word(position + 1), "rue" if sentence.word(position + 1) == "st" else None
    )
    left = GENERIC_OF.get(sentence.word(position - 1))
    return not _agree(left, entry.what) and (right != entry.what or not token.is_ordinal)


def _as_street(span: Span, sentence: Sentence) -> Span:
    """Read the generic, the direction and the article around a street's own name."""
    entry = span.entry
    said, start, end = _generic(span, sentence)
    quality = span.quality
    if said is None:
        quality -= UNSAID_GENERIC if entry.what else 0
        quality -= _announced(span, sentence)
    elif not _agree(said, entry.what):
        quality -= OTHER_GENERIC
    direction, start, end = _direction(sentence, start, end)
    if direction and entry.direction:
        quality -= 0 if direction == entry.direction else OTHER_DIRECTION
    elif entry.direction:
        quality -= UNSAID_DIRECTION
    elif direction:
        quality -= OWN_DIRECTION
    if entry.article and (article := _article(sentence, span.core_start)):
        quality -= 0 if article == entry.article else OTHER_ARTICLE
    return replace(
        span, start=start, end=end, quality=quality,
        says_what=said is not None and _agree(said, entry.what), says_other=said is not None and not _agree(said, entry.what),
    )  # fmt: skip


def _agree(said: str | None, what: str | None) -> bool:
    """Tell whether two generics are one: highways have several."""
    return said == what or (said in _HIGHWAYS and what in _HIGHWAYS)


def _generic(span: Span, sentence: Sentence) -> tuple[str | None, int, int]:
    """Find the generic before the name (French) or after it (English), and where the name then begins and ends."""
    before = span.core_start - 1
    while before >= 0 and (sentence.word(before) in ARTICLES or sentence.word(before) == "."):
        before -= 1
    left = GENERIC_OF.get(sentence.word(before)) if before >= 0 else None
    after = span.core_end
    right = None
    if sentence.word(after) in TRAILING and sentence.word(after + 1) not in ARTICLES - {
        "a",
        "the",
        "au",
        "of",
    }:
        right = GENERIC_OF.get(sentence.word(after), "rue")
    if right is not None and (left is None or left != span.entry.what):
        return right, span.start, after + 1
    return (left, before, span.end) if left else (None, span.start, span.end)


def _announced(span: Span, sentence: Sentence) -> float:
    """Return what it costs that the name was announced as a park's or a building's, or is such a word itself."""
    for phrase in sentence.landmarks:
        is_before = phrase.end <= span.core_start and _only_articles(sentence, phrase.end, span.core_start)
        if is_before or phrase.start == span.core_end:
            return OTHER_KIND
        if phrase.start <= span.core_start and span.core_end <= phrase.end:
            return OWN_SORT
    return 0.0


def _only_articles(sentence: Sentence, start: int, end: int) -> bool:
    return all(sentence.word(position) in ARTICLES for position in range(start, end))


def _direction(sentence: Sentence, start: int, end: int) -> tuple[str | None, int, int]:
    after = end + 1 if sentence.word(end) == "." else end
    if sentence.word(after) in DIRECTION_OF:
        return DIRECTION_OF[sentence.word(after)], start, after + 1
    before = start - 2 if sentence.word(start - 1) == "." else start - 1
    if before >= 0 and sentence.word(before) in DIRECTION_OF:
        return DIRECTION_OF[sentence.word(before)], before, end
    return None, start, end


def _article(sentence: Sentence, core_start: int) -> str | None:
    """Return the article before a name as `Entry.article` has it, if a French one is said."""
    one, two = sentence.word(core_start - 1), sentence.word(core_start - 2)
    if one in ("la", "l") and two == "de":
        return f"de {one}"
    return one if one in ("du", "des", "de") else None


def _as_landmark(span: Span, sentence: Sentence) -> Span | None:
    """Find what the landmark is beside its own name; a park's name without "park" is rather a street's."""
    entry = span.entry
    inner = 0
    for phrase in sorted(sentence.landmarks, key=lambda phrase: _gap(span, phrase)):
        if not _is_beside(span, phrase, sentence):
            continue
        if phrase.meaning == entry.what:
            # The rink of the park is the rink, not the park.
            return replace(
                span, start=min(span.start, phrase.start), end=max(span.end, phrase.end), says_what=True,
                quality=span.quality + (OWN_SORT if inner else 0),
            )  # fmt: skip
        inner += 1
    if entry.what is None:
        return span
    is_number = all(word.isdigit() for word in entry.core)
    is_street = _generic(span, sentence)[0] is not None
    return None if is_number or is_street else replace(span, quality=span.quality - UNSAID_WHAT)


def _gap(span: Span, phrase: Phrase) -> int:
    return max(span.core_start - phrase.end, phrase.start - span.core_end)


def _is_beside(span: Span, phrase: Phrase, sentence: Sentence) -> bool:
    """Tell whether nothing but articles, one other word and other announcements lie between."""
    start, end = min(phrase.end, span.core_end), max(phrase.start, span.core_start)
    between = set(range(start, end))
    for other in sentence.landmarks:
        between -= set(range(other.start, other.end))
    words = [sentence.word(at) for at in between]
    return sum(word not in ARTICLES and word not in _BESIDE for word in words) <= 1 and len(words) <= _GAP + 4


def _alone(sentence: Sentence, gazetteer: Gazetteer) -> list[Span]:
    """What a town has one of needs no name: "l’aréna", "city hall"; a river does."""
    found: list[Span] = []
    for phrase in sentence.landmarks:
        numbers = gazetteer.by_what.get(phrase.meaning, ())
        entries = [entry for number in numbers if (entry := gazetteer.entries[number]).kind not in _GROUND]
        for entry in entries:
            # "caserne 2" and "parc des Érables" are named by their own words, and found by them.
            quality = 0.97 if not entry.core else 0.9 if len(entries) <= _MOST_ALONE else 0.0
            if quality:
                found.append(
                    Span(
                        entry=entry, start=phrase.start, end=phrase.end, core_start=phrase.start,
                        core_end=phrase.end, quality=quality, spelling=quality, says_what=True, is_alone=True,
                    )
                )  # fmt: skip
    return found


def _keep(found: dict[tuple[int, int, int], Span], span: Span | None, entry: int) -> None:
    if span is None or span.quality < LEAST_QUALITY:
        return
    key = entry, span.core_start, span.core_end
    if key not in found or found[key].quality < span.quality:
        found[key] = span


def _outermost(ranked: Sequence[Span]) -> list[Span]:
    """Drop a span within another that explains more words about as well: the Éclusiers of the Éclusiers-du-Roi."""
    kept: list[Span] = []
    by_entry: dict[int, list[Span]] = defaultdict(list)
    for span in ranked:
        inner = any(
            other.covers(span)
            and other.end - other.start > span.end - span.start
            and other.quality > span.quality - 0.2
            for other in ranked
            if other is not span
        )
        if not inner and not any(span.overlaps(other) for other in by_entry[id(span.entry)]):
            kept.append(span)
            by_entry[id(span.entry)].append(span)
    return kept

"""Finding the names of places in a sentence: which words name which place, and how surely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gis import landmarkspans, streetspans
from gis.gazetteer import Gazetteer, Posting
from gis.spans import Sentence, Span
from gis.streetwords import ARTICLES

LEAST_QUALITY = 0.5
_JOINED = 0.96
_BARE_ORDINAL = 0.06
_SHORTER = 0.2  # a name of more words counts before a better one of fewer of the same words
_MOST_SPANS = 60
_OPEN_WORD = 0.9


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
    for span in landmarkspans.alone(sentence, gazetteer):
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
            near = {**begun, **near} | {word: max(_OPEN_WORD, near.get(word, 0)) for word in begun}
        if near:
            found[position, 1] = near
        if position + 1 < len(tokens) and token.number is None and tokens[position + 1].number is None:
            joined = token.word + tokens[position + 1].word
            if joined in gazetteer.postings:
                found[position, 2] = {joined: _JOINED}
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
        is_bare = entry.is_street and streetspans.is_bare_number(entry, sentence, self.start)
        if spelling < LEAST_QUALITY or (is_bare and not sentence.tokens[self.start].is_ordinal):
            return None
        plain = Span(
            entry=entry, start=self.start, end=self.end, core_start=self.start, core_end=self.end,
            quality=spelling - (_BARE_ORDINAL if is_bare else 0), spelling=spelling, is_bare=is_bare,
        )  # fmt: skip
        return streetspans.read(plain, sentence) if entry.is_street else landmarkspans.read(plain, sentence)


def _grow(
    core: _Core,
    sentence: Sentence,
    gazetteer: Gazetteer,
    matches: Mapping[tuple[int, int], Mapping[str, float]],
) -> None:
    """Follow a name as far as its next words come next; articles and hyphens may lie between."""
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


def _keep(found: dict[tuple[int, int, int], Span], span: Span | None, entry: int) -> None:
    if span is None or span.quality < LEAST_QUALITY:
        return
    key = entry, span.core_start, span.core_end
    if key not in found or found[key].quality < span.quality:
        found[key] = span


def _outermost(ranked: Sequence[Span]) -> list[Span]:
    """Drop a span within another that explains more words about as well: Éclusiers in Éclusiers-du-Roi."""
    kept: list[Span] = []
    by_entry: dict[int, list[Span]] = defaultdict(list)
    for span in ranked:
        inner = any(
            other.covers(span)
            and other.end - other.start > span.end - span.start
            and other.quality > span.quality - _SHORTER
            for other in ranked
            if other is not span
        )
        if not inner and not any(span.overlaps(other) for other in by_entry[id(span.entry)]):
            kept.append(span)
            by_entry[id(span.entry)].append(span)
    return kept

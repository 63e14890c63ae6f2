"""What stands around a landmark's own name in a sentence: what it is ("parc", "library"), or that alone."""

from __future__ import annotations

from dataclasses import replace

from gis import streetspans
from gis.gazetteer import Gazetteer
from gis.placewords import Phrase
from gis.spans import Sentence, Span
from gis.streetwords import ARTICLES

UNSAID_WHAT = 0.3
INNER_SORT = 0.15
_MOST_ALONE = 4
_GROUND = frozenset(["water"])
_BESIDE = frozenset([",", ".", "-", "at", "in", "of", "dans", "sur", "on"])
_GAP = 6  # "terrain de soccer du parc de la Vigie"


def read(span: Span, sentence: Sentence) -> Span | None:
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
                quality=span.quality + (INNER_SORT if inner else 0),
            )  # fmt: skip
        inner += 1
    if entry.what is None:
        return span
    is_number = all(word.isdigit() for word in entry.core)
    is_street = streetspans.generic(span, sentence)[0] is not None
    return None if is_number or is_street else replace(span, quality=span.quality - UNSAID_WHAT)


def alone(sentence: Sentence, gazetteer: Gazetteer) -> list[Span]:
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


def _gap(span: Span, phrase: Phrase) -> int:
    return max(span.core_start - phrase.end, phrase.start - span.core_end)


def _is_beside(span: Span, phrase: Phrase, sentence: Sentence) -> bool:
    """Tell whether nothing but articles, one other word and other announcements lie between."""
    start, end = min(phrase.end, span.core_end), max(phrase.start, span.core_start)
    between = set(range(start, end))
    for other in sentence.landmarks:
        between -= set(range(other.start, other.end))
    words = [sentence.word(at) for at in between]
    return sum(word not in ARTICLES and word not in _BESIDE for word in words) <= 1 and len(words) <= _GAP

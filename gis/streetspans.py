"""What stands around a street's own name in a sentence: its generic, its direction, its article."""

from __future__ import annotations

from dataclasses import replace

from gis.placenames import Entry
from gis.spans import Sentence, Span, only_articles
from gis.streetwords import ARTICLES, DIRECTION_OF, GENERIC_OF, TRAILING

# What it costs that something else is said than the name has, or nothing.
OTHER_GENERIC, UNSAID_GENERIC = 0.2, 0.03
OTHER_DIRECTION, UNSAID_DIRECTION = 0.35, 0.03
OWN_DIRECTION = 0.08  # "N Lakewood Ave" where a street of no direction is known
OTHER_ARTICLE = 0.05
OTHER_KIND, OWN_SORT = 0.4, 0.15
_HIGHWAYS = frozenset(["route", "autoroute"])


def read(span: Span, sentence: Sentence) -> Span:
    """Read the generic, the direction and the article around a street's own name."""
    entry = span.entry
    said, start, end = generic(span, sentence)
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
        says_what=said is not None and _agree(said, entry.what),
        says_other=said is not None and not _agree(said, entry.what),
    )  # fmt: skip


def is_bare_number(entry: Entry, sentence: Sentence, position: int) -> bool:
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


def generic(span: Span, sentence: Sentence) -> tuple[str | None, int, int]:
    """Find the generic before the name (French) or after it (English), and where it all begins and ends."""
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


def _agree(said: str | None, what: str | None) -> bool:
    """Tell whether two generics are one: highways have several."""
    return said == what or (said in _HIGHWAYS and what in _HIGHWAYS)


def _announced(span: Span, sentence: Sentence) -> float:
    """Return what it costs that the name was announced as a park's, or is such a word itself."""
    for phrase in sentence.landmarks:
        is_before = phrase.end <= span.core_start and only_articles(sentence, phrase.end, span.core_start)
        if is_before or phrase.start == span.core_end:
            return OTHER_KIND
        if phrase.start <= span.core_start and span.core_end <= phrase.end:
            return OWN_SORT
    return 0.0


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

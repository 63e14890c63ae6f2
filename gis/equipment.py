"""Equipment told by its number: "lampadaire 4127", "hydrant no 233", "L-0042"."""

from __future__ import annotations

from collections.abc import Iterator

from gis.placewords import Phrase, PlaceWords
from gis.querywords import NUMBER
from gis.reading import Reading
from gis.spans import Sentence

_GAP = 3
_SURE, _BY_CODE, _A_WORD = 0.98, 0.9, 0.02


def read(sentence: Sentence, words: PlaceWords) -> Iterator[Reading]:
    """Give what a sentence says of equipment: its kind and number, or the code painted on it."""
    phrases = words.assets(sentence.words)
    for phrase in phrases:
        for at in _number_after(sentence, phrase):
            yield Reading(
                kind="asset",
                score=_SURE - _A_WORD * (at - phrase.end),
                kinds=(phrase.meaning,),
                number=sentence.tokens[at].word,
                words=frozenset(range(phrase.start, at + 1)),
            )
    for at in range(len(sentence.tokens) if not phrases else 0):
        if code := _code(sentence, at):
            yield Reading(kind="asset", score=_BY_CODE, number=code, words=frozenset([at]))


def _number_after(sentence: Sentence, phrase: Phrase) -> Iterator[int]:
    """Find the number after a kind of equipment: "borne no 233", "lampadaire L-42"."""
    for at in range(phrase.end, min(len(sentence.tokens), phrase.end + _GAP + 1)):
        token = sentence.tokens[at]
        if token.is_civic:
            yield at
            return
        is_prefix = (len(token.word) <= 5 and sentence.word(at + 1) == "-") or len(token.word) == 1
        if not (token.word in NUMBER or is_prefix):
            return


def _code(sentence: Sentence, at: int) -> str | None:
    """Read a code as it is painted on a pole: letters, a hyphen, digits."""
    token = sentence.tokens[at]
    if token.number is None or at == 0:
        return None
    has_sign = sentence.word(at - 1) == "-"
    letters = sentence.word(at - 2) if has_sign else sentence.word(at - 1)
    if not letters.isalpha() or len(letters) > 5 or not (has_sign or len(sentence.tokens) == 2):
        return None
    return f"{letters}-{token.word}"

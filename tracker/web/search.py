"""Finding a service from a few words of a resident, typing mistakes included.

Words are compared after folding case and accents. A service is as good as its best names and keywords for
each word typed; one letter wrong in a word of five still finds it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from math import log
from typing import Any

from rapidfuzz import fuzz

# Below this likeness (percent) two words are different words.
LEAST = 77.0
SHORT = 5
NAME_COUNTS = 1.05
WORTH_SHOWING = 0.55
MOST_WORDS = 12
# Words that carry no meaning of their own, in both languages.
_WITHOUT_MEANING = """
    a au aux avec ce ces cet cette chez d dans de des devant du elle en encore est et etait ete il j je l la
    le les leur ma mais mes mon n ne ont pas plus pour qu que qui s sa ses son sont sur ta un une
    an and at by for from has in is it my near of on or our the there this to was with
"""
_EMPTY = frozenset(_WITHOUT_MEANING.split())


def fold(text: str) -> str:
    """Return a text without case, accents or punctuation."""
    plain = unicodedata.normalize("NFD", text.lower().replace("œ", "oe"))
    return "".join(
        letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter)
    )


def words_of(text: str) -> list[str]:
    """Return the words of a text that say something."""
    return [word for word in fold(text).split() if word not in _EMPTY]


def find(services: Iterable[Mapping[str, Any]], typed: str, limit: int = 6) -> list[Mapping[str, Any]]:
    """Return the services that what was typed may mean, the likeliest first; none when nothing is near.

    A word that many services know (street, broken) tells less than one that few do (pothole).
    """
    listed = list(services)
    asked = list(dict.fromkeys(words_of(typed)))[:MOST_WORDS]
    near = [[_likeness(service, word) for word in asked] for service in listed]
    weights = [_rarity(sum(row[at] > 0 for row in near), len(listed)) for at in range(len(asked))]
    scored = [
        (sum(weight * likeness for weight, likeness in zip(weights, row, strict=True)), -position)
        for position, row in enumerate(near)
    ]
    kept = sorted((entry for entry in scored if entry[0] > 0), reverse=True)
    return [listed[-position] for score, position in kept if score >= kept[0][0] * WORTH_SHOWING][:limit]


def _rarity(known_by: int, count: int) -> float:
    return log((count + 1) / (known_by + 1)) + 0.1 if known_by else 0.0


def _likeness(service: Mapping[str, Any], word: str) -> float:
    """Return how near a word is to a service, from 0 to about 1: a word of its name counts a little more."""
    names = _near(word, words_of(service["name"])) * NAME_COUNTS
    keys = _near(word, (each for key in service.get("keywords", ()) for each in words_of(key)))
    best = max(names, keys)
    return best / 100 if best >= _least(word) else 0.0


def _least(word: str) -> float:
    """Return the likeness from which two words may be one: a letter weighs more in a short word."""
    return 86.0 if len(word) <= SHORT else LEAST


def _near(word: str, candidates: Iterable[str]) -> float:
    best = 0.0
    for candidate in candidates:
        if len(word) > 3 and candidate.startswith(word):
            score = 90.0 + 10.0 * len(word) / len(candidate)
        else:
            score = fuzz.ratio(word, candidate)
        best = max(best, score)
    return best

"""Finding a service from a few words of a resident, typing mistakes included.

Words are compared after folding case and accents. A service is as good as its best names and keywords for
each word typed; one letter wrong in a word of five still finds it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rapidfuzz import fuzz

LEAST = 74.0
# Words that carry no meaning of their own, in both languages.
_EMPTY = frozenset(
    "a au aux avec ce ces cet cette chez d dans de des devant du elle en est et il je l la le les leur ma mais mes mon"
    " ne pas plus pour qu que qui sa ses son sur ta un une the an and at by for from has in is it my near of on or our"
    " there this to was with".split()
)


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
    """Return the services that what was typed may mean, the likeliest first; none when nothing is near."""
    asked = words_of(typed)
    if not asked:
        return []
    scored = [(_score(service, asked), position, service) for position, service in enumerate(services)]
    kept = sorted((entry for entry in scored if entry[0] >= LEAST), key=lambda entry: (-entry[0], entry[1]))
    best = kept[0][0] if kept else 0
    return [service for score, _, service in kept if score >= best - 22][:limit]


def _score(service: Mapping[str, Any], asked: list[str]) -> float:
    """Return how near a service is: the mean of its two best matched words, a name counting a little more."""
    name = words_of(service["name"])
    keys = [word for key in service.get("keywords", ()) for word in words_of(key)]
    found = sorted((max(_near(word, name) * 1.04, _near(word, keys)) for word in asked), reverse=True)
    whole = 6.0 if len(asked) > 1 and all(score >= LEAST for score in found) else 0.0
    return found[0] * 0.75 + (found[1] if len(found) > 1 else found[0]) * 0.25 + whole


def _near(word: str, candidates: Iterable[str]) -> float:
    best = 0.0
    for candidate in candidates:
        if len(word) >= 3 and candidate.startswith(word):
            score = 90.0 + 10.0 * len(word) / len(candidate)
        else:
            score = fuzz.ratio(word, candidate)
        best = max(best, score)
    return best

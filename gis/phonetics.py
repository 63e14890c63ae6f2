"""How words sound, so that those spelt by ear are found."""

from __future__ import annotations

import re
from functools import lru_cache

_SOUND_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?:es|ts|ds|ps|e|s|x|t|d|p)$", ""),
        (r"ph", "f"),
        (r"th|tt", "t"),
        (r"qu|ck|k|c(?=[aoulr])", "k"),
        (r"eau|au|ault", "o"),
        (r"ai|ei|ey|ay", "e"),
        (r"y", "i"),
        (r"c(?=[ei])|sc(?=[ei])|ss|ç", "s"),
        (r"z", "s"),
        (r"ge(?=[ao])", "j"),
        (r"g(?=[ei])", "j"),
        (r"(?:an|en|am|em)(?=[^aeiou]|$)", "an"),
        (r"h", ""),
    )
)


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Give a word about as it sounds in French: "gelinote" and "gélinotte" sound alike."""
    for pattern, replacement in _SOUND_RULES:
        word = pattern.sub(replacement, word)
    return re.sub(r"(.)\1+", r"\1", word)

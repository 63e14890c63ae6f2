"""What somebody typed to say a place, cut into words, numbers and signs, without what is surely no place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gis import text
from gis.streetwords import ORDINAL

MOST_TOKENS = 60
_TOKEN = re.compile(r"\d+[a-z]*|[a-z]+|[,;:/&@#()+.!?-]")
_POSTAL = re.compile(r"\b[a-z]\d[a-z] ?\d[a-z]\d\b|(?:, ?|\b[a-z]{2},? )\d{5}(?:-\d{4})?\s*$")
_UNIT = re.compile(
    r"\b(?:app|appt|appartement|apt|apartment|suite|unit|unite|bureau|etage|floor)\b\.? ?(?:no\b\.?|#) ?\w+"
    r"|\b(?:app|appt|appartement|apt|apartment|suite|unit|unite|bureau|etage|floor|local|porte)\b\.? ?\d\w*"
)
_PHONE = re.compile(r"\(?\b\d{3}\)?[ .-]\d{3}[ .-]?\d{4}\b")
_TIME = re.compile(
    r"\b\d{1,2} ?h ?\d{2}\b|\b\d{1,2} ?h\b|\b\d{1,2}:\d{2}\b|\b\d{1,2} ?[ap]\.?m\b|\b\d{4}-\d{2}-\d{2}\b"
)
_MEASURE = re.compile(
    r"\b\d+(?:[.,]\d+)? ?(?:\$|%|(?:cm|mm|m|km|km/h|kmh|pieds?|pouces?|po|metres?|ft|feet|foot|inch|inches|"
    r"ans?|mois|semaines?|jours?|heures?|minutes?|min|fois|years?|months?|weeks?|days?|hours?|times|"
    r"voitures?|autos?|chiens?|enfants?|personnes?|cars?|dogs?|kids|people|sacs?|bags?|pneus?|tires?)\b)"
)
_NOTRE_DAME = re.compile(r"\bn\.? ?-? ?d(?:ame\b|\.)")
_WITHIN = re.compile(r"(?<=[a-z])-(?=[a-z])")  # "borne-fontaine"; the hyphens of "123-125" and "L-42" stay
_HALF = re.compile(r"\s*(?:½|\b1/2\b)")
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "premier premiere first",
            "deuxieme second seconde",
            "troisieme third",
            "quatrieme fourth",
            "cinquieme fifth",
            "sixieme sixth",
            "septieme seventh",
            "huitieme eighth",
            "neuvieme ninth",
            "dixieme tenth",
            "onzieme eleventh",
            "douzieme twelfth",
            "treizieme thirteenth",
            "quatorzieme fourteenth",
            "quinzieme fifteenth",
            "seizieme sixteenth",
        ),
        start=1,
    )
    for word in words.split()
}
_LONGEST_CIVIC = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word, a number ("12", "12a", "2nd") or a sign; `word` is what a name's words are compared with."""

    word: str
    number: int | None = None
    letter: str | None = None
    is_ordinal: bool = False
    is_sign: bool = False

    @property
    def is_civic(self) -> bool:
        """Tell whether it can be a number on a house."""
        return self.number is not None and not self.is_ordinal


def cut(typed: str) -> tuple[Token, ...]:
    """Cut a text into tokens. Postal codes, units, telephone numbers, times and measures are left out."""
    plain = text.fold(_HALF.sub("", typed.replace("–", "-").replace("—", "-").replace("’", "'")))
    for noise in (_POSTAL, _UNIT, _PHONE, _TIME, _MEASURE):
        plain = noise.sub(" ; ", plain)
    plain = _NOTRE_DAME.sub("notre dame", _WITHIN.sub(" ", plain))
    found: list[Token] = []
    for match in _TOKEN.finditer(plain):
        found.extend(_tokens(match[0]))
        if len(found) >= MOST_TOKENS:
            break
    return tuple(found[:MOST_TOKENS])


def _tokens(piece: str) -> list[Token]:
    if piece[0].isalpha():
        if piece in _ORDINALS:
            return [Token(word=str(_ORDINALS[piece]), number=_ORDINALS[piece], is_ordinal=True)]
        return [Token(word=piece)]
    if not piece[0].isdigit():
        return [Token(word=piece, is_sign=True)]
    ordinal = ORDINAL.match(piece)
    if ordinal:
        return [Token(word=ordinal[1].lstrip("0") or "0", number=int(ordinal[1]), is_ordinal=True)]
    digits = piece.rstrip("abcdefghijklmnopqrstuvwxyz")
    letters = piece[len(digits) :]
    if len(digits) > _LONGEST_CIVIC:
        return [Token(word=";", is_sign=True)]
    if len(letters) > 1:  # "262cordiers"
        return [_number(digits, None), *_tokens(letters)]
    return [_number(digits, letters or None)]


def _number(digits: str, letter: str | None) -> Token:
    return Token(word=digits.lstrip("0") or "0", number=int(digits), letter=letter)

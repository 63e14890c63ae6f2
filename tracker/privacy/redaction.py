"""Phone numbers, e-mail addresses and licence plates in what people write, found and hidden.

Pure text in, text out. What identifies a person goes; what the city needs stays: the number on a lamp, a
civic
number, a date, an hour, a price. Numbers follow the North American plan and are checked with libphonenumber;
plates are Québec's (SAAQ: ABC 123, 123 ABC, A12 BCD, and commercial FAB1234), other marks only beside a word
that says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

PHONE, EMAIL, PLATE = "phone", "email", "plate"
_HIDDEN = {
    "fr": {PHONE: "[numéro masqué]", EMAIL: "[courriel masqué]", PLATE: "[plaque masquée]"},
    "en": {PHONE: "[number hidden]", EMAIL: "[e-mail hidden]", PLATE: "[plate hidden]"},
}
REGION = "CA"
LOOKED_BACK = 80

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}\s?(?:@|\(at\)|\[at\]|\(arobase\)|\sarobase\s)\s?(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}",
    re.IGNORECASE,
)
# Ten digits, with one or two marks between any of them: people write 450.555.01.00 as well as (450)555-0100.
_TEN = re.compile(
    r"(?<![\w/#$,.-])(?:\+?1[\s.\u00a0-]{0,2})?\(?[2-9](?:[\s.\u00a0()/\u2010-\u2013-]{0,3}\d){9}(?![\w/]|[.,]\d|\s?\$)"
    r"(?:,?\s*(?:poste|ext\.?|x)\s*\d{1,5})?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"[^\d\s]*[a-z]", re.IGNORECASE)
_SEVEN = re.compile(r"(?<![\w/#$,.-])[2-9]\d{2}[\s.\u00a0-]\d{4}(?![\w/-]|[.,]\d|\s?\$)")
# Said before seven digits, these make them a telephone's.
_CALLING = re.compile(
    r"(?:t[ée]l|cell|phone|appel|rejoin|joindre|texto|texte[rz]|call|"
    r"reach|text\b|contact|fax|num[ée]ro|my number)[^.!?]{0,24}$",
    re.IGNORECASE,
)
# Said right before digits without a space among them, these make them anything but.
_COUNTED = re.compile(
    r"(?:dossier|facture|compte|contrat|matricule|cadastre|lot|r[ée]f[ée]rence|r[ée]f|requ[êe]te|demande|permis|"
    r"file|invoice|account|contract|reference|ref|request|permit|order|commande|s[ée]rie|serial)"
    r"(?:\s*(?:no|n[°º]|num[ée]ro|number|\#|:))*\.?\s*:?\s*$",
    re.IGNORECASE,
)

_LETTERS = "A-HJ-NP-Z"
_FORMATS = (
    r"[A-Z]{3}[\s\u00a0-]?\d{3}",
    r"\d{3}[\s\u00a0-]?[A-Z]{3}",
    r"[A-Z]\d{2}[\s\u00a0-]?[A-Z]{3}",
    rf"[ACFLRVT][{_LETTERS}]{{2}}[\s\u00a0-]?\d{{4}}",
    r"[FLRC]\d{6}",
)
_PLATE = re.compile(rf"(?<![\w#$/-])(?:{'|'.join(_FORMATS)})(?![\w/]|-\d)", re.IGNORECASE)
_WORD = (
    r"(?:plaques?|immatricul\w*|imatricul\w*|licen[cs]e\s+plates?|number\s+plates?|plates?|licen[cs]e|"
    r"registration|plaqu[ée]e?)"
)
# Beside the very word for a plate almost any short mark of letters and digits is one, also a chosen one.
_NAMED = re.compile(
    rf"\b{_WORD}\b(?:\s+(?:est|is|le|la|the|du|de\s+l\S+|no|n[°º]|num[ée]ro|number|qu[ée]bec|ontario|ont|qc|"
    rf"c.?est|reads?|dit|says|char|auto|v[ée]hicule|camion|car|truck|of|on|was|[ée]tait)){{0,4}}\s*[:=#«\"“]?\s*"
    r"(?P<mark>(?=[\w\s-]{0,8}\d)[A-Z0-9]{2,4}[\s\u00a0-]?[A-Z0-9]{2,4}|[A-Z]{4,7}(?![a-zà-ÿ]))\b",
    re.IGNORECASE,
)
_VEHICLE = re.compile(
    r"\b(?:autos?|voitures?|chars?|v[ée]hicules?|camions?|camionnettes?|pick-?ups?|motos?|vus|suv|berline|cars?|"
    r"trucks?|vans?|vehicles?|motorcycles?|trailers?|remorques?|honda|toyota|mazda|ford|hyundai|civic|corolla)\b"
    r"[^.!?]{0,40}$",
    re.IGNORECASE,
)
_THING = re.compile(
    r"(?:lampadaires?|lumi[èe]res?|luminaires?|poteaux?|bornes?|borne-fontaine|regards?|puisards?|feux?|arbres?|"
    r"bacs?|panneaux?|parcom[èe]tres?|abribus|bancs?|stations?|\bno|n[°º]|num[ée]ro|\#|hydrants?|poles?|streetlights?|"
    r"lamps?|lights?|trees?|signs?|meters?|benches|bench|stops?|bins?|manholes?|circuits?|zones?|unit[ée]?s?|"
    r"app(?:t|art\w*)?|apt|loca(?:l|ux)|modules?|bureau|suite|room|route|autoroute|aut|hwy|highway|mod[èe]le|model|code|vol|flight)"
    r"\.?\s*(?:no|n[°º]|num[ée]ro|number|\#|:)?\.?\s*:?\s*$",
    re.IGNORECASE,
)
# Three letters beside three digits that are words: « 123 RUE », « BUS 302 ».
_SHORT_WORDS = """
    RUE AVE BLV BUL RTE RNG CHE APP APT LOT BUR AUT BUS COL NOS STE SUD EST LES DES UNE SUR AUX VIA PAR
    QUE QUI MON TON SON MES TES SES PAS ILS ELL NOT AND THE FOR HWY ROA STR CRT CIR DAY JAN FEV MAR AVR
    MAI JUN JUI AOU SEP OCT NOV DEC LUN MER JEU VEN SAM DIM TUE WED THU FRI SAT SUN LED HPS KIT KMH KPH
    MIN SEC HRS CAD PVC DEL ISO CSA DTA REQ REF TEL EXT NID SAC BAC EAU GAZ FEU ANS AGO FOI GRO BAS TRO
    DEP DEN VOI SIG AQU EGO CMP PRO ANI ARB BAT ECL MOB SPO NUI STA PER RES INF CTS TAX OLD NEW ALL ARE
    WAS HAS HAD ITS OUR OUT OFF CAR VAN TWO SIX TEN
"""
_WORDS = frozenset(_SHORT_WORDS.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of text that identifies somebody."""

    start: int
    end: int
    kind: str


def find(text: str) -> list[Span]:
    """Return what identifies somebody in a text, in order, without overlaps."""
    if not _may_hold(text):
        return []
    found: list[Span] = []
    for span in sorted((*_emails(text), *_phones(text), *_plates(text)), key=lambda s: (s.start, -s.end)):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found


def hidden(text: str, language: str) -> str:
    """Return the text with what identifies somebody replaced by a word in the reader's language."""
    spans = find(text)
    if not spans:
        return text
    words = _HIDDEN["en" if language == "en" else "fr"]
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], words[span.kind]]
        at = span.end
    return "".join([*parts, text[at:]])


_DIGIT = re.compile(r"\d[^\n]?\d")
_PLATE_WORD = re.compile(_WORD, re.IGNORECASE)


def _may_hold(text: str) -> bool:
    """Tell whether a closer look is worth it: most reports hold neither a number of two digits nor an @."""
    return bool(
        "@" in text
        or _DIGIT.search(text)
        or _PLATE_WORD.search(text)
        or "arobase" in text.lower()
        or "(at)" in text.lower()
        or "[at]" in text.lower()
    )


def _emails(text: str) -> Iterator[Span]:
    for match in _EMAIL.finditer(text):
        yield Span(start=match.start(), end=match.end(), kind=EMAIL)


def _phones(text: str) -> Iterator[Span]:
    for match in _TEN.finditer(text):
        said = match[0]
        if _COUNTED.search(_before(text, match)):
            continue
        if _is_number(said):
            yield Span(start=match.start(), end=match.end(), kind=PHONE)
    for match in _SEVEN.finditer(text):
        if _CALLING.search(_before(text, match)) and not _COUNTED.search(_before(text, match)):
            yield Span(start=match.start(), end=match.end(), kind=PHONE)


def _before(text: str, match: re.Match[str]) -> str:
    """Return the words right before, as far as they can matter."""
    return text[max(0, match.start() - LOOKED_BACK) : match.start()]


@lru_cache(maxsize=4_096)
def _is_number(said: str) -> bool:
    try:
        said = _EXTENSION.split(said)[0]
        return phonenumbers.is_possible_number(phonenumbers.parse(said, REGION))
    except phonenumbers.NumberParseException:
        return False


def _plates(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        mark = match["mark"]
        is_mark = any(sign.isdigit() for sign in mark) or mark.isupper()
        if is_mark and not mark.replace(" ", "").isdigit():
            yield Span(start=match.start("mark"), end=match.end("mark"), kind=PLATE)
    shouts = text.isupper()
    at = 0
    while (mark_at := _PLATE.search(text, at)) is not None:
        at = mark_at.start() + 1  # « car 482 FRT » begins like a plate that it is not
        before, mark = _before(text, mark_at), mark_at[0]
        letters = "".join(sign for sign in mark if sign.isalpha())
        if letters.upper() in _WORDS or _THING.search(before):
            continue
        is_near = bool(_VEHICLE.search(before))
        if is_near or (letters.isupper() and not shouts):
            yield Span(start=mark_at.start(), end=mark_at.end(), kind=PLATE)
            at = mark_at.end()

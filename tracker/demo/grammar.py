"""Names of streets in correct French: the article, its contraction and its elision."""

from __future__ import annotations

import unicodedata

_VOWELS = frozenset("aeiouyh")
_APOSTROPHE = "’"


def joined(generic: str, specific: str, form: str, *, no_elision: frozenset[str] = frozenset()) -> str:
    """Join a generic and a specific: « rue » and « Anse » (feminine) give « rue de l’Anse ».

    `form` is m, f, p (plural) or n (no article). `no_elision` holds the words whose h is aspirate.
    Raises ValueError for another form.
    """
    if form == "n":
        return f"{generic} {specific}"
    if form == "p":
        return f"{generic} des {specific}"
    if form not in ("m", "f"):
        raise ValueError(f"unknown form of {specific}: {form}")
    if elides(specific, no_elision):
        return f"{generic} de l{_APOSTROPHE}{specific}"
    return f"{generic} {'du' if form == 'm' else 'de la'} {specific}"


def elides(word: str, no_elision: frozenset[str] = frozenset()) -> bool:
    """Tell whether the article loses its vowel before this word."""
    first = word.split("-")[0]
    return folded(word)[0] in _VOWELS and word not in no_elision and first not in no_elision


def ordinal_avenue(number: int) -> str:
    """« 1re Avenue », « 2e Avenue »: ordinals precede, and the generic then takes a capital."""
    return f"{number}{'re' if number == 1 else 'e'} Avenue"


def folded(text: str) -> str:
    """Lower case without accents, with a straight apostrophe: how people type a name in a hurry."""
    plain = unicodedata.normalize("NFD", text.replace(_APOSTROPHE, "'"))
    return "".join(each for each in plain if not unicodedata.combining(each)).lower()


_SHORT = {
    "rue": "r.",
    "avenue": "av.",
    "boulevard": "boul.",
    "chemin": "ch.",
    "place": "pl.",
    "montée": "mtée",
    "croissant": "crois.",
    "terrasse": "terr.",
    "rang": "rg",
}


def aliases(name: str) -> tuple[str, ...]:
    """Other ways the name is written: without accents, with the generic shortened."""
    plain = folded(name)
    generic, _, rest = name.partition(" ")
    found = [plain] if plain != name.lower() else []
    if generic in _SHORT:
        found.append(f"{_SHORT[generic]} {rest}")
    return tuple(found)

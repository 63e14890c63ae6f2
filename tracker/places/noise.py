"""How people mistype, by the shares of a city's real messages: accents left out, letters swapped, caps."""

from random import Random

from gis.text import fold

ACCENTS_LEFT_OUT, TYPO_A_WORD, ALL_CAPS, EXTRA = 0.35, 0.04, 0.03, 0.08
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, letter in enumerate(row)
}


def mistype(typed: str, rng: Random) -> str:
    """Return a text as somebody in a hurry sends it. Numbers are left as they are: they say which house."""
    if rng.random() < ACCENTS_LEFT_OUT:
        typed = fold(typed)
    words = [_typo(word, rng) if rng.random() < TYPO_A_WORD else word for word in typed.split(" ")]
    typed = " ".join(words)
    return typed.upper() if rng.random() < ALL_CAPS else typed


def _typo(word: str, rng: Random) -> str:
    if len(word) < 3 or any(letter.isdigit() for letter in word):
        return word
    at = rng.randrange(len(word) - 1)
    kind = rng.choices(("swap", "drop", "double", "neighbour"), (0.3, 0.3, 0.2, 0.2))[0]
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[: at + 1] + word[at:]
    others = _NEIGHBOURS.get(fold(word[at]), "") or word[at]
    return word[:at] + rng.choice(others) + word[at + 1 :]

"""Plain letters for SMS: the default alphabet of GSM 03.38, in which 160 of them make one message.

One letter outside it (ê, ’, a no-break space) turns the whole message to UCS-2, in which 70 do: French is
written with the nearest letters of the alphabet instead.
"""

import unicodedata

SINGLE = 160
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these is sent as two.
EXTENDED = frozenset("^{}\\[~]|€\f")
_NEAREST = str.maketrans(
    {
        "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...",
        "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{NON-BREAKING HYPHEN}": "-",
        "œ": "oe", "Œ": "OE", "ç": "c", "·": "-", "•": "-",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """Return a text in the alphabet: the nearest letter for each that is not in it, else a question mark."""
    return "".join(map(_letter, text.translate(_NEAREST)))


def _letter(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED:
        return letter
    bare = unicodedata.normalize("NFKD", letter)[:1]
    return bare if bare in BASIC else "?"


def length(text: str) -> int:
    """Return how many letters a text counts for, in septets."""
    return sum(2 if letter in EXTENDED else 1 for letter in text)


def fitted(text: str, link: str) -> str:
    """Return a text in plain letters followed by a link, cut so that both make one message.

    A link too long for that is kept whole: it must open.
    """
    said = " ".join(plain(text).split())
    room = SINGLE - (length(link) + 1 if link else 0)
    if length(said) > room:
        while said and length(said) > room - 3:
            said = said[:-1]
        said = said.rstrip() + "..." if said else ""
    return f"{said} {link}".strip()

"""How many text messages a text is: seven-bit letters (GSM 03.38), or UCS-2 when one is not among them."""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
SINGLE_GSM, PART_GSM = 160, 153
SINGLE_UCS2, PART_UCS2 = 70, 67
# Typography that costs a whole message its seven-bit alphabet, and what is read the same.
_PLAIN = str.maketrans(
    {
        "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": "...", "–": "-", "—": "-",
        "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "œ": "oe", "Œ": "OE", "\t": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How a text travels."""

    encoding: str
    segments: int


def plain(text: str) -> str:
    """Return a text with the typography that only costs segments made plain; letters stay as they are."""
    said = text.translate(_PLAIN)
    return "".join(each for each in said if each == "\n" or each.isprintable())


def measure(text: str) -> Size:
    """Return the alphabet and the number of segments of a text (3GPP TS 23.038, 23.040 §9.2.3.24)."""
    if all(each in BASIC or each in EXTENDED for each in text):
        return Size(encoding="gsm", segments=_gsm(text))
    units = len(text.encode("utf-16-be")) // 2
    return Size(encoding="ucs2", segments=1 if units <= SINGLE_UCS2 else _ucs2(text))


def _gsm(text: str) -> int:
    widths = [2 if each in EXTENDED else 1 for each in text]
    return 1 if sum(widths) <= SINGLE_GSM else _packed(widths, PART_GSM)


def _ucs2(text: str) -> int:
    return _packed([2 if ord(each) > 0xFFFF else 1 for each in text], PART_UCS2)


def _packed(widths: list[int], room: int) -> int:
    """Return how many parts hold letters of these widths, none of them cut in two."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts

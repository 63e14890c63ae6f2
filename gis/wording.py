"""Words for people, in French and English, about distances, delays and broken shapes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

NBSP = "\u00a0"
THIN_NBSP = "\u202f"  # before ? ! and ; in French


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One sentence or phrase in both languages."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the words in English if the language is English, else in French."""
        return self.en if language[:2].lower() == "en" else self.fr


def distance(metres: float) -> Words:
    """Say a distance: "à 8 m", "8 m away"; from a kilometre on, with one decimal."""
    if metres < 1:
        return Words(fr="au même endroit", en="at the same place")
    if metres < 1000:
        return _whole_metres(round(metres))
    kilometres = f"{metres / 1000:.1f}"
    return Words(fr=f"à {kilometres.replace('.', ',')}{NBSP}km", en=f"{kilometres}{NBSP}km away")


def ago(seconds: float) -> Words:
    """Say how long ago: "il y a 2 jours", "2 days ago". Under two minutes it is "just now"."""
    return _ago(*_largest_unit(seconds))


# The same few words are said of nearly every candidate of every report: they are made once.
@lru_cache(maxsize=1024)
def _whole_metres(metres: int) -> Words:
    return Words(fr=f"à {metres}{NBSP}m", en=f"{metres}{NBSP}m away")


@lru_cache(maxsize=1024)
def _ago(amount: int, fr: str, en: str) -> Words:
    if amount == 0:
        return Words(fr="à l’instant", en="just now")
    plural = "s" if amount > 1 else ""
    plural_fr = "" if fr.endswith("s") else plural
    return Words(fr=f"il y a {amount}{NBSP}{fr}{plural_fr}", en=f"{amount}{NBSP}{en}{plural} ago")


def _largest_unit(seconds: float) -> tuple[int, str, str]:
    minutes = int(seconds // 60)
    if minutes < 2:
        return 0, "", ""
    if minutes < 60:
        return minutes, "minute", "minute"
    if minutes < 36 * 60:
        return round(minutes / 60), "heure", "hour"
    days = round(minutes / 1440)
    if days < 60:
        return days, "jour", "day"
    return round(days / 30.44), "mois", "month"

"""The colours of the visual language, read from the style sheets that pages use: a map never has its own."""

import re
from functools import lru_cache
from pathlib import Path

SHEETS = Path(__file__).resolve().parents[1] / "web" / "static" / "css"
THEMES = ("light", "dark", "sun")
_TOKEN = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})")


@lru_cache
def of_theme(theme: str) -> dict[str, str]:
    """Return the colours of a theme by token, without the two dashes. KeyError for a theme that is none."""
    if theme not in THEMES:
        raise KeyError(theme)
    return dict(_TOKEN.findall((SHEETS / f"theme-{theme}.css").read_text(encoding="utf-8")))

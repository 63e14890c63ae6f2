"""Whose data a map is drawn from: it must be said wherever the map is shown (ODbL 1.0, 4.3)."""

from collections.abc import Mapping
from typing import Any


def of_town(settings: Mapping[str, Any]) -> str:
    """Return the words of a jurisdiction's `attribution`: one text, or one for each source."""
    said = settings.get("attribution") or ""
    if isinstance(said, Mapping):
        return " · ".join(str(each) for each in dict.fromkeys(said.values()))
    return str(said)

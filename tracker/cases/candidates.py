"""Where else a report may be, in the reader's words: districts and neighbours, near an edge."""

from collections.abc import Mapping
from typing import Any

from tracker.places.ground import Ground
from tracker.places.territory import OURS

LEAST = 0.05
OUTSIDE = {"fr": "hors du territoire", "en": "outside the territory"}


def told(ground: Ground, placement: Mapping[str, Any] | None, language: str) -> list[dict[str, Any]]:
    """Return the districts a report may be in and whose territory that may be, the likeliest of each first.

    Each with its `kind`, `district` or `territory`, its `name` and its `probability`; nothing where the place
    is sure. What is less likely than one in twenty is left out, and so are districts of boundaries that are
    no longer in force.
    """
    if not placement:
        return []
    districts = [
        {
            "kind": "district",
            "code": each["code"],
            "name": ground.by_code[each["code"]].name,
            "probability": each["p"],
        }
        for each in placement.get("districts", [])
        if each["p"] >= LEAST and each["code"] in ground.by_code
    ]
    others = [
        {
            "kind": "territory",
            "code": each["code"],
            "name": _whose(ground, each["code"], language),
            "probability": each["p"],
        }
        for each in placement.get("territory", [])
        if each["p"] >= LEAST and each["code"] != OURS
    ]
    return [*districts, *others] if len(districts) > 1 or others else []


def _whose(ground: Ground, code: str, language: str) -> str:
    party = ground.parties.get(code)
    if party is None:
        return OUTSIDE[language]
    return party.name_en if language == "en" else party.name_fr

"""The colours of the three lights, recomputed: all is readable where it stands (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "tracker" / "web" / "static" / "css"
GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
INKS = ("text", "muted", "link", "danger", "warn", "ok", "info")
STATUSES = ("received", "accepted", "assigned", "progress", "hold", "done", "refused", "duplicate", "late")
ON = {
    "accent": "on-accent",
    "accent-hover": "on-accent",
    "signal": "on-signal",
    "hero": "on-hero",
    "ok": "on-ok",
    "danger": "on-danger",
}
LEAST = {"light": (4.5, 3.0), "dark": (4.5, 3.0), "sun": (7.0, 4.5)}


def tokens(light: str) -> dict[str, str]:
    text = (CSS / f"theme-{light}.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", text))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("light", LEAST)
def test_text_is_readable_on_every_ground(light):
    known, (least, _) = tokens(light), LEAST[light]
    inks = [*INKS, *(f"st-{status}" for status in STATUSES)]
    pairs = [(ink, ground) for ink in inks for ground in GROUNDS]
    pairs += [(f"st-{status}", f"st-{status}-soft") for status in STATUSES]
    pairs += [(ink, ground) for ground, ink in ON.items()]
    pairs += [("text", f"{kind}-soft") for kind in ("accent", "danger", "warn", "ok", "info")]
    weak = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


@pytest.mark.parametrize("light", LEAST)
def test_borders_focus_and_status_shapes_are_seen(light):
    known, (_, least) = tokens(light), LEAST[light]
    pairs = [
        (part, ground) for part in ("line-strong", "focus") for ground in ("canvas", "surface", "raised")
    ]
    pairs += [
        (f"st-{status}", f"map-{ground}")
        for status in STATUSES
        for ground in ("land", "block", "water", "park")
    ]
    weak = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_the_three_lights_name_the_same_things():
    assert set(tokens("light")) == set(tokens("dark")) == set(tokens("sun"))


def test_no_page_writes_a_colour_of_its_own():
    found = {}
    for sheet in CSS.glob("*.css"):
        if not sheet.name.startswith(("theme-", "tokens")):
            found[sheet.name] = re.findall(r"#[0-9A-Fa-f]{3,8}\b", sheet.read_text(encoding="utf-8"))
    assert {name: colours for name, colours in found.items() if colours} == {}

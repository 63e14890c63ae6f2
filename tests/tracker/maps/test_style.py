"""The map's style: it asks nobody outside, draws what tiles hold, and its words can be read on what they lie
on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.city import City
from tests.tracker.maps.test_tiles import told
from tests.tracker.web.test_tokens import contrast
from tracker.maps import layers, palette, style

TOLD = {"tiles": ["/tiles/base/{z}/{x}/{y}.mvt"], "minzoom": 9, "maxzoom": 16, "attribution": ""}


def built(theme: str) -> dict[str, Any]:
    return style.build(palette.of_theme(theme), TOLD, name="Essai", language="fr")


@pytest.mark.parametrize("theme", palette.THEMES)
def test_every_colour_is_one_of_the_visual_languages(theme):
    known = set(palette.of_theme(theme).values())
    found = [
        value
        for layer in built(theme)["layers"]
        for name, value in layer.get("paint", {}).items()
        if name.endswith("color")
    ]
    assert len(found) > 30
    assert set(found) <= known


def test_nothing_outside_is_asked_for():
    made = built("light")
    assert "glyphs" not in made
    assert "sprite" not in made
    assert "http" not in json.dumps(made)


@pytest.mark.parametrize("theme", palette.THEMES)
def test_layers_draw_what_the_tiles_hold(theme):
    held = layers.named("base").holds
    seen: set[str] = set()
    for layer in built(theme)["layers"]:
        assert layer["id"] not in seen
        seen.add(layer["id"])
        if layer["type"] == "background":
            continue
        inner = layer["source-layer"]
        used = {
            each[1] for each in lists(layer) if len(each) == 2 and each[0] in ("get", "has")
        }  # fmt: skip
        assert used <= set(held[inner]), layer["id"]


def lists(value: Any) -> list[list[Any]]:
    """Return every expression inside a layer."""
    if isinstance(value, dict):
        return [one for part in value.values() for one in lists(part)]
    if isinstance(value, list):
        return [value, *(one for part in value for one in lists(part))]
    return []


def test_zoom_stops_rise_and_streets_grow_with_their_class():
    for layer in built("light")["layers"]:
        for each in lists(layer):
            if each and each[0] == "interpolate":
                stops = each[3::2]
                assert stops == sorted(stops), layer["id"]
    for zoom in range(4):
        widths = [dict(style.WIDTHS[road]).get((14, 16, 18, 20)[zoom], 0) for road in (1, 2, 3, 4)]
        assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("theme", palette.THEMES)
def test_names_are_readable_on_their_ground(theme):
    """4.5:1 for words with a halo against it, and for those without against what they lie on."""
    colours = palette.of_theme(theme)
    pairs = [("map-label", "map-halo"), ("map-label", "map-land"), ("muted", "map-land"),
             ("map-label-park", "map-park"), ("map-label-water", "map-water"),
             ("map-number", "map-halo")]  # fmt: skip
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", palette.THEMES)
def test_streets_stand_out_from_the_ground_and_hot_spots_from_each_other(theme):
    colours = palette.of_theme(theme)
    edge = max(contrast(colours[name], colours["map-block"]) for name in ("map-road", "map-road-case"))
    assert edge > 1.2
    ramp = [colours[f"map-hot-{level}"] for level in range(1, 5)]
    assert all(contrast(low, high) >= 1.3 for low, high in zip(ramp, ramp[1:], strict=False))


def test_the_style_is_served_in_the_theme_that_is_asked(town: City):
    client = town.app.test_client()
    dark = told(town, "/api/v1/map/style.json?theme=dark")
    assert dark["layers"][0]["paint"]["background-color"] == palette.of_theme("dark")["map-land"]
    assert "/tiles/base/{z}/{x}/{y}.mvt?r=" in dark["sources"]["base"]["tiles"][0]
    assert client.get("/api/v1/map/style.json?theme=pink").status_code == 422
    first = client.get("/api/v1/map/style.json")
    again = client.get("/api/v1/map/style.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304

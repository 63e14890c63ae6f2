"""The base map's style for MapLibre and whoever reads its style specification (version 8), QGIS among them.

There is no `glyphs`: labels are drawn by the reader's own browser from CSS families (MapLibre 5.11 and
later), so no outside server learns where anybody looks. The families are named in `static/css/map.css`; a
reader without them takes its own. Layers named `overlay-*` are filled by pages and empty here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Layer = dict[str, Any]
Palette = Mapping[str, str]

PLAIN, STRONG, SLANTED = "Vigie Carte Medium", "Vigie Carte Semibold", "Vigie Carte Italic"
# Widths of streets in pixels at zooms, by class; between them they grow as the ground does.
WIDTHS: Mapping[int, Sequence[tuple[float, float]]] = {
    1: ((9, 1.2), (12, 3.0), (14, 6.5), (16, 14), (18, 34), (20, 110)),
    2: ((9, 0.8), (12, 2.2), (14, 5.0), (16, 11.5), (18, 28), (20, 92)),
    3: ((11, 0.7), (13, 1.9), (14, 3.6), (16, 9.5), (18, 24), (20, 80)),
    4: ((12, 0.5), (13, 1.2), (14, 2.6), (16, 7.5), (18, 20), (20, 68)),
}
FIRST_ZOOM = {1: 9, 2: 9, 3: 11, 4: 12}
# What is around the smallest streets must not be a fog of edges: casing comes with the zoom.
CASING = ((12, 0.4), (14, 1.4), (16, 2.2), (20, 4))


def build(palette: Palette, tilejson: Mapping[str, Any], *, name: str, language: str) -> dict[str, Any]:
    """Return the style over the base layer that `tilejson` describes, in a palette (`palette.of_theme`)."""
    source = {key: tilejson[key] for key in ("tiles", "minzoom", "maxzoom", "attribution")}
    if "bounds" in tilejson:
        west, south, east, north = tilejson["bounds"]
        # Room around the town, so that its edge is not the edge of the world.
        source["bounds"] = [west - 0.25, south - 0.25, east + 0.25, north + 0.25]
    return {
        "version": 8,
        "name": name,
        "metadata": {"vigie:language": language},
        "sources": {"base": {"type": "vector", **source}},
        "layers": [*_ground(palette), *_streets(palette), *_overlays(), *_names(palette)],
    }


def by_zoom(stops: Sequence[tuple[float, float]], *, base: float = 1.5, add: float = 0.0) -> list[Any]:
    """Return an expression that passes through (zoom, value), growing as the ground does between them."""
    flat = [part for zoom, value in stops for part in (zoom, round(value + add, 2))]
    return ["interpolate", ["exponential", base], ["zoom"], *flat]


def _is(kind: str) -> list[Any]:
    return ["==", ["get", "kind"], kind]


def _line(identity: str, layer: str, paint: Layer, **more: Any) -> Layer:
    return {
        "id": identity,
        "type": "line",
        "source": "base",
        "source-layer": layer,
        "layout": {"line-cap": "round", "line-join": "round", **more.pop("layout", {})},
        "paint": paint,
        **more,
    }


def _fill(identity: str, kind: str, paint: Layer, **more: Any) -> Layer:
    return {
        "id": identity,
        "type": "fill",
        "source": "base",
        "source-layer": "ground",
        "filter": _is(kind),
        "paint": paint,
        **more,
    }


def _ground(palette: Palette) -> list[Layer]:
    built = {
        "fill-color": palette["map-building"],
        "fill-outline-color": palette["map-road-case"],
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0, 15, 1],
    }
    shore = {
        "line-color": palette["map-label-water"],
        "line-opacity": 0.28,
        "line-width": by_zoom(((10, 0.4), (16, 1.2))),
    }
    return [
        {"id": "land", "type": "background", "paint": {"background-color": palette["map-land"]}},
        _fill("park", "park", {"fill-color": palette["map-park"], "fill-antialias": True}),
        _fill("water", "water", {"fill-color": palette["map-water"]}),
        _line("shore", "ground", shore, filter=_is("water"), minzoom=11),
        _fill("building", "building", built, minzoom=14),
        _line(
            "district",
            "district",
            {
                "line-color": palette["muted"],
                "line-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.35, 15, 0.55],
                "line-width": by_zoom(((9, 0.6), (14, 1.4), (18, 2.4))),
                "line-dasharray": [5, 2, 1, 2],
            },
        ),
    ]


def _of_class(road: int) -> list[Any]:
    return ["==", ["get", "class"], road]


def _streets(palette: Palette) -> list[Layer]:
    paths = {
        "line-color": palette["map-path"],
        "line-width": by_zoom(((14, 0.8), (18, 3))),
        "line-dasharray": [1.2, 1.4],
    }
    path = _line(
        "path", "street", paths, filter=[">", ["get", "class"], 4], minzoom=14, layout={"line-cap": "butt"}
    )
    # All casings lie under all streets, the small ones first: crossings stay open and arteries pass over.
    cases = [_street(palette, road, is_case=True) for road in (4, 3, 2, 1)]
    streets = [_street(palette, road, is_case=False) for road in (4, 3, 2, 1)]
    return [path, *cases, *streets, *_rail(palette)]


def _street(palette: Palette, road: int, *, is_case: bool) -> Layer:
    kind = "main" if road <= 2 else "road"
    token = f"map-{kind}-case" if is_case else f"map-{kind}"
    if is_case:
        width: list[Any] = _cased(WIDTHS[road])
    else:
        width = by_zoom(WIDTHS[road])
    return _line(
        f"street-{road}{'-case' if is_case else ''}",
        "street",
        {"line-color": palette[token], "line-width": width},
        filter=_of_class(road),
        minzoom=FIRST_ZOOM[road] + (1 if is_case and road > 2 else 0),
    )


def _cased(widths: Sequence[tuple[float, float]]) -> list[Any]:
    """Return the width of a street with its two edges."""
    edges = dict(CASING)
    known = sorted(edges)

    def edge(zoom: float) -> float:
        below = max((each for each in known if each <= zoom), default=known[0])
        above = min((each for each in known if each >= zoom), default=known[-1])
        if above == below:
            return edges[below]
        return edges[below] + (edges[above] - edges[below]) * (zoom - below) / (above - below)

    return by_zoom([(zoom, width + edge(zoom)) for zoom, width in widths])


def _rail(palette: Palette) -> list[Layer]:
    """A thin line with ties across it, as on paper maps."""
    line = {"line-color": palette["map-rail"], "line-width": by_zoom(((10, 0.8), (16, 2)))}
    ties = {
        "line-color": palette["map-rail"],
        "line-width": by_zoom(((12, 3), (16, 7))),
        "line-dasharray": [0.3, 3],
    }
    butt = {"line-cap": "butt"}
    return [
        _line("rail", "ground", line, filter=_is("rail"), layout=butt),
        _line("rail-ties", "ground", ties, filter=_is("rail"), minzoom=12, layout=butt),
    ]


def _overlays() -> list[Layer]:
    """Where pages put their own layers: under every name. The background of nothing keeps the place."""
    return [{"id": "overlay", "type": "background", "layout": {"visibility": "none"}}]


def _text(identity: str, layer: str, palette: Palette, token: str, layout: Layer, **more: Any) -> Layer:
    halo = more.pop("halo", 1.6)
    return {
        "id": identity,
        "type": "symbol",
        "source": "base",
        "source-layer": layer,
        "layout": {"text-field": ["get", "name"], "text-font": [PLAIN], "text-padding": 3, **layout},
        "paint": {
            "text-color": palette[token],
            "text-halo-color": palette["map-halo"],
            "text-halo-width": halo,
            "text-halo-blur": 0.3,
        },
        **more,
    }


def _names(palette: Palette) -> list[Layer]:
    return [
        _arrows(palette),
        _text(
            "number",
            "number",
            palette,
            "map-number",
            {"text-size": by_zoom(((17, 9.5), (19, 13)), base=1)},
            minzoom=17,
        ),
        *(_street_name(palette, *each) for each in ((9, 16.3), (4, 14.6), (3, 13.6), (2, 12.6), (1, 12))),
        *_places(palette),
    ]


def _street_name(palette: Palette, road: int, first_zoom: float) -> Layer:
    sizes = {1: ((12, 11.5), (15, 13.5), (18, 18)), 2: ((12, 11), (15, 13), (18, 17))}
    layout: Layer = {
        "symbol-placement": "line",
        "symbol-spacing": 420 if road <= 2 else 340,
        "text-size": by_zoom(sizes.get(road, ((14, 10.5), (16, 12), (18, 15))), base=1),
        "text-font": [STRONG if road <= 2 else PLAIN],
        "text-max-angle": 28,
        "text-letter-spacing": 0.01 if road > 2 else 0.02,
        "text-padding": 6,
        "text-rotation-alignment": "map",
    }
    wanted = [">", ["get", "class"], 4] if road > 4 else _of_class(road)
    # What a street is called matters less on the ground than how many times it is told.
    return _text(
        f"street-name-{road}",
        "street",
        palette,
        "map-label",
        layout,
        filter=wanted,
        minzoom=first_zoom,
        halo=2,
    )


def _arrows(palette: Palette) -> Layer:
    layout = {
        "symbol-placement": "line",
        "symbol-spacing": 130,
        # Two glyphs rather than one turned about: turning lifts it off the middle of the street.
        "text-field": ["case", ["==", ["get", "oneway"], -1], "←", "→"],
        "text-size": by_zoom(((16, 12), (19, 22)), base=1),
        "text-keep-upright": False,
        "text-rotation-alignment": "map",
        "text-padding": 1,
    }
    return _text(
        "oneway", "street", palette, "map-arrow", layout, filter=["has", "oneway"], minzoom=15.6, halo=0
    )


def _places(palette: Palette) -> list[Layer]:
    """Ground in its own tone and without a halo, districts in spaced capitals, the largest named first."""
    by_size = ["-", 0, ["get", "size"]]
    green = {
        "text-size": by_zoom(((12, 10.5), (16, 13.5)), base=1),
        "text-max-width": 7,
        "symbol-sort-key": by_size,
    }
    blue = {
        "text-size": [
            "interpolate",
            ["linear"],
            ["zoom"],
            10,
            11,
            15,
            ["case", [">", ["get", "size"], 5], 18, 13],
        ],
        "text-font": [SLANTED],
        "text-letter-spacing": 0.08,
        "text-max-width": 8,
        "symbol-sort-key": by_size,
    }
    named = ["in", ["get", "kind"], ["literal", ["building", "place"]]]
    built = {"text-size": 11, "text-max-width": 8}
    quarter = {
        "text-size": by_zoom(((10, 11), (14, 15)), base=1),
        "text-font": [STRONG],
        "text-letter-spacing": 0.16,
        "text-transform": "uppercase",
        "text-max-width": 8,
        "text-padding": 12,
    }
    return [
        _text("building-name", "name", palette, "muted", built, filter=named, minzoom=16.5, halo=1.4),
        _text(
            "park-name", "name", palette, "map-label-park", green, filter=_is("park"), minzoom=12.8, halo=0
        ),
        _text(
            "water-name", "name", palette, "map-label-water", blue, filter=_is("water"), minzoom=10, halo=0
        ),
        _text(
            "district-name",
            "name",
            palette,
            "muted",
            quarter,
            filter=_is("district"),
            minzoom=10.5,
            maxzoom=14.6,
            halo=2,
        ),
    ]

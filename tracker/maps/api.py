"""The map over HTTP beside its tiles: the style, and hot spots as GeoJSON."""

from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.http import edge, language, openapi
from tracker.maps import density, layers, palette, schemas, scope, style, tiles_api, words
from tracker.maps.density import Cell, Hotspots, Spot

blp = openapi.Blueprint("maps", __name__, url_prefix=openapi.PREFIX, description="The town as a map.")
GEOJSON = "application/geo+json"
MINUTES_5 = 300
MOST_SPOTS = 10


@blp.route("/map/style.json")
@blp.arguments(schemas.StyleQuery, location="query")
@openapi.documented(200, None, content_type="application/json", description="A MapLibre style, version 8")
@openapi.problems(404, 422)
def read_style(given: dict[str, Any]) -> Response:
    """Return the base map's style, with the address of its tiles. It names no outside server."""
    with edge.transaction() as session:
        body = style_of(session, given["theme"])
    response = Response(orjson.dumps(body), 200, content_type="application/json")
    response.add_etag()
    response.cache_control.max_age = MINUTES_5
    response.cache_control.public = True
    response.vary.update(("Accept-Language", "Cookie"))
    response.make_conditional(request)
    return response


def style_of(session: Session, theme: str) -> dict[str, Any]:
    """Return the style of the town at hand in a theme."""
    described = tiles_api.described(session, layers.named("base"))
    colours = palette.of_theme(theme)
    return style.build(colours, described, name=selected(session).name, language=language.current())


@blp.route("/density")
@blp.arguments(schemas.DensityQuery, location="query")
@openapi.documented(200, None, content_type=GEOJSON, description="A FeatureCollection of hexagons")
@openapi.problems(404, 422)
def read_density(given: dict[str, Any]) -> Response:
    """Return where a service's incidents happen more than elsewhere, as hexagons 200 m wide.

    Counts cases, not reports, and none that was merged into another. `times` is the kernel density (quartic,
    400 m) over its mean across the inhabited town; `z` is Getis-Ord Gi* over a cell and its six neighbours;
    `hot` stands after Benjamini-Hochberg at 3 %. Without signing in: only what is public, no cell with fewer
    than five incidents around it, rounded figures.
    """
    with edge.transaction() as session:
        asked = {"service": given["service"], "from": given["from_"], "to": given["to"]}
        wanted = tiles_api.wanted_of(session, scope.current(session), asked)
        found = density.current(session, wanted, edge.clock())
        body = told(found, only_hot=given["hot"])
        body["spots"] = [spot(each) for each in density.spots(session, found, most=MOST_SPOTS)]
    body["from"], body["to"], body["services"] = wanted.first, wanted.last, wanted.services
    response = Response(orjson.dumps(body), 200, content_type=GEOJSON)
    response.cache_control.max_age = MINUTES_5
    if not wanted.scope.is_public:
        response.cache_control.private = True
    response.vary.update(("Accept-Language", "Cookie", "Authorization"))
    return response


def told(found: Hotspots, *, only_hot: bool) -> dict[str, Any]:
    """Return hot spots as a FeatureCollection, the strongest first."""
    cells = sorted((each for each in found.cells if each.is_hot or not only_hot), key=lambda each: -each.z)
    return {
        "type": "FeatureCollection",
        "features": [_feature(each) for each in cells],
        "total": found.total,
        "hidden": found.hidden,
        "cell_m": found.size_m,
        "bandwidth_m": found.bandwidth_m,
    }


def spot(found: Spot) -> dict[str, Any]:
    """Return a hot place in words."""
    return {
        "street": found.street,
        "district": found.district,
        "lon": found.lon,
        "lat": found.lat,
        "times": found.times,
        "words": words.of_times(found.times),
    }


def _feature(cell: Cell) -> dict[str, Any]:
    ring = [list(each) for each in (*cell.corners, cell.corners[0])]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "level": cell.level,
            "times": cell.times,
            "z": cell.z,
            "hot": cell.is_hot,
            "count": cell.count,
            "words": words.of_times(cell.times),
            "certainty": words.of_certainty(cell.is_hot),
        },
    }

"""Tiles over HTTP, and a TileJSON for each layer.

A tile's ETag names the state of what it shows and who may see it: asked again, an unchanged tile costs the
statements that find that state, and none that draws.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.http import edge
from tracker.maps import attribution, density, errors, extent, kept, layers, scope
from tracker.maps.density import Wanted
from tracker.maps.layers import Layer, Question
from tracker.maps.tile import DRAWING, Tile

blueprint = Blueprint("tiles", __name__)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
HOUR_S, YEAR_S = 3600, 365 * 24 * 3600
# Cases move all day: a map may show what was true ten seconds ago without asking.
MOMENT_S = 10
MONTHS_18 = timedelta(days=548)


@blueprint.get("/tiles/<layer>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>.mvt")
def tile(layer: str, z: int, x: int, y: int) -> Response:
    """Return a tile; an address of reference data with `?r=<revision>` never changes and is kept for long."""
    drawn = layers.named(layer)
    place = drawn.tile(z, x, y)
    known = _named(drawn, place)
    if known is not None:
        return known
    with edge.transaction() as session:
        question = asked(session, drawn)
        town = selected(session)
        key = f"{town.code}-{layer}-{drawn.version(session, question)}-{z}-{x}-{y}"
        is_packed = _reads_gzip()
        etag = f"{key}-gz" if is_packed else key
        if etag in request.if_none_match:
            return _headed(Response(status=304), drawn, question, etag)
        found = kept.shelf.get(_place(key))
        if found is None:
            found = kept.pack(drawn.draw(session, place, question))
            kept.shelf.keep(_place(key), found)
    return _headed(_sent(found, is_packed=is_packed), drawn, question, etag)


def _named(layer: Layer, place: Tile) -> Response | None:
    """Return a reference tile of the revision that its address names, when this process still has it.

    What such an address names never changes: no transaction is opened to learn what is newer.
    """
    revision = request.args.get("r", "")
    if not layer.is_reference or not revision:
        return None
    key = f"{edge.jurisdiction()}-{layer.name}-{revision}-{place.z}-{place.x}-{place.y}"
    found = kept.shelf.get(_place(key))
    if found is None:
        return None
    is_packed = _reads_gzip()
    etag = f"{key}-gz" if is_packed else key
    answer = Response(status=304) if etag in request.if_none_match else _sent(found, is_packed=is_packed)
    return _headed(answer, layer, Question(scope=scope.Scope(kind=scope.PUBLIC), now=edge.clock()), etag)


def _place(key: str) -> str:
    """Return where a tile is kept: towns of two databases may have one name."""
    return f"{edge.settings().database_url} {key}"


def _reads_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _sent(found: kept.Drawn, *, is_packed: bool) -> Response:
    body = found.packed if is_packed and found.packed is not None else found.plain
    response = Response(body, 200, content_type=MEDIA_TYPE)
    if body is found.packed:
        response.content_encoding = "gzip"
    return response


@blueprint.get("/tiles/<layer>.json")
def tilejson(layer: str) -> Response:
    """Return the TileJSON 3.0.0 of a layer: where its tiles are, what they hold, whose data it is."""
    drawn = layers.named(layer)
    with edge.transaction() as session:
        body = described(session, drawn)
    response = Response(orjson.dumps(body), 200, content_type="application/json")
    response.cache_control.max_age = MOMENT_S if not drawn.is_reference else HOUR_S // 12
    return response


def described(session: Session, layer: Layer) -> dict[str, Any]:
    """Return a layer's TileJSON; what the request asked of it is carried on to its tiles."""
    town, box = selected(session), extent.of_town(session)
    query = request.query_string.decode()
    if layer.is_reference:
        query = f"r={town.revision}.{DRAWING}"
    address = f"{request.host_url.rstrip('/')}{request.script_root}/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt"
    return {
        "tilejson": "3.0.0",
        "name": f"{town.name}: {layer.name}",
        "tiles": [f"{address}?{query}" if query else address],
        "minzoom": layer.lowest,
        "maxzoom": layer.highest,
        "attribution": attribution.of_town(town.settings),
        "vector_layers": [{"id": name, "fields": dict(fields)} for name, fields in layer.holds.items()],
        **({"bounds": list(box)} if box else {}),
    }


def asked(session: Session, layer: Layer) -> Question:
    """Return what the request asks of a layer. Raises ServiceUnknown, PeriodInvalid."""
    now = edge.clock()
    if layer.is_reference:
        return Question(scope=scope.Scope(kind=scope.PUBLIC), now=now)
    whose = scope.current(session)
    if layer.name == "density":
        wanted = wanted_of(session, whose, request.args.to_dict())
        return Question(scope=whose, now=now, wanted=wanted)
    group = request.args.get("group", "")
    if group:
        density.services_of(session, group)
    return Question(scope=whose, now=now, is_open=request.args.get("show") != "all", group=group)


def wanted_of(session: Session, whose: scope.Scope, given: dict[str, Any]) -> Wanted:
    """Return which incidents are asked for: `service`, `from`, `to`; by default all, over eighteen months.

    Raises ServiceUnknown, PeriodInvalid.
    """
    today = edge.clock().astimezone(ZoneInfo(selected(session).zone)).date()
    last = _day(given.get("to")) or today
    first = _day(given.get("from")) or last - MONTHS_18
    services = density.services_of(session, str(given.get("service") or ""))
    return Wanted(scope=whose, services=services, first=first, last=last)


def _day(given: Any) -> date | None:
    if not given or isinstance(given, date):
        return given or None
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise errors.PeriodInvalid from None


def _headed(response: Response, layer: Layer, question: Question, etag: str) -> Response:
    """Say how long the tile may be kept, and by whom: what staff sees is not for shared caches."""
    response.set_etag(etag)
    response.vary.update(("Accept-Encoding",))
    cache = response.cache_control
    if layer.is_reference:
        # The revision is part of the version: `town-layer-<revision>.<drawing>-z-x-y`.
        is_named = bool(request.args.get("r")) and f"-{request.args['r']}-" in etag
        cache.public, cache.max_age = True, YEAR_S if is_named else HOUR_S
        if is_named:
            cache.immutable = True
        return response
    response.vary.update(("Cookie", "Authorization"))
    cache.max_age = MOMENT_S
    if question.scope.is_public:
        cache.public = True
    else:
        cache.private = True
    return response

"""Tiles over HTTP. A tile is as old as the town's reference data: its revision is the ETag."""

from flask import Blueprint, Response, abort, request

from tracker.db import selected
from tracker.http import edge
from tracker.places import tiles
from tracker.places.tiles import TileAddress

blueprint = Blueprint("tiles", __name__)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
DAY_S = 86_400
YEAR_S = 365 * DAY_S


@blueprint.get("/tiles/base/<int:z>/<int:x>/<int:y>.mvt")
def base(z: int, x: int, y: int) -> Response:
    """Return a tile of the base map; an address with `?r=<revision>` never changes and is kept for long."""
    try:
        address = TileAddress(z=z, x=x, y=y)
    except tiles.TileUnknown:
        abort(404)
    with edge.transaction() as session:
        town = selected(session)
        etag = f"{town.code}-{town.revision}-{z}-{x}-{y}"
        is_known = etag in request.if_none_match
        body = b"" if is_known else tiles.base(session, address)
    response = Response(body, 304 if is_known else 200, content_type=MEDIA_TYPE)
    response.set_etag(etag)
    is_named = request.args.get("r") == str(town.revision)
    response.cache_control.public = True
    response.cache_control.max_age = YEAR_S if is_named else DAY_S // 24
    if is_named:
        response.cache_control.immutable = True
    return response

"""A map of what new boundaries change: GeoJSON for any viewer, a picture for a council's agenda."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import shapely
from PIL import Image, ImageDraw
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.places import boundaries

WIDTH = 1_200
MARGIN = 24
# Ground taken in, given up, and passed from one district to another: told apart by light as well as by hue.
COLOURS = {"gained": (0, 114, 178), "lost": (213, 94, 0), "moved": (240, 190, 40)}
_LINES = text("SELECT ST_AsBinary(geom) AS wkb FROM district WHERE boundary_set_id = :set")
_CASES = text('SELECT ST_X(geom) AS x, ST_Y(geom) AS y FROM "case" WHERE is_open AND geom IS NOT NULL')


def collection(session: Session, set_id: int) -> dict[str, Any]:
    """Return the ground that would change hands as a FeatureCollection, EPSG:4326.

    Raises BoundarySetUnknown.
    """
    features = [
        {
            "type": "Feature",
            "geometry": orjson.loads(row.geometry),
            "properties": {
                "from": row.from_code,
                "to": row.to_code,
                "kind": "gained" if row.from_code is None else "lost" if row.to_code is None else "moved",
                "area_m2": round(row.area_m2, 1),
                "open_cases": row.open_cases,
            },
        }
        for row in boundaries.ground_changed(session, set_id)
    ]
    return {"type": "FeatureCollection", "features": features}


def picture(session: Session, set_id: int, drawn: dict[str, Any]) -> bytes:
    """Draw the new districts, the ground of a `collection` and the open cases as a PNG."""
    outlines = [shapely.from_wkb(bytes(row.wkb)) for row in session.execute(_LINES, {"set": set_id})]
    grounds = [(shapely.geometry.shape(f["geometry"]), f["properties"]["kind"]) for f in drawn["features"]]
    view = _View(shapely.total_bounds([*outlines, *(shape for shape, _ in grounds)]).tolist())
    image = Image.new("RGB", view.size, (250, 250, 247))
    brush = ImageDraw.Draw(image)
    for shape, kind in grounds:
        for polygon in _polygons(shape):
            brush.polygon(view.points(polygon.exterior.coords), fill=COLOURS[kind])
    for outline in outlines:
        for polygon in _polygons(outline):
            brush.line(view.points(polygon.exterior.coords), fill=(60, 60, 60), width=2)
    for case in session.execute(_CASES):
        (x, y) = view.points([(case.x, case.y)])[0]
        brush.ellipse((x - 2, y - 2, x + 2, y + 2), fill=(20, 20, 20))
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


class _View:
    """Longitude and latitude to pixels, a degree east as long as it is in the middle of the map."""

    def __init__(self, bounds: list[float]) -> None:
        self.west, south, self.east, self.north = bounds
        self.squeeze = float(np.cos(np.radians((south + self.north) / 2)))
        self.scale = (WIDTH - 2 * MARGIN) / max((self.east - self.west) * self.squeeze, 1e-9)
        height = min(int((self.north - south) * self.scale) + 2 * MARGIN, 4 * WIDTH)
        self.size = (WIDTH, height)

    def points(self, coordinates: Any) -> list[tuple[float, float]]:
        """Return where coordinates fall on the picture."""
        return [
            (
                MARGIN + (x - self.west) * self.squeeze * self.scale,
                MARGIN + (self.north - y) * self.scale,
            )
            for x, y, *_ in coordinates
        ]


def _polygons(shape: Any) -> Iterator[Any]:
    for part in shapely.get_parts([shape]):
        if part.geom_type == "Polygon":
            yield part

"""The box that holds a town's districts."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.db import PerRevision

_EXTENT = text("""
    SELECT ST_XMin(e.box) AS w, ST_YMin(e.box) AS s, ST_XMax(e.box) AS e, ST_YMax(e.box) AS n
    FROM (SELECT ST_Extent(d.geom) AS box FROM district d
          JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active') e
""")


def _read(session: Session) -> tuple[float, float, float, float] | None:
    row = session.execute(_EXTENT).one()
    return None if row.w is None else (row.w, row.s, row.e, row.n)


# West, south, east, north, EPSG:4326; None for a town that has drawn no district yet.
of_town = PerRevision(_read)

"""The fast way in for whole layers: one COPY stream per table, in the session's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg import sql
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from tracker import prepared


def copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> int:
    """Stream rows into a table of the selected jurisdiction; return how many there were."""
    connection = prepared.driver(session)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


def ewkb(shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> list[str]:
    """Shapes of EPSG:4326 as the hexadecimal EWKB that PostGIS reads, all in one pass."""
    array = shapely.set_srid(np.asarray(shapes, dtype=object), 4326)
    return [str(each) for each in shapely.to_wkb(array, hex=True, include_srid=True)]

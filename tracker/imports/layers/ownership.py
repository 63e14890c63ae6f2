"""Who owns and who maintains which streets: by the segments' codes, by lines drawn along them, by areas.

Only what a row says is changed, on the segments it means; everything else about them stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.vectorfile import RowNote
from gis.vectorrows import RowLayer
from gis.wording import Words
from tracker.imports import copying, errors
from tracker.imports.layers.parties import RowRefused
from tracker.imports.layers.rows import Reader
from tracker.imports.syncing import Changes

AGREEMENTS = ("road", "snow", "light")
# A line drawn by another office runs beside ours: within 12 m of it lies more than half of what it means.
BESIDE_M = 12.0
MOST_OF = 0.5

_STAGE = """
    CREATE TEMPORARY TABLE staged_ownership (
        number INTEGER, segment TEXT, owner TEXT, maintained_by TEXT, agreement JSONB, district_code TEXT,
        geom geometry(GEOMETRY, 4326)
    ) ON COMMIT DROP
"""
_COLUMNS = ("number", "segment", "owner", "maintained_by", "agreement", "district_code", "geom")
# A later row wins over an earlier one, a row that names the segment over one that is only drawn there.
_MEANT = """
    CREATE TEMPORARY TABLE meant_ownership ON COMMIT DROP AS
    WITH reach AS (
        SELECT o.*, CASE WHEN ST_Dimension(o.geom) = 2 THEN o.geom
                         ELSE ST_Buffer(o.geom::geography, :beside_m)::geometry END AS area
        FROM pg_temp.staged_ownership o
    )
    SELECT DISTINCT ON (s.id) s.id, o.number, o.owner, o.maintained_by, o.agreement, o.district_code
    FROM reach o JOIN street_segment s ON s.code = o.segment
      OR (o.segment IS NULL AND s.geom && o.area
          AND ST_Length(ST_Intersection(s.geom, o.area)) >= :most_of * ST_Length(s.geom))
    ORDER BY s.id, (o.segment IS NULL), o.number DESC
"""
_AFTER = """
    SELECT m.id, coalesce(m.owner, s.owner) AS owner,
           coalesce(m.maintained_by, m.owner, s.maintained_by) AS maintained_by,
           s.agreement || m.agreement AS agreement,
           coalesce(m.district_code, s.district_code) AS district_code
    FROM pg_temp.meant_ownership m JOIN street_segment s ON s.id = m.id
"""
_DIFFERS = """
    (s.owner, s.maintained_by, s.agreement, s.district_code)
        IS DISTINCT FROM (a.owner, a.maintained_by, a.agreement, a.district_code)
"""
_COUNT = f"""
    SELECT count(*) FILTER (WHERE {_DIFFERS}) AS changed, count(*) FILTER (WHERE NOT {_DIFFERS}) AS unchanged
    FROM ({_AFTER}) a JOIN street_segment s ON s.id = a.id
"""  # noqa: S608 -- composed of constants
_WRITE = f"""
    UPDATE street_segment s SET owner = a.owner, maintained_by = a.maintained_by, agreement = a.agreement,
        district_code = a.district_code
    FROM ({_AFTER}) a WHERE s.id = a.id AND {_DIFFERS}
"""  # noqa: S608 -- composed of constants
_IDLE = """
    SELECT o.number, coalesce(o.segment, '') AS named FROM pg_temp.staged_ownership o
    WHERE NOT EXISTS (SELECT 1 FROM pg_temp.meant_ownership m WHERE m.number = o.number)
      AND NOT EXISTS (SELECT 1 FROM street_segment s WHERE s.code = o.segment)
    ORDER BY o.number
"""


def settle(session: Session, reader: Reader, layer: RowLayer) -> tuple[Changes, list[RowNote]]:
    """Give the streets their owners; return the counts of segments and the rows that were of no use.

    Raises LayerMappingWrong when no column says anything about owners.
    """
    said = [each for each in ("owner", "maintained_by", *AGREEMENTS, "district") if each in reader.mapped]
    if not said:
        raise errors.LayerMappingWrong(
            fr="dites de qui sont les rues\u00a0: --field owner=CHAMP, maintained_by, road, snow, light ou "
            f"district. Champs\u00a0: {', '.join(layer.fields)}.",
            en="say whose the streets are: --field owner=FIELD, maintained_by, road, snow, light or "
            f"district. Fields: {', '.join(layer.fields)}.",
        )
    refused: list[RowNote] = []
    for table in ("staged_ownership", "meant_ownership"):
        session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{table}"))
    session.execute(text(_STAGE))
    copying.copy(session, "staged_ownership", _COLUMNS, _rows(reader, layer, refused))
    session.execute(text(_MEANT), {"beside_m": BESIDE_M, "most_of": MOST_OF})
    counted = session.execute(text(_COUNT)).one()
    if counted.changed:
        session.execute(text(_WRITE))
    idle = session.execute(text(_IDLE))
    refused.extend(RowNote(row=row.number, name=row.named, words=_NO_SEGMENT) for row in idle)
    return Changes(changed=counted.changed, unchanged=counted.unchanged), refused


def _rows(reader: Reader, layer: RowLayer, refused: list[RowNote]) -> Iterator[tuple[Any, ...]]:
    for row in layer.rows:
        try:
            shared = {each: reader.owner(row.fields, each) for each in AGREEMENTS if each in reader.mapped}
            segment = reader.text(row.fields, "segment") or None
            if segment is None and row.shape is None:
                raise RowRefused(_NO_SEGMENT)
            yield (
                row.number, segment, reader.owner(row.fields), reader.owner(row.fields, "maintained_by"),
                orjson.dumps({each: who for each, who in shared.items() if who is not None}).decode(),
                reader.text(row.fields, "district") or None,
                copying.ewkb([row.shape])[0] if row.shape is not None else None,
            )  # fmt: skip
        except RowRefused as refusal:
            refused.append(RowNote(row=row.number, name="", words=refusal.words))


_NO_SEGMENT = Words(fr="aucune rue à cet endroit ou de ce code", en="no street there or of that code")

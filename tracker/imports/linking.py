"""What layers say of each other once they are in: which street an address is on, whose a street is."""

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

OURS = "ville"
UNKNOWN = "inconnu"
# Domain §6 ①: what lies at most this far outside may still be ours.
TOLERANCE_M = 15
# A lot is rarely deeper; a longer way to a street of that name is another street of that name.
REACH_DEGREES = 0.003

# The nearest segment of the same name, or of one that goes by that name: `<->` walks the GiST index.
_STREET_OF = """
    SELECT a.id, s.id AS segment_id FROM address a
    LEFT JOIN LATERAL (
        SELECT k.id FROM street_segment k
        WHERE k.geom && ST_Expand(a.geom, :reach)
          AND (k.name_norm = a.street_norm OR k.attributes->'aliases' ? a.street)
        ORDER BY k.geom <-> a.geom, k.id LIMIT 1
    ) s ON true
    WHERE a.street_norm <> '' AND a.source <> ''
"""
_STALE = text(f"""
    SELECT count(*) FROM ({_STREET_OF}) found JOIN address a USING (id)
    WHERE a.segment_id IS DISTINCT FROM found.segment_id
""")  # noqa: S608 -- composed of constants
_LINK = text(f"""
    UPDATE address a SET segment_id = found.segment_id FROM ({_STREET_OF}) found
    WHERE a.id = found.id AND a.segment_id IS DISTINCT FROM found.segment_id
""")  # noqa: S608 -- composed of constants
# An asset beside a street belongs to it unless the file said otherwise.
_ROAD_OF = """
    SELECT a.id, s.id AS segment_id FROM asset a
    LEFT JOIN LATERAL (
        SELECT k.id FROM street_segment k
        WHERE k.geom && ST_Expand(a.geom, :reach)
          AND ST_DWithin(k.geom::geography, a.geom::geography, :reach_m)
        ORDER BY k.geom <-> a.geom, k.id LIMIT 1
    ) s ON true
    WHERE a.source = :source AND GeometryType(a.geom) = 'POINT'
"""
_ADRIFT = text(f"""
    SELECT count(*) FROM ({_ROAD_OF}) f JOIN asset a USING (id)
    WHERE a.segment_id IS DISTINCT FROM f.segment_id
""")  # noqa: S608 -- composed of constants
_MOOR = text(f"""
    UPDATE asset a SET segment_id = f.segment_id FROM ({_ROAD_OF}) f
    WHERE a.id = f.id AND a.segment_id IS DISTINCT FROM f.segment_id
""")  # noqa: S608 -- composed of constants
_LINKED = text("SELECT count(*) FROM address WHERE segment_id IS NOT NULL")

# Only what nobody has decided: segments that an extract brought, still with the owner it gives them all.
_UNDECIDED = text("""
    SELECT s.id, s.owner, ST_AsBinary(s.geom) AS wkb FROM street_segment s
    WHERE s.source = 'osm' AND s.owner = s.maintained_by AND s.agreement = '{}'
      AND (s.owner IN (:ours, :unknown)
           OR EXISTS (SELECT 1 FROM third_party p WHERE p.kind = 'neighbour' AND p.code = s.owner))
""")
_DISTRICTS = text("""
    SELECT ST_AsBinary(d.geom) AS wkb FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id
    WHERE b.status = 'active'
""")
_NEIGHBOURS = text("""
    SELECT code, ST_AsBinary(geom) AS wkb FROM third_party
    WHERE kind = 'neighbour' AND geom IS NOT NULL ORDER BY code
""")
_CLAIM = text("UPDATE street_segment SET owner = :owner, maintained_by = :owner WHERE id = ANY(:ids)")


def addresses(session: Session) -> int:
    """Give each imported address the nearest segment of its street; return how many changed."""
    values = {"reach": REACH_DEGREES}
    stale = int(session.execute(_STALE, values).scalar_one())
    if stale:
        session.execute(_LINK, values)
    return stale


def assets(session: Session, source: str) -> int:
    """Give each point asset of a source the nearest street within 40 m; return how many changed."""
    values = {"source": source, "reach": 0.0008, "reach_m": 40}
    adrift = int(session.execute(_ADRIFT, values).scalar_one())
    if adrift:
        session.execute(_MOOR, values)
    return adrift


def count_linked(session: Session) -> int:
    """Count the addresses whose street is known."""
    return int(session.execute(_LINKED).scalar_one())


def owners(session: Session) -> int:
    """Take an extract's streets outside the territory for somebody else's; return how many changed.

    An extract never says whose a street is: inside, the city's until an ownership layer says otherwise. Found
    here rather than in SQL, where every street would unpack the whole outline of its district again.
    """
    districts = [shapely.from_wkb(bytes(row.wkb)) for row in session.execute(_DISTRICTS)]
    rows = session.execute(_UNDECIDED, {"ours": OURS, "unknown": UNKNOWN}).all() if districts else []
    if not rows:
        return 0
    lines = shapely.from_wkb([bytes(row.wkb) for row in rows])
    found = np.full(len(rows), UNKNOWN, dtype=object)
    around = session.execute(_NEIGHBOURS).all()
    shapes = shapely.from_wkb([bytes(row.wkb) for row in around])
    which, whose = shapely.STRtree(shapes).query(lines, predicate="intersects")
    for line, neighbour in zip(which[::-1], whose[::-1], strict=True):  # the first code wins
        found[line] = around[neighbour].code
    inside, _ = shapely.STRtree(districts).query(lines, predicate="dwithin", distance=TOLERANCE_M / 111_320)
    found[inside] = OURS
    changed: dict[str, list[int]] = {}
    for row, owner in zip(rows, found, strict=True):
        if row.owner != owner:
            changed.setdefault(owner, []).append(row.id)
    for owner, ids in changed.items():
        session.execute(_CLAIM, {"owner": owner, "ids": ids})
    return sum(map(len, changed.values()))

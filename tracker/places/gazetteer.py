"""The names of a jurisdiction's places, kept in the process: streets, parks, public buildings, water.

Only names are kept, some hundreds for a town. House numbers, corners and equipment stay in the database,
where they are looked up by the names found here.
"""

from collections import defaultdict
from functools import lru_cache

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gis import placenames as names
from gis.gazetteer import Gazetteer
from gis.placenames import Entry, Spot
from gis.placewords import PlaceWords
from tracker import definitions
from tracker.db import PerRevision, selected
from tracker.places import ground as grounds
from tracker.places.ground import Ground

# About 0.8 kB a name: 0.4 MB for a town, 3 MB for a city of 4,000 streets. The towns used last stay.
MOST_TOWNS = 100
SAME_M = 400.0
_METRES = 111_320.0

# Distinct names of addresses by one look into the index for each, never by a scan of all addresses.
_STREETS = text("""
    SELECT name, name_norm AS key,
           array_agg(DISTINCT district_code) FILTER (WHERE district_code IS NOT NULL) AS areas,
           array_agg(DISTINCT alias) FILTER (WHERE alias IS NOT NULL) AS aliases
    FROM street_segment
    LEFT JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(attributes -> 'aliases') WHEN 'array' THEN attributes -> 'aliases' ELSE '[]' END
    ) AS a(alias) ON true
    GROUP BY name, name_norm ORDER BY name
""")
_ADDRESSED = text("""
    WITH RECURSIVE street AS (
        (SELECT street_norm AS key FROM address ORDER BY street_norm LIMIT 1)
        UNION ALL
        SELECT (SELECT a.street_norm FROM address a WHERE a.street_norm > s.key
                ORDER BY a.street_norm LIMIT 1)
        FROM street s WHERE s.key IS NOT NULL
    )
    SELECT s.key, (SELECT a.street FROM address a WHERE a.street_norm = s.key LIMIT 1) AS name
    FROM street s WHERE s.key IS NOT NULL
""")
_LANDMARKS = text("""
    SELECT kind, code AS key, name, true AS is_asset, ST_X(p) AS lon, ST_Y(p) AS lat, reach
    FROM (SELECT *, ST_PointOnSurface(geom) AS p,
                 greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) / 2 AS reach
          FROM asset WHERE kind = ANY(:kinds) AND name IS NOT NULL) a
    UNION ALL
    SELECT kind, id::text, name, false, ST_X(p), ST_Y(p), reach
    FROM (SELECT *, ST_PointOnSurface(geom) AS p,
                 greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) / 2 AS reach
          FROM map_feature WHERE kind IN ('park', 'building', 'water') AND name IS NOT NULL) f
    ORDER BY is_asset DESC, kind, name, key
""")


@lru_cache(maxsize=1)
def words() -> PlaceWords:
    """Return the words of places in both languages, read once."""
    return PlaceWords(definitions.read_mapping(definitions.DATA / "places" / "words.yaml"))


def _load(session: Session) -> Gazetteer:
    ground = grounds.current(session)
    return Gazetteer(
        [*_streets(session), *_landmarks(session, ground)],
        words(),
        ignored=(selected(session).name, *words().beyond),
        areas={ref.code: ref.name for ref in ground.by_code.values()},
    )


def _streets(session: Session) -> list[Entry]:
    found: list[Entry] = []
    known: set[str] = set()
    for row in session.execute(_STREETS):
        known.add(row.key)
        found.append(names.street(row.name, row.key, areas=row.areas or ()))
        found += [
            names.street(row.name, row.key, written=alias, areas=row.areas or ())
            for alias in row.aliases or ()
        ]
    addressed = session.execute(_ADDRESSED).all()
    found += [names.street(row.name, row.key) for row in addressed if row.key not in known]
    return [entry for entry in found if entry.core]


def _landmarks(session: Session, ground: Ground) -> list[Entry]:
    """Named places, each once: a park that is equipment is also drawn on the base map."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for row in session.execute(_LANDMARKS, {"kinds": list(words().named)}):
        entry = _landmark(row, ground)
        if (entry.core or entry.what) and not any(_are_near(entry, other) for other in found[entry.name]):
            found[entry.name].append(entry)
    return [entry for entries in found.values() for entry in entries]


def _landmark(row: Row[tuple[object, ...]], ground: Ground) -> Entry:
    spot = Spot(
        lon=row.lon,
        lat=row.lat,
        radius_m=max(15.0, row.reach * _METRES),
        area=ground.districts.find(row.lon, row.lat).code,
    )
    return names.landmark(row.kind, row.name, row.key if row.is_asset else "", words=words(), spot=spot)


def _are_near(one: Entry, other: Entry) -> bool:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    return max(abs(one.lon - other.lon), abs(one.lat - other.lat)) * _METRES < SAME_M


current = PerRevision(_load, at_most=MOST_TOWNS)

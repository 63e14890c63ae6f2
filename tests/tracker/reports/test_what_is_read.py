"""What a report is compared with: exactly the nearest compatible cases, found without reading any others."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support.city import City
from tracker.cases.models import ALIVE_UNTIL
from tracker.places.queries import box
from tracker.prepared import Prepared
from tracker.reports import neighbours

SERVICES = ("VOI-NID", "VOI-AFF", "VOI-DEB", "NUI-TER", "DEC-OUB", "DEC-BAC")
COUNT = 3_000
QUESTIONS = 60

# Points lie on a grid and times are whole days: many are equally near and equally late.
FILL = """
    INSERT INTO "case" (id, number, service_id, service_code, workflow, workflow_version, status,
        status_since, is_open, priority, geom, place_text, department, resolve_by, completed_at, next_action,
        summary, search, triage, is_public, reports_count, opened_at, last_report_at, updated_at, version,
        last_seq, last_hash, parent_id)
    SELECT CAST(x.id AS uuid), 'LX-2026-' || d.ordinal, s.id, s.code, s.workflow, 1, 'accepted', x.at,
        x.done IS NULL, 3, ST_SetSRID(ST_MakePoint(x.lon, x.lat), 4326), '', 'TP', x.at, x.done, 'dispatcher',
        '', '', '[]', true, 1, x.at, x.at, x.at, 1, 0, '', CAST(x.parent AS uuid)
    FROM jsonb_array_elements(CAST(:drawn AS jsonb)) WITH ORDINALITY AS d (value, ordinal),
        jsonb_to_record(d.value) AS x (id text, service text, lon float8, lat float8, at timestamptz,
            done timestamptz, parent text)
    JOIN service s ON s.code = x.service AND s.active
"""
# The same in the plainest words, whatever the indexes hold.
PLAINLY = f"""
    SELECT c.id FROM "case" c
    WHERE c.{{place}} && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :dx, :dy)
      AND c.service_code = ANY(:services) AND c.parent_id IS NULL AND ({ALIVE_UNTIL}) > :since
    ORDER BY ST_Distance(c.{{place}}, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)), c.last_report_at DESC, c.id
    LIMIT :most
"""
STATEMENTS = {"geom": neighbours._NEARBY, "public_geom": neighbours._BY_STREET}
TYPES = {
    "lon": "float8", "lat": "float8", "dx": "float8", "dy": "float8", "services": "text[]",
    "since": "timestamptz", "reporter": "text", "has_photo": "bool", "most": "bigint",
}  # fmt: skip


@pytest.fixture(scope="module")
def crowd(city: City) -> City:
    cities.wipe(city)
    random = Random(311)
    with city.session() as session:
        session.execute(
            text(FILL), {"drawn": orjson.dumps([drawn(random, each) for each in range(COUNT)]).decode()}
        )
    with city.place.owner.begin() as connection:
        connection.execute(text(f'ANALYZE j_{city.code}."case"'))
    return city


def drawn(random: Random, ordinal: int) -> dict[str, Any]:
    lon, lat = cities.at(10 * random.randint(0, 60), 480 + 10 * random.randint(0, 5))
    at = cities.MONDAY - timedelta(days=random.randint(0, 90))
    return {
        "id": f"00000000-0000-7000-8000-{ordinal:012d}",
        "service": random.choice(SERVICES),
        "lon": lon,
        "lat": lat,
        "at": at,
        "done": at + timedelta(days=random.randint(0, 90)) if random.random() < 0.4 else None,
        "parent": f"00000000-0000-7000-8000-{ordinal // 2:012d}"
        if ordinal and random.random() < 0.1
        else None,
    }


def asked(random: Random) -> dict[str, Any]:
    lon, lat = cities.at(random.uniform(0, 600), random.uniform(470, 540))
    return {
        "lon": lon,
        "lat": lat,
        "services": random.sample(SERVICES, random.randint(1, 4)),
        "since": cities.MONDAY - timedelta(days=random.randint(0, 60)),
        "reporter": "",
        "has_photo": False,
        "most": random.choice([3, neighbours.MOST_READ, 2 * COUNT]),
        **box(lat, random.choice([20.0, 80.0, 400.0])),
    }


@pytest.mark.parametrize("place", STATEMENTS)
def test_the_same_cases_are_read_as_by_the_plainest_query(crowd: City, place: str):
    random, seen = Random(place), 0
    with crowd.session() as session:
        for _ in range(QUESTIONS):
            values = asked(random)
            read = sorted(row.id for row in STATEMENTS[place].all(session, values))
            assert read == sorted(session.scalars(text(PLAINLY.format(place=place)), values))
            seen += len(read)
    assert seen > 10 * QUESTIONS


@pytest.mark.parametrize("place", STATEMENTS)
def test_only_what_is_compared_is_read_from_the_table(crowd: City, place: str):
    """A filter by service after the index would read everything that lies near, in a crowd thousands."""
    with crowd.session() as session:
        # As it is after a few questions: the plan that is kept for all of them.
        session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        values = asked(Random(1)) | {"services": SERVICES} | box(45.0, 700.0)
        plan = explained(crowd, session, STATEMENTS[place], values)
    index = "case_geom_ix" if place == "geom" else "case_public_geom_ix"
    scan = next(node for node in nodes(plan) if node.get("Index Name") == index)
    assert "service_code" in scan["Index Cond"]
    assert "infinity" in scan["Index Cond"]
    compared = next(node for node in nodes(plan) if node["Node Type"] == "Limit")["Actual Rows"]
    assert compared > 10


def explained(city: City, session: Any, statement: Prepared, values: dict[str, Any]) -> dict[str, Any]:
    kinds = ", ".join(TYPES[name] for name in statement._names)
    connection = session.connection().connection.driver_connection
    connection.execute(b"PREPARE asked (" + kinds.encode() + b") AS " + statement._query)
    given = ", ".join(literal(values[name]) for name in statement._names)
    told = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) EXECUTE asked ({given})").fetchone()
    connection.execute("DEALLOCATE asked")
    return dict(told[0][0]["Plan"])


def literal(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"'{{{','.join(value)}}}'"
    return f"'{value}'"


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(each for child in plan.get("Plans", ()) for each in nodes(child))]

"""The list of cases against a plain reading of every row, page by page, in few statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.support import city as cities
from tests.support import statements as sql
from tests.support.city import City

COUNT = 240
WORDS = ("moulin", "erables", "quai", "principale", "larocque")
WORK = {"received": True, "accepted": True, "on_hold": True, "completed": False, "closed": False}
# Services and the statuses their cases are drawn in, with whether these are open.
SERVICES = {
    "VOI-NID": WORK,
    "VOI-TRO": WORK,
    "PRO-GRA": WORK,
    "NUI-TER": {"received": True, "closed": False},
    "INF-GEN": {"received": True, "closed": False},
    "CTS-CON": {"filed": True, "closed": False},
}
BOX = (200.0, 100.0, 2200.0, 700.0)


@pytest.fixture(scope="module")
def rows(city: City) -> list[dict[str, Any]]:
    """A few hundred cases of every sort, as the database has them."""
    from tests.support.city import wipe

    wipe(city)
    families = {
        "VOI-NID": "field_work",
        "NUI-TER": "inspection",
        "INF-GEN": "question",
        "CTS-CON": "contestation",
    }
    for family in families.values():
        city.report(family)
    random = Random(311)
    with city.session() as session:
        session.execute(text(CLONE), {"drawn": orjson.dumps([drawn(random) for _ in range(COUNT)]).decode()})
        found = [dict(row) for row in session.execute(text(READ)).mappings()]
    assert len(found) == COUNT + 4
    return found


CLONE = """
    INSERT INTO "case" (id, number, service_id, service_code, workflow, workflow_version, status,
        status_since, is_open, priority, geom, place_text, district_id, department, crew_id, respond_by,
        resolve_by, next_action, summary, search, triage, is_public, reports_count, opened_at,
        last_report_at, updated_at, version, last_seq, last_hash)
    SELECT gen_random_uuid(), 'LX-2026-' || d.ordinal, s.id, s.code, s.workflow, 1, x.status, x.at, x.open,
        x.priority, CASE WHEN x.lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(x.lon, x.lat), 4326) END,
        x.place, (SELECT id FROM district WHERE code = x.district), 'TP',
        (SELECT id FROM crew WHERE code = x.crew), x.at, x.due, 'dispatcher', '',
        to_tsvector('simple', x.place), '[]', true, 1, x.at, x.at, x.at, 1, 0, ''
    FROM jsonb_array_elements(CAST(:drawn AS jsonb)) WITH ORDINALITY AS d (value, ordinal),
        jsonb_to_record(d.value) AS x (service text, status text, open bool, priority int, lon float8,
            lat float8, place text, district text, crew text, at timestamptz, due timestamptz)
    JOIN service s ON s.code = x.service AND s.active
"""
READ = """
    SELECT c.id, c.number, c.service_code, c.workflow, c.status, c.is_open, c.priority, c.opened_at,
           c.resolve_by, d.code AS district, k.code AS crew, coalesce(c.place_text, '') AS place,
           ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat, c.search::text AS words
    FROM "case" c LEFT JOIN district d ON d.id = c.district_id LEFT JOIN crew k ON k.id = c.crew_id
"""


def drawn(random: Random) -> dict[str, Any]:
    service = random.choice(tuple(SERVICES))
    status = random.choice(tuple(SERVICES[service]))
    # Few different times: keys are often equal, and the identifier decides.
    at = cities.MONDAY - timedelta(hours=random.randint(0, 40) * 6)
    x, y = random.uniform(0, 3000), random.uniform(0, 1000)
    lon, lat = cities.at(x, y) if random.random() < 0.9 else (None, None)
    return {
        "service": service,
        "status": status,
        "open": SERVICES[service][status],
        "priority": random.randint(1, 4),
        "lon": lon,
        "lat": lat,
        "place": f"{random.randint(1, 30)} {random.choice(WORDS)}",
        "district": random.choice(["1", "2", "3", None]),
        "crew": random.choice(["E1", "E2", "C1", None]),
        "at": at,
        "due": at + timedelta(hours=random.randint(1, 30) * 8),
    }


def is_in_box(row: dict[str, Any]) -> bool:
    (west, south), (east, north) = cities.at(*BOX[:2]), cities.at(*BOX[2:])
    return row["lon"] is not None and west <= row["lon"] <= east and south <= row["lat"] <= north


def has_words(row: dict[str, Any], query: str) -> bool:
    indexed = [each.partition(":")[0].strip("'") for each in row["words"].split()]
    return all(any(word.startswith(token) for word in indexed) for token in query.lower().split())


Keep = Callable[[dict[str, Any]], bool]


def box_text() -> str:
    return ",".join(repr(edge) for corner in (cities.at(*BOX[:2]), cities.at(*BOX[2:])) for edge in corner)


FILTERS: dict[str, tuple[str, Keep]] = {
    "one status": ("status=accepted", lambda row: row["status"] == "accepted"),
    "two statuses": ("status=received&status=closed", lambda row: row["status"] in ("received", "closed")),
    "a service": ("service=VOI-NID", lambda row: row["service_code"] == "VOI-NID"),
    "two services": (
        "service=PRO-GRA&service=NUI-TER",
        lambda row: row["service_code"] in ("PRO-GRA", "NUI-TER"),
    ),
    "a district": ("district=2", lambda row: row["district"] == "2"),
    "two crews": ("crew=E1&crew=C1", lambda row: row["crew"] in ("E1", "C1")),
    "a priority": ("priority=1", lambda row: row["priority"] == 1),
    "the open ones": ("open=true", lambda row: row["is_open"]),
    "the others": ("open=false", lambda row: not row["is_open"]),
    "late": ("late=true", lambda row: row["is_open"] and row["resolve_by"] < cities.MONDAY),
    "a box": (f"bbox={box_text()}", is_in_box),
    "a word": ("q=Érables", lambda row: has_words(row, "erables")),
    "the beginnings of words": ("q=prin 1", lambda row: has_words(row, "prin 1")),
}
ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "newest": lambda row: (-row["opened_at"].timestamp(), -row["id"].int),
    "due": lambda row: (row["resolve_by"], row["id"].int),
    "priority": lambda row: (row["priority"], row["resolve_by"], row["id"].int),
}


def expected(rows: list[dict[str, Any]], names: list[str], order: str, role: str) -> list[str]:
    kept = [row for row in rows if all(FILTERS[name][1](row) for name in names)]
    if role != "clerk":
        kept = [row for row in kept if row["workflow"] != "contestation"]
    if role == "crew":
        kept = [row for row in kept if row["crew"] == "E1"]
    if order != "newest":
        kept = [row for row in kept if row["is_open"]]
    return [row["number"] for row in sorted(kept, key=ORDERS[order])]


def listed(town: City, query: str, *, role: str = "dispatcher", limit: int = 1000) -> list[str]:
    """Go through every page of a list."""
    found, after = [], ""
    while True:
        answer = town.caller(role).get(f"/cases?{query}&limit={limit}{after}")
        assert answer.status_code == 200, answer.text
        found += [each["number"] for each in answer.json["cases"]]
        if answer.json["next"] is None:
            return found
        after = f"&after={answer.json['next']}"


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_alone_gives_what_a_plain_reading_gives(city: City, rows, name):
    wanted = expected(rows, [name], "newest", "dispatcher")
    assert listed(city, FILTERS[name][0]) == wanted
    assert 0 < len(wanted) < len(rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from(sorted(FILTERS)), max_size=4, unique=True),
    order=st.sampled_from(sorted(ORDERS)),
    role=st.sampled_from(["dispatcher", "crew", "clerk"]),
    limit=st.integers(1, 40).map(lambda number: number * 5),
)
def test_filters_together_orders_and_pages_give_what_a_plain_reading_gives(
    city: City, rows, names, order, role, limit
):
    kinds = {name.split("=")[0] for name in (FILTERS[one][0] for one in names)}
    if len(kinds) < len(names) or (order != "newest" and "the others" in names):
        return  # the same filter twice means either value, not both
    query = "&".join([*(FILTERS[name][0] for name in names), f"order={order}"])
    assert listed(city, query, role=role, limit=limit) == expected(rows, names, order, role)


def test_counts_are_those_of_the_list(city: City, rows):
    told = city.caller("dispatcher").get("/cases/counts?district=2").json
    opened = [
        row for row in rows if row["is_open"] and row["district"] == "2" and row["workflow"] != "contestation"
    ]
    assert told["open"] == len(opened)
    assert told["late"] == sum(row["resolve_by"] < city.clock.now for row in opened)
    assert told["urgent"] == sum(row["priority"] == 1 for row in opened)


@pytest.mark.parametrize(
    "query", ["", "order=due", "order=priority&district=1&late=true", f"bbox={box_text()}&q=quai"]
)
def test_a_list_takes_few_statements(city: City, rows, query):
    city.caller("dispatcher").get(f"/cases?{query}")
    with sql.counted() as sent:
        answer = city.caller("dispatcher").get(f"/cases?{query}&limit=100")
    assert answer.status_code == 200
    assert len(sent) <= 6, sent


def test_the_list_as_a_map_is_geojson(city: City, rows):
    answer = city.caller("dispatcher").get("/cases?limit=1000", Accept="application/geo+json")
    assert answer.content_type == "application/geo+json"
    features = answer.json["features"]
    placed = {row["number"]: (row["lon"], row["lat"]) for row in rows}
    assert {each["id"] for each in features} == set(expected(rows, [], "newest", "dispatcher"))
    for each in features:
        where = each["geometry"] and tuple(each["geometry"]["coordinates"])
        assert where == (placed[each["id"]] if placed[each["id"]][0] is not None else None)
        assert each["type"] == "Feature"
        assert each["properties"]["number"] == each["id"]

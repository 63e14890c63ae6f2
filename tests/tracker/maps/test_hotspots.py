"""Hot spots over HTTP: incidents and not reports, in words, and nothing to the public that tells on one
person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support import city as cities
from tests.support import mvt
from tests.support.city import City
from tests.tracker.maps.test_tiles import address_of
from tracker.maps import density, kept, words
from tracker.maps.density import LEAST_PUBLIC


@pytest.fixture(autouse=True)
def _nothing_remembered():
    density._kept.clear()
    kept.shelf.clear()


def fill(town: City, count: int, x: float = 300, **said: Any) -> list[str]:
    return [
        town.report(location=cities.pin(x + 3 * at, 502), **said)["case"]["number"] for at in range(count)
    ]


def found(town: City, query: str = "?service=VOI-NID", by: str = "citizen") -> dict[str, Any]:
    answer = town.caller(by).get(f"/density{query}")
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/geo+json"
    body: dict[str, Any] = answer.get_json()
    return body


def test_where_it_happens_most_comes_first_and_is_told_in_words(town: City):
    fill(town, 12)
    told = found(town)
    assert told["total"] == 12
    first = told["features"][0]["properties"]
    assert first["hot"]
    counts = [each["properties"]["count"] for each in told["features"]]
    assert max(each or 0 for each in counts) >= LEAST_PUBLIC
    assert first["words"].endswith("fois plus qu’ailleurs")
    assert told["spots"][0]["street"] == "rue du Moulin"
    assert (
        "more than elsewhere" in found(town, "?service=VOI-NID&lang=en")["features"][0]["properties"]["words"]
    )


def test_what_is_told_twice_counts_once(town: City):
    numbers = fill(town, 8)
    for number in numbers[1:4]:
        town.caller("dispatcher").post(f"/cases/{number}/merge", {"into": numbers[0]})
    assert found(town)["total"] == 5


def test_the_public_is_shown_nothing_where_little_happened(town: City):
    fill(town, LEAST_PUBLIC - 1)
    told = found(town)
    assert told["features"] == []
    assert told["hidden"] > 0
    assert found(town, by="dispatcher")["features"]


def test_services_that_are_not_public_are_not_in_the_publics_figures(town: City):
    for at in range(8):
        town.report("inspection", location=cities.pin(300 + at, 502))
    assert found(town, "")["total"] == 0
    assert found(town, "?service=NUI")["total"] == 0
    assert found(town, "?service=NUI", by="dispatcher")["total"] == 8
    assert found(town, "?service=NUI", by="dispatcher")["features"]


def test_a_period_includes_its_days_in_the_towns_time(town: City):
    fill(town, 6)
    day = town.clock.now.date()
    assert found(town, f"?from={day}&to={day}")["total"] == 6
    assert found(town, f"?from={day + timedelta(days=1)}&to={day + timedelta(days=9)}")["total"] == 0
    assert found(town, f"?to={day - timedelta(days=1)}")["total"] == 0


@pytest.mark.parametrize(
    "query", ["?service=XYZ", "?from=2026-05-05&to=2026-05-01", "?from=1890-01-01", "?from=hier"]
)
def test_what_cannot_be_asked_is_refused_in_words(town: City, query):
    answer = town.caller().get(f"/density{query}")
    assert answer.status_code == 422
    assert town.app.test_client().get(address_of("density", 300, 502, 14) + query).status_code == 422


def test_a_group_is_all_of_its_services(town: City):
    fill(town, 6)
    assert found(town, "?service=VOI")["total"] == 6
    assert found(town, "?service=ECL")["total"] == 0


def test_the_tiles_hold_the_same_cells(town: City):
    fill(town, 12)
    told = [each["properties"] for each in found(town)["features"]]
    tile = town.app.test_client().get(address_of("density", 300, 502, 12) + "?service=VOI-NID")
    drawn = [each.properties for each in mvt.read(tile.data)["density"]]
    assert sum(each["hot"] for each in drawn) == sum(each["hot"] for each in told) > 0
    assert max(each["level"] for each in drawn) == max(each["level"] for each in told)


@pytest.mark.parametrize(
    ("times", "said"),
    [(5.2, "5 fois"), (2.4, "2,5 fois"), (1.4, "un peu plus"), (1.0, "autant"), (0.2, "moins")],
)
def test_times_are_said_roundly(town: City, times, said):
    with town.app.test_request_context():
        assert words.of_times(times).startswith(said)

"""What lies around a report is asked for before its place is judged: the same answers, half the journeys."""

from __future__ import annotations

import pytest

from tests.support import city
from tests.support.city import City
from tracker.reports import neighbours, service
from tracker.reports.neighbours import Spot
from tracker.wire import Parcel, Wire


@pytest.fixture
def journeys(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements went on each journey to the database, alone ones included."""
    made: list[int] = []
    travel, send = Wire._travel, Wire.send

    def travelled(self: Wire, parcels: list[Parcel], *, commits: bool = False) -> None:
        made.append(len(parcels))
        travel(self, parcels, commits=commits)

    def sent(self: Wire, parcel: Parcel):
        before = len(made)
        result = send(self, parcel)
        if len(made) == before:
            made.append(1)
        return result

    monkeypatch.setattr(Wire, "_travel", travelled)
    monkeypatch.setattr(Wire, "send", sent)
    return made


def test_a_submission_makes_two_journeys_and_a_question_one_beside_its_commit(
    town: City, journeys: list[int]
):
    for x in (300, 340, 380):  # what the process reads once, and statements' names
        town.report(location=city.pin(x, 502))
    caller = town.caller()
    given = city.sample("field_work") | {"location": city.pin(420, 502)}
    caller.post("/duplicates", given)
    journeys.clear()
    assert caller.post("/reports", given, Idempotency_Key="two-journeys").status_code == 201
    # The town, the key, the plan, the cases around and the street; then what is written, with the commit.
    assert journeys == [5, 2]
    journeys.clear()
    assert caller.post("/duplicates", given).json["duplicates"]
    assert journeys == [4]


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ({"location": city.pin(308, 502)}, 200),
        ({"location": city.pin(308, 502, accuracy_m=60)}, 200),
        ({"location": city.pin(300, 502, method="pin")}, 200),
        ({"location": {"address": "30, rue du Moulin"}}, 200),
        ({"location": {"lon": 0.0, "lat": 0.0, "method": "gps"}}, 422),
    ],
    ids=["near", "vague", "there", "address", "nowhere"],
)
def test_asking_ahead_changes_no_answer(town: City, monkeypatch: pytest.MonkeyPatch, place, status):
    town.report()
    town.report(location=city.pin(330, 502))
    given = city.sample("field_work") | place
    ahead = town.caller().post("/duplicates", given)
    monkeypatch.setattr(service, "_asked_ahead", lambda *_, **__: None)
    after = town.caller().post("/duplicates", given)
    assert ahead.status_code == after.status_code == (status)
    told = [
        {name: value for name, value in each.json.items() if name != "request_id"} for each in (ahead, after)
    ]
    assert told[0] == told[1]


def test_what_was_asked_for_another_place_is_not_used(town: City, monkeypatch: pytest.MonkeyPatch):
    first = town.report()

    def elsewhere(session, of, submission, told, *, to_public=False):
        spot = Spot(submission.given.lon + 1, submission.given.lat, 6.0)
        return neighbours.ask(session, of, spot, told, to_public=to_public)

    monkeypatch.setattr(service, "_asked_ahead", elsewhere)
    shown = town.caller().post("/duplicates", city.sample("field_work")).json["duplicates"]
    assert [each["case_number"] for each in shown] == [first["number"]]

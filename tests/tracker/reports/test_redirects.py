"""What the hour changes: a truck that may still come, and nights when the police go."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tests.support import city
from tests.support.city import City

MONDAY_NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
MONDAY_SEVEN_PM = datetime(2026, 5, 4, 23, 0, tzinfo=UTC)
TUESDAY_2_AM = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)


def missed(day: str) -> dict[str, object]:
    answers = {"jour_prevu": day, "bac_sorti_avant_7h": "oui"}
    return {"service_code": "DEC-OUB", "answers": answers, "location": city.pin(300, 515)}


@pytest.fixture
def police(town: City):
    with town.session() as session:
        session.execute(
            text(
                "INSERT INTO third_party (code, kind, name_fr, name_en, phone) "
                "VALUES ('police', 'owner', 'Sûreté du Québec', 'Provincial police', '310-4141')"
            )
        )
    yield town
    with town.session() as session:
        session.execute(text("DELETE FROM third_party WHERE code = 'police'"))


@pytest.mark.parametrize(
    ("at", "day", "status"),
    [
        (MONDAY_NOON, "2026-05-04", 422),
        (MONDAY_SEVEN_PM, "2026-05-04", 201),
        (MONDAY_NOON, "2026-05-01", 201),
    ],
)
def test_a_bin_is_not_forgotten_while_the_truck_is_on_the_road(town: City, at, day, status):
    town.clock.now = at
    told = {
        language: town.caller(language=language).post("/reports", missed(day)) for language in ("fr", "en")
    }
    assert {answer.status_code for answer in told.values()} == {status}
    if status == 422:
        assert told["fr"].json["type"] == "/problems/too-early"
        assert "camion" in told["fr"].json["detail"]
        assert "truck" in told["en"].json["detail"]
        assert town.caller().get("!/problems/too-early").status_code == 200
        assert "report" not in town.counts()


def test_staff_who_know_better_may_take_it(town: City):
    town.clock.now = MONDAY_NOON
    assert town.caller("agent").post("/reports", missed("2026-05-04")).status_code == 201


@pytest.mark.parametrize(("at", "advised"), [(TUESDAY_2_AM, True), (MONDAY_NOON, False)])
def test_at_night_the_police_are_named_and_the_report_is_kept(police: City, at, advised):
    police.clock.now = at
    report = {
        "service_code": "STA-GEN",
        "answers": police.answers("STA-GEN"),
        "location": city.pin(300, 505),
    }
    answer = police.caller(language="en").post("/reports", report)
    assert answer.status_code == 201, answer.text
    advice = answer.json["advice"]
    assert (advice is not None) is advised
    if advised:
        assert (advice["to"], advice["contact"]["phone"]) == ("police", "310-4141")
        assert "police" in advice["text"]
        number, secret = answer.json["number"], answer.json["secret"]
        page = police.caller().get(f"!/suivi/{number}/{secret}/merci?conseil=police")
        assert "310-4141" in page.text
        assert "310-4141" not in police.caller().get(f"!/suivi/{number}/{secret}/merci").text

"""The page that begins a booking: what is free in words, nothing typed lost, the nearest moments, a line."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from tests.support import city as cities
from tests.support.city import City
from tracker.bookings import files
from tracker.web import slots
from tracker.web.slots import Busy, Lent

LON, LAT = cities.at(300, 502)
ZONE = ZoneInfo("America/Toronto")
RESOURCES: dict[str, Any] = {
    "resources": {
        "salle": {
            "kind": "room", "service": "RES-SAL", "name": {"fr": "Salle du Bassin", "en": "Bassin Hall"},
            "rules": {
                "hourly_cents": 4000, "deposit_cents": 15000, "opens": "08:00", "closes": "23:00",
                "at": {"lon": LON, "lat": LAT}, "weekdays": [1, 2, 3, 4, 5, 6],
            },
        },
        "ailleurs": {"kind": "room", "service": "RES-SAL", "name": {"fr": "Sans lieu", "en": "No place"}},
        "tables": {
            "kind": "stock", "service": "RES-MAT", "name": {"fr": "Tables", "en": "Tables"}, "units": 10,
            "rules": {"answers": {"article": "table"}},
        },
    }
}  # fmt: skip
ROOM, TABLES = "/reserver/RES-SAL/salle", "/reserver/RES-MAT/tables"


@pytest.fixture
def lending(town: City) -> City:
    with town.session() as session:
        files.load(session, RESOURCES, at=town.clock.now)
    return town


def form(**more: str) -> dict[str, str]:
    asked = {"starts": "2026-05-20T09:00", "ends": "2026-05-20T12:00", "answer.type": "fete", "key": "k-1"}
    return asked | {"email": "ana@example.org", "deed": "send"} | more


def sent(visitor: FlaskClient, address: str = ROOM, **more: str) -> Any:
    return visitor.post(address, data=form(**more))


def test_a_service_that_is_booked_leads_to_its_calendar_and_not_to_the_report(lending, visitor):
    assert visitor.get("/signaler/RES-SAL").location == "/reserver/RES-SAL"
    page = visitor.get("/reserver/RES-SAL").text
    assert ROOM in page
    assert "Sans lieu" not in page


def test_without_anything_to_book_the_report_stays(town, visitor):
    with town.session() as session:
        files.load(session, {"resources": {}}, at=town.clock.now)
    assert visitor.get("/signaler/RES-MAT").location == "/signaler/RES-MAT/details"
    assert visitor.get("/reserver/RES-MAT").location == "/signaler/RES-MAT"
    assert visitor.get("/reserver/VOI-NID").status_code == 404


def test_rooms_without_a_place_lead_to_the_report_and_break_nothing(lending, visitor):
    only = {"resources": {"ailleurs": RESOURCES["resources"]["ailleurs"]}}
    with lending.session() as session:
        files.load(session, only, at=lending.clock.now)
    assert visitor.get("/reserver/RES-SAL").location == "/signaler/RES-SAL"
    onward = visitor.get("/signaler/RES-SAL")
    assert onward.location.startswith("/signaler/RES-SAL/")
    assert visitor.get(onward.location).status_code == 200


def test_a_loan_of_whole_days_says_how_many(lending, visitor):
    days = {"starts": "2026-05-20T00:00", "ends": "2026-05-23T00:00", "quantity": "2", "deed": "price"}
    assert "3 jours" in sent(visitor, TABLES, **days).text


def test_the_line_is_offered_when_nothing_is_left_and_never_for_what_is_past(lending, visitor):
    sent(visitor, TABLES, quantity="10")
    asked = "starts=2026-05-20T09:00&ends=2026-05-20T12:00&quantity=1"
    assert 'value="wait"' in visitor.get(f"{TABLES}?{asked}").text
    assert 'value="wait"' not in visitor.get(f"{TABLES}?{asked.replace('-20T', '-21T')}").text
    lending.clock.advance(days=20)
    assert 'value="wait"' not in visitor.get(f"{TABLES}?{asked}").text


def test_a_room_is_taken_and_followed_by_its_number_and_secret(lending, visitor):
    priced = sent(visitor, deed="price").text
    assert "C’est libre." in priced
    assert "120,00" in priced
    answer = sent(visitor)
    assert answer.status_code == 303, answer.text
    assert sent(visitor).location == answer.location
    assert lending.counts()["report"] == 1
    assert "Salle du Bassin" in visitor.get(answer.location).text
    assert "Retenu" in visitor.get(f"{ROOM}?week=2026-05-18").text


def test_what_was_taken_in_between_is_told_with_the_nearest_moments_and_nothing_typed_is_lost(
    lending, visitor
):
    sent(visitor)
    page = sent(visitor, key="k-2", people="12", phone="450 555-0100")
    assert page.status_code == 409
    for kept in ('value="12"', 'value="450 555-0100"', 'value="ana@example.org"', 'value="2026-05-20T09:00"'):
        assert kept in page.text
    assert re.search(r'value="fete" checked', page.text)
    near = re.findall(r'name="move" value="([^"]+)"', page.text)
    assert near[0] == "2026-05-20T12:00/2026-05-20T15:00"
    moved = sent(visitor, key="k-3", move=near[0], deed="price").text
    assert "C’est libre." in moved
    assert 'value="2026-05-20T12:00"' in moved


def test_a_place_in_line_is_taken_when_everything_is(lending, visitor):
    sent(visitor, TABLES, quantity="10")
    assert sent(visitor, TABLES, quantity="1", key="k-2").status_code == 409
    waits = sent(visitor, TABLES, quantity="1", key="k-3", deed="wait")
    assert waits.status_code == 303
    assert "rang 1" in visitor.get(waits.location).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": ""}, {"starts": "x"}, {"starts": "9999-12-31T23:59", "ends": "9999-12-31T23:59"},
        {"ends": "2026-05-20T08:00"}, {"quantity": "-1"}, {"quantity": "1e9"}, {"quantity": "11"},
        {"starts": "2020-01-01T00:00"}, {"week": "9999-12-31"}, {"move": "x", "deed": "send"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_comes_back_with_the_form(lending, visitor, wrong):
    page = sent(visitor, TABLES, **({"quantity": "2"} | wrong))
    assert page.status_code in ((303,) if "week" in wrong else (422, 409))
    if page.status_code != 303:
        assert 'value="ana@example.org"' in page.text
        assert lending.counts().get("report", 0) == 0


def at(hour: int, day: int = 20) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=ZONE)


def test_a_day_is_cut_where_what_is_free_changes():
    busy = [Busy(starts=at(9), ends=at(12), units=1, held=1), Busy(starts=at(12), ends=at(14), units=1)]
    told = [(each.starts.hour, each.ends.hour, each.state) for each in slots.spans(busy, 1, at(8), at(23))]
    assert told == [(8, 9, "free"), (9, 12, "held"), (12, 14, "taken"), (14, 23, "free")]


def test_the_nearest_moments_are_free_open_to_come_and_apart():
    rules = {"opens": "08:00", "closes": "23:00", "weekdays": [3, 4]}
    lent = Lent(kind="room", units=1, rules=rules, zone=ZONE)
    busy = [Busy(starts=at(8), ends=at(20), units=1)]
    found = slots.nearest(lent, busy, (at(9), at(12)), 1, now=at(7))
    assert found == [(at(20), at(23)), (at(8, 21), at(11, 21)), (at(11, 21), at(14, 21))]

"""The pages of activities and shows: the list, the price before, taking, what is nearest, the waitlist."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.city import City
from tests.tracker.bookings.test_places import HOME, LEISURE
from tests.tracker.web.test_booking import ZONE
from tracker.bookings import files
from tracker.web import booking_words

CAMP, SATURDAY, SHOW = "/reserver/RES-ACT/camp", "/reserver/RES-ACT/samedi", "/reserver/RES-SIE/concert"


@pytest.fixture
def leisure(town: City) -> City:
    with town.session() as session:
        files.load(session, LEISURE, at=town.clock.now)
    return town


def sent(visitor: FlaskClient, to: str, **more: Any) -> Any:
    said = {"email": "ana@example.org", "key": "k-1", "deed": "send"}
    if "RES-ACT" in to:
        said |= {"answer.participant": "Léa Roy", "answer.date_naissance": "2016-03-01"}
    return visitor.post(to, data=said | more)


def test_the_lists_tell_when_it_begins_and_what_is_left(leisure, visitor):
    assert visitor.get("/signaler/RES-ACT").location == "/reserver/RES-ACT"
    page = visitor.get("/reserver/RES-ACT").text
    assert "samedi 20\u00a0juin" in page
    assert "1 place libre" in page
    places = [page.index(f"RES-ACT/{code}") for code in ("samedi", "peinture", "dimanche")]
    assert places == sorted(places)  # the first to begin first
    assert "9 places libres" in visitor.get("/reserver/RES-SIE").text


def test_the_price_is_told_by_where_one_lives_before_anything_is_taken(leisure, visitor):
    here = sent(visitor, CAMP, deed="price", address=HOME).text
    assert "100,00" in here
    assert "Tarif de qui habite ici" in here
    away = sent(visitor, CAMP, deed="price").text
    assert "Vos inscriptions commencent le" in away
    assert "C’est libre." not in away
    assert (
        "L’âge ne convient pas"
        in sent(visitor, CAMP, deed="price", **{"answer.date_naissance": "2000-01-01"}).text
    )
    assert leisure.counts().get("report", 0) == 0


def test_one_registers_and_the_next_is_offered_what_is_nearest_and_the_line(leisure, visitor):
    answer = sent(visitor, SATURDAY)
    assert answer.status_code == 303, answer.text
    assert "Natation" in visitor.get(answer.location).text
    late = sent(visitor, SATURDAY, key="k-2", **{"answer.participant": "Max Roy"})
    assert late.status_code == 409
    assert 'formaction="/reserver/RES-ACT/dimanche' in late.text
    assert 'value="Max Roy"' in late.text
    assert 'value="wait"' in late.text
    waits = sent(visitor, SATURDAY, key="k-3", deed="wait", **{"answer.participant": "Max Roy"})
    assert waits.status_code == 303, waits.text
    assert "rang 1" in visitor.get(waits.location).text


def test_seats_are_chosen_shown_taken_and_the_neighbours_offered(leisure, visitor):
    plan = visitor.get(SHOW).text
    assert 'aria-label="Siège 1, rangée A, place pour fauteuil roulant, libre"' in plan
    assert 'value="wait"' not in plan
    assert "Aucun siège choisi" in sent(visitor, SHOW).text
    answer = sent(visitor, SHOW, seats=["B-2", "B-3"])
    assert answer.status_code == 303, answer.text
    assert "B-2, B-3" in visitor.get(answer.location).text
    late = sent(visitor, SHOW, key="k-2", seats=["B-3", "B-4"])
    assert late.status_code == 409
    assert re.search(r'name="move" value="B-4,B-5"', late.text)
    assert re.search(r'value="B-3"[^>]* disabled', late.text)
    moved = sent(visitor, SHOW, key="k-3", deed="price", move="B-4,B-5").text
    assert "C’est libre." in moved
    assert "40,00" in moved
    assert re.search(r'value="B-4"[^>]* checked', moved)


def test_a_full_show_has_a_line_for_so_many_seats(leisure, visitor):
    for row in ("A", "B"):
        seats = [f"{row}-{n}" for n in range(1, 5 if row == "A" else 6)]
        assert sent(visitor, SHOW, key=row, seats=seats).status_code == 303
    page = visitor.get(SHOW).text
    assert "Complet" in page
    assert 'value="wait"' in page
    waits = sent(visitor, SHOW, key="w", deed="wait", quantity="2")
    assert waits.status_code == 303, waits.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"seats": "Z-1"}, {"seats": ["A-1", "A-2\x00"]}, {"quantity": "-3"}, {"move": ",,"},
        {"move": "A-1" * 50}, {"deed": "wait"}, {"deed": "autre", "seats": "A-99"},
        {"email": "x", "seats": "A-2"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_nothing_is_taken(leisure, visitor, wrong):
    page = sent(visitor, SHOW, **wrong)
    assert page.status_code in (409, 422), page.text
    assert "Choisissez vos sièges" in page.text
    assert leisure.counts().get("report", 0) == 0


def test_an_activity_that_has_begun_has_no_page(leisure, visitor):
    leisure.clock.advance(days=60)
    assert visitor.get(SATURDAY).status_code == 404
    assert visitor.get("/reserver/RES-ACT").location == "/signaler/RES-ACT"


def test_whole_days_are_told_as_days():
    def at(day: int, hour: int = 0) -> datetime:
        return datetime(2026, 5, day, hour, tzinfo=ZONE)

    assert booking_words.duration(at(20), at(23)) == "3 jours"
    assert booking_words.period(at(20), at(23)) == "mercredi 20\u00a0mai – vendredi 22\u00a0mai (3 jours)"
    assert booking_words.duration(at(20, 9), at(20, 12)) == "3\u00a0h"
    assert booking_words.duration(at(20, 9), at(21, 12)) == "1 jour 3\u00a0h"

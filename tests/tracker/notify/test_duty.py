"""Whoever is on duty is called by text message and by e-mail, at once, with the link that answers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from tests.support.city import City
from tracker import ids
from tracker.oncall import service
from tracker.oncall.models import DutyRow

CALLS = text("""
    SELECT d.channel, d.address, d.not_before, d.status, n.subject, n.short, n.body, n.language
    FROM delivery d JOIN notice n ON n.id = d.notice_id WHERE n.kind = 'page' ORDER BY d.channel
""")


def _on_duty(town: City, rank: str = "first", phone: str = "514 872-0311") -> None:
    turn = DutyRow(
        id=ids.new_id(),
        domain="roads",
        rank=rank,
        starts_on=date(2026, 5, 1),
        name="Luc",
        phone=phone,
        email="luc@ville.example",
        staff_id=None,
    )
    with town.session() as session:
        service.set_turn(session, turn)


def _called(town: City) -> list:
    with town.session() as session:
        return list(session.execute(CALLS))


def test_a_danger_calls_the_person_on_duty_once_at_any_hour(town: City):
    _on_duty(town)
    told = town.report(service_code="VOI-AFF", answers={"profondeur": "plus_50"})
    with town.session() as session:
        case = session.execute(
            text('SELECT id, department, service_id FROM "case" WHERE number = :n'), {"n": told["number"]}
        ).one()
        page = service.open_page(session, case, town.clock.now)
        assert service.open_page(session, case, town.clock.now).id == page.id
        secret = page.secret
    calls = _called(town)
    assert [(each.channel, each.address) for each in calls] == [
        ("email", "luc@ville.example"),
        ("sms", "+15148720311"),
    ]
    assert {each.not_before for each in calls} == {town.clock.now}
    assert all(secret in each.short and "P1" in each.short for each in calls)
    assert all(told["number"] in each.subject for each in calls)
    link = calls[0].short.partition("/garde/")[2]
    page_page = town.app.test_client().get(f"/garde/{link}", headers={"Accept": "text/html"})
    assert page_page.status_code == 200


def test_nobody_on_duty_is_written_down_and_nobody_is_called(town: City):
    told = town.report(service_code="VOI-AFF", answers={"profondeur": "plus_50"})
    with town.session() as session:
        case = session.execute(
            text('SELECT id, department, service_id FROM "case" WHERE number = :n'), {"n": told["number"]}
        ).one()
        service.open_page(session, case, town.clock.now)
        assert session.scalar(text("SELECT count(*) FROM page_call")) == 1
    assert _called(town) == []


def test_the_handover_tests_the_new_turn(town: City):
    _on_duty(town)
    with town.session() as session:
        assert service.hand_over(session, town.clock.now) == 1
    calls = _called(town)
    assert {each.subject for each in calls} == {"Essai de la garde"}
    assert len(calls) == 2

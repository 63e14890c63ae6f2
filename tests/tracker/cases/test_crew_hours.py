"""A case is given to a crew that works before it is due and has the minutes; a person may overrule both."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from tests.support.city import City
from tests.support.deeds import ok


def accepted(town: City) -> str:
    number = str(town.report()["number"])
    ok(town.caller("dispatcher").move(number, "accept"))
    return number


def promised(town: City, number: str, *, in_hours: float) -> None:
    """Promise a case by a moment from now."""
    with town.session() as session:
        session.execute(
            text('UPDATE "case" SET resolve_by = :by WHERE number = :number'),
            {"by": town.clock.now + timedelta(hours=in_hours), "number": number},
        )


def test_a_crew_that_does_not_work_before_the_due_date_is_overruled_only_with_a_reason(town: City):
    number = accepted(town)
    town.clock.advance(days=4, hours=10)  # Friday evening
    promised(town, number, in_hours=48)
    dispatcher = town.caller("dispatcher")
    refused = dispatcher.move(number, "assign", crew="E1")
    assert (refused.status_code, refused.json["guard"]) == (422, "crew_on_shift")
    forced = dispatcher.move(number, "assign", crew="E1", override=True, reason="Elle vient samedi")
    assert ok(forced)["crew"]["code"] == "E1"


def test_a_crew_whose_minutes_are_promised_takes_no_more_before_they_are_free(town: City):
    dispatcher = town.caller("dispatcher")
    first = accepted(town)
    ok(dispatcher.move(first, "assign", crew="E1"))
    promised(town, first, in_hours=5)
    second = accepted(town)
    promised(town, second, in_hours=6)
    with town.session() as session:
        session.execute(text("UPDATE crew SET capacity_min = 30 WHERE code = 'E1'"))
    try:
        refused = dispatcher.move(second, "assign", crew="E1")
        assert refused.json["guard"] == "crew_has_minutes"
        promised(town, second, in_hours=80)
        ok(dispatcher.move(second, "assign", crew="E1"))
    finally:
        with town.session() as session:
            session.execute(text("UPDATE crew SET capacity_min = 315 WHERE code = 'E1'"))

"""Who does it, how urgently and by when, each with the rule that decided; the same desk decides the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.support import city
from tests.support.city import City
from tracker.catalogue import queries as catalogue
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.service import Setting


def setting(district: str | None = "1", **more) -> Setting:
    known = {"road_class": None, "answers": {}, "received_at": city.MONDAY} | more
    return Setting(district_code=district, district_name=district, **known)


def decide(town: City, code: str, where: Setting, *, order: Random | None = None):
    with town.session() as session:
        loaded, desk = catalogue.current(session), desks.current(session)
    if order is not None:
        desk = replace(desk, crews=tuple(order.sample(desk.crews, len(desk.crews))))
    service = loaded.catalogue.service(code)
    return dispatch.triage(desk, service, where, department=loaded.department(service.department))


@pytest.mark.parametrize(
    ("code", "district", "department", "crew"),
    [
        ("VOI-NID", "1", "TP", "E1"),
        ("VOI-NID", "2", "TP", "E1"),
        ("VOI-NID", "3", "TP", "E2"),
        ("VOI-NID", None, "TP", None),  # both road crews serve districts, and the place is unknown
        ("ECL-PAN", "3", "TP", "C1"),
        ("AQU-FUI", "2", "HM", "H1"),
        ("DEC-OUB", "2", "ENV", "M1"),
        ("NUI-TER", "1", "URB", "I1"),
        ("INF-GEN", None, "COM", "A1"),
        ("BAT-REP", "1", "LOI", "B1"),
        ("SPO-EQU", "3", "LOI", "B1"),  # of its own department although E2 serves the district
        ("PRO-PAR", "3", "TP", "E2"),
    ],
)
def test_the_crew_has_the_skill_the_place_and_the_department(town: City, code, district, department, crew):
    for seed in range(3):
        told = decide(town, code, setting(district), order=Random(seed))
        assert (told.department, told.crew and told.crew.code) == (department, crew)


def test_every_step_says_its_rule_in_both_languages(town: City):
    told = decide(town, "VOI-NID", setting("3"))
    assert [each.step for each in told.reasons] == [
        "department",
        "district",
        "crew",
        "priority",
        "respond_by",
        "resolve_by",
    ]
    for each in told.reasons:
        assert each.rule
        assert each.fr != each.en
    assert told.respond_by <= told.resolve_by


@pytest.mark.parametrize("code", ["VOI-NID", "PRO-GRA", "EGO-PUI", "DEN-DOM", "INF-GEN", "SIG-MAR"])
def test_nothing_is_promised_before_it_was_asked(town: City, code):
    for hours in range(0, 24 * 400, 37):
        at = city.MONDAY + timedelta(hours=hours)
        told = decide(town, code, setting(received_at=at))
        assert at <= told.respond_by <= told.resolve_by


def test_where_no_crew_can_do_it_a_dispatcher_is_told_so(town: City):
    with town.session() as session:
        loaded, desk = catalogue.current(session), desks.current(session)
    service = loaded.catalogue.service("VOI-NID")
    alone = replace(desk, crews=tuple(crew for crew in desk.crews if "pav" not in crew.skills))
    told = dispatch.triage(alone, service, setting(), department=loaded.department("TP"))
    assert told.crew is None
    assert "crew.none" in [each.rule for each in told.reasons]


def test_the_crews_are_listed_with_what_they_can_do(town: City):
    crews = {each["code"]: each for each in town.caller("agent").get("/crews").json["crews"]}
    assert sorted(crews) == sorted(city.CREWS)
    assert crews["E1"]["districts"] == ["1", "2"]
    assert "pav" in crews["E1"]["skills"]

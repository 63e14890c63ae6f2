"""Seasons, season-end promises and conditions."""

from datetime import date

import pytest

from tracker.catalogue import errors
from tracker.catalogue.conditions import Condition, facts
from tracker.catalogue.definitions import Catalogue
from tracker.catalogue.promises import Season, Standard, Text

NOTE = Text(fr="Ouvert l’hiver.", en="Open in winter.")
WINTER = Season(start="10-15", end="05-15", note=NOTE)
SUMMER = Season(start="04-01", end="10-31", note=NOTE)


@pytest.mark.parametrize(
    ("season", "day", "is_open"),
    [
        (WINTER, date(2025, 10, 14), False),
        (WINTER, date(2025, 10, 15), True),
        (WINTER, date(2025, 12, 31), True),
        (WINTER, date(2026, 1, 1), True),
        (WINTER, date(2026, 5, 15), True),
        (WINTER, date(2026, 5, 16), False),
        (SUMMER, date(2026, 3, 31), False),
        (SUMMER, date(2026, 4, 1), True),
        (SUMMER, date(2026, 10, 31), True),
        (SUMMER, date(2026, 11, 1), False),
    ],
)
def test_a_season_includes_its_first_and_last_day_and_passes_over_the_new_year(
    season: Season, day: date, is_open: bool
) -> None:
    assert season.contains(day) is is_open


def test_a_closed_season_tells_when_it_opens() -> None:
    assert WINTER.next_opening(date(2026, 7, 1)) == date(2026, 10, 15)
    assert SUMMER.next_opening(date(2026, 12, 1)) == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("received_on", "due"),
    [
        (date(2026, 1, 10), date(2026, 6, 30)),
        (date(2026, 6, 15), date(2026, 6, 30)),
        (date(2026, 6, 16), date(2027, 6, 30)),
        (date(2026, 11, 2), date(2027, 6, 30)),
    ],
)
def test_work_promised_by_a_season_s_end_leaves_the_crew_its_lead_days(received_on: date, due: date) -> None:
    standard = Standard(kind="resolve", amount=120, unit="calendar_days", by="06-30", lead_days=15)
    assert standard.by_date(received_on) == due


def test_the_end_of_february_exists_every_year() -> None:
    standard = Standard(kind="resolve", amount=1, unit="calendar_days", by="02-29")
    assert standard.by_date(date(2027, 1, 1)) == date(2027, 2, 28)
    assert standard.by_date(date(2028, 1, 1)) == date(2028, 2, 29)


def test_a_promise_without_a_season_has_no_such_day() -> None:
    assert Standard(kind="resolve", amount=1, unit="elapsed_h").by_date(date(2026, 1, 1)) is None


def test_a_condition_holds_only_on_a_known_fact_with_one_of_its_values() -> None:
    condition = Condition(fact="answer.objets", values=("matelas",))
    assert condition.holds(facts({"objets": ["meuble", "matelas"]}))
    assert not condition.holds(facts({"objets": ["meuble"]}))
    assert not condition.holds(facts({}))


def test_answers_and_circumstances_become_facts() -> None:
    known = facts({"taille": "pneu", "nombre": 3, "voie": None}, road_class="artery", period=None)
    assert known == {"answer.taille": "pneu", "answer.nombre": "3", "road_class": "artery"}


def test_asking_for_a_promise_never_made_names_the_service(shipped: Catalogue) -> None:
    with pytest.raises(errors.StandardNotFound) as caught:
        shipped.service("VOI-NID").standard_for("make_safe", {})
    assert (caught.value.code, caught.value.kind) == ("VOI-NID", "make_safe")


def test_an_unknown_service_is_named(shipped: Catalogue) -> None:
    with pytest.raises(errors.ServiceNotFound, match="ZZZ-ZZZ"):
        shipped.service("ZZZ-ZZZ")
    assert "ZZZ-ZZZ" not in shipped
    assert "VOI-NID" in shipped


def test_night_noise_goes_to_the_police_and_day_noise_does_not(shipped: Catalogue) -> None:
    noise = shipped.service("NUI-BRU")
    now = noise.redirect_for(facts({"en_cours": "oui"}, period="night"))
    assert now is not None
    assert now.to == "police"
    assert noise.redirect_for(facts({"en_cours": "non"}, period="night")) is None
    assert noise.redirect_for(facts({"en_cours": "oui"}, period="day")) is None


def test_a_bin_not_yet_passed_by_is_told_to_wait(shipped: Catalogue) -> None:
    for code in ("DEC-OUB", "REC-OUB", "CMP-OUB"):
        redirect = shipped.service(code).redirect_for({"collection": "under_way"})
        assert redirect is not None
        assert redirect.to == "wait"
        assert shipped.service(code).redirect_for({"collection": "over"}) is None

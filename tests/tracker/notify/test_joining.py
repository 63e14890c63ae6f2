"""Joined cases: each reporter told once, in their language; followers hear the parent while it lasts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds, telling
from tests.support.city import City
from tracker.notify.subscribing import Wish


@pytest.fixture
def pair(town: City) -> dict[str, Any]:
    """Two cases of one thing, the second with two reports and a follower who reads English."""
    parent = town.report(contact={"email": "parent@example.org"})
    child = town.report(location=cities.pin(700, 502), contact={"email": "child@example.org"})
    there = cities.pin(702, 503)
    more = town.report(case_number=child["number"], location=there, contact={"email": "more@example.org"})
    found = {
        "parent": parent["number"],
        "child": child["number"],
        "P": telling.report_key(town, parent["number"]),
        "C": telling.report_key(town, child["number"]),
        "M": telling.report_key(town, more["number"]),
        "more": more["number"],
        "F": telling.citizen(
            town, "f@example.org", Wish(subject="case", case_number=child["number"]), language="en"
        ),
        "FP": telling.citizen(town, "fp@example.org", Wish(subject="case", case_number=parent["number"])),
    }
    telling.skip(town)
    return found


def told(town: City) -> dict[str, str]:
    """Follow what waits and return what each was told of it, by person; each person once."""
    with town.session() as session:
        session.execute(text("DELETE FROM delivery"))
        session.execute(text("DELETE FROM notice"))
    telling.follow(town)
    rows = telling.notices(town)
    assert len({row.person for row in rows}) == len(rows), [(row.person, row.kind) for row in rows]
    return {row.person: row.kind.partition(".")[2] for row in rows}


def test_merge_news_and_unmerge(town: City, pair):
    link = deeds.merge(town, pair["child"], pair["parent"])
    assert link.status_code in (200, 201)
    assert told(town) == dict.fromkeys((pair["C"], pair["M"], pair["F"]), "joined")
    body = telling.notices(town, f"person = '{pair['M']}'")[0]
    assert pair["more"] in body.body
    assert pair["parent"] in body.body
    english = telling.notices(town, f"person = '{pair['F']}'")[0]
    assert english.language == "en"
    assert english.link.endswith(f"/signalements/{pair['parent']}")

    town.caller("dispatcher").move(pair["parent"], "accept")
    town.caller("dispatcher").move(pair["parent"], "hold", reason="weather", review_on="2026-05-09")
    everybody = {pair[name] for name in ("P", "C", "M", "F", "FP")}
    assert told(town) == dict.fromkeys(everybody, "on_hold")
    assert telling.notices(town, f"person = '{pair['F']}'")[0].language == "en"

    assert deeds.undo(town, link).status_code == 200
    assert told(town) == dict.fromkeys((pair["C"], pair["M"], pair["F"]), "separated")

    town.caller("dispatcher").move(pair["parent"], "resume")
    town.caller("dispatcher").move(pair["parent"], "hold", reason="season", review_on="2026-05-19")
    assert told(town) == dict.fromkeys((pair["P"], pair["FP"]), "on_hold")
    town.caller("dispatcher").move(pair["child"], "accept")
    town.caller("dispatcher").move(pair["child"], "hold", reason="season", review_on="2026-05-19")
    assert told(town) == dict.fromkeys((pair["C"], pair["M"], pair["F"]), "on_hold")


def test_one_report_moved_tells_its_sender_alone(town: City, pair):
    dispatcher = town.caller("dispatcher")
    moved = dispatcher.post(f"/cases/{pair['parent']}/reports", {"report_number": pair["more"]})
    assert moved.status_code in (200, 201), moved.text
    assert told(town) == {pair["M"]: "joined"}
    assert deeds.undo(town, moved).status_code == 200
    assert told(town) == {pair["M"]: "separated"}


def test_one_report_given_a_case_of_its_own_tells_its_sender_alone(town: City, pair):
    parted = town.caller("dispatcher").delete(f"/cases/{pair['child']}/reports/{pair['more']}")
    assert parted.status_code in (200, 201), parted.text
    assert told(town) == {pair["M"]: "separated"}
    assert deeds.undo(town, parted).status_code == 200
    assert told(town) == {pair["M"]: "joined"}


def test_a_question_that_becomes_a_case_says_so_to_whoever_asked(town: City):
    asked = town.report("question")
    telling.skip(town)
    town.caller("agent").move(asked["number"], "convert", service_code="VOI-NID")
    person = telling.report_key(town, asked["number"])
    found = told(town)
    assert found == {person: "converted"}
    said = telling.notices(town)[0]
    with town.session() as session:
        number = session.execute(
            text("SELECT number FROM \"case\" WHERE service_code = 'VOI-NID'")
        ).scalar_one()
    assert number in said.body


def test_the_link_in_a_letter_opens_the_senders_own_page(town: City, pair):
    deeds.merge(town, pair["child"], pair["parent"])
    telling.follow(town)
    link = telling.notices(town, f"person = '{pair['M']}'")[0].link
    number, secret = link.rpartition("/suivi/")[2].split("/")
    page = deeds.ok(town.caller().get(f"/tracking/{number}/{secret}"))
    assert (page["number"], page["case"]["number"]) == (pair["more"], pair["parent"])
    assert town.caller().get(f"/tracking/{pair['parent']}/{secret}").status_code == 404
    assert town.caller().get(f"/tracking/{number}/{secret[:-1]}").status_code == 404

"""A pothole's whole life over HTTP, each step by who does it; and a nuisance's, and a question's."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from tests.support import chain, city, pictures
from tests.support.city import City
from tests.support.deeds import follow, move_with, ok, say


def test_a_pothole_from_the_first_word_to_the_last(town: City):
    told = town.report(contact=city.CONTACT)
    number = told["number"]
    agent, dispatcher, crew = (town.caller(role) for role in ("agent", "dispatcher", "crew"))
    assert [one["name"] for one in ok(dispatcher.get(f"/cases/{number}"))["transitions"]] == [
        "accept", "ask", "hold", "refer", "mark_duplicate", "refuse", "requalify", "transfer",
    ]  # fmt: skip
    ok(dispatcher.move(number, "ask", question="Quelle voie ?"))
    waiting = follow(town, told)
    assert (waiting["case"]["status"], waiting["can"]) == ("info_needed", ["answer", "cancel"])
    assert waiting["timeline"][0]["note"] == "Quelle voie ?"
    ok(say(town, told, "answer", answer="Celle de droite"))
    ok(dispatcher.move(number, "accept"))
    ok(dispatcher.move(number, "assign", crew="E1"))
    assert [one["number"] for one in ok(crew.get("/cases?order=due"))["cases"]] == [number]
    tomorrow = (town.clock.now + timedelta(hours=20)).isoformat()
    ok(crew.move(number, "plan", planned_for=tomorrow))
    assert "5 mai" in follow(town, told)["case"]["sentence"]
    assert "May 5" in follow(town, told, "en")["case"]["sentence"]
    town.clock.advance(hours=20)
    lon, lat = city.at(310, 500)
    body = {"transition": "start", "inputs": {}, "lon": lon, "lat": lat}
    etag = crew.get(f"/cases/{number}").headers["ETag"]
    ok(crew.post(f"/cases/{number}/transitions", body, If_Match=etag))
    town.clock.advance(minutes=25)
    done = {"transition": "complete", "inputs": {"outcome": "fixed", "minutes": 25, "note": "Asphalte froid"}}
    ok(move_with(town, "crew", number, [pictures.taken_at()], **done))
    fixed = follow(town, told)
    assert (fixed["case"]["status_label"], fixed["can"]) == ("Réparée", ["close", "reopen"])
    assert [photo["kind"] for photo in fixed["photos"]] == ["after"]
    with town.caller().get("!" + fixed["photos"][0]["url"]) as shown:
        assert shown.content_type == "image/jpeg"
    ok(say(town, told, "reopen", reason="Il s’est rouvert"))
    again = ok(agent.get(f"/cases/{number}"))
    assert (again["status"], again["completed_at"]) == ("reopened", None)
    ok(dispatcher.move(number, "assign", crew="E1"))
    ok(crew.move(number, "start", reason="Sans signal"))
    ok(move_with(town, "crew", number, [pictures.taken_at()], **done))
    ok(say(town, told, "close"))
    ended = follow(town, told)
    assert (ended["case"]["status"], ended["can"]) == ("closed", ["reopen"])
    history = ok(agent.get(f"/cases/{number}/history"))["events"]
    assert [one["payload"].get("transition", one["kind"]) for one in history] == [
        "received", "triaged", "ask", "answer", "accept", "assign", "plan", "start", "complete", "reopen",
        "assign", "start", "complete", "close",
    ]  # fmt: skip
    assert len({one["hash"] for one in history}) == len(history)
    with town.session() as session:
        assert not chain.broken(session)


def test_an_inspection_ends_in_court_without_a_word_to_the_street(town: City):
    told = town.report("inspection")
    number = told["number"]
    inspector, clerk = town.caller("inspector"), town.caller("clerk")
    ok(inspector.move(number, "accept"))
    deadline = (town.clock.now + timedelta(days=9)).date().isoformat()
    notice = {"report": "Gazon d’un mètre", "article": "12", "deadline": deadline}
    photo = [pictures.taken_at()]
    ok(move_with(town, "inspector", number, photo, transition="issue_notice", inputs=notice))
    town.clock.advance(days=10)
    ok(inspector.move(number, "reinspect"))
    for _ in range(2):
        later = (town.clock.now + timedelta(days=5)).date().isoformat()
        ok(town.caller("supervisor").move(number, "extend", deadline=later, reason="Vacances"))
        town.clock.advance(days=6)
        ok(inspector.move(number, "reinspect"))
    later = (town.clock.now + timedelta(days=5)).date().isoformat()
    third = town.caller("supervisor").move(number, "extend", deadline=later, reason="Encore")
    assert (third.status_code, third.json["guard"]) == (422, "count_below")
    ok(clerk.move(number, "issue_citation", citation="C-1"))
    ok(clerk.move(number, "go_to_court", court_file="F-1"))
    assert follow(town, told)["case"]["status_label"].startswith("Dossier fermé")
    ok(clerk.move(number, "settle", result="Payé"))
    seen = orjson.dumps(follow(town, told)).decode()
    assert follow(town, told)["case"]["status"] == "closed"
    assert "Gazon" not in seen
    assert "C-1" not in seen


def test_a_question_is_answered_asked_again_and_closed(town: City):
    told = town.report("question")
    number = told["number"]
    agent = town.caller("agent")
    ok(agent.move(number, "accept"))
    ok(agent.move(number, "answer", answer="Au 2, rue du Quai"))
    assert follow(town, told)["can"] == ["close", "reopen"]
    ok(say(town, told, "reopen", reason="À quelle heure ?"))
    ok(agent.move(number, "answer", answer="À 9 h"))
    ok(say(town, told, "close"))
    assert follow(town, told)["case"]["status"] == "closed"


def test_a_question_that_is_work_becomes_a_case_and_keeps_its_number(town: City):
    told = town.report("question", description="Un trou devant le 30")
    number = told["number"]
    ok(town.caller("agent").move(number, "convert", service_code="VOI-NID"))
    followed = follow(town, told)
    case = followed["case"]
    assert (followed["number"], case["service"]["code"], case["status"]) == (number, "VOI-NID", "received")
    assert case["number"] != number
    question = ok(town.caller("agent").get(f"/cases/{number}"))
    assert (question["status"], question["reports_count"]) == ("converted", 0)
    assert case["number"] in question["sentence"]
    work = ok(town.caller("dispatcher").get(f"/cases/{case['number']}"))
    assert [one["number"] for one in work["reports"]] == [number]
    assert work["crew"] is None  # nobody knows where yet
    ok(town.caller("dispatcher").move(case["number"], "ask", question="Sur quelle rue ?"))
    assert follow(town, told)["can"] == ["answer", "cancel"]
    with town.session() as session:
        assert not chain.broken(session)


def test_a_refusal_tells_why_in_the_readers_words(town: City):
    told = town.report()
    ok(town.caller("dispatcher").move(told["number"], "refuse", reason="third_party"))
    assert "Appartient à un tiers" in follow(town, told)["case"]["sentence"]
    assert "Belongs to a third party" in follow(town, told, "en")["case"]["sentence"]
    other = town.report()
    note = "C’est le trottoir de la gare."
    ok(town.caller("dispatcher").move(other["number"], "refuse", reason="third_party", note=note))
    assert note in follow(town, other)["case"]["sentence"]


def test_on_hold_says_why_and_not_a_code(town: City):
    number = town.report()["number"]
    review = (town.clock.now + timedelta(days=3)).date().isoformat()
    ok(town.caller("dispatcher").move(number, "hold", reason="weather", review_on=review))
    assert (
        ok(town.caller("agent").get(f"/cases/{number}"))["sentence"] == "En attente\N{NO-BREAK SPACE}: Météo"
    )
    assert ok(town.caller("agent", language="en").get(f"/cases/{number}"))["sentence"] == "On hold: Weather"


@pytest.mark.parametrize("priority_service", ["VOI-NID", "VOI-AFF"])
def test_what_is_urgent_is_finished_with_a_photo(town: City, priority_service):
    report = {
        "service_code": priority_service,
        "answers": town.answers(priority_service),
        "location": city.pin(300, 502),
    }
    number = town.caller().post("/reports", report).json["number"]
    for transition, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        ok(town.caller("dispatcher").move(number, transition, **inputs))
    crew = town.caller("crew")
    ok(crew.move(number, "start", reason="Sans signal"))
    refused = crew.move(number, "complete", outcome="fixed", minutes=10)
    assert (refused.status_code, refused.json["guard"]) == (422, "photo_after")
    assert refused.json["errors"][0]["pointer"] == "/inputs/photos"
    done = {"transition": "complete", "inputs": {"outcome": "fixed", "minutes": 10}}
    ok(move_with(town, "crew", number, [pictures.taken_at()], **done))


def test_far_from_the_place_work_begins_with_a_reason_only(town: City):
    number = town.report()["number"]
    for transition, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        ok(town.caller("dispatcher").move(number, transition, **inputs))
    crew = town.caller("crew")
    etag = crew.get(f"/cases/{number}").headers["ETag"]
    lon, lat = city.at(900, 900)
    body = {"transition": "start", "inputs": {}, "lon": lon, "lat": lat}
    refused = crew.post(f"/cases/{number}/transitions", body, If_Match=etag)
    assert (refused.status_code, refused.json["guard"]) == (422, "near_site")


def test_a_crew_moves_its_own_cases_only_and_others_are_not_there(town: City):
    number = town.report(location=city.pin(2500, 500))["number"]
    assert ok(town.caller("dispatcher").get(f"/cases/{number}"))["crew"]["code"] == "E2"
    crew = town.caller("crew")
    assert crew.get(f"/cases/{number}").status_code == 404
    assert crew.get(f"/cases/{number}/history").status_code == 404
    review = (town.clock.now + timedelta(days=3)).date().isoformat()
    body = {"transition": "hold", "inputs": {"reason": "part", "review_on": review}}
    assert crew.post(f"/cases/{number}/transitions", body, If_Match='"v1"').status_code == 404
    assert ok(crew.get("/cases"))["cases"] == []
    assert ok(crew.get("/cases/counts"))["open"] == 0


def test_a_crew_without_the_skill_is_overruled_only_with_a_reason(town: City):
    number = town.report()["number"]
    dispatcher = town.caller("dispatcher")
    ok(dispatcher.move(number, "accept"))
    assert dispatcher.move(number, "assign", crew="H1").json["guard"] == "crew_skilled"
    assert dispatcher.move(number, "assign", crew="ZZ").json["guard"] == "crew_skilled"
    unheard = dispatcher.move(number, "assign", crew="ZZ", override=True, reason="Eux seuls")
    assert (unheard.status_code, unheard.json["type"]) == (422, "/problems/crew-unknown")
    forced = ok(dispatcher.move(number, "assign", crew="H1", override=True, reason="Eux seuls"))
    assert forced["crew"]["code"] == "H1"


def test_what_is_missing_is_named(town: City):
    number = town.report()["number"]
    answer = town.caller("dispatcher").move(number, "refuse")
    assert (answer.status_code, answer.json["guard"]) == (422, "input_missing")
    assert answer.json["errors"][0]["pointer"] == "/inputs/reason"
    assert town.caller("dispatcher").move(number, "refuse", reason="mood").json["guard"] == "input_invalid"
    assert town.caller("dispatcher").move(number, "fly").json["type"] == "/problems/unknown-transition"
    assert town.caller("dispatcher").move(number, "start").json["type"] == (
        "/problems/transition-not-allowed"
    )

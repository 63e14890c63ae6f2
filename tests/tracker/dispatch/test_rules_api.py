"""Rules over HTTP: kept, checked, tried on real cases, put in force knowingly, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import chain, ground, statements
from tests.support import city as cities
from tests.support.city import City
from tests.support.deeds import ok
from tracker.catalogue import queries as catalogue
from tracker.dispatch import board as boards
from tracker.dispatch import checking, laboratory, reading, rulebook
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.outbox import OutboxRow

SWAP = """
name: {fr: Tout à É2, en: All to E2}
automatic: false
services: {VOI-NID: {mode: fixed_unit, crew: E2}}
"""
AT_ONCE = "automatic: true\n"


@pytest.fixture
def town(town: City) -> Iterator[City]:
    """The town, whose own rules are in force again afterwards."""
    yield town
    with town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{town.code}"))
        connection.execute(text("TRUNCATE triage_trial, triage_activation, triage_rules"))
    with town.session() as session:
        ground.follow_rules(session)


def loaded(town: City, written: str = SWAP) -> int:
    answer = town.caller("dispatcher").post("/triage/rules", {"written": written, "source": "essai.yaml"})
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def in_force(town: City, written: str) -> None:
    path = f"/triage/rules/{loaded(town, written)}/activation"
    ok(town.caller("supervisor").post(path, {"acknowledged": True, "reason": "essai"}))


def test_a_draft_changes_nothing_and_the_same_text_is_the_same_version(town: City):
    first = loaded(town)
    assert loaded(town) == first
    assert town.report()["case"]["crew"]["code"] == "E1"
    told = ok(town.caller("dispatcher").get("/triage/rules"))["rules"]
    assert [(each["id"], each["status"], each["name"]) for each in told][0] == (first, "draft", "Tout à É2")
    read = ok(town.caller("dispatcher", language="en").get(f"/triage/rules/{first}"))
    assert (read["written"], read["name"]) == (SWAP, "All to E2")
    assert "weights" in ok(town.caller("dispatcher").get("/triage/rules/0"))["written"]


@pytest.mark.parametrize("written", ["]", "a: {", "name: 3", "services: {X: {mode: magic}}", "- 1", "x" * 9])
def test_rules_that_are_not_understood_are_refused_with_their_mistakes(town: City, written):
    for path in ("/triage/rules", "/triage/rules/check"):
        answer = town.caller("dispatcher").post(path, {"written": written})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/triage-rules-invalid")
        assert answer.json["mistakes"]
    with town.session() as session:
        assert len(rulebook.listed(session)) == 1


def test_gaps_must_be_acknowledged_and_who_did_is_kept(town: City):
    number = loaded(town)
    path, supervisor = f"/triage/rules/{number}/activation", town.caller("supervisor")
    refused = supervisor.post(path, {})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/triage-gaps")
    assert refused.json["gaps"] > 0
    assert town.report()["case"]["crew"]["code"] == "E1"
    done = ok(supervisor.post(path, {"acknowledged": True, "reason": "É1 en congé"}))
    assert (done["kind"], done["rules"], done["reason"]) == ("activate", number, "É1 en congé")
    assert done["acknowledged"]["gaps"] == refused.json["gaps"]
    told = town.report()["case"]
    assert told["crew"]["code"] == "E2"
    assert supervisor.post(path, {"acknowledged": True}).status_code == 409


def test_an_activation_is_taken_back(town: City):
    in_force(town, SWAP)
    supervisor = town.caller("supervisor")
    assert town.report()["case"]["crew"]["code"] == "E2"
    undone = ok(supervisor.post("/triage/activations/undo", {"reason": "trop loin"}))
    assert undone["kind"] == "undo"
    assert undone["rechosen"] == 1  # the case that waits goes back to who would have had it
    assert town.report()["case"]["crew"]["code"] == "E1"
    acts = ok(supervisor.get("/triage/rules"))["activations"]
    assert [(each["kind"], each["is_undone"]) for each in acts][:2] == [("undo", False), ("activate", True)]


def test_rules_choose_again_for_who_waits_never_for_who_was_given_by_a_person(town: City):
    dispatcher = town.caller("dispatcher")
    waiting, given, chosen = (town.report(location=cities.pin(x, 502)) for x in (200, 400, 600))
    for each in (given, chosen):
        ok(dispatcher.move(each["number"], "accept"))
    ok(dispatcher.move(given["number"], "assign", crew="E1"))
    in_force(town, SWAP)
    crews = [
        ok(dispatcher.get(f"/cases/{each['number']}"))["crew"]["code"] for each in (waiting, given, chosen)
    ]
    assert crews == ["E2", "E1", "E2"]
    events = ok(dispatcher.get(f"/cases/{waiting['number']}/history"))["events"]
    assert events[-1]["kind"] == "crew_chosen"
    assert events[-1]["payload"] == {"from": "E1", "to": "E2", "cause": "rules", "rule": "crew.fixed_unit"}
    (why,) = [e for e in ok(dispatcher.get(f"/cases/{waiting['number']}"))["reasons"] if e["step"] == "crew"]
    assert "Équipe E2" in why["text"]
    with town.session() as session:
        assert not chain.broken(session)
        assert session.query(OutboxRow).filter_by(kind="crew_chosen").count() == 2


def test_what_a_person_decides_against_the_rules_is_kept_and_shown(town: City):
    dispatcher = town.caller("dispatcher")
    number = town.report()["number"]
    ok(dispatcher.move(number, "accept"))
    ok(dispatcher.move(number, "assign", crew="B1", override=True, reason="E1 est au garage"))
    told = ok(dispatcher.get(f"/cases/{number}"))
    (kept,) = [each for each in told["reasons"] if each["step"] == "person"]
    assert kept["rule"] == "person.override"
    assert "E1 est au garage" in kept["text"]
    english = ok(town.caller("dispatcher", language="en").get(f"/cases/{number}"))["reasons"]
    assert "against the rules" in english[-1]["text"]


def test_a_case_is_given_to_its_crew_as_soon_as_it_is_accepted(town: City):
    in_force(town, AT_ONCE)
    dispatcher = town.caller("dispatcher")
    number = town.report()["number"]
    told = ok(dispatcher.move(number, "accept"))
    assert (told["status"], told["crew"]["code"]) == ("assigned", "E1")
    events = ok(dispatcher.get(f"/cases/{number}/history"))["events"]
    last = [(each["actor"], each["payload"].get("transition")) for each in events][-2:]
    assert last[1] == ("system", "assign")
    assert last[0][1] == "accept"
    with town.session() as session:
        assert not chain.broken(session)


def test_a_crew_that_must_rest_is_not_given_the_case_and_nobody_can_force_it(town: City):
    dispatcher, now = town.caller("dispatcher"), town.clock.now
    number = town.report(service_code="VOI-AFF", answers=town.answers("VOI-AFF"))["number"]
    body = {"starts_at": (now - timedelta(hours=15)).isoformat(), "ends_at": now.isoformat()}
    answer = dispatcher.post("/crews/E1/stints", body)
    assert answer.status_code == 201, answer.text
    in_force(town, AT_ONCE)
    told = ok(dispatcher.move(number, "accept"))
    assert told["status"] == "accepted"  # E1 has worked fifteen hours, nobody else paves in this district
    refused = dispatcher.move(number, "assign", crew="E1", override=True, reason="il le faut")
    assert refused.json["guard"] == "crew_rested"
    later = town.report(
        service_code="VOI-AFF", answers=town.answers("VOI-AFF"), location=cities.pin(600, 502)
    )
    (why,) = [each for each in later["case"]["reasons"] if each["step"] == "crew"]
    assert [(each["crew"], each["rule"]) for each in why["others"]] == [("E1", "legal"), ("E2", "district")]
    assert "15 h d’affilée" in why["others"][0]["text"]
    assert later["case"]["crew"] is None


def test_hours_worked_are_sound(town: City):
    dispatcher, now = town.caller("dispatcher"), town.clock.now
    begins = (now - timedelta(hours=3)).isoformat()
    running = dispatcher.post("/crews/E1/stints", {"starts_at": begins})
    assert running.status_code == 201
    path = f"/crews/E1/stints/{running.json['id']}/end"
    assert ok(dispatcher.post(path, {}))["ends_at"] is not None
    assert dispatcher.post(path, {}).status_code == 422
    assert len(ok(dispatcher.get("/crews/E1/stints"))["stints"]) == 1
    future = {"starts_at": (now + timedelta(hours=1)).isoformat()}
    for bad in (
        future,
        {"starts_at": begins, "ends_at": (now - timedelta(hours=4)).isoformat()},
        {"starts_at": (now - timedelta(days=9)).isoformat()},
    ):
        assert dispatcher.post("/crews/E1/stints", bad).status_code == 422
    assert dispatcher.post("/crews/E9/stints", {"starts_at": begins}).status_code == 404


def fill(town: City, many: int = 12) -> None:
    for at in range(many):
        x = 150 + 230 * at
        town.report(location=cities.pin(x, 502))
        town.report("inspection", location=cities.pin(x, 480))
        town.report(service_code="VOI-AFF", answers=town.answers("VOI-AFF"), location=cities.pin(x, 502))
        town.clock.advance(hours=11)
    town.clock.advance(hours=1)


def test_the_laboratory_tells_what_triage_one_by_one_would(town: City):
    fill(town)
    number = loaded(town)
    answer = town.caller("dispatcher").post("/triage/trials", {"rules": number, "months": 12})
    assert answer.status_code == 201, answer.text
    told = answer.json
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    with town.session() as session:
        rows = session.execute(
            laboratory._PAST,
            {"since": cities.MONDAY - timedelta(days=1), "until": town.clock.now},
        ).all()
        districts: dict[str, str] = dict(session.execute(
            text('SELECT c.number, d.code FROM "case" c JOIN district d ON d.id = c.district_id')
        ).all())  # fmt: skip
        desk = desks.current(session)
        changed = replace(desk, rules=reading.parse(SWAP))
        loaded_ = catalogue.current(session)
        for row in rows:
            service = loaded_.catalogue.service(row.service_code)
            where = laboratory.setting_of(row, districts.get(row.number))
            for one, into in ((desk, before), (changed, after)):
                decided = dispatch.triage(one, service, where, department=service.name)
                into[row.number] = decided.crew.code if decided.crew else ""
    assert told["cases"] == len(rows) == 36
    found = {
        each["id"]: (each["properties"]["crew_before"], each["properties"]["crew_after"])
        for each in told["changes"]["features"]
    }
    assert found == {n: (before[n], after[n]) for n in before if before[n] != after[n]}
    assert found
    assert told["nobody"] == {
        "before": sum(not crew for crew in before.values()),
        "after": sum(not crew for crew in after.values()),
    }
    assert sum(row["cases"] for row in told["table"]) == told["changed"] == len(found)
    minutes = {each["crew"]: (each["before"], each["after"]) for each in told["crews"]}
    spent = sum(20 * (crew == "E2") for crew in before.values())
    assert minutes["E2"][0] >= spent
    again = ok(town.caller("dispatcher").get(f"/triage/trials/{told['id']}"))
    assert again == told
    with town.session() as session:
        assert rulebook.one(session, number).status == "draft"


def test_other_districts_are_tried_without_putting_them_in_force(town: City):
    fill(town, 8)
    with town.session() as session:
        draft = session.execute(text("""
            INSERT INTO boundary_set (name, source, fingerprint, valid_from, status)
            VALUES ('essai', 'tests', 'essai', '2026-01-01', 'draft') RETURNING id
        """)).scalar_one()  # fmt: skip
        # The three districts trade their codes: 1 becomes 3, so that another crew serves them.
        session.execute(
            text("""
            INSERT INTO district (boundary_set_id, code, name, geom)
            SELECT :draft, CASE d.code WHEN '1' THEN '3' WHEN '3' THEN '1' ELSE d.code END, d.name, d.geom
            FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active'
            """),
            {"draft": draft},
        )
    try:
        answer = town.caller("dispatcher").post("/triage/trials", {"boundary_set": draft, "months": 1})
        told = answer.json
        moves = {(row["district_before"], row["district_after"]) for row in told["table"]}
        assert moves <= {("1", "3"), ("3", "1"), ("1", "1"), ("3", "3"), ("2", "2")}
        points = [row for row in told["table"] if row["service"] == "VOI-AFF"]
        west = [(row["crew_before"], row["crew_after"]) for row in points if row["district_before"] == "1"]
        assert ("E1", "E2") in west
        assert set(west) <= {("E1", "E2"), ("", "")}  # by night nobody has a danger, here or there
        assert told["changed"] > 0
        unknown = town.caller("dispatcher").post("/triage/trials", {"boundary_set": 999_999})
        assert unknown.status_code == 404
    finally:
        with town.session() as session:
            session.execute(text("DELETE FROM district WHERE boundary_set_id = :draft"), {"draft": draft})
            session.execute(text("DELETE FROM boundary_set WHERE id = :draft"), {"draft": draft})


def test_a_gap_is_where_triage_finds_nobody(town: City):
    with town.session() as session:
        found = checking.check(session, rulebook.in_force(session))
        desk, services = desks.current(session), catalogue.current(session).catalogue
    assert found.gaps
    zone = desk.calendar.zone
    monday = cities.MONDAY.astimezone(zone).replace(hour=0, minute=0) - timedelta(days=0)
    by_place = {(gap.service, gap.district): set(gap.hours) for gap in found.gaps}
    # Dangers depend on the hour alone: any Monday will do.
    for code in ("VOI-AFF", "VOI-DEB", "AQU-FUI"):
        service = services.service(code)
        for district in ("1", "2", "3"):
            missing = set()
            for hour in range(168):
                at = (monday.replace(tzinfo=None) + timedelta(hours=hour)).replace(tzinfo=zone)
                where = dispatch.Setting(
                    district_code=district, district_name=None, road_class=None, answers={}, received_at=at
                )
                if dispatch.triage(desk, service, where, department=service.name).crew is None:
                    missing.add(hour)
            # A shift that ends at half past is there at the full hour.
            assert missing <= by_place[code, district] | {24 * day + 15 for day in range(5)}
            assert by_place[code, district] - missing <= {24 * day + 15 for day in range(5)}


def test_intake_asks_for_the_crews_work_once_in_half_a_minute_and_makes_no_journey_of_its_own(town: City):
    town.report(location=cities.pin(120, 502))  # the first report of a process reads the board
    with statements.counted() as usual:
        town.report(location=cities.pin(300, 502))
    assert not [each for each in usual if "FROM crew w" in each]
    town.clock.advance(seconds=31)
    with statements.counted() as stale:
        town.report(location=cities.pin(500, 502))
    assert len([each for each in stale if "FROM crew w" in each]) == 1
    assert len(stale) == len(usual) + 1
    town.clock.advance(seconds=5)
    with statements.counted() as fresh:
        town.report(location=cities.pin(700, 502))
    assert len(fresh) == len(usual)
    with town.session() as session:
        kept = boards.current(session, town.clock.now)
        crew = desks.current(session).by_code["E1"]
    assert [task.minutes for task in kept.of(crew.id).tasks] == [20, 20]  # what was there when it was asked


@pytest.fixture
def traded(town: City) -> Iterator[int]:
    """A draft in which districts 1 and 3 have traded their codes, and the old districts afterwards."""
    with town.session() as session:
        draft = session.execute(text("""
            INSERT INTO boundary_set (name, source, fingerprint, valid_from, status)
            VALUES ('échange', 'tests', 'traded', '2026-01-01', 'draft') RETURNING id
        """)).scalar_one()  # fmt: skip
        session.execute(
            text("""
            INSERT INTO district (boundary_set_id, code, name, geom)
            SELECT :draft, CASE d.code WHEN '1' THEN '3' WHEN '3' THEN '1' ELSE d.code END, d.name, d.geom
            FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active'
            """),
            {"draft": draft},
        )
    yield int(draft)
    with town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{town.code}, public"))
        connection.execute(text('UPDATE "case" SET district_id = NULL, boundary_set_id = NULL'))
        connection.execute(text("DELETE FROM boundary_set WHERE id = :draft"), {"draft": draft})
        connection.execute(
            text("UPDATE boundary_set SET status = 'active', retired_at = NULL, activated_at = NULL")
        )


def test_districts_put_in_force_choose_again_for_who_waits(town: City, traded: int):
    said: dict[str, Any] = {"service_code": "PRO-GRA", "answers": town.answers("PRO-GRA")}
    waiting = town.report(**said, location=cities.pin(300, 300))["case"]
    kept = town.report(**said, location=cities.pin(1500, 300))["case"]
    given = town.report(**said, location=cities.pin(600, 300))["case"]
    dispatcher = town.caller("dispatcher")
    ok(dispatcher.move(given["number"], "accept"))
    ok(dispatcher.move(given["number"], "assign", crew="E1"))
    assert (waiting["crew"]["code"], kept["crew"]["code"]) == ("E1", "E1")
    told = ok(town.caller("supervisor").post(f"/boundary-sets/{traded}/activation"))
    assert told["rechosen"] == 1
    crews = [
        ok(dispatcher.get(f"/cases/{each['number']}"))["crew"]["code"] for each in (waiting, kept, given)
    ]
    assert crews == ["E2", "E1", "E1"]
    events = ok(dispatcher.get(f"/cases/{waiting['number']}/history"))["events"]
    assert [each["kind"] for each in events[-2:]] == ["district_changed", "crew_chosen"]
    assert events[-1]["payload"]["cause"] == "boundaries"
    with town.session() as session:
        assert not chain.broken(session)

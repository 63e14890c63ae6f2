"""Each notice of each family reaches exactly the people its table names, once, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import telling, towns
from tests.support.city import City
from tracker import definitions
from tracker.notify.subscribing import Wish

# Written from the column « Notification » of each family's design, not from data/notices.
# R whoever reported · F who follows the case · A who subscribed to the street, the place, the district, the
# service · C the crew that has it · d dispatcher · a agent · i inspector · s supervisor · k clerk
TABLE: Mapping[str, Mapping[str, str]] = {
    "field_work": {
        "ask": "R", "answer": "R", "close_unanswered": "R F", "assign": "C", "plan": "R F A", "start": "R F",
        "make_safe": "R F A", "hold": "R F", "refer": "R F", "complete": "R F A", "close": "R",
        "reopen": "R F A C d s", "refuse": "R F", "cancel": "R F", "requalify": "R F",
        "accept": "", "resume": "", "take_back": "", "transfer": "",
    },
    "inspection": {
        "accept": "i", "issue_notice": "R F i", "extend": "i", "issue_citation": "i k", "close": "R F",
        "settle": "R F", "reopen": "R F i", "refuse": "R F", "cancel": "R F", "requalify": "R F",
        "find_compliant": "", "reinspect": "", "go_to_court": "",
    },
    "question": {
        "answer": "R", "close": "R", "reopen": "R a", "refuse": "R", "self_answer": "", "accept": "",
        "cancel": "", "requalify": "",
    },
    "permit": {
        "deposit": "R", "ask_documents": "R", "send_documents": "R", "accept": "R", "send_to_committee": "R",
    "approve": "R", "issue": "R", "refuse": "R", "cancel": "R", "abandon": "R", "renew": "R", "close": "R",
        "committee_advised": "", "begin": "", "approve_study": "R", "note_owner_change": "R",
        "record_inspection": "",
    },
    "booking": {
        "ask_approval": "R", "pay": "R", "accept": "R", "wait": "R", "offer": "R", "complete": "R",
        "mark_no_show": "R", "refuse": "R", "cancel": "R", "expire": "R", "begin": "", "check_out": "",
        "take_offer": "", "hand_over": "", "close": "", "accept_to_pay": "R", "confirm": "R",
        "join_waitlist": "R",
    },
    "contestation": {
        "accept": "R", "withdraw_charge": "R", "set_hearing": "R", "decide": "R", "offer": "R", "refuse": "R",
        "answer": "R", "cancel": "R", "close": "R", "request_disclosure": "", "send_to_prosecutor": "",
        "hold_hearing": "", "investigate": "",
    },
}  # fmt: skip
# Told where both cases are known: test_joining.py.
ELSEWHERE = {"receive", "mark_duplicate", "unmark_duplicate", "convert"}
MACHINES = definitions.workflows()
STAFF = {
    "C": "crew E1",
    "d": "dispatcher",
    "a": "agent",
    "i": "inspector",
    "s": "supervisor",
    "k": "clerk",
    "m": "admin",
}
NEAR = cities.at(310, 502)
INPUTS: dict[str, Any] = {
    "question": "SAID question", "answer": "SAID answer", "partner": "SAID partner", "reference": "SAID 7",
    "conditions": "SAID if",
    "citation": "C-12", "documents": "SAID documents",
    "recourse": "SAID recourse", "article": "SAID article", "deadline": "2026-06-01",
    "meets_on": "2026-06-02",
    "hearing_at": "2026-06-03T14:00:00-04:00", "review_on": "2026-05-20", "report": "SECRET report",
    "override": True, "crew": "E1", "decision": "SECRET decision", "note": "SAID note",
    "planned_for": "2026-05-08T08:00:00-04:00", "minutes": 12, "outcome": "fixed", "amount": 100,
}  # fmt: skip


@pytest.fixture(scope="module")
def second_crew(city: City) -> str:
    return towns.hire(city.place, city.code, "crew", email="e2@lac.test", crew="E2")


@pytest.fixture
def people(town: City, second_crew: str) -> dict[str, str]:
    """A case that two people reported, its follower, its neighbours, and those it is nothing to."""
    first = town.report(contact={"email": "ana@example.org"})
    second = (
        town.caller(language="en")
        .post(
            "/reports",
            cities.sample("field_work")
            | {"case_number": first["number"], "contact": {"phone": "450 555-0100"}, "language": "en"},
        )
        .json
    )
    with town.session() as session:
        session.execute(text("UPDATE report SET language = 'en' WHERE number = :n"), {"n": second["number"]})
        crew = session.execute(text("SELECT id FROM crew WHERE code = 'E1'")).scalar_one()
        session.execute(text('UPDATE "case" SET crew_id = :c'), {"c": crew})
        district = session.execute(
            text('SELECT d.code FROM "case" c JOIN district d ON d.id = c.district_id')
        ).scalar_one()
    lon, lat = NEAR
    far = cities.at(2600, 502)
    found = {
        "number": first["number"],
        "R fr": telling.report_key(town, first["number"]),
        "R en": telling.report_key(town, second["number"]),
        "F": telling.citizen(
            town, "f@example.org", Wish(subject="case", case_number=first["number"]), language="en"
        ),
        "A street": telling.citizen(town, "street@example.org", Wish(subject="street", lon=lon, lat=lat)),
        "A radius": telling.citizen(
            town, "radius@example.org", Wish(subject="radius", lon=lon, lat=lat, radius_m=100)
        ),
        "A district": telling.citizen(town, "d@example.org", Wish(subject="district", code=district)),
        "A service": telling.citizen(
            town, "service@example.org", Wish(subject="service", code="VOI-NID"), language="en"
        ),
    }
    telling.citizen(town, "far@example.org", Wish(subject="radius", lon=far[0], lat=far[1], radius_m=2000))
    telling.citizen(town, "other@example.org", Wish(subject="service", code="VOI-TRO"))
    telling.skip(town)
    return found


def expected(people: dict[str, str], staff: dict[str, str], marks: str) -> set[str]:
    wanted = set(marks.split())
    found = {key for name, key in people.items() if name.split()[0] in wanted}
    return found | {staff[role] for mark, role in STAFF.items() if mark in wanted}


def test_the_table_has_every_move_of_every_family():
    assert set(TABLE) == set(MACHINES)
    for family, machine in MACHINES.items():
        assert set(TABLE[family]) == set(machine.transitions) - ELSEWHERE, family


@pytest.mark.parametrize("family", TABLE)
def test_each_move_tells_exactly_whom_the_table_says_and_once(town: City, people, family):
    staff, machine, number = telling.staff(town), MACHINES[family], people["number"]
    turn_into(town, number, family)
    for name, marks in TABLE[family].items():
        wipe(town)
        happen(town, number, name, machine)
        telling.follow(town)
        told = [(row.person, row.event_seq) for row in telling.notices(town)]
        assert {person for person, _ in told} == expected(people, staff, marks), (family, name)
        assert len(told) == len(set(told))


@pytest.mark.parametrize("family", TABLE)
def test_nobody_reads_what_colleagues_wrote_for_each_other(town: City, people, family):
    machine, number = MACHINES[family], people["number"]
    turn_into(town, number, family)
    for name in TABLE[family]:
        wipe(town)
        happen(town, number, name, machine)
        telling.follow(town)
        for row in telling.notices(town, "person NOT LIKE 'staff:%'"):
            said = f"{row.subject} {row.body} {row.short}"
            assert "SECRET" not in said, (family, name, said)


@pytest.mark.parametrize("family", TABLE)
def test_each_is_told_in_their_own_language(town: City, people, family):
    machine, number = MACHINES[family], people["number"]
    turn_into(town, number, family)
    english = {people["R en"], people["F"], people["A service"]}
    for name in TABLE[family]:
        wipe(town)
        happen(town, number, name, machine)
        telling.follow(town)
        for row in telling.notices(town):
            assert row.language == ("en" if row.person in english else "fr"), (family, name)


@pytest.mark.parametrize("is_public", [True, False])
def test_what_is_not_public_is_told_to_the_people_of_the_case_only(town: City, people, is_public):
    with town.session() as session:
        session.execute(text('UPDATE "case" SET is_public = :p'), {"p": is_public})
    happen(town, people["number"], "complete", MACHINES["field_work"])
    telling.follow(town)
    told = {row.person for row in telling.notices(town)}
    assert told == expected(people, {}, "R F A" if is_public else "R")


def test_a_new_report_is_received_by_its_sender_and_heard_of_around(town: City, people):
    wipe(town)
    sent = town.report(location=cities.pin(312, 503), contact={"email": "new@example.org"})
    telling.follow(town)
    told = {row.person: row.kind for row in telling.notices(town)}
    sender = telling.report_key(town, sent["number"])
    assert told.pop(sender) in ("common.receipt", "common.receipt_joined")
    assert set(told.values()) <= {"common.new_nearby"}
    assert set(told) == (expected(people, {}, "A") if sent["link"] == "opened" else set())


def test_the_receipt_of_one_more_report_goes_to_its_sender_alone(town: City, people):
    wipe(town)
    sent = town.report(case_number=people["number"], contact={"email": "third@example.org"})
    telling.follow(town)
    told = telling.notices(town)
    assert [(row.person, row.kind) for row in told] == [
        (telling.report_key(town, sent["number"]), "common.receipt_joined")
    ]
    assert people["number"] in told[0].body


def test_a_fact_followed_twice_is_told_once(town: City, people):
    happen(town, people["number"], "complete", MACHINES["field_work"])
    first = telling.follow(town, keep=True)
    before = len(telling.deliveries(town))
    assert first == 7
    assert telling.follow(town) == 0
    assert len(telling.notices(town)) == 7
    assert len(telling.deliveries(town)) == before


def test_two_wishes_of_one_address_are_one_person(town: City, people):
    telling.citizen(town, "ana@example.org", Wish(subject="service", code="VOI-NID"))
    with town.session() as session:
        session.execute(text("UPDATE contact SET email = 'ANA@example.org' WHERE email IS NOT NULL"))
    happen(town, people["number"], "complete", MACHINES["field_work"])
    telling.follow(town)
    sent = telling.deliveries(town, "d.address = 'ana@example.org'")
    assert [row.person for row in sent] == [people["R fr"]]


def test_a_danger_is_told_in_english_where_only_french_is_written(town: City, people):
    number = people["number"]
    with languages(town, ["fr"]):
        happen(town, number, "plan", MACHINES["field_work"])
        telling.follow(town)
        assert {row.language for row in telling.notices(town)} == {"fr"}
        wipe(town)
        with town.session() as session:
            session.execute(text('UPDATE "case" SET priority = 1'))
        happen(town, number, "make_safe", MACHINES["field_work"])
        telling.follow(town)
        spoken = {row.person: row.language for row in telling.notices(town)}
    assert spoken[people["R en"]] == spoken[people["F"]] == "en"
    assert spoken[people["R fr"]] == "fr"


TIMERS = {
    "remind_question": "R", "page_on_call": "d s C", "warn_unaccepted": "d", "crew_silent": "d",
    "review_hold": "d", "chase_partner": "d", "completeness_due": "a i", "hearing_due": "k",
    "unanswered": "s a",
    "never_heard_of": "d", "half_unanswered": "", "nearly_due": "s C", "overdue": "s R F",
    "overdue_by_half": "s m",
    "overdue_threefold": "s m", "paused_long": "s", "page_second": "d s", "page_supervisor": "s",
    "page_director": "s m", "crew_unseen": "d", "committee_met": "i", "remind_booking": "R",
    "remind_hearing": "R", "remind_work_start": "R", "remind_work_end": "R", "take_question": "a s",
}  # fmt: skip


@pytest.mark.parametrize("timer", TIMERS)
def test_a_delay_that_ran_out_tells_the_staff_concerned(town: City, people, timer):
    telling.happen(town, people["number"], "timer_fired", {"name": timer})
    telling.follow(town)
    told = {row.person for row in telling.notices(town)}
    assert told == expected(people, telling.staff(town), TIMERS[timer])


def test_a_missed_promise_is_told_with_its_new_date_and_its_reason(town: City, people):
    missed = {"name": "overdue", "promised_for": "2026-05-15T20:30:00+00:00", "reason": "no_crew"}
    telling.happen(town, people["number"], "timer_fired", missed)
    telling.follow(town)
    french, english = (telling.notices(town, f"person = '{people[who]}'")[0].body for who in ("R fr", "R en"))
    assert "aucune équipe n’était libre" in french
    assert "vendredi 15" in french
    assert "no crew was free" in english
    assert "Friday, May 15" in english


def test_of_a_sealed_file_the_clerk_alone_hears(town: City, people):
    turn_into(town, people["number"], "contestation")
    for timer in (name for name, marks in TIMERS.items() if marks and "R" not in marks):
        wipe(town)
        telling.happen(town, people["number"], "timer_fired", {"name": timer})
        telling.follow(town)
        assert {row.person for row in telling.notices(town)} == {telling.staff(town)["clerk"]}, timer


def test_a_page_finds_its_reader_by_mail_too_at_any_hour(town: City, people):
    town.clock.advance(hours=15)  # midnight
    telling.happen(town, people["number"], "timer_fired", {"name": "page_on_call"})
    telling.follow(town)
    sent = telling.deliveries(town)
    assert {row.channel for row in sent} == {"email"}
    assert {row.not_before for row in sent} == {town.clock()}
    assert len(sent) == 3


def test_who_acts_is_not_told_of_their_own_act(town: City, people):
    staff = telling.staff(town)
    happen(town, people["number"], "reopen", MACHINES["field_work"], actor=staff["dispatcher"])
    telling.follow(town)
    told = {row.person for row in telling.notices(town)}
    assert staff["crew E1"] in told
    assert staff["dispatcher"] not in told


def turn_into(town: City, number: str, family: str) -> None:
    """Have a case worked by another family's rules."""
    with town.session() as session:
        session.execute(
            text('UPDATE "case" SET workflow = :f, status = :s WHERE number = :n'),
            {"f": family, "s": MACHINES[family].initial, "n": number},
        )


def happen(town: City, number: str, name: str, machine: Any, actor: str = "citizen") -> None:
    """Append a move as `cases.service` writes it, with everything its form may hold filled in."""
    move = machine.transitions[name]
    inputs = {asked.name: filled(asked) for asked in move.inputs}
    status = move.target if move.target in machine.states else machine.initial
    payload = {
        "transition": name,
        "from": machine.initial,
        "to": status,
        "inputs": inputs,
        "effects": [f"{effect.kind}:{effect.name}" for effect in move.effects],
    }
    telling.happen(town, number, "moved", payload, actor)


def filled(asked: Any) -> Any:
    if asked.choices:
        return asked.choices[0].value
    if asked.name == "reason":
        return "SAID reason" if asked.required else "SECRET reason"
    return INPUTS.get(asked.name, "SECRET other")


def wipe(town: City) -> None:
    with town.session() as session:
        session.execute(text("DELETE FROM delivery"))
        session.execute(text("DELETE FROM notice"))
        session.execute(text("DELETE FROM outbox"))


class languages:  # noqa: N801 -- a word of the tests
    """The town's languages, for a while."""

    def __init__(self, town: City, codes: list[str]) -> None:
        self.town, self.codes = town, codes

    def __enter__(self) -> None:
        self._set(self.codes)

    def __exit__(self, *_: object) -> None:
        self._set(["fr", "en"])

    def _set(self, codes: list[str]) -> None:
        change = "UPDATE vigie.jurisdiction SET languages = :l, revision = revision + 1 WHERE code = :c"
        with self.town.place.owner.begin() as connection:
            connection.execute(text(change), {"l": codes, "c": self.town.code})

"""Reports joined, moved and separated, and every such change undone exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import chain, city, towns
from tests.support.caller import Answer, Caller
from tests.support.city import City
from tracker import workflow
from tracker.accounts.actor import Actor
from tracker.cases import errors, links, unlinking
from tracker.cases.links import Linking
from tracker.cases.models import LinkChange

DISPATCHER = Actor(role="dispatcher", ref="test:dispatcher")
# What an undo need not give back: it adds to the history, and the history moves these.
MOVES_ON = "'{version,last_seq,last_hash,updated_at}'::text[]"


def merge(town: City, number: str, into: str, *, by: str = "dispatcher", **headers: str) -> Answer:
    return town.caller(by).post(f"/cases/{number}/merge", {"into": into}, **headers)


def undo(town: City, link: Answer) -> Answer:
    return town.caller("dispatcher").post(link.json["undo"].removeprefix("/api/v1"))


def case(town: City, number: str) -> Any:
    return town.caller("dispatcher").get(f"/cases/{number}").json


def dump(session: Session, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return every row of every table that work changes, as text; without the cases named."""
    session.flush()
    found = {}
    for table in ("case", "report", "contact", "photo", "duplicate_candidate", "refusal"):
        kept = f"to_jsonb(t) - {MOVES_ON}" if table == "case" else "to_jsonb(t)"
        rows = session.execute(text(f'SELECT ({kept})::text AS row FROM "{table}" t')).scalars()
        found[table] = sorted(row for row in rows if not any(f'"{number}"' in row for number in without))
    return found


def check_sound(session: Session) -> None:
    """Check what must hold however links were changed."""
    counted = text(
        'SELECT number FROM "case" c '
        "WHERE reports_count <> (SELECT count(*) FROM report WHERE case_id = c.id)"
    )
    chained = text(
        'SELECT c.number FROM "case" c JOIN "case" p ON p.id = c.parent_id WHERE p.parent_id IS NOT NULL'
    )
    opened = text('SELECT number FROM "case" WHERE is_open AND (reports_count = 0 OR parent_id IS NOT NULL)')
    joined = text('SELECT number FROM "case" WHERE parent_id IS NOT NULL AND reports_count > 0')
    for statement in (counted, chained, opened, joined):
        assert session.execute(statement).scalars().all() == []
    assert chain.broken(session) == []


class TestMerging:
    def test_the_reports_go_over_and_the_history_tells_both_sides(self, town: City):
        one, other = town.report(description="Un"), town.report(description="Deux")
        told = merge(town, one["number"], other["number"])
        assert told.status_code == 200, told.text
        child, parent = case(town, one["number"]), case(town, other["number"])
        assert (child["status"], child["reports_count"], child["is_open"]) == ("duplicate", 0, False)
        assert other["number"] in child["sentence"]
        assert {each["description"] for each in parent["reports"]} == {"Un", "Deux"}
        assert parent["reports_count"] == 2
        for number, kind in ((one["number"], "merged"), (other["number"], "merge_received")):
            events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
            assert events[-1]["kind"] == kind
        followed = town.caller().get(f"/tracking/{one['number']}/{one['secret']}").json
        assert followed["case"]["number"] == other["number"]
        assert followed["description"] == "Un"

    def test_no_chain_no_circle_no_other_kind(self, town: City):
        a, b, c = (town.report()["number"] for _ in range(3))
        other = town.report("inspection")["number"]
        assert merge(town, a, a).json["type"] == "/problems/same-case"
        assert merge(town, a, other).json["type"] == "/problems/other-service"
        assert merge(town, a, "LC-2026-99999").json["type"] == "/problems/case-not-found"
        assert merge(town, a, b).status_code == 200
        assert merge(town, c, a).json["type"] in ("/problems/case-not-open", "/problems/guard-refused")
        into_third = merge(town, b, c)
        assert (into_third.status_code, into_third.json["guard"]) == (422, "not_a_parent")
        assert merge(town, a, c).status_code == 409

    def test_nothing_is_joined_to_a_finished_case(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        town.caller("dispatcher").move(b, "refuse", reason="private")
        assert merge(town, a, b).json["type"] == "/problems/case-not-open"

    def test_the_transition_is_the_same_door(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        dispatcher = town.caller("dispatcher")
        assert dispatcher.move(a, "mark_duplicate", parent=b).json["status"] == "duplicate"
        assert case(town, b)["reports_count"] == 2
        back = dispatcher.move(a, "unmark_duplicate")
        assert (back.json["status"], back.json["reports_count"]) == ("received", 1)
        assert case(town, b)["reports_count"] == 1
        with town.session() as session:
            check_sound(session)

    def test_a_version_that_was_not_read_is_refused(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        assert merge(town, a, b, If_Match='"v7"').status_code == 412
        assert merge(town, a.lower(), b, If_Match='"v7"').status_code == 412
        assert merge(town, a, b, If_Match='"v1"').status_code == 200


class TestMovingOneReport:
    def test_attaching_moves_one_and_its_only_report_brings_the_whole_case(self, town: City):
        a, b = town.report(), town.report()
        more = town.report(case_number=a["number"])
        dispatcher = town.caller("dispatcher")
        path = f"/cases/{b['number']}/reports"
        moved = dispatcher.post(path, {"report_number": more["number"]})
        assert (moved.status_code, moved.json["kind"]) == (200, "attach")
        assert (case(town, a["number"])["reports_count"], case(town, b["number"])["reports_count"]) == (1, 2)
        stale = dispatcher.post(path, {"report_number": a["number"]}, If_Match='"v1"')
        assert stale.status_code == 412
        whole = dispatcher.post(path, {"report_number": a["number"]})
        assert (whole.status_code, whole.json["kind"]) == (200, "merge")
        assert case(town, a["number"])["status"] == "duplicate"
        again = dispatcher.post(path, {"report_number": a["number"]})
        assert again.json["type"] == "/problems/same-case"
        assert dispatcher.post(path, {"report_number": "LC-0"}).json["type"] == "/problems/report-not-found"

    def test_detaching_opens_a_case_with_promises_of_its_own(self, town: City):
        a = town.report(location=city.pin(300, 502))
        town.clock.advance(hours=30)
        more = town.report(case_number=a["number"], location=city.pin(310, 502), description="Autre trou")
        town.clock.advance(hours=1)
        told = town.caller("dispatcher").delete(f"/cases/{a['number']}/reports/{more['number']}")
        assert (told.status_code, told.json["kind"]) == (200, "detach")
        new = case(town, told.json["into_case"])
        assert new["number"] not in (a["number"], more["number"])
        assert (new["status"], new["reports_count"], new["summary"]) == ("received", 1, "Autre trou")
        assert new["opened_at"] == more["received_at"]
        assert new["resolve_by"] > case(town, a["number"])["resolve_by"]
        assert [one["number"] for one in new["reports"]] == [more["number"]]
        followed = town.caller().get(f"/tracking/{more['number']}/{more['secret']}").json
        assert followed["case"]["number"] == new["number"]
        last = town.caller("dispatcher").delete(f"/cases/{a['number']}/reports/{a['number']}")
        assert last.json["type"] == "/problems/last-report"
        with town.session() as session:
            check_sound(session)

    def test_a_report_from_another_district_is_given_its_own_when_it_leaves(self, town: City):
        a = town.report(location=city.pin(995, 502))
        more = town.report(case_number=a["number"], location=city.pin(1005, 502))
        assert more["case"]["district"]["code"] == "1"
        told = town.caller("dispatcher").delete(f"/cases/{a['number']}/reports/{more['number']}")
        assert case(town, told.json["into_case"])["district"]["code"] == "2"


class TestUndoing:
    def test_once_and_within_thirty_days(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        link = merge(town, a, b)
        assert undo(town, link).status_code == 200
        assert case(town, a)["status"] == "received"
        assert undo(town, link).json["type"] == "/problems/link-spent"
        link = merge(town, a, b)
        town.clock.advance(days=31)
        assert undo(town, link).json["type"] == "/problems/link-too-old"
        assert town.caller("dispatcher").post(f"/links/{'0' * 8}-0000-0000-0000-{'0' * 12}/undo").json[
            "type"
        ] == ("/problems/link-not-found")

    def test_what_came_after_is_undone_first(self, town: City):
        a, b, c = (town.report() for _ in range(3))
        first = merge(town, a["number"], b["number"])
        moved = town.caller("dispatcher").post(
            f"/cases/{c['number']}/reports", {"report_number": a["number"]}
        )
        assert undo(town, first).json["type"] == "/problems/link-stale"
        assert undo(town, moved).status_code == 200
        assert undo(town, first).status_code == 200
        with town.session() as session:
            check_sound(session)

    def test_an_undo_empties_no_open_case_and_fills_no_joined_one(self, town: City):
        a, b, c = (town.report() for _ in range(3))
        extra = town.report(case_number=b["number"])
        dispatcher = town.caller("dispatcher")

        def attach(report, into):
            answer = dispatcher.post(f"/cases/{into['number']}/reports", {"report_number": report["number"]})
            assert answer.status_code == 200, answer.text
            return answer

        moved = attach(extra, a)
        attach(a, c)
        assert undo(town, moved).json["type"] == "/problems/link-stale"  # a would be open about nothing
        attach(b, c)
        assert undo(town, moved).json["type"] == "/problems/link-stale"  # b is joined to c by now
        with town.session() as session:
            check_sound(session)

    def test_a_hundred_random_changes_leave_no_trace(self, town: City):
        random = Random(311)
        reports = [opened(town, random) for _ in range(6)]
        for _ in range(9):
            same = random.choice(reports)
            reports.append(town.report(case_number=same["case"]["number"], location=near(random)))
        done = 0
        while done < 100:
            with town.session() as session:
                done += scramble(session, random, [each["number"] for each in reports])
                session.rollback()


def near(random: Random) -> dict[str, Any]:
    return city.pin(random.uniform(290, 310), random.uniform(490, 510), accuracy_m=random.uniform(2, 40))


def opened(town: City, random: Random) -> dict[str, Any]:
    told = town.report(location=near(random), contact=city.CONTACT)
    dispatcher = town.caller("dispatcher")
    if random.random() < 0.7:
        dispatcher.move(told["number"], "accept")
    if random.random() < 0.4:
        review = (town.clock.now + timedelta(days=5)).date().isoformat()
        dispatcher.move(told["number"], "hold", reason="weather", review_on=review)
    town.clock.advance(minutes=random.randint(1, 90))
    return told


def scramble(session: Session, random: Random, reports: list[str]) -> int:
    """Make a few random changes on top of each other, undo them backwards, and compare all there is."""
    at = city.MONDAY + timedelta(days=2)
    states, made = [dump(session)], []
    for _ in range(random.randint(1, 4)):
        linking = Linking(actor=DISPATCHER, at=at)
        change = attempt(session, random, reports, linking)
        if change is not None:
            made.append(change)
            states.append(dump(session))
    split: tuple[str, ...] = ()
    states.pop()
    for change in reversed(made):
        unlinking.undo(session, change.id, Linking(actor=DISPATCHER, at=at + timedelta(minutes=1)))
        if change.kind == "detach":
            number = session.execute(
                text('SELECT number FROM "case" WHERE id = :id'), {"id": change.into_case_id}
            ).scalar_one()
            split = (*split, number)
        before = states.pop()
        after = dump(session, without=split)
        assert after == {
            table: [row for row in rows if not named(row, split)] for table, rows in before.items()
        }
    check_sound(session)
    return len(made)


def named(row: str, numbers: tuple[str, ...]) -> bool:
    return any(f'"{number}"' in row for number in numbers)


def attempt(session: Session, random: Random, reports: list[str], linking: Linking) -> LinkChange | None:
    rows = session.execute(
        text('SELECT c.number FROM "case" c WHERE c.reports_count > 0 ORDER BY c.number')
    ).scalars()
    cases = rows.all()
    number, other, report = random.choice(cases), random.choice(cases), random.choice(reports)
    held = session.execute(
        text('SELECT c.number FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.number = :n'),
        {"n": report},
    ).scalar_one()
    try:
        with session.begin_nested():
            match random.choice(("merge", "attach", "detach")):
                case "merge":
                    return links.merge(session, number, other, linking)
                case "attach":
                    return links.attach(session, number, report, linking)
                case _:
                    return links.detach(session, held, report, linking)
    except (errors.CaseError, workflow.WorkflowError):
        session.expire_all()
        return None


@pytest.fixture
def crowd(town: City) -> list[Caller]:
    """Four dispatchers, each with a client of their own."""
    app = towns.application(town.place, town.clock)
    return [Caller(app.test_client(), town.tokens["dispatcher"], "fr") for _ in range(4)]


def test_two_people_joining_two_cases_each_to_the_other_take_turns(town: City, crowd):
    for _ in range(12):
        a, b = town.report()["number"], town.report()["number"]
        start = Barrier(2)

        def join(who: Caller, number: str, into: str, start: Barrier = start) -> Answer:
            start.wait()
            return who.post(f"/cases/{number}/merge", {"into": into})

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(join, crowd[:2], (a, b), (b, a)))
        assert sorted(each.status_code for each in told)[0] == 200
        assert sorted(each.status_code for each in told)[1] in (409, 422)
    with town.session() as session:
        check_sound(session)


def test_four_people_joining_and_separating_at_once_corrupt_nothing(town: City, crowd):
    reports = [town.report() for _ in range(8)]
    reports += [town.report(case_number=reports[0]["number"]) for _ in range(4)]
    numbers = [each["number"] for each in reports]

    def work(who: Caller, seed: int) -> list[Answer]:
        random, told = Random(seed), []
        for _ in range(14):
            number, other = random.sample(numbers, 2)
            match random.randint(0, 4):
                case 0:
                    told.append(who.post(f"/cases/{number}/merge", {"into": other}))
                case 1:
                    told.append(who.post(f"/cases/{number}/reports", {"report_number": other}))
                case 2:
                    told.append(who.delete(f"/cases/{number}/reports/{other}"))
                case 3:
                    told.append(who.post("/reports", city.sample("field_work") | {"case_number": number}))
                case _:
                    undone = [one["undo"] for one in (each.json for each in told) if one and "undo" in one]
                    if undone:
                        told.append(who.post(random.choice(undone).removeprefix("/api/v1")))
        return told

    with ThreadPoolExecutor(4) as pool:
        answers = [each for told in pool.map(work, crowd, range(4)) for each in told]
    assert {each.status_code for each in answers} <= {200, 201, 404, 409, 412, 422}
    assert sum(each.status_code < 300 for each in answers) > 8
    with town.session() as session:
        check_sound(session)

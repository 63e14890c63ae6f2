"""Every timer of every family, against a table of its own: what sets it, when it is due, what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.support import promises
from tracker import definitions
from tracker.sla import BusinessCalendar
from tracker.timers import deriving
from tracker.timers.subject import Happened, Standing, Subject

ZONE = ZoneInfo("America/Toronto")
AT = datetime(2026, 5, 4, 14, 0, 7, tzinfo=UTC)  # Monday, ten past the opening of the city hall
RESPOND_BY, RESOLVE_BY = AT + timedelta(hours=4), AT + timedelta(hours=48)
MACHINES = definitions.workflows()
CALENDAR = definitions.calendar()

# family, transition, from what status, timer, when it is due, the transition it makes; local times.
TABLE = """
field_work  receive  start  page_on_call  2026-05-04 10:10:07  -  P1
field_work  receive  start  warn_unaccepted  2026-05-04 12:00:07  -  P2
field_work  ask  received  remind_question  2026-05-07 16:30:00  -  P3
field_work  ask  received  question_unanswered  2026-05-19 16:30:00  close_unanswered P3
field_work  assign  accepted  crew_silent  2026-05-04 10:10:07  -  P1
field_work  assign  accepted  crew_silent  2026-05-04 12:00:07  -  P2
field_work  assign  accepted  crew_silent  2026-05-04 12:00:07  -  P4
field_work  hold  accepted  review_hold  2026-05-12 00:00:00  -  P3
field_work  refer  accepted  chase_partner  2026-05-11 16:30:00  -  P3
field_work  refer  accepted  chase_partner  2026-05-19 16:30:00  -  P3
field_work  complete  in_progress  feedback_window  2026-05-18 23:59:00  close  P3
inspection  receive  start  page_on_call  2026-05-04 10:10:07  -  P1
inspection  receive  start  warn_unaccepted  2026-05-04 12:00:07  -  P2
inspection  find_compliant  to_inspect  close_compliant  2026-05-05 16:30:00  close  P3
inspection  issue_notice  to_inspect  deadline_reached  2026-05-12 23:59:00  reinspect  P3
inspection  extend  reinspection  deadline_reached  2026-05-12 23:59:00  reinspect  P3
question  accept  received  unanswered  2026-05-06 10:00:07  -  P4
question  reopen  closed  unanswered  2026-05-06 10:00:07  -  P4
question  answer  with_agent  answer_accepted  2026-05-07 23:59:00  close  P4
permit  begin  start  draft_expires  2026-08-02 23:59:00  abandon  P4
permit  receive  start  completeness_due  2026-05-06 16:30:00  -  P4
permit  deposit  draft  completeness_due  2026-05-06 16:30:00  -  P4
permit  ask_documents  received  documents_expire  2026-06-03 23:59:00  abandon  P4
permit  send_to_committee  under_review  committee_met  2026-05-12 00:00:00  -  P4
permit  approve  under_review  payment_expires  2026-06-03 23:59:00  abandon  P4
permit  issue  approved  permit_expires  2027-05-04 23:59:00  close  P4
permit  renew  issued  permit_expires  2027-05-04 23:59:00  close  P4
booking  begin  start  cart_expires  2026-05-04 10:10:07  expire  P4
booking  check_out  cart  payment_expires  2026-05-05 10:00:07  expire  P4
booking  offer  waitlisted  offer_expires  2026-05-05 10:00:07  expire  P4
booking  take_offer  offered  cart_expires  2026-05-04 10:10:07  expire  P4
booking  complete  handed_over  close_returned  2026-05-05 16:30:00  close  P4
contestation  set_hearing  prosecutor_review hearing_due  2026-05-20 09:00:00  -  P3
contestation  set_hearing  prosecutor_review remind_hearing  2026-05-13 09:00:00  -  P3
contestation  set_hearing  prosecutor_review remind_hearing  2026-05-19 09:00:00  -  P3
booking  confirm  cart  remind_booking  2026-05-18 18:00:00  -  P4
booking  pay  to_pay  remind_booking  2026-05-18 18:00:00  -  P4
booking  accept  to_approve  remind_booking  2026-05-18 18:00:00  -  P4
booking  accept_to_pay  to_approve  payment_expires  2026-05-05 10:00:07  expire  P4
permit  note_owner_change  under_review  documents_expire  2026-06-03 23:59:00  abandon  P4
permit  send_documents  incomplete  completeness_due  2026-05-06 16:30:00  -  P4
permit  approve_study  under_review  permit_expires  2027-05-04 23:59:00  close  P4
permit  issue  approved  remind_work_start  2026-06-03 23:59:00  -  P4
permit  issue  approved  remind_work_end  2027-04-04 23:59:00  -  P4
permit  renew  issued  remind_work_end  2027-04-04 23:59:00  -  P4
question  receive  start  take_question  2026-05-04 14:00:07  -  P4
question  receive  start  unanswered  2026-05-06 10:00:07  -  P4
"""
INPUTS = {
    "hold": {"reason": "part", "review_on": "2026-05-12"},
    "issue_notice": {"deadline": "2026-05-12"},
    "extend": {"deadline": "2026-05-12"},
    "send_to_committee": {"meets_on": "2026-05-12"},
    "confirm": {"starts_at": "2026-05-20T18:00:00-04:00"},
    "pay": {"starts_at": "2026-05-20T18:00:00-04:00"},
    "accept": {"starts_at": "2026-05-20T18:00:00-04:00"},
    "set_hearing": {"hearing_at": "2026-05-20T09:00:00-04:00", "mode": "video"},
}
Line = tuple[str, str, str, str, datetime, str | None, int]


def lines() -> list[Line]:
    found = []
    for line in TABLE.strip().splitlines():
        family, transition, before, timer, day, hour, fires, priority = line.split()
        due = datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=ZONE).astimezone(UTC)
        found.append(
            (family, transition, before, timer, due, fires.replace("-", "") or None, int(priority[1]))
        )
    return found


def event(seq: int, what: str, at: datetime = AT, /, **payload: Any) -> Happened:
    return Happened(seq=seq, kind=what, at=at, actor="test", payload=payload)


def moved(seq: int, family: str, name: str, before: str, at: datetime = AT, **more: Any) -> Happened:
    """Return a move as the case service writes it down."""
    transition = MACHINES[family].transitions[name]
    after = {"same": before, "previous": "accepted"}.get(transition.target, transition.target)
    noted = [f"{effect.kind}:{effect.name}" for effect in transition.effects]
    inputs = INPUTS.get(name, {})
    return event(
        seq, "moved", at, transition=name, **{"from": before}, to=after, inputs=inputs, effects=noted, **more
    )


def subject(family: str, status: str, *events: Happened, priority: int = 3, **more: Any) -> Subject:
    is_open = MACHINES[family].state(status).is_open
    plain = Subject(
        id=UUID(int=7),
        status=status,
        is_open=is_open,
        priority=priority,
        has_crew=False,
        opened_at=AT,
        respond_by=RESPOND_BY,
        resolve_by=RESOLVE_BY,
        responded_at=None,
        respond_in_business_time=False,
        resolve_in_business_time=False,
        events=events,
    )
    return replace(plain, **more)


def standing(
    case: Subject, family: str = "field_work", calendar: BusinessCalendar = CALENDAR
) -> list[Standing]:
    return deriving.standing(case, MACHINES[family], calendar)


def of_status(case: Subject, family: str) -> list[Standing]:
    """Return the timers of the workflow, without the promise's own ladder and the crew's watch."""
    return [timer for timer in standing(case, family) if timer.status and timer.name != "crew_unseen"]


def begun(family: str, name: str, before: str, priority: int) -> Subject:
    if name == "receive":
        return subject(family, MACHINES[family].initial, event(1, "received"), priority=priority)
    move = moved(2, family, name, before)
    return subject(family, move.payload["to"], event(1, "received"), move, priority=priority)


@pytest.mark.parametrize("line", lines(), ids=lambda line: "-".join(str(part) for part in line[:4]))
def test_a_timer_is_set_for_its_hour_and_does_what_the_table_says(line: Line):
    family, name, before, timer, due, fires, priority = line
    found = [
        (one.name, one.due_at.astimezone(UTC), one.fires)
        for one in of_status(begun(family, name, before, priority), family)
        if one.name == timer
    ]
    assert (timer, due, fires) in found


def test_the_table_has_every_timer_of_the_files_and_no_other():
    in_files = set()
    for path in sorted(definitions.WORKFLOWS.glob("*.yaml")):
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        for transition in listed["transitions"]:
            for effect in transition.get("effects", []):
                if "timer" in effect:
                    in_files.add((path.stem, transition["name"], effect["timer"], effect.get("fires")))
    assert {(family, name, timer, fires) for family, name, _, timer, _, fires, _ in lines()} == in_files


@pytest.mark.parametrize("line", lines(), ids=lambda line: "-".join(str(part) for part in line[:4]))
def test_a_timer_falls_when_the_case_leaves_its_status(line: Line):
    family, name, before, timer, *_, priority = line
    case = begun(family, name, before, priority)
    elsewhere = next(code for code in MACHINES[family].states if code != case.status)
    gone = event(3, "moved", transition="x", **{"from": case.status}, to=elsewhere, inputs={}, effects=[])
    left = replace(case, status=elsewhere, events=(*case.events, gone))
    assert timer not in {one.name for one in of_status(left, family) if one.set_by < 3}


@pytest.mark.parametrize("line", lines(), ids=lambda line: "-".join(str(part) for part in line[:4]))
def test_a_timer_that_fired_is_not_set_again(line: Line):
    family, name, before, timer, due, _, priority = line
    case = begun(family, name, before, priority)
    one = next(t for t in of_status(case, family) if t.name == timer and t.due_at == due)
    fired = event(3, "timer_fired", name=timer, set_by=one.set_by, **({"nth": one.nth} if one.nth else {}))
    after = of_status(replace(case, events=(*case.events, fired)), family)
    assert (timer, one.nth) not in {(t.name, t.nth) for t in after}


def test_a_question_told_of_as_unanswered_is_not_told_of_again_when_somebody_takes_it():
    told = event(2, "timer_fired", RESOLVE_BY, name="unanswered", set_by=1)
    taken = moved(3, "question", "accept", "received", RESOLVE_BY + timedelta(hours=1))
    late = subject("question", "with_agent", event(1, "received"), told, taken)
    assert of_status(late, "question") == []
    in_time = replace(late, events=(event(1, "received"), taken))
    assert [one.name for one in of_status(in_time, "question")] == ["unanswered"]
    # Reopened, it has a promise of its own, which is told of once more, and once only.
    again, due = RESOLVE_BY + timedelta(hours=9), RESOLVE_BY + timedelta(hours=57)
    answered = moved(4, "question", "answer", "with_agent", again)
    reopened = moved(5, "question", "reopen", "answered", again)
    anew = replace(late, events=(*late.events, answered, reopened), resolve_by=due)
    assert [(one.name, one.due_at) for one in of_status(anew, "question")] == [("unanswered", due)]
    once_more = event(6, "timer_fired", due, name="unanswered", set_by=5)
    assert of_status(replace(anew, events=(*anew.events, once_more)), "question") == []


def test_an_offer_made_again_counts_from_the_second_one():
    later = AT + timedelta(minutes=90)
    first, again = (
        moved(2, "field_work", "assign", "accepted"),
        moved(3, "field_work", "assign", "assigned", later),
    )
    found = of_status(subject("field_work", "assigned", event(1, "received"), first, again), "field_work")
    assert [(one.name, one.due_at) for one in found] == [("crew_silent", later + timedelta(hours=2))]


def test_an_undone_merge_gives_back_what_stood():
    asked = moved(2, "field_work", "ask", "received")
    merged, undone = event(3, "merged", into="x", link="a"), event(4, "unlinked", kind="merge", link="a")
    case = subject("field_work", "info_needed", event(1, "received"), asked, merged, undone)
    assert {one.name for one in of_status(case, "field_work")} == {"remind_question", "question_unanswered"}
    joined = subject("field_work", "duplicate", event(1, "received"), asked, merged)
    assert of_status(joined, "field_work") == []


def test_a_new_service_that_is_a_danger_pages_from_the_first_receipt():
    case = subject("field_work", "received", event(1, "received"), priority=1)
    assert ("page_on_call", AT + timedelta(minutes=10)) in [(t.name, t.due_at) for t in standing(case)]


def test_calls_follow_a_page_until_somebody_answers_or_the_case_is_taken():
    at = AT + timedelta(minutes=10)
    paged = event(3, "timer_fired", at, name="page_on_call", set_by=1)
    case = subject("field_work", "received", event(1, "received"), paged, priority=1)
    calls = [(one.name, one.due_at - at) for one in standing(case) if one.name.startswith("page_")]
    ten, twenty, thirty = (timedelta(minutes=n) for n in (10, 20, 30))
    assert calls == [("page_second", ten), ("page_supervisor", twenty), ("page_director", thirty)]
    answered = replace(case, events=(*case.events, event(4, "page_acknowledged")))
    taken = replace(
        case, status="accepted", events=(*case.events, moved(4, "field_work", "accept", "received"))
    )
    for silent in (answered, taken):
        assert [one.name for one in standing(silent) if one.name.startswith("page_")] == []


def test_a_crew_with_a_danger_is_watched_for_an_hour_from_its_last_move():
    started = moved(2, "field_work", "start", "assigned", AT + timedelta(minutes=5))
    case = subject("field_work", "in_progress", event(1, "received"), started, priority=1, has_crew=True)
    watch = [one for one in standing(case) if one.name == "crew_unseen"]
    assert [one.due_at for one in watch] == [AT + timedelta(minutes=65)]
    assert [one for one in standing(replace(case, priority=2)) if one.name == "crew_unseen"] == []


LADDER = ("half_unanswered", "nearly_due", "overdue", "overdue_by_half", "overdue_threefold")


def ladder(case: Subject) -> dict[str, datetime]:
    return {one.name: one.due_at for one in standing(case) if one.name in LADDER}


def test_the_ladder_of_an_elapsed_promise_stands_whatever_the_status():
    case = subject("field_work", "received", event(1, "received"))
    hours = {name: (due - AT) / timedelta(hours=1) for name, due in ladder(case).items()}
    assert hours == dict(zip(LADDER, (2, 36, 48, 72, 144), strict=True))
    moved_on = subject(
        "field_work", "accepted", event(1, "received"), moved(2, "field_work", "accept", "received"),
        responded_at=AT,
    )  # fmt: skip
    assert ladder(moved_on) == {name: due for name, due in ladder(case).items() if name != "half_unanswered"}


def test_the_ladder_of_a_promise_in_business_time_skips_nights_and_holidays():
    friday = datetime(2026, 5, 15, 14, 0, tzinfo=UTC)
    due = datetime(2026, 5, 19, 20, 30, tzinfo=UTC)  # one business day: Monday is the day of the Patriots
    case = subject(
        "field_work", "received", event(1, "received", friday), opened_at=friday, resolve_by=due,
        respond_by=None, resolve_in_business_time=True,
    )  # fmt: skip
    length = promises.business(friday, due)
    assert length == timedelta(hours=6.5 + 8.5)
    found = ladder(case)
    assert found["nearly_due"] == promises.after(friday, length * 0.75)
    assert found["overdue"] == due
    assert found["overdue_by_half"] == promises.after(due, length * 0.5)
    assert found["overdue_threefold"] == promises.after(due, length * 2)


def test_the_ladder_waits_while_the_clock_is_paused_and_moves_by_the_pause():
    hours = timedelta(hours=1)
    asked = moved(2, "field_work", "ask", "received", AT + 10 * hours)
    paused = subject("field_work", "info_needed", event(1, "received"), asked, responded_at=AT)
    assert ladder(paused) == {}
    assert [one.name for one in standing(paused) if one.name == "paused_long"] == ["paused_long"]
    answered = moved(3, "field_work", "answer", "info_needed", AT + 30 * hours)
    resumed = replace(
        paused, status="accepted", events=(*paused.events, answered), resolve_by=RESOLVE_BY + 20 * hours
    )
    found = {name: (due - AT) / hours for name, due in ladder(resumed).items()}
    assert found == {"nearly_due": 56, "overdue": 68, "overdue_by_half": 92, "overdue_threefold": 164}


def test_the_ladder_ends_with_the_work_and_begins_anew_when_it_is_reopened():
    done = moved(2, "field_work", "complete", "in_progress", AT + timedelta(hours=5))
    finished = subject("field_work", "completed", event(1, "received"), done)
    assert ladder(finished) == {}
    again = AT + timedelta(hours=50)
    reopened = subject(
        "field_work", "reopened", event(1, "received"), done,
        moved(3, "field_work", "reopen", "completed", again),
        resolve_by=again + timedelta(hours=24), responded_at=AT, resolve_in_business_time=True,
    )  # fmt: skip
    hours = {name: (due - again) / timedelta(hours=1) for name, due in ladder(reopened).items()}
    assert hours == {"nearly_due": 18, "overdue": 24, "overdue_by_half": 36, "overdue_threefold": 72}


def test_of_the_steps_a_new_service_has_passed_already_only_the_last_is_told():
    late = AT + timedelta(hours=80)
    changed = moved(2, "field_work", "requalify", "received", late)
    case = subject("field_work", "received", event(1, "received"), changed, responded_at=AT)
    assert set(ladder(case)) == {"overdue_by_half", "overdue_threefold"}


def test_a_final_case_has_no_timer_at_all():
    closed = moved(2, "field_work", "close", "completed")
    assert standing(subject("field_work", "closed", event(1, "received"), closed)) == []


def test_what_fell_due_before_a_case_was_taken_up_is_left_but_for_its_transitions():
    done = moved(2, "field_work", "complete", "in_progress")
    now = AT + timedelta(days=200)
    old = subject("field_work", "completed", event(1, "received"), done, adopted_at=now)
    assert [one.name for one in standing(old)] == ["feedback_window"]
    waiting = subject("field_work", "received", event(1, "received"), adopted_at=AT + timedelta(hours=100))
    assert [one.name for one in standing(waiting)] == ["overdue_threefold"]

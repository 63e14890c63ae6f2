"""Each guard of field work: once allowed, once refused, with the field to correct."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tracker import definitions, workflow
from tracker.workflow import guards
from tracker.workflow.facts import Facts

MACHINE = definitions.workflows()["field_work"]
NOW = datetime(2026, 5, 12, 10, 0, tzinfo=ZoneInfo("America/Toronto"))
DAY = timedelta(days=1)


def facts(**known):
    told: dict[str, Any] = {"now": NOW, "role": "dispatcher"} | known
    return Facts(**told)


GOOD = {
    "receive": facts(
        role="citizen", service_active=True, location_met=True, duplicates_checked=True, idempotent=True
    ),
    "accept": facts(role="system", owner_resolved=True, rule_id="pavement", priority="P2"),
    "ask": facts(contactable=True, inputs={"question": "De quel côté de la rue ?"}),
    "assign": facts(
        inputs={"crew": 2}, required_skill="pav", crew_skills=frozenset({"pav", "sig"}),
        crew_on_shift=True, crew_rested=True, crew_minutes_left=30, job_minutes=20,
    ),
    "plan": facts(inputs={"planned_for": "2026-05-13T09:00:00-04:00"}, resolve_by=NOW + 2 * DAY),
    "start": facts(role="crew", distance_m=149.0),
    "make_safe": facts(role="crew", priority="P1", photos_after=1),
    "hold": facts(role="crew", inputs={"reason": "weather", "review_on": "2026-05-20"}),
    "refer": facts(inputs={"partner": "Hydro-Québec", "reference": "HQ-77"}),
    "complete": facts(role="crew", priority="P3", inputs={"outcome": "fixed", "minutes": 20}),
    "close": facts(role="system", completed_at=NOW - 14 * DAY),
    "reopen": facts(role="citizen", closed_at=NOW - 30 * DAY, reopens=1, inputs={"reason": "encore là"}),
    "mark_duplicate": facts(inputs={"parent": "VB-2026-00001"}, parent_in_jurisdiction=True),
    "unmark_duplicate": facts(marked_at=NOW - 30 * DAY),
    "refuse": facts(inputs={"reason": "private"}),
    "cancel": facts(role="citizen", is_reporter=True),
    "requalify": facts(
        service_code="VOI-NID", inputs={"service_code": "VOI-AFF"}, new_service_exists=True
    ),
    "transfer": facts(
        department="TP",
        departments=frozenset({"TP", "HM"}),
        district="1",
        districts=frozenset({"1", "2"}),
        inputs={"department": "HM", "reason": "Conduite"},
    ),
}  # fmt: skip

# transition, what differs from the good facts, the guard that refuses, the field to correct
REFUSED = [
    ("receive", {"service_active": False}, "service_active", "service_code"),
    ("receive", {"location_met": False}, "location_met", "location"),
    ("receive", {"missing_answers": ("taille",)}, "answers_complete", "answers"),
    ("receive", {"duplicates_checked": False}, "duplicates_checked", None),
    ("receive", {"idempotent": False}, "idempotent", None),
    ("accept", {"owner_resolved": False}, "owner_resolved", None),
    ("accept", {"is_duplicate": True}, "not_duplicate", None),
    ("accept", {"priority": "P1"}, "priority_never", None),
    ("accept", {"rule_id": None}, "rule_named", None),
    ("ask", {"contactable": False}, "contactable", None),
    ("ask", {"priority": "P1"}, "priority_never", None),
    ("ask", {"inputs": {"question": "  "}}, "input_missing", "question"),
    ("assign", {"inputs": {}}, "input_missing", "crew"),
    ("assign", {"crew_skills": frozenset({"aqu"})}, "crew_skilled", "crew"),
    ("assign", {"crew_skills": frozenset(), "inputs": {"crew": 2, "override": True}}, "crew_skilled", "crew"),
    ("assign", {"crew_on_shift": False}, "crew_on_shift", "crew"),
    ("assign", {"crew_rested": False}, "crew_rested", "crew"),
    (
        "assign",
        {"crew_rested": False, "inputs": {"crew": 2, "override": True, "reason": "tempête"}},
        "crew_rested",
        "crew",
    ),
    ("assign", {"crew_minutes_left": 19}, "crew_has_minutes", "crew"),
    ("plan", {"resolve_by": NOW}, "date_promised", "reason"),
    ("plan", {"inputs": {"planned_for": "2026-05-12T09:59:00-04:00"}}, "moment_ahead", "planned_for"),
    ("plan", {"inputs": {"planned_for": "2026-05-13T09:00:00"}}, "input_invalid", "planned_for"),
    ("plan", {"reschedules": 2}, "count_below", None),
    ("start", {"distance_m": 150.1}, "near_site", "reason"),
    ("start", {"distance_m": None}, "near_site", "reason"),
    ("make_safe", {"priority": "P2"}, "priority_only", None),
    ("make_safe", {"photos_after": 0}, "photo_taken", "photos"),
    ("hold", {"inputs": {"reason": "holiday", "review_on": "2026-05-20"}}, "input_invalid", "reason"),
    ("hold", {"inputs": {"reason": ["part"], "review_on": "2026-05-20"}}, "input_invalid", "reason"),
    ("hold", {"inputs": {"reason": "part", "review_on": "2026-06-12"}}, "date_within", "review_on"),
    ("hold", {"inputs": {"reason": "part", "review_on": "2026-05-12"}}, "date_within", "review_on"),
    ("hold", {"inputs": {"reason": "part", "review_on": "bientôt"}}, "input_invalid", "review_on"),
    ("refer", {"inputs": {"partner": "Bell"}}, "input_missing", "reference"),
    ("complete", {"inputs": {"outcome": "fixed", "minutes": 0}}, "number_between", "minutes"),
    ("complete", {"inputs": {"outcome": "fixed", "minutes": 10**9}}, "number_between", "minutes"),
    ("complete", {"inputs": {"outcome": "fixed", "minutes": True}}, "input_invalid", "minutes"),
    ("complete", {"inputs": {"minutes": 20}}, "input_missing", "outcome"),
    ("complete", {"priority": "P1"}, "photo_after", "photos"),
    ("complete", {"priority": "P2"}, "photo_after", "photos"),
    ("complete", {"inputs": {"outcome": "nothing_found", "minutes": 5}}, "photo_after", "photos"),
    ("close", {"completed_at": NOW - 14 * DAY + timedelta(minutes=1)}, "days_passed", None),
    ("close", {"completed_at": None}, "days_passed", None),
    ("close", {"thumbs_down_open": True}, "no_thumbs_down", None),
    ("close", {"role": "citizen"}, "thumbs_up", None),
    ("close", {"role": "supervisor", "thumbs_down_open": True}, "no_thumbs_down", None),
    ("reopen", {"closed_at": NOW - 30 * DAY - timedelta(minutes=1)}, "within_days", None),
    ("reopen", {"inputs": {}}, "photo_or_reason", "reason"),
    ("reopen", {"reopens": 2}, "count_below", None),
    ("mark_duplicate", {"parent_in_jurisdiction": False}, "parent_sound", "parent"),
    ("mark_duplicate", {"parent_is_child": True}, "parent_sound", "parent"),
    ("mark_duplicate", {"parent_is_self": True}, "parent_sound", "parent"),
    ("mark_duplicate", {"children": 1}, "not_a_parent", "parent"),
    ("mark_duplicate", {"role": "citizen"}, "own_report", None),
    ("mark_duplicate", {"role": "citizen", "is_reporter": True, "reports_count": 2}, "sole_reporter", None),
    ("unmark_duplicate", {"marked_at": NOW - 31 * DAY}, "within_days", None),
    ("refuse", {"inputs": {}}, "input_missing", "reason"),
    ("refuse", {"inputs": {"reason": "too_far"}}, "input_invalid", "reason"),
    ("cancel", {"started_at": NOW - DAY}, "work_not_started", None),
    ("cancel", {"is_reporter": False}, "own_report", None),
    ("cancel", {"reports_count": 2}, "sole_reporter", None),
    ("requalify", {"inputs": {}}, "input_missing", "service_code"),
    ("requalify", {"inputs": {"service_code": "VOI-NID"}}, "new_service", "service_code"),
    ("requalify", {"new_service_exists": False}, "new_service", "service_code"),
    ("transfer", {"inputs": {"department": "HM"}}, "input_missing", "reason"),
    ("transfer", {"inputs": {"reason": "x"}}, "transfer_named", "department"),
    ("transfer", {"inputs": {"department": "TP", "reason": "x"}}, "transfer_named", "department"),
    ("transfer", {"inputs": {"district": "9", "reason": "x"}}, "transfer_named", "department"),
    ("transfer", {"inputs": {"department": "XX", "reason": "x"}}, "transfer_named", "department"),
]

# transition, what differs from the good facts, yet still allowed
ALLOWED = [
    ("accept", {"role": "dispatcher", "priority": "P1", "rule_id": None}),
    ("assign", {"crew_skills": frozenset(), "inputs": {"crew": 2, "override": True, "reason": "seule"}}),
    ("assign", {"crew_on_shift": False, "inputs": {"crew": 2, "override": "on", "reason": "de garde"}}),
    ("plan", {"resolve_by": NOW, "inputs": {"planned_for": "2026-05-13T13:00:00Z", "reason": "asphalte"}}),
    ("plan", {"reschedules": 2, "role": "supervisor"}),
    ("start", {"distance_m": None, "inputs": {"reason": "sous le viaduc"}}),
    ("hold", {"inputs": {"reason": "budget", "review_on": "2026-06-11"}}),
    ("complete", {"priority": "P1", "photos_after": 1}),
    ("complete", {"priority": "P4", "inputs": {"outcome": "already_done", "minutes": "15"}}),
    ("close", {"role": "citizen", "completed_at": NOW, "thumbs_up": True}),
    ("close", {"role": "supervisor", "completed_at": NOW}),
    ("reopen", {"inputs": {}, "photos": 1}),
    ("reopen", {"closed_at": None, "completed_at": NOW - DAY}),
    ("reopen", {"role": "agent", "closed_at": NOW - 400 * DAY, "reopens": 9, "inputs": {}}),
    ("reopen", {"role": "supervisor", "reopens": 2}),
    ("mark_duplicate", {"role": "citizen", "is_reporter": True}),
    ("cancel", {"role": "agent", "is_reporter": False}),
]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_good_facts_pass(name):
    guards.check(MACHINE.transitions[name], GOOD[name])


@pytest.mark.parametrize(("name", "different"), ALLOWED)
def test_what_the_table_excuses_passes(name, different):
    guards.check(MACHINE.transitions[name], replace(GOOD[name], **different))


@pytest.mark.parametrize(("name", "different", "guard", "field"), REFUSED)
def test_a_guard_refuses_and_says_what_to_correct(name, different, guard, field):
    with pytest.raises(workflow.GuardRefused) as refused:
        guards.check(MACHINE.transitions[name], replace(GOOD[name], **different))
    assert (refused.value.guard, refused.value.transition, refused.value.field) == (guard, name, field)
    assert refused.value.fr != refused.value.en
    assert "{" not in refused.value.fr + refused.value.en


def test_every_guard_of_field_work_is_refused_at_least_once():
    used = {use.name for one in MACHINE.transitions.values() for use in one.guards}
    assert used == {guard for *_, guard, _ in REFUSED} - {"input_missing", "input_invalid"}


def test_the_system_never_overrides_the_match_of_crew_and_job():
    bold = replace(
        GOOD["assign"], role="system", crew_skills=frozenset(),
        inputs={"crew": 2, "override": True, "reason": "because"},
    )  # fmt: skip
    with pytest.raises(workflow.GuardRefused, match="crew_skilled"):
        guards.check(MACHINE.transitions["assign"], bold)


def test_inputs_come_back_as_their_types_without_strangers():
    asked = replace(GOOD["plan"], inputs={"planned_for": "2026-05-13T09:00:00-04:00", "colour": "blue"})
    read = guards.check(MACHINE.transitions["plan"], asked)
    assert read == {"planned_for": datetime.fromisoformat("2026-05-13T09:00:00-04:00")}


@pytest.mark.parametrize(
    ("device_at", "expected"),
    [
        (NOW - timedelta(hours=1), NOW - timedelta(hours=1)),  # told by a tablet that was offline
        (NOW + timedelta(hours=1), NOW),  # a clock that runs ahead
        (NOW - timedelta(days=400), NOW - timedelta(hours=3)),  # a clock that forgot the year
        (None, NOW),
    ],
)
def test_the_device_time_is_kept_between_the_start_and_now(device_at, expected):
    told = facts(device_at=device_at, started_at=NOW - timedelta(hours=3))
    assert told.effective_time() == expected

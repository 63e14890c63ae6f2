"""Inspection, question, permit, booking and contestation walked from receipt to their ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker import definitions, workflow
from tracker.workflow import START, guards
from tracker.workflow.facts import Facts

MACHINES = definitions.workflows()
NOW = datetime(2026, 5, 12, 14, 0, tzinfo=UTC)
SENT: dict[str, Any] = {
    "service_active": True, "location_met": True, "duplicates_checked": True, "idempotent": True,
    "is_reporter": True, "photos_after": 1, "rule_id": "rule", "slot_free": True, "paid": True,
    "new_service_exists": True, "new_service_family": "field_work", "needs_approval": False,
    "is_grounded": True, "issued_at": NOW - timedelta(400), "offered_at": NOW,
}  # fmt: skip
VISIT = {"report": "Vu.", "article": "12", "deadline": "2026-06-01", "reason": "Hiver.", "citation": "C-1"}

# family, service, then each step as role and transition, then the status it ends in
WALKS = """
inspection - citizen:receive dispatcher:accept inspector:find_compliant inspector:close = closed
inspection - agent:receive dispatcher:accept inspector:issue_notice system:reinspect supervisor:extend
    inspector:reinspect clerk:issue_citation clerk:go_to_court clerk:settle = closed
inspection - citizen:receive dispatcher:mark_duplicate dispatcher:unmark_duplicate = received
inspection - citizen:receive dispatcher:refuse = refused
inspection - citizen:receive citizen:cancel = cancelled
question - citizen:receive citizen:self_answer = closed
question - citizen:receive system:accept agent:answer citizen:reopen agent:answer = answered
question - citizen:receive agent:accept agent:answer citizen:close = closed
question INF-GEN citizen:receive agent:convert = converted
permit - citizen:begin citizen:deposit agent:ask_documents citizen:send_documents agent:accept
    inspector:send_to_committee inspector:committee_advised inspector:approve system:issue agent:renew
    inspector:record_inspection system:close = closed
permit SIG-ETU citizen:receive agent:accept inspector:approve_study inspector:close = closed
permit - citizen:receive inspector:note_owner_change citizen:send_documents citizen:cancel = withdrawn
permit - citizen:receive inspector:refuse = refused
booking - citizen:begin citizen:confirm agent:hand_over agent:complete = returned
booking - citizen:begin citizen:ask_approval agent:accept agent:mark_no_show = no_show
booking - agent:receive agent:wait system:offer citizen:take_offer system:expire = cancelled
booking - agent:receive system:accept crew:complete system:close = closed
contestation CTS-CON citizen:receive clerk:accept clerk:request_disclosure clerk:send_to_prosecutor
    clerk:set_hearing clerk:hold_hearing clerk:decide clerk:close = closed
contestation CTS-REC citizen:receive clerk:accept clerk:investigate clerk:offer clerk:close = closed
contestation CTS-PLA citizen:receive clerk:accept clerk:investigate clerk:answer = replied
"""


def walks():
    for line in WALKS.replace("\n    ", " ").strip().splitlines():
        road, end = line.split(" = ")
        family, service, *steps = road.split()
        yield pytest.param(family, service, [step.split(":") for step in steps], end, id=line[:60])


GIVEN = VISIT | {
    "answer": "Le mardi.", "service_code": "VOI-NID", "documents": "Plan", "meets_on": "2026-06-01",
    "opinion": "Favorable", "recourse": "CCU", "amount": 250, "decision": "Acquitté", "mode": "video",
    "hearing_at": "2026-06-01T09:00:00-04:00", "video_url": "https://cour.example/1", "committee": "ccu",
    "zoning": "compliant", "checklist": "Complet.", "court_file": "F-1", "result": "Payé", "parent": 7,
}  # fmt: skip


@pytest.mark.parametrize(("family", "service", "steps", "end"), list(walks()))
def test_a_case_is_walked_to_its_end(family, service, steps, end):
    machine, status, return_to = MACHINES[family], START, None
    for role, name in steps:
        refusal = {"reason": "private"} if family == "inspection" and name == "refuse" else {}
        refusal |= {"result": "compliant"} if name == "record_inspection" else {}
        asks = {"needs_approval": name == "ask_approval"}
        facts = Facts(
            now=NOW, role=role, service_code=service, inputs=GIVEN | refusal, completed_at=NOW - timedelta(1),
            closed_at=NOW, marked_at=NOW, parent_in_jurisdiction=True, **(SENT | asks),
        )  # fmt: skip
        transition = machine.find(name, status=status, role=role)
        guards.check(transition, facts)
        done = machine.advance(transition, status=status, return_to=return_to, facts=facts)
        status, return_to = done.status, done.return_to
    assert status == end


def refused_by(family, name, **told):
    known: dict[str, Any] = {"now": NOW, "role": "inspector", "inputs": GIVEN} | told
    with pytest.raises(workflow.GuardRefused) as refused:
        guards.check(MACHINES[family].transitions[name], Facts(**known))
    return refused.value.guard


def test_nobody_enters_a_home_without_consent():
    entered = {"inputs": GIVEN | {"entered": True}, "photos_after": 1}
    assert refused_by("inspection", "find_compliant", **entered) == "entry_consented"


def test_a_deadline_is_extended_twice_at_most():
    assert refused_by("inspection", "extend", role="supervisor", extensions=2) == "count_below"


def test_a_permit_is_issued_once_paid_and_renewed_once():
    assert refused_by("permit", "issue") == "paid"
    assert refused_by("permit", "renew", extensions=1) == "count_below"


def test_what_must_be_paid_or_approved_is_not_confirmed_at_once():
    assert refused_by("booking", "confirm", role="citizen") == "no_approval_needed"
    assert refused_by("booking", "confirm", role="citizen", needs_approval=False) == "paid"
    owed = {"needs_approval": False, "paid": True}
    assert refused_by("booking", "check_out", role="citizen", **owed) == "payment_due"
    assert refused_by("booking", "confirm", role="citizen", **owed) == "slot_free"


def test_nobody_waits_in_line_while_there_is_room():
    known = {"service_active": True, "slot_free": True}
    assert refused_by("booking", "join_waitlist", role="citizen", **known) == "slot_full"


def test_a_study_has_no_fee_and_its_own_committee():
    study = {"service_code": "SIG-ETU"}
    assert refused_by("permit", "approve", **study) == "services_never"
    assert refused_by("permit", "approve_study", service_code="PER-REN") == "services_only"
    assert refused_by("permit", "send_to_committee", **study) == "choice_of_services"


def test_a_question_becomes_work_or_an_inspection_and_nothing_else():
    told = {"role": "agent", "new_service_exists": True, "new_service_family": "booking"}
    assert refused_by("question", "convert", **told) == "service_family"


def test_a_hearing_by_video_has_a_link_and_one_in_person_a_room():
    for mode, missing in (("video", "video_url"), ("in_person", "place")):
        given = {name: value for name, value in GIVEN.items() if name != missing} | {"mode": mode}
        with pytest.raises(workflow.GuardRefused) as refused:
            guards.check(
                MACHINES["contestation"].transitions["set_hearing"],
                Facts(now=NOW, role="clerk", inputs=given),
            )
        assert refused.value.field == missing


def test_a_notice_without_a_date_gives_ten_days():
    given = {name: value for name, value in VISIT.items() if name != "deadline"}
    facts = Facts(now=NOW, role="inspector", inputs=given, photos_after=1)
    read = guards.check(MACHINES["inspection"].transitions["issue_notice"], facts)
    assert read["deadline"] == NOW.date() + timedelta(days=10)


def test_a_slot_already_taken_cannot_be_confirmed():
    assert refused_by("booking", "accept", role="agent") == "slot_free"


def test_a_ticket_does_not_take_the_road_of_a_claim():
    told = {"role": "clerk", "service_code": "CTS-CON"}
    assert refused_by("contestation", "investigate", **told) == "services_only"


def test_a_complaint_is_answered_by_somebody_it_is_not_about():
    told = {"role": "clerk", "service_code": "CTS-PLA", "actor_concerned": True}
    assert refused_by("contestation", "answer", **told) == "other_person"


def test_the_court_and_claims_are_sealed():
    assert MACHINES["contestation"].visibility == "sealed"
    for one in MACHINES["contestation"].transitions.values():
        assert "citizen" not in one.roles or one.name in ("receive", "cancel")

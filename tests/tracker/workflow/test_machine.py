"""What a transition does to a case: status, way back, effects."""

from datetime import UTC, datetime

import pytest

from tracker import definitions, workflow
from tracker.workflow.facts import Facts

MACHINE = definitions.workflows()["field_work"]
NOW = datetime(2026, 5, 12, 14, 0, tzinfo=UTC)


def go(name, *, status, return_to=None, role="dispatcher", priority="P3", **inputs):
    transition = MACHINE.find(name, status=status, role=role)
    told = Facts(now=NOW, role=role, priority=priority, inputs=inputs)
    return MACHINE.advance(transition, status=status, return_to=return_to, facts=told)


def test_a_question_comes_back_where_it_was_asked():
    asked = go("ask", status="assigned", role="crew")
    assert (asked.status, asked.return_to) == ("info_needed", "assigned")
    back = go("answer", status=asked.status, return_to=asked.return_to, role="citizen")
    assert (back.status, back.return_to) == ("assigned", None)


def test_an_interruption_within_an_interruption_keeps_the_first_place():
    held = go("hold", status="info_needed", return_to="accepted", reason="part")
    assert (held.status, held.return_to) == ("on_hold", "accepted")
    assert go("resume", status="on_hold", return_to="accepted").status == "accepted"


def test_leaving_an_interruption_ends_its_pause_before_anything_else():
    held_again = go("hold", status="on_hold", return_to="planned", reason="weather")
    assert held_again.named("clock") == ("resume_resolve", "pause_resolve")
    assert go("resume", status="on_hold", return_to="planned").named("clock") == ("resume_resolve",)


@pytest.mark.parametrize(
    ("reason", "priority", "pauses"),
    [
        ("weather", "P3", True), ("locates", "P2", True), ("season", "P4", True), ("access", "P3", True),
        ("part", "P3", False), ("budget", "P3", False), ("weather", "P1", False),
    ],
)  # fmt: skip
def test_only_what_the_city_cannot_help_pauses_the_promise(reason, priority, pauses):
    held = go("hold", status="assigned", role="crew", reason=reason, priority=priority)
    assert ("pause_resolve" in held.named("clock")) is pauses


def test_requalifying_leaves_the_status_and_the_way_back():
    changed = go("requalify", status="on_hold", return_to="planned", service_code="VOI-AFF")
    assert (changed.status, changed.return_to) == ("on_hold", "planned")
    assert changed.named("clock") == ("recompute",)


def test_a_temporary_repair_opens_a_follow_up_and_a_lasting_one_does_not():
    done = {o: go("complete", status="in_progress", role="crew", outcome=o) for o in ("temporary", "fixed")}
    assert done["temporary"].named("job") == ("open_follow_up",)
    assert done["fixed"].named("job") == ()


def test_coming_back_without_knowing_where_from_is_refused():
    with pytest.raises(workflow.StateUnknown):
        go("resume", status="on_hold", return_to=None)


def test_timers_carry_their_delay_and_what_they_fire():
    timers = [effect for effect in go("ask", status="received").effects if effect.kind == "timer"]
    assert [(timer.delay.amount, timer.delay.unit, timer.fires) for timer in timers] == [
        (3, "business_days", ""),
        (10, "business_days", "close_unanswered"),
    ]


def test_a_citizen_reads_the_full_sentence_or_the_bare_label():
    assigned, closed = MACHINE.state("assigned"), MACHINE.state("closed")
    assert assigned.describe("fr", crew="Voirie nord") == "Confiée à l’équipe Voirie nord"
    assert assigned.describe("en") == "With a crew"
    assert closed.describe("en", outcome="too_big", reason="next summer") == "Closed: next summer"
    assert closed.label_for("nothing_found").en == "Closed without a repair"
    assert closed.label_for("fixed").fr == "Réparée"

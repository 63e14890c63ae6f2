"""Every allowed move of field work, and every other one, against a table written apart from the data."""

import itertools

import pytest

from tracker import definitions, workflow

OPEN = {
    "received", "info_needed", "accepted", "assigned", "planned", "in_progress", "made_safe",
    "on_hold", "referred", "reopened",
}  # fmt: skip
ENDED = {"completed", "closed", "duplicate", "refused", "cancelled"}
ROLES = {"citizen", "agent", "dispatcher", "crew", "inspector", "supervisor", "clerk", "admin", "system"}
DISPATCH = {"dispatcher", "supervisor"}  # a supervisor may do whatever a dispatcher may

# The written workflow, row by row: name, from, to, who.
TABLE = [
    ("receive", {"start"}, "received", {"citizen", "agent", "crew", "system"}),
    ("accept", {"received"}, "accepted", {"system"} | DISPATCH),
    ("ask", {"received", "accepted", "assigned"}, "info_needed", {"crew"} | DISPATCH),
    ("answer", {"info_needed"}, "previous", {"citizen", "agent"}),
    ("close_unanswered", {"info_needed"}, "closed", {"system"}),
    ("assign", {"accepted", "reopened", "assigned", "planned"}, "assigned", {"system"} | DISPATCH),
    ("plan", {"assigned", "planned"}, "planned", {"crew"} | DISPATCH),
    ("start", {"assigned", "planned"}, "in_progress", {"crew"}),
    ("make_safe", {"in_progress"}, "made_safe", {"crew"}),
    ("hold", OPEN, "on_hold", {"crew"} | DISPATCH),
    ("resume", {"on_hold"}, "previous", {"crew", "system"} | DISPATCH),
    ("refer", OPEN, "referred", DISPATCH),
    ("take_back", {"referred"}, "previous", DISPATCH),
    ("complete", {"in_progress", "made_safe"}, "completed", {"crew"}),
    ("close", {"completed"}, "closed", {"system", "citizen", "supervisor"}),
    ("reopen", {"completed", "closed"}, "reopened", {"citizen", "agent", "supervisor"}),
    ("mark_duplicate", OPEN, "duplicate", {"citizen"} | DISPATCH),
    ("unmark_duplicate", {"duplicate"}, "previous", DISPATCH),
    ("refuse", {"received", "accepted"}, "refused", DISPATCH),
    ("cancel", OPEN - {"in_progress", "made_safe", "reopened"}, "cancelled", {"citizen", "agent"}),
    ("requalify", OPEN, "same", DISPATCH),
    ("transfer", OPEN, "same", DISPATCH),
]
MACHINE = definitions.workflows()["field_work"]


def test_the_states_are_the_written_ones():
    assert set(MACHINE.states) == OPEN | ENDED
    assert {code for code, state in MACHINE.states.items() if state.is_open} == OPEN


def test_open311_shows_open_states_as_open_and_the_others_as_closed():
    shown = {code: state.open311 for code, state in MACHINE.states.items()}
    assert shown == dict.fromkeys(OPEN, "open") | dict.fromkeys(ENDED, "closed")


def test_no_transition_exists_beyond_the_table():
    assert set(MACHINE.transitions) == {name for name, *_ in TABLE}


def test_every_triple_of_the_table_is_allowed_and_leads_where_it_says():
    allowed = [
        (name, status, role, target)
        for name, sources, target, roles in TABLE
        for status, role in itertools.product(sources, roles)
    ]
    assert len(allowed) > 150
    for name, status, role, target in allowed:
        found = MACHINE.find(name, status=status, role=role)
        assert (found.name, found.target) == (name, target)


def test_every_other_triple_is_refused_with_its_own_reason():
    refused = 0
    for (name, sources, _, roles), status, role in itertools.product(TABLE, {"start"} | OPEN | ENDED, ROLES):
        if status in sources and role in roles:
            continue
        reason = workflow.RoleNotAllowed if status in sources else workflow.TransitionNotAllowed
        with pytest.raises(reason):
            MACHINE.find(name, status=status, role=role)
        refused += 1
    assert refused > 2500


def test_what_is_offered_is_exactly_what_the_table_allows():
    for status, role in itertools.product({"start"} | OPEN | ENDED, ROLES):
        offered = {transition.name for transition in MACHINE.allowed(status, role)}
        assert offered == {name for name, sources, _, roles in TABLE if status in sources and role in roles}


def test_an_unknown_transition_or_status_is_named():
    with pytest.raises(workflow.TransitionUnknown) as unknown:
        MACHINE.find("teleport", status="received", role="dispatcher")
    assert (unknown.value.name, unknown.value.family) == ("teleport", "field_work")
    with pytest.raises(workflow.StateUnknown):
        MACHINE.state("lost")

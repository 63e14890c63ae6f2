"""Every family × status × role × move through the HTTP API, against the tables written from domain.md.

What is allowed succeeds with legal inputs and leads where the table says; what is not is refused with its
problem type and changes nothing. The system has no door of its own: its moves go through the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import chain
from tests.support import city as cities
from tests.support.city import City
from tests.tracker.workflow import written
from tests.tracker.workflow.written import Row
from tracker import definitions, workflow
from tracker.accounts.actor import SYSTEM
from tracker.cases import moves, queries
from tracker.cases.facts import Move

DAY = timedelta(days=1)
NOW = cities.MONDAY + 20 * DAY
ROLES = ("citizen", "agent", "dispatcher", "crew", "inspector", "supervisor", "clerk", "admin")
MACHINES = definitions.workflows()
IN_TEN_DAYS = (NOW + 10 * DAY).isoformat()
ON_DAY = (NOW + 9 * DAY).date().isoformat()
INPUTS: dict[tuple[str, str], dict[str, Any]] = {
    ("field_work", "ask"): {"question": "Où au juste ?"},
    ("field_work", "answer"): {"answer": "Devant le 30."},
    ("field_work", "assign"): {"crew": "E1"},
    ("field_work", "plan"): {"planned_for": (NOW + DAY).isoformat(), "reason": "Pluie"},
    ("field_work", "start"): {"reason": "Signal perdu"},
    ("field_work", "hold"): {"reason": "weather", "review_on": ON_DAY},
    ("field_work", "refer"): {"partner": "Hydro-Québec", "reference": "H-1"},
    ("field_work", "complete"): {"outcome": "fixed", "minutes": 30},
    ("field_work", "reopen"): {"reason": "Le trou est encore là."},
    ("field_work", "refuse"): {"reason": "third_party"},
    ("field_work", "requalify"): {"service_code": "VOI-TRO"},
    ("field_work", "transfer"): {"department": "HM", "reason": "C’est l’aqueduc"},
    ("inspection", "find_compliant"): {"report": "Rien à dire."},
    ("inspection", "issue_notice"): {"report": "Gazon long", "article": "12", "deadline": ON_DAY},
    ("inspection", "extend"): {"deadline": ON_DAY, "reason": "Vacances"},
    ("inspection", "issue_citation"): {"citation": "C-1"},
    ("inspection", "go_to_court"): {"court_file": "F-1"},
    ("inspection", "settle"): {"result": "Payé"},
    ("inspection", "reopen"): {"reason": "Encore là."},
    ("inspection", "refuse"): {"reason": "third_party"},
    ("inspection", "requalify"): {"service_code": "NUI-CON"},
    ("question", "answer"): {"answer": "Le mardi."},
    ("question", "reopen"): {"reason": "Et le jeudi ?"},
    ("question", "convert"): {"service_code": "VOI-NID"},
    ("question", "refuse"): {"reason": "third_party"},
    ("question", "requalify"): {"service_code": "INF-TAX"},
    ("permit", "ask_documents"): {"documents": "Plan"},
    ("permit", "note_owner_change"): {"documents": "Procuration"},
    ("permit", "send_to_committee"): {"meets_on": ON_DAY, "committee": "ccu"},
    ("permit", "committee_advised"): {"opinion": "Favorable"},
    ("permit", "approve"): {"zoning": "compliant"},
    ("permit", "record_inspection"): {"result": "compliant", "report": "Conforme"},
    ("permit", "refuse"): {"reason": "Marge", "article": "31", "recourse": "Dérogation"},
    ("booking", "hand_over"): {"checklist": "Complet"},
    ("booking", "refuse"): {"reason": "Travaux"},
    ("contestation", "set_hearing"): {
        "hearing_at": IN_TEN_DAYS,
        "mode": "video",
        "video_url": "https://c.example",
    },
    ("contestation", "decide"): {"decision": "Acquittement"},
    ("contestation", "offer"): {"amount": 250},
    ("contestation", "refuse"): {"reason": "Art. 604.1", "recourse": "Cour du Québec"},
    ("contestation", "answer"): {"answer": "Vérifié."},
}
# A move of one service only is tried on that one; the other roads of a family begin with its first sample.
SERVICE_OF = {
    ("permit", "approve_study"): "SIG-ETU",
    ("contestation", "investigate"): "CTS-REC",
    ("contestation", "offer"): "CTS-REC",
    ("contestation", "refuse"): "CTS-REC",
    ("contestation", "answer"): "CTS-PLA",
}
SERVICES = {"permit": "PER-ABA", "booking": "RES-SAL", "contestation": "CTS-CON"}
# Reports change hands, or the history counts how often: each is tried on a case of its own.
FRESH = ("mark_duplicate", "unmark_duplicate", "convert", "renew", "extend")


@dataclass
class Stage:
    """One case of a family in a town, put into whatever status is tried."""

    town: City
    family: str
    number: str
    secret: str
    parent: str


@pytest.fixture(scope="module")
def stages(city: City) -> dict[str, Stage]:
    cities.wipe(city)
    with city.session() as session:
        session.execute(RESOURCE)
    return {family: stage(city, family) for family in written.FAMILIES}


def stage(town: City, family: str) -> Stage:
    told = [opened(town, family) for _ in range(2)]
    return Stage(town, family, told[0]["number"], told[0]["secret"], told[1]["number"])


def opened(town: City, family: str) -> dict[str, Any]:
    return dict(town.report(family, by="agent", contact=cities.CONTACT))


RESOURCE = text("""
    INSERT INTO resource (code, kind, service_code, name_fr, name_en, units)
    VALUES ('salle', 'room', 'RES-SAL', 'Salle', 'Room', 1) ON CONFLICT DO NOTHING
""")
PREPARE = text("""
    UPDATE "case" SET status = :status, is_open = :is_open, priority = :priority, status_since = :since,
        service_code = :service,
        service_id = (SELECT id FROM service WHERE code = :service AND active),
        department = (SELECT department FROM service WHERE code = :service AND active),
        previous_status = CASE WHEN :status IN ('info_needed', 'on_hold', 'referred') THEN 'accepted' END,
        crew_id = (SELECT id FROM crew WHERE code = 'E1'), resolve_by = :soon, reopens = 0, reschedules = 0,
        started_at = NULL, paused_since = NULL, planned_for = NULL, outcome = NULL,
        completed_at = CASE WHEN NOT :is_open THEN CAST(:done AS timestamptz) END,
        closed_at = CASE WHEN :is_final THEN CAST(:done AS timestamptz) END
    WHERE number = :number
""")
SKILLED = text("""
    INSERT INTO photo (id, case_id, kind, sha256, media_type, width, height, byte_count, added_at)
    SELECT gen_random_uuid(), id, 'during', '\\x00', 'image/jpeg', 4, 4, 9, :at
    FROM "case" WHERE number = :number
""")
SLOT = text("""
    INSERT INTO booking (case_id, resource_id, starts_at, ends_at, quantity, state, asked_at, alcohol)
    SELECT c.id, r.id, :starts, :ends, 1, 'waiting', :now, :alcohol FROM "case" c, resource r
    WHERE c.number = :number AND r.code = 'salle'
""")
FEE = text("""
    INSERT INTO charge (case_id, kind, amount_cents, at) SELECT id, 'fee', 1000, :now
    FROM "case" WHERE number = :number
    ON CONFLICT DO NOTHING
""")
CLEAR = text("""
    WITH one AS (SELECT id FROM "case" WHERE number = :number),
         a AS (DELETE FROM booking WHERE case_id IN (SELECT id FROM one)),
         b AS (DELETE FROM charge WHERE case_id IN (SELECT id FROM one)),
         c AS (DELETE FROM payment WHERE case_id IN (SELECT id FROM one))
    DELETE FROM case_about WHERE case_id IN (SELECT id FROM one)
""")


def put(session: Any, at: Stage, status: str, move: str = "") -> None:
    """Put the case in a status, with whatever makes the move legal."""
    state = MACHINES[at.family].state(status)
    service = SERVICE_OF.get((at.family, move)) or SERVICES.get(at.family) or DEFAULTS[at.family]
    # A promise is old where the system closes by itself; an offer is of the hour.
    since = NOW - (timedelta(hours=1) if status == "offered" else DAY)
    session.execute(
        PREPARE,
        {
            "number": at.number, "status": status, "is_open": state.is_open, "is_final": state.is_final,
            "priority": 1 if move == "make_safe" else 3, "soon": NOW + 3 * DAY, "done": NOW - 15 * DAY,
            "since": since, "service": service,
        },
    )  # fmt: skip
    session.execute(CLEAR, {"number": at.number})
    if at.family == "booking":
        starts = NOW + 5 * DAY
        ends, alcohol = starts + timedelta(hours=2), move == "ask_approval"
        session.execute(
            SLOT, {"number": at.number, "starts": starts, "ends": ends, "now": NOW, "alcohol": alcohol}
        )
        if move in ("check_out", "accept_to_pay"):
            session.execute(FEE, {"number": at.number, "now": NOW})


DEFAULTS = {"field_work": "VOI-NID", "inspection": "NUI-TER", "question": "INF-GEN"}


def inputs(at: Stage, row: Row) -> dict[str, Any]:
    if row.name == "mark_duplicate":
        return {"parent": at.parent}
    return INPUTS.get((at.family, row.name), {})


def ask(at: Stage, role: str, row: Row) -> tuple[int, str, str]:
    """Ask a move as a role; return the HTTP status, the problem and the case's status."""
    body = {"transition": row.name, "inputs": inputs(at, row)}
    if role == "citizen":
        answer = at.town.caller().post(f"/tracking/{at.number}/{at.secret}/transitions", body)
        status = answer.json.get("case", {}).get("status", "") if answer.status_code == 200 else ""
    else:
        answer = at.town.caller(role).post(f"/cases/{at.number}/transitions", body, If_Match="*")
        status = answer.json.get("status", "") if answer.status_code == 200 else ""
    problem = answer.json.get("type", "") if answer.status_code >= 400 else ""
    return answer.status_code, problem.rpartition("/")[2], str(status)


def must(at: Stage, row: Row, status: str, role: str) -> tuple[int, str] | None:
    """Return how a move must be refused by the hand-written table; None when it must succeed."""
    if MACHINES[at.family].visibility == "sealed" and role not in ("clerk", "citizen"):
        return 404, "case-not-found"
    opened_ones = {each.code for each in MACHINES[at.family].states.values() if each.is_open}
    sources = opened_ones if "open" in row.sources else row.sources
    if role == "citizen" and row.name in ("receive", "begin", "join_waitlist", "mark_duplicate"):
        return 403, "role-not-allowed"  # done where a report is sent, not here
    if status not in sources:
        return 409, "transition-not-allowed"
    return None if role in row.roles else (403, "role-not-allowed")


def row_of(town: City, number: str) -> dict[str, Any]:
    with town.session() as session:
        found = queries.case(session, number)
        return {column.name: str(getattr(found, column.name)) for column in found.__table__.columns}


CASES = [
    (family, status.code)
    for family in written.FAMILIES
    for status in written.table(family).states
    if status.code not in ("duplicate", "converted")
]


@pytest.mark.parametrize(("family", "status"), CASES)
def test_every_move_by_every_role_is_allowed_or_refused_as_written(stages, family, status):
    at = stages[family]
    at.town.clock.now = NOW
    with at.town.session() as session:
        put(session, at, status)
    before, counts = row_of(at.town, at.number), at.town.counts()
    allowed: list[tuple[Row, str]] = []
    for row in written.table(family).moves:
        for role in ROLES:
            refusal = must(at, row, status, role)
            if refusal is None:
                allowed.append((row, role))
            else:
                assert ask(at, role, row)[:2] == refusal, (row.name, role)
    assert row_of(at.town, at.number) == before
    assert at.town.counts() == counts
    for row, role in allowed:
        here = stage(at.town, family) if row.name in FRESH else at
        with here.town.session() as session:
            put(session, here, status, row.name)
            session.execute(SKILLED, {"number": here.number, "at": NOW})
        code, problem, reached = ask(here, role, row)
        assert (code, problem) == (200, ""), (row.name, role, problem)
        assert reached == goal(row, status), (row.name, role)
        with here.town.session() as session:
            assert not chain.broken(session, here.number)


def goal(row: Row, status: str) -> str:
    return {"same": status, "previous": "accepted"}.get(row.target, row.target)


@pytest.mark.parametrize(("family", "status"), CASES)
def test_the_system_moves_what_is_written_and_nothing_else(stages, family, status):
    at = stages[family]
    at.town.clock.now = NOW
    with at.town.session() as session:
        for row in written.table(family).moves:
            put(session, at, status, row.name)
            session.flush()
            session.expire_all()
            move = Move(transition=row.name, actor=SYSTEM, at=NOW, inputs=inputs(at, row))
            saved = session.begin_nested()
            try:
                reached = moves.make(session, at.number, move).status
            except workflow.TransitionNotAllowed:
                reached = "wrong status"
            except workflow.RoleNotAllowed:
                reached = "wrong role"
            except workflow.GuardRefused as refused:
                reached = refused.guard
            saved.rollback()
            refusal = must_of_system(at, row, status)
            # `issue` counts a year from its own date, and a case without a rule waits for a person.
            assert reached in ({refusal} if refusal else {goal(row, status), "days_passed", "rule_named"})
        session.rollback()


def must_of_system(at: Stage, row: Row, status: str) -> str:
    opened_ones = {each.code for each in MACHINES[at.family].states.values() if each.is_open}
    if status not in (opened_ones if "open" in row.sources else row.sources):
        return "wrong status"
    return "" if "system" in row.roles else "wrong role"


def test_a_case_that_was_joined_or_converted_moves_no_further_than_back(stages):
    town = stages["field_work"].town
    town.clock.now = NOW
    for family in ("field_work", "inspection"):
        at = stage(town, family)
        answer = town.caller("dispatcher").post(f"/cases/{at.number}/merge", {"into": at.parent})
        assert answer.status_code == 200, answer.text
        _check_end(at, "duplicate")
    at = stage(town, "question")
    assert ask(at, "agent", next(r for r in written.table("question").moves if r.name == "convert"))[0] == 200
    _check_end(at, "converted")


def _check_end(at: Stage, status: str) -> None:
    before = row_of(at.town, at.number)
    back: list[tuple[Row, str]] = []
    for row in written.table(at.family).moves:
        for role in ROLES[1:]:  # the person's own number leads to the other case from here on
            refusal = must(at, row, status, role)
            # Whether a case joined elsewhere is still this crew's is not this test's question.
            if refusal is None:
                back.append((row, role))
            elif role != "crew":
                assert ask(at, role, row)[:2] == refusal, (row.name, role)
    assert row_of(at.town, at.number) == before
    assert {row.name for row, _ in back} <= {"unmark_duplicate"}
    for row, role in back[:1]:
        assert ask(at, role, row)[2] == "received"

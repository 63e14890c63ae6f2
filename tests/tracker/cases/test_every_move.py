"""Every transition × status × role of the three first families, through the service, against the files.

What must happen is read from the YAML by a few lines of its own; the case is put into each status, every
move is tried in a savepoint, and what is refused must leave the row as it was.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from tests.support import chain
from tests.support import city as cities
from tests.support.city import City
from tracker import definitions, ids, workflow
from tracker.accounts.actor import Actor
from tracker.cases import links, moves, queries
from tracker.cases.facts import Move
from tracker.cases.links import Linking
from tracker.reports.submission import Picture
from tracker.workflow.table import ROLES

FAMILIES = ("field_work", "inspection", "question")
DAY = timedelta(days=1)
NOW = cities.MONDAY + 20 * DAY
INPUTS: dict[str, dict[str, Any]] = {
    "ask": {"question": "Où au juste ?"},
    "answer": {"answer": "Devant le 30."},
    "assign": {"crew": "E1"},
    "plan": {"planned_for": (NOW + DAY).isoformat(), "reason": "Pluie"},
    "start": {"reason": "Signal perdu"},
    "hold": {"reason": "weather", "review_on": (NOW + 5 * DAY).date().isoformat()},
    "refer": {"partner": "Hydro-Québec", "reference": "H-1"},
    "complete": {"outcome": "fixed", "minutes": 30},
    "reopen": {"reason": "Le trou est encore là."},
    "refuse": {"reason": "third_party"},
    "find_compliant": {"report": "Rien à dire."},
    "issue_notice": {"report": "Gazon long", "article": "12", "deadline": (NOW + 9 * DAY).date().isoformat()},
    "extend": {"deadline": (NOW + 9 * DAY).date().isoformat(), "reason": "Vacances"},
    "issue_citation": {"citation": "C-1"},
    "go_to_court": {"court_file": "F-1"},
    "settle": {"result": "Payé"},
    "convert": {"service_code": "VOI-NID"},
    "transfer": {"department": "HM", "district": "3", "reason": "Conduite"},
}
NEW_SERVICE = {"field_work": "VOI-TRO", "inspection": "NUI-CON", "question": "INF-TAX"}
SKILLED = {"field_work": "E1", "inspection": "I1", "question": "A1"}


@cache
def definition(family: str):
    return yaml.safe_load((definitions.WORKFLOWS / f"{family}.yaml").read_text(encoding="utf-8"))


def states(family: str):
    return {state["code"]: state for state in definition(family)["states"]}


def expected(family: str, transition, status: str, role: str) -> str:
    """Read from the file whether a move is `allowed`, from a `wrong status`, or by a `wrong role`."""
    listed = definition(family)
    opened = {code for code, state in states(family).items() if state.get("open")}
    sources = set(transition["from"]) - {"any_open"} | (opened if "any_open" in transition["from"] else set())
    if status not in sources:
        return "wrong status"
    roles = set(transition["roles"])
    roles |= {who for who, whom in listed.get("stand_ins", {}).items() if whom in roles}
    return "allowed" if role in roles else "wrong role"


def target(family: str, transition, status: str) -> str:
    back = "received" if status == "duplicate" else "accepted"
    return str({"same": status, "previous": back}.get(transition["to"], transition["to"]))


PREPARE = text("""
    UPDATE "case" SET status = :status, is_open = :is_open, priority = :priority,
        previous_status = CASE WHEN :status IN ('info_needed', 'on_hold', 'referred') THEN 'accepted' END,
        crew_id = (SELECT id FROM crew WHERE code = :crew), resolve_by = :soon,
        completed_at = CASE WHEN NOT :is_open THEN CAST(:done AS timestamptz) END,
        closed_at = CASE WHEN :is_final THEN CAST(:done AS timestamptz) END
    WHERE number = :number
""")


def put(session, family: str, number: str, status: str, *, priority: int = 3) -> None:
    state = states(family)[status]
    session.execute(
        PREPARE,
        {
            "number": number,
            "status": status,
            "is_open": bool(state.get("open")),
            "is_final": bool(state.get("final")),
            "priority": priority,
            "crew": SKILLED[family],
            "soon": NOW + 3 * DAY,
            "done": NOW - 15 * DAY,
        },
    )
    session.expire_all()


def picture() -> Picture:
    return Picture(
        id=ids.new_id(), sha256=bytes(32), media_type="image/jpeg", width=4, height=4, byte_count=9
    )


def asked(family: str, name: str, role: str, parent: str) -> Move:
    chosen = {"mark_duplicate": {"parent": parent}, "requalify": {"service_code": NEW_SERVICE[family]}}
    return Move(
        transition=name,
        actor=Actor(role=role, ref=f"test:{role}", crew_code=SKILLED[family]),
        at=NOW,
        inputs=(INPUTS | chosen).get(name, {}),
        pictures=(picture(),) if name in ("make_safe", "complete", "find_compliant", "issue_notice") else (),
        is_reporter=role == "citizen",
    )


def outcome(session, number: str, move: Move) -> str:
    try:
        case = moves.make(session, number, move)
    except workflow.TransitionNotAllowed:
        return "wrong status"
    except workflow.RoleNotAllowed:
        return "wrong role"
    return f"→ {case.status}"


@pytest.fixture(scope="module")
def cases(city: City) -> dict[str, tuple[str, str]]:
    """Two cases of each family, which every test changes and none keeps changed."""
    cities.wipe(city)
    return {family: (open_case(city, family), open_case(city, family)) for family in FAMILIES}


def open_case(town: City, family: str) -> str:
    return str(town.report(family, by="agent", contact=cities.CONTACT)["number"])


@pytest.mark.parametrize(
    ("family", "status"), [(family, status) for family in FAMILIES for status in states(family)]
)
def test_every_move_from_a_status_is_allowed_or_refused_as_the_file_says(city: City, cases, family, status):
    number, parent = cases[family]
    with city.session() as session:
        bring(session, family, (number, parent), status)
        before = row(session, number)
        allowed = []
        for transition in definition(family)["transitions"]:
            for role in ROLES:
                must = expected(family, transition, status, role)
                if must == "allowed":
                    allowed.append((transition, role))
                else:
                    move = asked(family, transition["name"], role, parent)
                    assert outcome(session, number, move) == must, (transition["name"], role)
        assert row(session, number) == before
        assert allowed or states(family)[status].get("final")
        for transition, role in allowed:
            with_changes = session.begin_nested()
            if transition["name"] == "make_safe":
                put(session, family, number, status, priority=1)
            found = outcome(session, number, asked(family, transition["name"], role, parent))
            goal = target(family, transition, status)
            assert found == f"→ {goal}", (transition["name"], role)
            check_projection(session, family, number, goal)
            with_changes.rollback()
            session.expire_all()
        session.rollback()


def bring(session, family: str, numbers: tuple[str, str], status: str) -> None:
    """Put a case in a status; joined cases are joined in earnest."""
    if status != "duplicate":
        put(session, family, numbers[0], status)
        return
    linking = Linking(actor=Actor(role="dispatcher", ref="test"), at=NOW - DAY)
    links.merge(session, *numbers, linking)


def row(session, number: str):
    session.expire_all()
    found = queries.case(session, number)
    return {column.name: getattr(found, column.name) for column in found.__table__.columns}


def check_projection(session, family: str, number: str, status: str) -> None:
    case, state = queries.case(session, number), states(family)[status]
    assert case.status == status
    assert case.is_open == bool(state.get("open"))
    assert case.next_action == state["next_actor"]
    assert (case.completed_at is None) == case.is_open or status == "duplicate"
    assert not state.get("final") or case.closed_at is not None
    assert not chain.broken(session, number)

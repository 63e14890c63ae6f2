"""Cases as the API shows them, in the reader's language and within the reader's rights."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import request
from sqlalchemy.orm import Session

from tracker.accounts.actor import Actor
from tracker.bookings import queries as bookings
from tracker.cases import candidates, families, offices_present, queries, times
from tracker.cases.families import Families
from tracker.cases.models import LinkChange
from tracker.catalogue import queries as catalogue
from tracker.catalogue.queries import Loaded
from tracker.db import PerRevision
from tracker.dispatch import desk as desks
from tracker.dispatch import passing, storms
from tracker.dispatch.desk import Desk
from tracker.http import openapi
from tracker.media import api as media
from tracker.places import ground as grounds
from tracker.places.ground import Ground
from tracker.privacy import redaction
from tracker.reports.present import reasons
from tracker.workflow import Input, Machine, Transition


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What rows are shown with: the jurisdiction's reference data, the reader and the present."""

    session: Session
    loaded: Loaded
    ground: Ground
    desk: Desk
    families: Families
    language: str
    actor: Actor
    now: datetime
    may_read_contacts: bool


Section = Callable[[View, Any], Mapping[str, Any]]
SECTIONS: list[Section] = []
"""What other features add to a case that staff is shown: `cases` knows nothing of them."""


def view(session: Session, *, language: str, actor: Actor, now: datetime, may_read_contacts: bool) -> View:
    """Gather what showing a case needs; all of it is kept per revision."""
    return View(
        session=session,
        loaded=catalogue.current(session),
        ground=grounds.current(session),
        desk=desks.current(session),
        families=families.current(session),
        language=language,
        actor=actor,
        now=now,
        may_read_contacts=may_read_contacts,
    )


def row(view: View, case: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case of a list."""
    state = view.families.machine(case["workflow"], case["workflow_version"]).state(case["status"])
    district = view.ground.by_id.get(case["district_id"] or 0)
    crew = view.desk.by_id.get(case["crew_id"] or 0)
    return {
        "number": case["number"],
        "service": service(view, case["service_code"]),
        "status": case["status"],
        "status_label": state.label_for(case["outcome"]).said_in(view.language),
        "tone": state.tone,
        "is_open": case["is_open"],
        "late": is_late(case, view.now),
        "priority": case["priority"],
        "place": case["place_text"],
        "place_known": case["lon"] is not None,
        "lon": case["lon"],
        "lat": case["lat"],
        "district": {"code": district.code, "name": district.name} if district else None,
        "crew": {"code": crew.code, "name": crew.name} if crew else None,
        "department": {
            "code": case["department"],
            "name": view.loaded.department(case["department"]).in_language(view.language),
        },
        "respond_by": case["respond_by"],
        "resolve_by": case["resolve_by"],
        "planned_for": case["planned_for"],
        "completed_at": case["completed_at"],
        "reports_count": case["reports_count"],
        "opened_at": case["opened_at"],
        "updated_at": case["updated_at"],
        "version": case["version"],
        "summary": case["summary"]
        if view.may_read_contacts
        else redaction.hidden(case["summary"], view.language),
    }


def is_late(case: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an open case's promise has passed; a clock that is held is as late as when it stopped."""
    held = [each for each in (case["paused_since"], case["suspended_since"]) if each is not None]
    due = case["resolve_by"]
    return bool(case["is_open"] and due is not None and due < min([now, *held]))


def service(view: View, code: str) -> dict[str, str]:
    """Return a service in short; a retired one keeps its code for a name."""
    if code not in view.loaded.catalogue:
        return {"code": code, "name": code, "group": code[:3]}
    found = view.loaded.catalogue.service(code)
    return {"code": code, "name": found.name.in_language(view.language), "group": found.group}


def feature(view: View, case: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case of a list as a GeoJSON feature (RFC 7946); without a place its geometry is null."""
    shown = row(view, case)
    geometry = (
        {"type": "Point", "coordinates": [shown.pop("lon"), shown.pop("lat")]}
        if shown["place_known"]
        else None
    )
    return {"type": "Feature", "id": shown["number"], "geometry": geometry, "properties": shown}


def full(view: View, case: Any) -> dict[str, Any]:
    """Return everything staff may know of one case, as `queries.whole` gives it."""
    shown = whole(view, case)
    for section in SECTIONS:
        shown |= section(view, case)
    return shown


def whole(view: View, case: Any) -> dict[str, Any]:
    """Return what `queries.whole` gives of one case, without what other features add."""
    machine = view.families.machine(case.workflow, case.workflow_version)
    state = machine.state(case.status)
    crew = view.desk.by_id.get(case.crew_id or 0)
    return {
        **row(view, case._asdict()),
        "next_action": state.next_action.said_in(view.language),
        "sentence": state.describe(
            view.language,
            outcome=case.outcome,
            crew=crew.name if crew else None,
            date=_day(case.planned_for, view.language),
            reason=_reason(machine, case, view.language),
            partner=case.reason,
            parent=case.parent,
            rank=_rank(view, case),
        ),
        "family": case.workflow,
        "outcome": case.outcome,
        "reason": _reason(machine, case, view.language),
        "reports": [_report(view, each) for each in case.reports],
        "photos": [photo(each) for each in case.photos],
        "duplicates": [_lookalike(view, each) for each in case.lookalikes],
        "links": case.links,
        "time": times.told(view, case),
        "plan": _plan(view, case),
        "transitions": _transitions(view, machine, case.status),
        "reasons": reasons(case.triage, view.language),
        "marks": case.marks,
        **offices_present.of_case(view.session, case, view.language),
    }


def moves(view: View, case: Any, names: list[str]) -> list[dict[str, Any]]:
    """Return moves of the person who reported, with what each asks, in the table's order."""
    machine = view.families.machine(case.workflow, case.workflow_version)
    return [_transition(view, machine.transitions[name]) for name in names]


def _plan(view: View, case: Any) -> dict[str, Any] | None:
    """Return the pass of the plow that is still to come, for a case of snow in a storm."""
    if not case.is_open or case.service_code not in storms.PASSED:
        return None
    district = view.ground.by_id.get(case.district_id or 0)
    found = passing.planned(
        view.session,
        case.service_code,
        district=district.code if district else None,
        road_class=case.road_class,
        at=view.now,
    )
    return passing.told(view.session, found, view.language)


def photo(given: Mapping[str, Any], *, keyed: bool = False) -> dict[str, Any]:
    """Return a photo with where to see it."""
    return {
        "id": given["id"],
        "kind": given["kind"],
        "width": given["width"],
        "height": given["height"],
        "url": media.url_of(given["id"], keyed=keyed),
    }


def link(session: Session, change: LinkChange) -> dict[str, Any]:
    """Return a change of links, with what undoes it."""
    origin, target = (queries.by_id(session, each) for each in (change.from_case_id, change.into_case_id))
    return {
        "id": change.id,
        "kind": change.kind,
        "from_case": origin.number,
        "into_case": target.number,
        "undo": f"{request.script_root}{openapi.PREFIX}/links/{change.id}/undo",
    }


def _rank(view: View, case: Any) -> int | None:
    """Return a person's place in line, for who waits in one."""
    return (bookings.rank(view.session, case.id) or None) if case.status == "waitlisted" else None


def _day(day: date | None, language: str) -> str | None:
    if day is None:
        return None
    return format_date(day, "MMMM d" if language == "en" else "d MMMM", locale=f"{language}_CA")


def _reason(machine: Machine, case: Any, language: str) -> str | None:
    """Return why a case waits or ended: a choice of its workflow in words, or what somebody wrote."""
    for transition in machine.transitions.values():
        for asked in transition.inputs:
            for choice in asked.choices:
                if asked.name == "reason" and choice.value == case.reason:
                    return choice.label.said_in(language)
    written: str | None = case.reason
    return written


def _report(view: View, given: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {"name", "email", "phone", "photos"}
    shown = {name: value for name, value in given.items() if name not in hidden}
    shown["photos"] = [photo(each) for each in given["photos"]]
    shown["candidates"] = candidates.told(view.ground, shown.pop("placement"), view.language)
    reachable = given["email"] is not None or given["phone"] is not None
    shown["contactable"] = reachable
    if not view.may_read_contacts:
        shown["description"] = redaction.hidden(shown["description"], view.language)
    if view.may_read_contacts and reachable:
        shown["contact"] = {name: given[name] for name in ("name", "email", "phone")}
    return shown


def _lookalike(view: View, given: Mapping[str, Any]) -> dict[str, Any]:
    state = view.families.machine(given["workflow"], given["workflow_version"]).state(given["status"])
    terms = [
        {"name": term["name"], "value": term["value"], "text": term[view.language]} for term in given["terms"]
    ]
    return {
        "case_number": given["number"],
        "service": service(view, given["service_code"]),
        "status": given["status"],
        "status_label": state.label_for(given["outcome"]).said_in(view.language),
        "tone": state.tone,
        "opened_at": given["opened_at"],
        "reports_count": given["reports_count"],
        "place": given["place_text"],
        "probability": round(given["probability"], 3),
        "distance_m": round(given["distance_m"], 1),
        "terms": terms,
    }


# Offering the services of the catalogue for a choice costs more than reading the case: it is done once.
_told_moves: PerRevision[dict[tuple[str, ...], list[dict[str, Any]]]] = PerRevision(lambda _: {})


def _transitions(view: View, machine: Machine, status: str) -> list[dict[str, Any]]:
    known = _told_moves(view.session)
    key = (machine.family, str(machine.version), status, view.actor.role, view.language)
    if key not in known:
        known[key] = [_transition(view, each) for each in machine.allowed(status, view.actor.role)]
    return known[key]


def _transition(view: View, given: Transition) -> dict[str, Any]:
    return {
        "name": given.name,
        "label": given.label.said_in(view.language),
        "inputs": [_input(view, each) for each in given.inputs if not each.filled],
    }


def _input(view: View, given: Input) -> dict[str, Any]:
    options: Iterable[dict[str, str]] = [
        {"value": choice.value, "label": choice.label.said_in(view.language)} for choice in given.choices
    ]
    if given.type == "crew":
        options = [{"value": crew.code, "label": crew.name} for crew in view.desk.crews]
    if given.type == "department":
        options = [
            {"value": code, "label": name.in_language(view.language)}
            for code, name in view.loaded.departments.items()
        ]
    if given.type == "district":
        options = [{"value": one.code, "label": one.name} for one in view.ground.by_code.values()]
    if given.type == "service":
        services = view.loaded.catalogue.services
        options = [{"value": each.code, "label": each.name.in_language(view.language)} for each in services]
    return {
        "name": given.name,
        "type": given.type,
        "required": given.required,
        "label": given.label.said_in(view.language),
        "options": list(options),
    }

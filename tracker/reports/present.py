"""Receipts and lookalikes as the API shows them, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Redirect
from tracker.dispatch import desk as desks
from tracker.dispatch import passing
from tracker.media import api as media
from tracker.places import ground as grounds
from tracker.places import problems as place_problems
from tracker.places.service import Located
from tracker.reports import drafting
from tracker.reports.service import Preview
from tracker.reports.submission import Known, Lookalike, Picture, Receipt


def receipt(session: Session, given: Receipt, language: str, *, is_staff: bool) -> dict[str, Any]:
    """Return everything a client needs to say: received, team, due date, neighbours who saw it too."""
    root = f"{request.scheme}://{request.host}{request.script_root}"
    return {
        "number": given.number,
        "secret": given.secret,
        "tracking_url": f"{root}/suivi/{given.number}/{given.secret}",
        "received_at": given.received_at,
        "link": given.link,
        "location": location(given.located, given.pictures),
        "case": _case(session, given, language),
        "plan": passing.told(session, given.coming, language),
        "duplicates": lookalikes(session, _for_reader(session, given, is_staff), language),
        "photos": [{"id": each.id, "url": media.url_of(each.id, keyed=True)} for each in given.pictures],
    }


def _for_reader(session: Session, given: Receipt, is_staff: bool) -> list[Lookalike]:
    """Return the lookalikes a reader may know: how far somebody's home is from here is the staff's to
    know.
    """
    listed = catalogue.current(session).catalogue
    return [
        each
        for each in given.lookalikes
        if is_staff
        or each.case.service_code not in listed
        or not drafting.is_home(listed.service(each.case.service_code))
    ]


def advice(session: Session, given: Redirect | None, language: str) -> dict[str, Any] | None:
    """Return whom else to turn to, with the phone of the third party of that name when there is one."""
    if given is None:
        return None
    party = grounds.current(session).parties.get(given.to)
    text = given.text.en if language == "en" else given.text.fr
    return {"to": given.to, "text": text, "contact": place_problems.contact(party)}


def preview(session: Session, given: Preview, language: str) -> dict[str, Any]:
    """Return what is known of a report that is not sent yet."""
    district = given.located.district
    return {
        "location": location(given.located, ()),
        "district": {"code": district.code, "name": district.name} if district else None,
        "plan": passing.told(session, given.coming, language),
        "duplicates": lookalikes(session, given.lookalikes, language),
    }


def location(located: Located, pictures: Iterable[Picture]) -> dict[str, Any]:
    """Return where a report was placed; the position in a photo is a proposal, never a fact."""
    proposed = next((each for each in pictures if each.lon is not None), None)
    return {
        "lon": located.lon,
        "lat": located.lat,
        "accuracy_m": located.accuracy_m,
        "method": located.method,
        "address": located.address,
        "segment": {"name": located.segment.name, "owner": located.segment.owner}
        if located.segment
        else None,
        "candidates": dict(located.odds) if located.odds else {},
        "photo_proposal": {"lon": proposed.lon, "lat": proposed.lat} if proposed else None,
    }


def lookalikes(session: Session, found: Iterable[Lookalike], language: str) -> list[dict[str, Any]]:
    """Return the cases that may be the same thing, with the reasons in words."""
    return [_lookalike(session, each, language) for each in found]


def reasons(given: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return the steps of triage in the reader's language."""
    return [_reason(each, language) for each in given]


def _reason(given: Mapping[str, Any], language: str) -> dict[str, Any]:
    told = {"step": given["step"], "rule": given["rule"], "text": given[language]}
    if given.get("others"):
        told["others"] = [
            {name: value for name, value in other.items() if name not in ("fr", "en")}
            | {"text": other[language]}
            for other in given["others"]
        ]
    if given.get("score"):
        told["score"] = given["score"]
    return told


def _lookalike(session: Session, each: Lookalike, language: str) -> dict[str, Any]:
    score = each.ranked.score
    return {
        "case_number": each.case.number,
        "probability": round(score.probability, 3),
        "distance_m": round(score.distance_m, 1) if score.distance_m is not None else None,
        **status_words(session, each.case, language),
        "opened_at": each.case.opened_at,
        "reports_count": each.case.reports_count,
        "place": each.case.place,
        "reasons": list(score.reasons(language)),
    }


def status_words(session: Session, case: Known, language: str) -> dict[str, Any]:
    """Return a case's service and status with their names."""
    listed = catalogue.current(session).catalogue
    state = families.current(session).machine(case.workflow, case.workflow_version).state(case.status)
    return {
        "service_code": case.service_code,
        "service_name": listed.service(case.service_code).name.in_language(language)
        if case.service_code in listed
        else case.service_code,
        "status": case.status,
        "status_label": state.label.said_in(language),
        "tone": state.tone,
    }


def _case(session: Session, given: Receipt, language: str) -> dict[str, Any]:
    loaded, ground, desk = catalogue.current(session), grounds.current(session), desks.current(session)
    district = ground.by_code.get(given.district or "")
    crew = desk.by_id.get(given.crew_id or 0)
    case = given.case
    state = families.current(session).machine(case.workflow, case.workflow_version).state(case.status)
    return {
        "number": given.case.number,
        **status_words(session, given.case, language),
        "next_action": state.next_action.said_in(language),
        "place": given.case.place,
        "district": {"code": district.code, "name": district.name} if district else None,
        "department": {
            "code": given.department,
            "name": loaded.department(given.department).in_language(language),
        },
        "crew": {"code": crew.code, "name": crew.name} if crew else None,
        "priority": given.priority,
        "respond_by": given.respond_by,
        "resolve_by": given.resolve_by,
        "reports_count": given.case.reports_count,
        "neighbours": given.case.reports_count - 1,
        "reasons": reasons(given.reasons, language),
    }

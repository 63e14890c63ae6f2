"""A crew a person chose is remembered with the case, and nothing re-assigns it silently."""

from collections.abc import Mapping
from typing import Any

from tracker.accounts.actor import Actor
from tracker.cases.models import CaseRow
from tracker.dispatch.desk import CrewRef

STEP = "person"


def remember(case: CaseRow, crew: CrewRef, actor: Actor, values: Mapping[str, Any]) -> None:
    """Keep who gave the case to a crew, and why when the rules said otherwise; the last person counts."""
    if actor.role == "system":
        return
    reason = str(values.get("reason") or "").strip()
    forced = bool(values.get("override"))
    said = f"\N{NO-BREAK SPACE}: {reason}" if reason else ""
    fr = f"{crew.name}, par décision de la répartition{' malgré les règles' if forced else ''}{said}"
    in_english = f": {reason}" if reason else ""
    en = f"{crew.name}, by a dispatcher’s decision{' against the rules' if forced else ''}{in_english}"
    step = {"step": STEP, "rule": "person.override" if forced else "person.choice", "fr": fr, "en": en}
    case.triage = [*without(case.triage), step]


def without(triage: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of triage that no person took."""
    return [each for each in triage if each["step"] != STEP]


def by_person(triage: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a person decided, if one did."""
    return [each for each in triage if each["step"] == STEP]

"""Transitions as buttons: their drawing, their key, which are shown first, and the form of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

SHOWN_FIRST = 4
LOOKS = {
    "accept": ("check", "a"),
    "assign": ("hard-hat", "t"),
    "ask": ("message-square", "d"),
    "refuse": ("ban", "r"),
    "hold": ("pause", "h"),
    "resume": ("play", ""),
    "plan": ("calendar-days", "p"),
    "start": ("play", ""),
    "make_safe": ("shield-check", ""),
    "complete": ("check", ""),
    "close": ("circle-check", ""),
    "reopen": ("rotate-ccw", ""),
    "refer": ("external-link", ""),
    "take_back": ("undo-2", ""),
    "mark_duplicate": ("copy", ""),
    "unmark_duplicate": ("split", ""),
    "cancel": ("x", ""),
    "answer": ("message-square", ""),
    "requalify": ("pencil", ""),
}
# Merging is offered beside each possible duplicate, with its score; here it would be without.
_ELSEWHERE = ("mark_duplicate",)
# What a dispatcher most likely comes for, by the status of the case; elsewhere no act is above the others.
_NEXT = {
    "received": ("accept",),
    "accepted": ("assign",),
    "reopened": ("assign",),
    "on_hold": ("resume",),
    "referred": ("take_back",),
    "completed": ("close",),
    "assigned": ("start",),
    "planned": ("start",),
    "in_progress": ("complete",),
    "made_safe": ("complete",),
}
_ORDER = ("accept", "assign", "resume", "take_back", "close", "reopen", "ask", "refuse", "plan", "hold")


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """A transition as a person sees it."""

    name: str
    label: str
    icon: str
    key: str
    primary: bool
    danger: bool
    inputs: tuple[Mapping[str, Any], ...]


def of_case(case: Mapping[str, Any]) -> tuple[list[Act], list[Act]]:
    """Return what may be done with a case: the few main acts, of which one is primary, and the others."""
    offered = [one for one in case.get("transitions", []) if one["name"] not in _ELSEWHERE]
    offered.sort(key=lambda one: _ORDER.index(one["name"]) if one["name"] in _ORDER else len(_ORDER))
    chosen = next((one["name"] for one in offered if one.get("primary")), None)
    main = chosen or next((one["name"] for one in offered if one["name"] in _next_steps(case)), None)
    acts = [_act(one, case, is_primary=one["name"] == main) for one in offered]
    acts.sort(key=lambda act: not act.primary)
    return acts[:SHOWN_FIRST], acts[SHOWN_FIRST:]


def _next_steps(case: Mapping[str, Any]) -> tuple[str, ...]:
    return _NEXT.get(case["status"], ())


def named(case: Mapping[str, Any], name: str) -> Act | None:
    """Return an act of a case by the name of its transition, none when it is not open to the reader."""
    return next(
        (_act(one, case, is_primary=True) for one in case.get("transitions", []) if one["name"] == name), None
    )


def inputs_of(act: Act, form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what the form gives for an act; the API reads the texts as the declared types."""
    found: dict[str, Any] = {}
    for asked in act.inputs:
        value = form.get(asked["name"], "").strip()
        if value:
            found[asked["name"]] = value
    return found


def defaults(act: Act, case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to propose: the crew that triage chose."""
    crew = case.get("crew")
    return {asked["name"]: crew["code"] for asked in act.inputs if asked["type"] == "crew" and crew}


def answers_of(case: Mapping[str, Any], service: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Return what reporters answered, in the words of the service's questions."""
    questions = {question["code"]: question for question in (service or {}).get("questions", [])}
    found: dict[str, dict[str, str]] = {}
    for report in case.get("reports", []):
        for code, value in (report.get("answers") or {}).items():
            question = questions.get(code, {})
            labels = {option["code"]: option["label"] for option in question.get("options", [])}
            values = value if isinstance(value, list) else [value]
            text = ", ".join(str(labels.get(one, one)) for one in values)
            found.setdefault(code, {"label": question.get("label", code), "value": text})
    return list(found.values())


def _act(one: Mapping[str, Any], case: Mapping[str, Any], *, is_primary: bool) -> Act:
    icon, key = LOOKS.get(one["name"], ("check", ""))
    proposed = (case.get("crew") or {}).get("code")
    return Act(
        name=one["name"],
        label=one["label"],
        icon=icon,
        key=key,
        primary=is_primary,
        danger=bool(one.get("danger")),
        inputs=tuple(_with_proposal(asked, proposed) for asked in one.get("inputs", ())),
    )


def _with_proposal(asked: Mapping[str, Any], proposed: str | None) -> Mapping[str, Any]:
    """Put the crew that triage chose first among the crews, and say that it is the one."""
    if asked["type"] != "crew" or proposed is None:
        return asked
    options = [
        {**option, "hint": _("Équipe proposée") if option["value"] == proposed else ""}
        for option in asked["options"]
    ]
    return {**asked, "options": sorted(options, key=lambda option: option["value"] != proposed)}

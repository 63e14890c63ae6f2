"""Transitions as buttons: their drawing, their key, which are shown first, and the form of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.web import shell

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
    "transfer": ("arrow-right", ""),
}
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
    offered = list(case.get("transitions", []))
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
            found[asked["name"]] = _local(value) if asked["type"] == "datetime" else value
    return found


def _local(value: str) -> str:
    """Return a moment as a browser gives it, without its offset, as one of the town's zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    zone = ZoneInfo(shell.current().when.zone)
    return moment.isoformat() if moment.tzinfo else moment.replace(tzinfo=zone).isoformat()


def defaults(act: Act, case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to propose: the crew that triage chose."""
    crew = case.get("crew")
    return {asked["name"]: crew["code"] for asked in act.inputs if asked["type"] == "crew" and crew}


def before(name: str, received: str) -> list[str]:
    """Return what an act will do that cannot be seen from its form, a sentence each.

    `received` is the day of the first report, in words.
    """
    month = _("On peut annuler pendant 30 jours : tout redevient comme avant.")
    said: dict[str, list[str]] = {
        "mark_duplicate": [
            _("Ses signalements passent à l’autre dossier ; chaque personne garde son numéro et sa langue."),
            _("Qui suit ce dossier suivra l’autre et l’apprend une seule fois."),
            _("Le délai de celui-ci s’arrête."),
            month,
        ],
        "split": [
            _("Ce signalement aura son propre dossier et ses propres délais, comptés depuis sa réception."),
            _("Qui suit à cause de lui suivra le nouveau dossier."),
            month,
        ],
        "requalify": [
            _("Les délais sont comptés de nouveau depuis la réception (%(when)s).", when=received),
            _("Les anciens délais restent dans l’historique. L’équipe peut changer."),
        ],
        "transfer": [_("Le délai promis ne change pas. Le motif reste dans l’historique.")],
        "reopen": [
            _("Un nouveau délai part maintenant, la moitié du premier. Un retard déjà constaté le reste."),
        ],
    }
    return said.get(name, [])


def split_of(report_number: str) -> Act:
    """Return the act that gives one report a case of its own."""
    return Act(
        name="split",
        label=_("Séparer le signalement %(number)s", number=report_number),
        icon="split",
        key="",
        primary=True,
        danger=False,
        inputs=(),
    )


def answers_of(case: Mapping[str, Any], services: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what reporters answered, each in the words of the service they chose: a case may hold reports of
    several.
    """
    found: dict[str, dict[str, str]] = {}
    for report in case.get("reports", []):
        asked = services.get(report["service_code"], {}).get("questions", [])
        questions = {question["code"]: question for question in asked}
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

"""What the words of a notice may name, worked out for one event and one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker import moments
from tracker.cases import families
from tracker.catalogue import queries as catalogue
from tracker.db import Selected, selected
from tracker.dispatch import desk as desks
from tracker.dispatch.desk import Desk
from tracker.notify.calls import Told
from tracker.places import ground as grounds
from tracker.places.errors import Party
from tracker.places.ground import Ground
from tracker.workflow import Input, Machine, Transition, Words

_END_OF_DAY = (23, 59)
# Of a move made inside the city, only these choices are reasons that the person reads.
_TOLD_REASONS = ("hold", "refuse")
# Why a promise was missed, by the name that the escalation gives it.
_DELAYS = {
    "planned": Words(fr="le travail est prévu plus tard", en="the work is planned for later"),
    "waiting": Words(fr="le travail attend une condition", en="the work waits for a condition"),
    "not_accepted": Words(
        fr="le dossier n’a pas encore été pris en charge", en="nobody has taken the case on yet"
    ),
    "no_crew": Words(fr="aucune équipe n’était libre", en="no crew was free"),
    "crew_busy": Words(fr="l’équipe a d’autres urgences", en="the crew has other urgent work"),
    "under_way": Words(
        fr="le travail est commencé et prend plus de temps", en="work has begun and takes longer"
    ),
    "still_open": Words(fr="le travail n’est pas terminé", en="the work is not finished"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """The town's reference data that words are made with."""

    session: Session
    town: Selected
    desk: Desk
    ground: Ground

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.town.zone)


def scene(session: Session) -> Scene:
    """Gather what words are made with; all of it is kept per revision."""
    return Scene(
        session=session,
        town=selected(session),
        desk=desks.current(session),
        ground=grounds.current(session),
    )


def machine_of(here: Scene, case: Any) -> Machine:
    """Return the workflow a case runs by."""
    return families.current(here.session).machine(case.workflow, case.workflow_version)


def crew_of(here: Scene, told: Told) -> str | None:
    """Return the code of the crew that has the case, as of the event when it gave it to one."""
    given = told.inputs.get("crew")
    if given:
        return str(given)
    crew = here.desk.by_id.get(told.case.crew_id or 0)
    return crew.code if crew is not None else None


def of(here: Scene, told: Told, language: str, *, shown: Any) -> dict[str, Any]:
    """Return the values of an event. `shown` is the case whose promise is told: the other one of a join."""
    case = told.case
    service = catalogue.current_or_version(here.session, case.service_code, case.service_id).service
    crew = here.desk.by_code.get(crew_of(here, told) or "")
    due = shown.resolve_by.astimezone(here.zone) if shown.resolve_by and shown.is_open else None
    return {
        "town": here.town.name,
        "case": case.number,
        "number": case.number,
        "service": service.name.in_language(language),
        "place": case.place_text or "",
        "status": _status(machine_of(here, case), told, language),
        "priority": f"P{case.priority}",
        "due": moment(due, language) if due else "",
        "due_short": moments.short_date(due.date(), language) if due else "",
        "team": crew.name if crew else _department(here, case, language),
        "planned": day(case.planned_for, language) if case.planned_for else "",
        "promised": _promised(here, told, language),
        "contact": _contact(here, told, language),
    }


def _promised(here: Scene, told: Told, language: str) -> str:
    """Return the new date that a missed one is followed by (domain.md §6, 100 %)."""
    try:
        at = datetime.fromisoformat(str(told.payload.get("promised_for")))
    except ValueError:
        return ""
    return moment(at.astimezone(here.zone), language)


def _department(here: Scene, case: Any, language: str) -> str:
    return str(catalogue.current(here.session).department(case.department).in_language(language))


def _status(machine: Machine, told: Told, language: str) -> str:
    """Return the status that the event led to, in words."""
    reached = told.payload.get("to") if told.kind == "moved" else None
    state = machine.state(str(reached or told.case.status))
    outcome = told.inputs.get("outcome") or told.case.outcome
    return state.label_for(outcome).said_in(language)


def said(
    here: Scene, told: Told, language: str, inputs: tuple[str, ...], extra: Mapping[str, str]
) -> dict[str, str]:
    """Return what the person may read of what was filled in: the notice's own inputs, as words."""
    transition = _transition(here, told)
    asked = {each.name: each for each in transition.inputs} if transition is not None else {}
    given = {name: _word(asked.get(name), told.inputs.get(name), here, language) for name in inputs}
    return {**given, **{name: extra[name] for name in inputs if name in extra}}


def reason(here: Scene, told: Told, language: str) -> str:
    """Return the reason chosen from a list that people read; never what somebody wrote for colleagues."""
    if told.kind == "timer_fired":
        words = _DELAYS.get(str(told.payload.get("reason")))
        return words.said_in(language) if words is not None else ""
    transition = _transition(here, told)
    if transition is None or transition.name not in _TOLD_REASONS:
        return ""
    asked = next((each for each in transition.inputs if each.name == "reason" and each.choices), None)
    return _word(asked, told.inputs.get("reason"), here, language) if asked is not None else ""


def note(here: Scene, told: Told, inputs: tuple[str, ...]) -> str:
    """Return what the workflow says the person reads word for word, but for what the notice names itself."""
    transition = _transition(here, told)
    asked = transition.inputs if transition is not None else ()
    words = [told.inputs.get(each.name) for each in asked if each.public and each.name not in inputs]
    return " ".join(str(each) for each in words if each)


def _transition(here: Scene, told: Told) -> Transition | None:
    return machine_of(here, told.case).transitions.get(str(told.payload.get("transition")))


def _word(asked: Input | None, value: Any, here: Scene, language: str) -> str:
    if asked is None or value is None:
        return ""
    for choice in asked.choices:
        if choice.value == value:
            return choice.label.said_in(language)
    try:
        if asked.type == "date":
            return day(date.fromisoformat(str(value)), language)
        if asked.type == "datetime":
            at = datetime.fromisoformat(str(value)).astimezone(here.zone)
            return f"le {moment(at, language)}" if language == "fr" else moment(at, language)
    except ValueError:
        return ""
    return str(value)


def _contact(here: Scene, told: Told, language: str) -> str:
    """Return how to reach whoever has it: the partner it was referred to, or who owns the street."""
    wanted = str(told.inputs.get("partner") or "").strip().casefold()
    for party in here.ground.parties.values():
        if wanted and wanted in (party.code.casefold(), party.name_fr.casefold(), party.name_en.casefold()):
            return _reached(party, language)
    owner = here.ground.parties.get(told.case.owner or "")
    is_refusal = told.payload.get("transition") == "refuse"
    return _reached(owner, language) if owner is not None and is_refusal else ""


def _reached(party: Party, language: str) -> str:
    name = party.name_en if language == "en" else party.name_fr
    return ", ".join(filter(None, (name, party.phone or party.url or party.email)))


def moment(at: datetime, language: str) -> str:
    """Return a local moment in words that stay true: « jeudi 7 mai à 16 h 30 »; the day alone at its end."""
    shown = moments.long_date(at.date(), language)
    if (at.hour, at.minute) == _END_OF_DAY:
        return shown
    joined = "à" if language == "fr" else "at"
    return f"{shown} {joined} {moments.time_of_day(at, language)}"


def day(value: date, language: str) -> str:
    """Return a day in words: « le jeudi 7 mai », Thursday, May 7."""
    shown = moments.long_date(value, language)
    return f"le {shown}" if language == "fr" else shown

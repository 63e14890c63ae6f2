"""Triage: department, crew, priority and due dates of a case, each with the rule that decided it.

Pure over a `Desk` and a `Board`: the same case on the same two always goes the same way (domain.md §6).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from tracker.catalogue.conditions import ANSWER, Condition, Facts
from tracker.catalogue.definitions import RESOLVE, RESPOND, Service
from tracker.catalogue.promises import Standard, Text
from tracker.dispatch import choosing, explaining, storms
from tracker.dispatch.board import EMPTY, Board
from tracker.dispatch.desk import CrewRef, Desk
from tracker.dispatch.pools import Setting
from tracker.dispatch.reasons import Reason
from tracker.dispatch.storms import Storm
from tracker.sla import Promise, due

__all__ = ["Promises", "Reason", "Setting", "Triage", "due_at", "promises", "triage"]

CLOSE_OF_DAY = time(23, 59)
# One of the unit, then several.
UNIT_WORDS = {
    "elapsed_h": (Text(fr="{} h", en="{} h"), Text(fr="{} h", en="{} h")),
    "business_h": (
        Text(fr="{} h ouvrable", en="{} business hour"),
        Text(fr="{} h ouvrables", en="{} business hours"),
    ),
    "business_days": (
        Text(fr="{} jour ouvrable", en="{} business day"),
        Text(fr="{} jours ouvrables", en="{} business days"),
    ),
    "calendar_days": (Text(fr="{} jour", en="{} day"), Text(fr="{} jours", en="{} days")),
}
CIRCUMSTANCE_WORDS = {
    "artery": Text(fr="artère", en="artery"),
    "collector": Text(fr="rue collectrice", en="collector street"),
    "local": Text(fr="rue locale", en="local street"),
    "day": Text(fr="de jour", en="by day"),
    "night": Text(fr="de nuit", en="at night"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Triage:
    """The decision. Times are UTC."""

    department: str
    crew: CrewRef | None
    priority: int
    respond_by: datetime
    resolve_by: datetime
    reasons: tuple[Reason, ...]
    suspended_since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Promises:
    """When a case is due, with the steps that say why."""

    respond_by: datetime
    resolve_by: datetime
    reasons: tuple[Reason, Reason]


def triage(
    desk: Desk, service: Service, setting: Setting, *, department: Text, board: Board = EMPTY
) -> Triage:
    """Decide who does it, how urgently and by when.

    Raises catalogue.errors.StandardNotFound when the service promises nothing in these circumstances.
    """
    storm = storms.on(desk.storms, setting.district_code, setting.received_at)
    waits = storm is not None and storms.suspends(service.workflow, service.priority, service.code)
    due = promises(desk, service, setting)
    choice = choosing.choose(desk, board, service, setting, due.resolve_by)
    reasons = (
        Reason(
            step="department",
            rule=f"service.{service.code}.department",
            fr=f"{service.name.fr} → {department.fr}",
            en=f"{service.name.en} → {department.en}",
        ),
        *_district_reason(setting),
        *explaining.steps(desk, service, setting, choice),
        Reason(
            step="priority",
            rule=f"service.{service.code}.priority",
            fr=f"Priorité {service.priority} selon le catalogue",
            en=f"Priority {service.priority} by the catalogue",
        ),
        *due.reasons,
        *_storm_reason(storm, service, waits=waits),
    )
    return Triage(
        department=service.department,
        crew=choice.crew,
        priority=service.priority,
        respond_by=due.respond_by,
        resolve_by=due.resolve_by,
        reasons=reasons,
        suspended_since=setting.received_at if waits else None,
    )


def _storm_reason(storm: Storm | None, service: Service, *, waits: bool) -> tuple[Reason, ...]:
    """Say what a storm changes: a promise that waits, or a clock that starts later."""
    if storm is None:
        return ()
    rule = f"storm.{storm.id}"
    if waits:
        fr = "Tempête : les délais des travaux non urgents sont suspendus"
        en = "Storm: delays for work that is not urgent are suspended"
        return (Reason(step="storm", rule=rule, fr=fr, en=en),)
    if service.clock_start == storms.END_OF_PRECIPITATION:
        fr, en = "Le délai part de la fin des précipitations", "The delay starts when the precipitation ends"
        return (Reason(step="storm", rule=rule, fr=fr, en=en),)
    return ()


def promises(desk: Desk, service: Service, setting: Setting) -> Promises:
    """Return when a case is due. Raises catalogue.errors.StandardNotFound."""
    known = setting.known
    starts_at = storms.clock_starts(desk.storms, service, setting.district_code, setting.received_at)
    counted_from = starts_at or setting.received_at  # while it snows nobody knows yet
    respond, respond_why = _promise(desk, service, RESPOND, (known, counted_from))
    resolve, resolve_why = _promise(desk, service, RESOLVE, (known, counted_from))
    return Promises(respond_by=respond, resolve_by=max(respond, resolve), reasons=(respond_why, resolve_why))


def _district_reason(setting: Setting) -> tuple[Reason, ...]:
    if setting.district_code is None:
        return ()
    return (
        Reason(
            step="district",
            rule="place.district",
            fr=f"Le point est dans le district {setting.district_name}",
            en=f"The point is in district {setting.district_name}",
        ),
    )


def _promise(
    desk: Desk, service: Service, kind: str, known: tuple[Facts, datetime]
) -> tuple[datetime, Reason]:
    standard = service.standard_for(kind, known[0])
    at = due_at(desk, standard, known[1])
    what = Text(fr="Premier suivi", en="First answer") if kind == RESPOND else Text(fr="Fin", en="Done")
    said = _said(service, standard)
    return at, Reason(
        step=f"{kind}_by",
        rule=f"service.{service.code}.{kind}",
        fr=f"{what.fr} : {said.fr}",
        en=f"{what.en}: {said.en}",
    )


def due_at(desk: Desk, standard: Standard, start: datetime) -> datetime:
    """Return when a promise made at `start` falls due, in UTC."""
    by: date | None = standard.by_date(start.astimezone(desk.calendar.zone).date())
    if by is not None:
        return datetime.combine(by, CLOSE_OF_DAY, desk.calendar.zone).astimezone(UTC)
    return due(Promise(standard.amount, standard.unit), start=start, calendar=desk.calendar)


def _said(service: Service, standard: Standard) -> Text:
    if standard.by is not None:
        return standard.note or Text(fr=f"avant le {standard.by}", en=f"before {standard.by}")
    if standard.is_automatic:
        return Text(fr="réponse immédiate", en="immediate answer")
    one, several = UNIT_WORDS[standard.unit]
    unit = one if standard.amount == 1 else several
    cases = [_circumstance(service, condition) for condition in standard.when]
    return Text(
        fr=unit.fr.format(standard.amount) + "".join(f" ({each.fr})" for each in cases),
        en=unit.en.format(standard.amount) + "".join(f" ({each.en})" for each in cases),
    )


def _circumstance(service: Service, condition: Condition) -> Text:
    """Say what a promise depends on: the kind of street, or an answer in the words of its choice."""
    question = service.question(condition.fact.removeprefix(ANSWER))
    chosen = [
        (option.label if question and (option := question.option(value)) else None)
        or CIRCUMSTANCE_WORDS.get(value, Text(fr=value, en=value))
        for value in condition.values
    ]
    return Text(fr=" / ".join(each.fr for each in chosen), en=" / ".join(each.en for each in chosen))

"""Triage: department, crew, priority and due dates of a case, each with the rule that decided it.

Pure over a `Desk`: the same case on the same desk always goes the same way (domain.md §6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from tracker.catalogue.conditions import ANSWER, Condition, Facts, facts
from tracker.catalogue.definitions import RESOLVE, RESPOND, Service
from tracker.catalogue.promises import Standard, Text
from tracker.dispatch.desk import CrewRef, Desk
from tracker.sla import Promise, due

ROAD_CLASSES = {1: "artery", 2: "artery", 3: "collector", 4: "local"}
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
class Reason:
    """One step of triage: the rule that decided and its words."""

    step: str
    rule: str
    fr: str
    en: str

    def as_mapping(self) -> dict[str, Any]:
        return {"step": self.step, "rule": self.rule, "fr": self.fr, "en": self.en}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What triage looks at besides the service: where, on what kind of street, with which answers."""

    district_code: str | None
    district_name: str | None
    road_class: int | None
    answers: Mapping[str, object]
    received_at: datetime

    @property
    def known(self) -> Facts:
        """Return what the conditions of a promise look at."""
        return facts(self.answers, road_class=ROAD_CLASSES.get(self.road_class or 0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Triage:
    """The decision. Times are UTC."""

    department: str
    crew: CrewRef | None
    priority: int
    respond_by: datetime
    resolve_by: datetime
    reasons: tuple[Reason, ...]


def triage(desk: Desk, service: Service, setting: Setting, *, department: Text) -> Triage:
    """Decide who does it, how urgently and by when.

    Raises catalogue.errors.StandardNotFound when the service promises nothing in these circumstances.
    """
    respond, respond_why = _promise(desk, service, RESPOND, setting)
    resolve, resolve_why = _promise(desk, service, RESOLVE, setting)
    crew, crew_why = _crew(desk, service, setting)
    reasons = (
        Reason(
            step="department",
            rule=f"service.{service.code}.department",
            fr=f"{service.name.fr} → {department.fr}",
            en=f"{service.name.en} → {department.en}",
        ),
        *_district_reason(setting),
        crew_why,
        Reason(
            step="priority",
            rule=f"service.{service.code}.priority",
            fr=f"Priorité {service.priority} selon le catalogue",
            en=f"Priority {service.priority} by the catalogue",
        ),
        respond_why,
        resolve_why,
    )
    return Triage(
        department=service.department,
        crew=crew,
        priority=service.priority,
        respond_by=respond,
        resolve_by=max(respond, resolve),
        reasons=reasons,
    )


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


def _promise(desk: Desk, service: Service, kind: str, setting: Setting) -> tuple[datetime, Reason]:
    standard = service.standard_for(kind, setting.known)
    at = due_at(desk, standard, setting.received_at)
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


def _crew(desk: Desk, service: Service, setting: Setting) -> tuple[CrewRef | None, Reason]:
    able = [crew for crew in desk.crews if service.skill in crew.skills]
    here = [crew for crew in able if not crew.districts or setting.district_code in crew.districts]
    if not here:
        return None, Reason(
            step="crew",
            rule="crew.none",
            fr="Aucune équipe n’a la compétence ici : la répartition choisit",
            en="No crew has the skill here: a dispatcher chooses",
        )
    crew = min(here, key=lambda each: _order(each, service, setting))
    own = setting.district_code is not None and setting.district_code in crew.districts
    return crew, Reason(
        step="crew",
        rule=f"crew.{service.assignment}",
        fr=f"{crew.name} : a la compétence"
        + (" et dessert ce district" if own else " et dessert toute la ville"),
        en=f"{crew.name}: has the skill"
        + (" and serves this district" if own else " and serves the whole city"),
    )


def _order(crew: CrewRef, service: Service, setting: Setting) -> tuple[bool, bool, bool, str]:
    contract = (crew.kind == "contract") != (service.assignment == "contract")
    return (
        contract,
        crew.department != service.department,
        setting.district_code not in crew.districts,
        crew.code,
    )

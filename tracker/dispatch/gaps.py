"""Where and when a service would find no crew: every service, district and hour of a week, crews unloaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tracker.catalogue import errors as catalogue_errors
from tracker.catalogue.definitions import Service
from tracker.dispatch import choosing, soundness
from tracker.dispatch import service as dispatch
from tracker.dispatch import world as worlds
from tracker.dispatch.board import EMPTY
from tracker.dispatch.desk import Desk
from tracker.dispatch.pools import Setting
from tracker.dispatch.ruleset import NOWHERE, Outcome, RuleSet
from tracker.dispatch.world import World

WEEK_H = 168


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A service that finds nobody in a district at some hours of the week (0 is Monday midnight, local).

    `rule` is what would have decided; `why` the refusals that were met, most often the one that counts.
    """

    service: str
    district: str
    rule: str
    hours: tuple[int, ...]
    why: tuple[str, ...]

    @property
    def is_always(self) -> bool:
        return len(self.hours) == WEEK_H


def find(desk: Desk, rules: RuleSet, world: World, unreachable: Iterable[str] = ()) -> list[Gap]:
    """Return the gaps, each service's together, in order of the catalogue."""
    dead = set(unreachable)
    found: list[Gap] = []
    for service in world.services.values():
        week = _Week(world, _starts(desk, rules, service), dead | _never(rules, service, world))
        found += _of_service(desk, rules, service, week)
    return found


def _never(rules: RuleSet, service: Service, world: World) -> set[str]:
    """Return the exceptions that never decide for this service, whatever else they are for."""
    asked = rules.asked_for(service.code)
    whole = worlds.possible(world, service, asked)
    never: set[str] = set()
    earlier: list[worlds.Box] = []
    for rule in asked:
        box = worlds.where(rule, service, whole)
        if box is None or soundness.point_outside(box, earlier) is None:
            never.add(rule.id)
        if box is not None:
            earlier.append(box)
    return never


@dataclass(frozen=True, slots=True)
class _Week:
    world: World
    starts: tuple[int, ...]
    dead: set[str]


def _of_service(desk: Desk, rules: RuleSet, service: Service, week: _Week) -> list[Gap]:
    laws = {name: replace(rules, rules=(), services={service.code: outcome})
            for name, outcome in _outcomes(rules, service)}  # fmt: skip
    places = (NOWHERE,) if service.location.kind == "none" else week.world.districts or (NOWHERE,)
    monday = _monday(desk, service)
    missing: dict[tuple[str, str], tuple[list[int], set[str]]] = {}
    ends = (*week.starts[1:], WEEK_H)
    for start, end in zip(week.starts, ends, strict=True):
        at = (monday + timedelta(hours=start)).replace(tzinfo=desk.calendar.zone).astimezone(UTC)
        due = _due(desk, service, at)
        for place in places:
            setting = Setting(
                district_code=None if place == NOWHERE else place,
                district_name=None,
                road_class=None,
                answers={},
                received_at=at,
            )
            for name in _may_decide(rules, service, week, place, start, monday.month):
                choice = choosing.choose(desk, EMPTY, service, setting, due, laws[name])
                if choice.crew is None:
                    hours, why = missing.setdefault((place, name), ([], set()))
                    hours += range(start, end)
                    why |= {each.rule for each in choice.passed} or {"skill"}
    return [
        Gap(service=service.code, district=place, rule=name, hours=tuple(hours), why=tuple(sorted(why)))
        for (place, name), (hours, why) in missing.items()
    ]


def _outcomes(rules: RuleSet, service: Service) -> Iterator[tuple[str, Outcome]]:
    for rule in rules.asked_for(service.code):
        yield f"rule.{rule.id}", rule.then
    base = rules.base(service.code, service.assignment)
    yield f"crew.{base.mode}", base


def _may_decide(
    rules: RuleSet, service: Service, week: _Week, place: str, hour: int, month: int
) -> Iterator[str]:
    """Give the rules that may decide here and then, whatever the answers and the street."""
    known = {
        "service": service.code,
        "district": place,
        "weekday": str(hour // 24 + 1),
        "hour": str(hour % 24),
        "month": str(month),
    }
    for rule in rules.asked_for(service.code):
        of_here = [each for each in rule.when if each.fact in known and each.fact != "month"]
        if rule.id in week.dead or not all(each.holds(known) for each in of_here):
            continue
        yield f"rule.{rule.id}"
        if len(of_here) == len(rule.when):
            return
    yield f"crew.{rules.base(service.code, service.assignment).mode}"


def _starts(desk: Desk, rules: RuleSet, service: Service) -> tuple[int, ...]:
    """Return the hours of the week between which nothing changes: shifts, and the hours of rules."""
    marks = {0, *(24 * day for day in range(7))}
    asked = rules.asked_for(service.code)
    is_timed = any(each.fact in ("weekday", "hour") for rule in asked for each in rule.when)
    monday = _monday(desk, service).replace(tzinfo=desk.calendar.zone).astimezone(UTC)
    if not is_timed and not service.is_urgent and _due(desk, service, monday) - monday > timedelta(days=15):
        # A week later it is not due yet: whoever works some day of the week comes in time, at whatever hour.
        return (0,)
    named = {code for _, outcome in _outcomes(rules, service) for code in outcome.crews()}
    named |= {person.crew for person in rules.people.values()}
    for crew in desk.crews:
        if service.skill not in crew.skills and crew.code not in named:
            continue
        for day, hours in crew.roster.days.items():
            for each in (hours.starts, hours.ends):
                # A shift that begins or ends within an hour changes it, and the one after.
                marks |= {(24 * (day - 1) + each.hour) % WEEK_H, (24 * (day - 1) + each.hour + 1) % WEEK_H}
    for rule in asked:
        for value in rule.values("hour") or ():
            marks |= {24 * day + at for day in range(7) for at in (int(value), (int(value) + 1) % 24)}
    return tuple(sorted(marks))


def _monday(desk: Desk, service: Service) -> datetime:
    """Return a Monday midnight, local, of an ordinary week in the service's season."""
    month = 3
    if service.season is not None:
        month = int(service.season.start[:2])
    first = datetime(2026, month, 8)  # noqa: DTZ001 -- local, the zone is put on below
    return first + timedelta(days=(7 - first.weekday()) % 7)


def _due(desk: Desk, service: Service, at: datetime) -> datetime:
    setting = Setting(district_code=None, district_name=None, road_class=4, answers={}, received_at=at)
    try:
        return dispatch.promises(desk, service, setting).resolve_by
    except catalogue_errors.StandardNotFound:
        return at + timedelta(days=1)


def said(hours: Iterable[int], language: str) -> str:
    """Return hours of the week as days and times, equal days together: `lun.–ven. 16 h–24 h`."""
    days = _DAYS[language]
    by_day: dict[int, list[int]] = {}
    for hour in sorted(hours):
        by_day.setdefault(hour // 24, []).append(hour % 24)
    runs: list[tuple[int, int, tuple[int, ...]]] = []
    for day, listed in sorted(by_day.items()):
        if runs and runs[-1][2] == tuple(listed) and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day, runs[-1][2])
        else:
            runs.append((day, day, tuple(listed)))
    told = []
    for first, last, listed_ in runs:
        span = days[first] if first == last else f"{days[first]}–{days[last]}"
        told.append(f"{span} {_times(listed_, language)}")
    return ", ".join(told)


def _times(hours: tuple[int, ...], language: str) -> str:
    if len(hours) == 24:
        return "jour et nuit" if language == "fr" else "day and night"
    spans: list[list[int]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    if language == "fr":
        return " et ".join(f"{a}\N{NO-BREAK SPACE}h–{b}\N{NO-BREAK SPACE}h" for a, b in spans)
    return " and ".join(f"{a}:00–{b}:00" for a, b in spans)


_DAYS = {
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}

"""One entry of a rule set read: what is not understood raises `Wrong` with the reason in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn, TypeVar

from routing.legal import Limits
from tracker.catalogue.conditions import ANSWER, Condition
from tracker.catalogue.promises import Text
from tracker.dispatch import ruleset
from tracker.dispatch.ruleset import CrewRules, Outcome, Person, Rule

T = TypeVar("T")

_OUTCOME = frozenset(["mode", "crew", "by_district", "weeks", "people", "since", "equipment"])
_WEEK = frozenset(range(1, 8))


class Wrong(Exception):
    """One entry is wrong: caught where the entry is known."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr, self.en = fr, en


def rule(given: Any) -> Rule:
    """Return an exception: its id, rank, conditions and outcome."""
    if not isinstance(given, dict) or set(given) - {"id", "rank", "when", "then", "note"}:
        _wrong("attendu\u00a0: id, rank, when, then, note", "expected: id, rank, when, then, note")
    id_, rank, when = given.get("id"), given.get("rank", ruleset.DEFAULT_RANK), given.get("when")
    if not isinstance(id_, str) or not id_.strip() or len(id_) > 60:
        _wrong("id\u00a0: un texte de 1 à 60 caractères", "id: a text of 1 to 60 characters")
    if not isinstance(rank, int) or isinstance(rank, bool) or not 0 <= rank <= 10_000:
        _wrong("rank\u00a0: un entier de 0 à 10000", "rank: a whole number from 0 to 10000")
    if not isinstance(when, dict) or not when:
        _wrong("when\u00a0: au moins une condition", "when: at least one condition")
    return Rule(
        id=id_.strip(),
        rank=rank,
        when=tuple(_condition(str(fact), values) for fact, values in when.items()),
        then=outcome("then", given.get("then")),
    )


def _condition(fact: str, given: Any) -> Condition:
    name = {"hours": "hour", "months": "month", "weekdays": "weekday"}.get(fact, fact)
    if name not in ruleset.FACTS and not (name.startswith(ANSWER) and len(name) > len(ANSWER)):
        _wrong(f"condition inconnue\u00a0: {fact}", f"unknown condition: {fact}")
    values = given if isinstance(given, list) else [given]
    if not values or any(isinstance(each, dict | list | float | bool) or each is None for each in values):
        _wrong(f"{fact}\u00a0: une liste de valeurs", f"{fact}: a list of values")
    said = [text for each in values for text in _values(name, each)]
    return Condition(fact=name, values=tuple(dict.fromkeys(said)))


def _values(fact: str, given: Any) -> list[str]:
    """Return a value as facts have it; hours as `22-6`, from 22:00 to before 6:00."""
    limits = {"weekday": (1, 7), "month": (1, 12), "hour": (0, 23)}.get(fact)
    if limits is None:
        if fact == "road_class" and str(given) not in ruleset.ROAD_CLASSES:
            _wrong("road_class\u00a0: 1 à 4, ou none", "road_class: 1 to 4, or none")
        return [str(given)]
    first, last = limits
    begun, dash, ended = str(given).partition("-")
    if not begun.strip().isdigit() or (dash and not ended.strip().isdigit()):
        _wrong(f"{fact}\u00a0: {first} à {last}", f"{fact}: {first} to {last}")
    start, end = int(begun), int(ended) if dash else int(begun)
    top = 24 if fact == "hour" and dash else last
    if not (first <= start <= last and first <= end <= top):
        _wrong(f"{fact}\u00a0: {first} à {last}", f"{fact}: {first} to {last}")
    if fact == "hour" and dash:
        length = (end - start) % 24 or 24
        return [str((start + each) % 24) for each in range(length)]
    span = range(start, end + 1) if start <= end else [*range(start, last + 1), *range(first, end + 1)]
    return [str(each) for each in span]


def outcome(_: str, given: Any) -> Outcome:
    """Return who takes a case: the mode and what it needs."""
    if not isinstance(given, dict) or set(given) - _OUTCOME:
        _wrong(f"attendu\u00a0: {', '.join(sorted(_OUTCOME))}", f"expected: {', '.join(sorted(_OUTCOME))}")
    mode = given.get("mode")
    if mode not in ruleset.MODES:
        _wrong(f"mode\u00a0: {', '.join(ruleset.MODES)}", f"mode: {', '.join(ruleset.MODES)}")
    by_district = given.get("by_district") or {}
    if not isinstance(by_district, dict):
        _wrong("by_district\u00a0: district vers équipe", "by_district: district to crew")
    weeks, people = _texts("weeks", given.get("weeks")), _texts("people", given.get("people"))
    since = _moment(given.get("since"))
    if (weeks or len(people) > 1) and since is None:
        _wrong("since\u00a0: quand le tour commence", "since: when the turns begin")
    if mode == ruleset.PERSON and not people and given.get("crew") is None and given.get("since"):
        _wrong("people\u00a0: qui, ou crew", "people: who, or crew")
    crew = given.get("crew")
    return Outcome(
        mode=mode,
        crew=str(crew) if crew is not None else None,
        by_district=tuple((str(district), str(code)) for district, code in by_district.items()),
        weeks=weeks,
        people=people,
        since=since,
        equipment=frozenset(_texts("equipment", given.get("equipment"))),
    )


def crew(_: str, given: Any) -> CrewRules:
    """Return what a crew has: equipment by day, streets of its own."""
    if not isinstance(given, dict) or set(given) - {"equipment", "own_streets"}:
        _wrong("attendu\u00a0: equipment, own_streets", "expected: equipment, own_streets")
    told = given.get("equipment") or {}
    if isinstance(told, list):
        told = dict.fromkeys(told)
    if not isinstance(told, dict):
        _wrong("equipment\u00a0: matériel vers jours", "equipment: equipment to days")
    return CrewRules(
        equipment=tuple((str(code), _days(days)) for code, days in told.items()),
        own_streets=frozenset(_texts("own_streets", given.get("own_streets"))),
    )


def _days(given: Any) -> frozenset[int]:
    if given is None:
        return _WEEK
    if not isinstance(given, list) or not all(each in _WEEK for each in given):
        _wrong("jours\u00a0: 1 (lundi) à 7", "days: 1 (Monday) to 7")
    return frozenset(given)


def person(code: str, given: Any) -> Person:
    """Return a person who may be named by a rule."""
    if not isinstance(given, dict) or set(given) - {"name", "crew", "own_streets"}:
        _wrong("attendu\u00a0: name, crew, own_streets", "expected: name, crew, own_streets")
    if not given.get("name") or not given.get("crew"):
        _wrong("name et crew sont nécessaires", "name and crew are needed")
    streets = frozenset(_texts("own_streets", given.get("own_streets")))
    return Person(code=code, name=str(given["name"]), crew=str(given["crew"]), own_streets=streets)


def equipment_name(_: str, given: Any) -> Text:
    """Return the name of a piece of equipment."""
    return text(given)


def text(given: Any) -> Text:
    """Return a name in both languages."""
    if not isinstance(given, dict) or set(given) != {"fr", "en"} or not all(map(str.strip, _strs(given))):
        _wrong("un nom en fr et en en", "a name in fr and en")
    return Text(fr=given["fr"].strip(), en=given["en"].strip())


def _strs(given: Mapping[str, Any]) -> list[str]:
    return [each if isinstance(each, str) else "" for each in given.values()]


def _texts(field: str, given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or any(isinstance(each, dict | list) or each is None for each in given):
        _wrong(f"{field}\u00a0: une liste", f"{field}: a list")
    return tuple(str(each) for each in given)


def _moment(given: Any) -> datetime | None:
    """Return a local moment, without a zone: the town's own is meant."""
    if given is None:
        return None
    if isinstance(given, date) and not isinstance(given, datetime):
        return datetime.combine(given, time.min)
    try:
        at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    except ValueError:
        _wrong("since\u00a0: une date, ou date et heure", "since: a date, or date and time")
    return at.replace(tzinfo=None)


def limits(given: Any) -> Limits:
    """Return the hours a crew may work."""
    names = {"in_a_row_h", "rest_h", "window_h", "window_days", "long_rest_h"}
    if not isinstance(given, dict) or set(given) - names:
        _wrong(f"attendu\u00a0: {', '.join(sorted(names))}", f"expected: {', '.join(sorted(names))}")
    for each in given.values():
        if isinstance(each, bool) or not isinstance(each, int | float) or not 0 < each <= 744:
            _wrong("des heures au-dessus de 0", "hours above 0")
    return Limits(
        in_a_row=timedelta(hours=given.get("in_a_row_h", 16)),
        rest=timedelta(hours=given.get("rest_h", 8)),
        in_window=timedelta(hours=given.get("window_h", 70)),
        window=timedelta(days=given.get("window_days", 7)),
        long_rest=timedelta(hours=given.get("long_rest_h", 36)),
    )


def built(made: Callable[..., T], *, above: float | None = None) -> Callable[[Any], T]:
    """Read the numbers of a value whose fields are numbers."""

    def build(given: Any) -> T:
        numbers = given.values() if isinstance(given, dict) else [None]
        for each in numbers:
            if isinstance(each, bool) or not isinstance(each, int | float) or not 0 <= each <= 100_000:
                _wrong("des nombres à partir de 0", "numbers from 0")
            if above is not None and each <= above:
                _wrong("des nombres au-dessus de 0", "numbers above 0")
        try:
            return made(**given)
        except TypeError:
            _wrong("champ inconnu", "unknown field")
        except ValueError as wrong:
            _wrong("la somme doit être 1", str(wrong))

    return build


def boolean(given: Any) -> bool:
    """Return true or false, and nothing that looks like it."""
    if not isinstance(given, bool):
        _wrong("true ou false", "true or false")
    return given


def _wrong(fr: str, en: str) -> NoReturn:
    raise Wrong(fr, en)

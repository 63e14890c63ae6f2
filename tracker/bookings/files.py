"""What can be booked and what services cost, from a file a municipality writes: every mistake is named."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import definitions
from tracker.bookings import halls, service
from tracker.bookings.errors import ResourcesInvalid
from tracker.bookings.models import Resource
from tracker.catalogue import queries as catalogue
from tracker.payments.models import Fee

KINDS = ("room", "stock", "tour", "activity", "show")
MONEY = ("hourly_cents", "flat_cents", "deposit_cents", "approve_above")
RULES = (*MONEY, "opens", "closes", "weekdays", "refund", "answers", "at", *halls.RULES)
KEYS = ("halls", "resources", "fees")


def read(path: Path) -> Mapping[str, Any]:
    """Return what a file says. Raises ResourcesInvalid."""
    try:
        return definitions.read_mapping(path)
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise ResourcesInvalid((str(wrong),)) from None


def load(session: Session, given: Mapping[str, Any], *, at: datetime) -> tuple[int, int, int]:
    """Store what a file has; return how many resources and fees, and how many resources were retired.

    What the file no longer names is no longer lent; bookings of it stand. Raises ResourcesInvalid naming
    every entry and field that is wrong; nothing is stored then.
    """
    resources, fees = given.get("resources") or {}, given.get("fees") or {}
    mistakes = [f"{key}: unknown" for key in given if key not in KEYS]
    mistakes += halls.faults(session, given.get("halls") or {})
    for key, entries in (("resources", resources), ("fees", fees)):
        if not isinstance(entries, Mapping):
            raise ResourcesInvalid((f"{key}: must be a mapping",))
        check = _resource_faults if key == "resources" else _fee_faults
        for code, entry in entries.items():
            mistakes += [f"{key}.{code}.{fault}" for fault in _faults(session, entry, check)]
    for code, entry in resources.items():
        mistakes += [f"resources.{code}.{fault}" for fault in halls.place_faults(entry, given.get("halls"))]
        mistakes += [f"resources.{code}.{fault}" for fault in halls.moved_faults(session, str(code), entry)]
    if mistakes:
        raise ResourcesInvalid(tuple(mistakes))
    sizes = halls.store(session, given.get("halls") or {})
    for code, entry in resources.items():
        _store(session, str(code), entry, sizes)
    session.execute(delete(Fee))
    session.add_all(Fee(service_code=str(code), **entry) for code, entry in fees.items())
    session.flush()
    return len(resources), len(fees), service.retire_missing(session, set(map(str, resources)), at=at)


def _store(session: Session, code: str, entry: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
    values = {
        "kind": entry["kind"],
        "service_code": entry["service"],
        "name_fr": entry["name"]["fr"],
        "name_en": entry["name"]["en"],
        "units": sizes[entry["hall"]] if "hall" in entry else entry.get("units", 1),
        "hall_code": entry.get("hall"),
        "district_code": entry.get("district"),
        "rules": dict(entry.get("rules") or {}),
        "retired_at": None,
    }
    statement = insert(Resource).values(code=code, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))


def _faults(session: Session, entry: Any, check: Any) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield "must be a mapping"
        return
    yield from check(session, entry)


def _resource_faults(session: Session, entry: Mapping[str, Any]) -> Iterator[str]:
    if entry.get("kind") not in KINDS:
        yield f"kind: one of {', '.join(KINDS)}"
    yield from _service_faults(session, str(entry.get("service")), "booking", "service")
    if not halls.is_said(entry.get("name")):
        yield "name: needs fr and en"
    units = entry.get("units", 1)
    if not _is_whole(units) or not 1 <= units <= 10_000:
        yield "units: a whole number from 1 to 10000"
    yield from (f"{each}: unknown" for each in entry if each not in _ENTRY)
    rules = entry.get("rules") or {}
    if not isinstance(rules, Mapping):
        yield "rules: must be a mapping"
        return
    yield from (f"rules.{each}" for each in _rule_faults(rules))


_ENTRY = ("kind", "service", "name", "units", "district", "rules", "hall")


def _rule_faults(rules: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{each}: unknown" for each in rules if each not in RULES)
    yield from (f"{each}: a whole number" for each in MONEY if each in rules and not _is_amount(rules[each]))
    for each in ("opens", "closes"):
        if each in rules and not _is_time(rules[each]):
            yield f"{each}: a time such as '08:00', in quotes"
    days = rules.get("weekdays", [])
    if not (isinstance(days, list) and all(_is_whole(day) and 1 <= day <= 7 for day in days)):
        yield "weekdays: days from 1 (Monday) to 7"
    if not isinstance(rules.get("answers", {}), Mapping):
        yield "answers: must be a mapping"
    if "at" in rules and not _is_point(rules["at"]):
        yield "at: needs lon and lat, in degrees"
    tiers = rules.get("refund", [])
    for tier in tiers if isinstance(tiers, list) else [tiers]:
        if not (isinstance(tier, Mapping) and _is_amount(tier.get("days")) and _is_share(tier.get("share"))):
            yield "refund: needs days, and a share from 0 to 1"


def _fee_faults(session: Session, entry: Mapping[str, Any]) -> Iterator[str]:
    if not _is_amount(entry.get("base_cents")):
        yield "base_cents: a whole number"
    yield from (f"{each}: unknown" for each in entry if each not in _FEE)
    by_number = [each for each in _FEE[1:] if each in entry]
    if by_number and len(by_number) != 3:
        yield "answer, per, per_cents: all three or none"
    elif by_number and not (_is_amount(entry["per"]) and entry["per"] and _is_amount(entry["per_cents"])):
        yield "per: a whole number above zero"


_FEE = ("base_cents", "answer", "per", "per_cents")


def _service_faults(session: Session, code: str, family: str, field: str) -> Iterator[str]:
    known = catalogue.current(session).catalogue
    if code not in known or known.service(code).workflow != family:
        yield f"{field}: {code!r} is no service of the {family} family here"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_whole(value) and 0 <= value < 10**12


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_point(value: Any) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"lon", "lat"}:
        return False
    return _is_degrees(value["lon"], 180) and _is_degrees(value["lat"], 90)


def _is_degrees(value: Any, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _is_time(value: Any) -> bool:
    try:
        return bool(time.fromisoformat(str(value))) or True
    except ValueError:
        return False

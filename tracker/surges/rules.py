"""The rules of data/surges/rules.yaml, read once and refused when something in them is not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tracker import definitions
from tracker.surges.errors import RulesInvalid
from tracker.workflow.table import Words

FILE = definitions.DATA / "surges" / "rules.yaml"
KEYS = ("segment", "circuit", "zone")
BECOMES = ("incident", "tour")
_MEMBERS = {"name", "services", "count", "scan", "becomes", "banner"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """At least so many distinct places with one key within so many hours."""

    by: str
    least: int
    within_h: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What may be proposed as one incident, and how it is looked for."""

    code: str
    name: Words
    services: tuple[str, ...]
    becomes: str
    count: Count | None
    is_scanned: bool
    banner: Words | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All rules, by code, and how many false proposals a year each scan may make."""

    rules: Mapping[str, Rule]
    false_per_year: float


@lru_cache(maxsize=1)
def current() -> Rules:
    """Return the rules in force. Raises RulesInvalid."""
    return read(FILE)


def read(path: Path) -> Rules:
    """Return the rules of a file. Raises RulesInvalid naming the rule and what is wrong."""
    mapping = definitions.read_mapping(path)
    rules = {code: _rule(code, given) for code, given in mapping.get("rules", {}).items()}
    rate = mapping.get("false_per_year")
    if not rules or not isinstance(rate, int | float) or rate <= 0:
        raise RulesInvalid("rules: at least one, and false_per_year above 0")
    return Rules(rules=rules, false_per_year=float(rate))


def _rule(code: str, given: Mapping[str, Any]) -> Rule:
    unknown = set(given) - _MEMBERS
    if unknown or given.get("becomes") not in BECOMES or not given.get("services"):
        raise RulesInvalid(f"{code}: {', '.join(sorted(unknown)) or 'services, becomes'}")
    count = _count(code, given["count"]) if given.get("count") else None
    if count is None and not given.get("scan"):
        raise RulesInvalid(f"{code}: count or scan")
    return Rule(
        code=code,
        name=Words(**given["name"]),
        services=tuple(given["services"]),
        becomes=given["becomes"],
        count=count,
        is_scanned=bool(given.get("scan")),
        banner=Words(**given["banner"]) if given.get("banner") else None,
    )


def _count(code: str, given: Mapping[str, Any]) -> Count:
    count = Count(by=given.get("by", ""), least=given.get("least", 0), within_h=given.get("within_h", 0))
    if count.by not in KEYS or count.least < 2 or count.within_h <= 0:
        raise RulesInvalid(f"{code}.count: by {', '.join(KEYS)}; least 2; within_h above 0")
    return count

"""How long personal data is kept, by service: data/privacy/retention.yaml, read once and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tracker import definitions
from tracker.privacy.errors import RetentionInvalid

FILE = definitions.DATA / "privacy" / "retention.yaml"
_MEMBERS = {"contact_days", "report_days"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Days after a case is closed until its contacts go, and until its reports are anonymised."""

    contact_days: int
    report_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """All rules and the version of the file they come from."""

    version: int
    default: Rule
    groups: Mapping[str, Rule]
    services: Mapping[str, Rule]

    def of(self, service_code: str) -> Rule:
        """Return the rule of a service: its own, its group's, else the default."""
        own = self.services.get(service_code)
        return own or self.groups.get(service_code.partition("-")[0]) or self.default


@lru_cache(maxsize=1)
def current() -> Retention:
    """Return the rules in force. Raises RetentionInvalid."""
    return read(FILE)


def read(path: Path) -> Retention:
    """Return the rules of a file. Raises RetentionInvalid naming what is wrong."""
    given = definitions.read_mapping(path)
    unknown = set(given) - {"version", "default", "groups", "services"}
    version = given.get("version")
    if unknown or not isinstance(version, int) or version < 1:
        raise RetentionInvalid(", ".join(sorted(unknown)) or "version")
    return Retention(
        version=version,
        default=_rule("default", given.get("default")),
        groups={code: _rule(code, rule) for code, rule in (given.get("groups") or {}).items()},
        services={code: _rule(code, rule) for code, rule in (given.get("services") or {}).items()},
    )


def _rule(name: str, given: Any) -> Rule:
    if not isinstance(given, Mapping) or set(given) != _MEMBERS:
        raise RetentionInvalid(f"{name}: contact_days, report_days")
    if not all(isinstance(days, int) and days > 0 for days in given.values()):
        raise RetentionInvalid(f"{name}: days are whole numbers above 0")
    if given["contact_days"] > given["report_days"]:
        raise RetentionInvalid(f"{name}: a contact is not kept longer than its report")
    return Rule(**given)

"""Who works for the town and who else owns things in it: data/demo/crews.yaml as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from pathlib import Path

from tracker.demo import parameters


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftPlan:
    """Days are ISO days of the week, 1 is Monday."""

    days: tuple[int, ...]
    starts: str
    ends: str
    on_call: bool = False

    def hours(self) -> tuple[time, time]:
        return time.fromisoformat(self.starts), time.fromisoformat(self.ends)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewPlan:
    code: str
    name: str
    department: str
    kind: str
    skills: tuple[str, ...]
    capacity_min: int
    shifts: ShiftPlan
    depot: str | None = None
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPlan:
    email: str
    name: str
    role: str
    crew: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountsPlan:
    """Accounts that exist only in the demo; they share one password, which the demo prints."""

    password: str
    people: tuple[PersonPlan, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyPlan:
    """Who answers an alarm; the telephone numbers are of the range kept for fiction."""

    domain: str
    rank: str
    name: str
    phone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyPlan:
    code: str
    kind: str
    fr: str
    en: str
    phone: str
    url: str
    asset_kinds: tuple[str, ...] = ()
    chase_days: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffPlan:
    crews: tuple[CrewPlan, ...]
    accounts: AccountsPlan
    third_parties: tuple[PartyPlan, ...]
    duties: tuple[DutyPlan, ...] = ()


def read_staff(folder: Path = parameters.DEFAULT_FOLDER) -> StaffPlan:
    """Read who works here. Raises ParameterMissing."""
    value: StaffPlan = parameters.build_value(
        StaffPlan, parameters.read_yaml(folder / "crews.yaml"), where="crews.yaml"
    )
    return value

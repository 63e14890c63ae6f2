"""Everything that is to be said of a rule set before it is put in force: names, proofs, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.catalogue import queries as catalogue
from tracker.dispatch import desk as desks
from tracker.dispatch import gaps, soundness
from tracker.dispatch import world as worlds
from tracker.dispatch.gaps import Gap
from tracker.dispatch.ruleset import RuleSet
from tracker.dispatch.soundness import Overlap, Unreachable
from tracker.dispatch.world import World

_DISTRICTS = text("""
    SELECT d.code FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id
    WHERE CASE WHEN CAST(:set AS bigint) IS NULL THEN b.status = 'active' ELSE b.id = :set END
    ORDER BY d.code COLLATE "C"
""")
_SEGMENTS = text(
    "SELECT code, district_code, class AS road_class FROM street_segment WHERE code = ANY(:codes)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What was found. `is_proved` is false where the rules are too entangled for the proof to end in time."""

    unknown: tuple[tuple[str, str, str], ...]
    unreachable: tuple[Unreachable, ...]
    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]
    is_proved: bool = True

    @property
    def is_clean(self) -> bool:
        return self.is_proved and not (self.unknown or self.unreachable or self.overlaps or self.gaps)

    def as_mapping(self, language: str) -> dict[str, Any]:
        """Return it for JSON, the hours of gaps in words."""
        return {
            "is_proved": self.is_proved,
            "unknown_names": [
                {"entry": entry, "kind": kind, "name": name} for entry, kind, name in self.unknown
            ],
            "unreachable": [
                {"rule": each.rule, "shadowed_by": list(each.shadowed_by)} for each in self.unreachable
            ],
            "overlaps": [
                {"first": each.first, "second": each.second, "service": each.service,
                 "example": dict(each.example)}
                for each in self.overlaps
            ],
            "gaps": [
                {"service": each.service, "district": each.district, "rule": each.rule,
                 "hours": len(each.hours), "when": gaps.said(each.hours, language), "why": list(each.why)}
                for each in self.gaps
            ],
        }  # fmt: skip


def world_of(session: Session, rules: RuleSet, boundary_set_id: int | None = None) -> World:
    """Return what may be asked in this town, under its own or a drafted map of the districts."""
    named = {value for rule in rules.rules for value in rule.values("segment") or ()}
    segments = session.execute(_SEGMENTS, {"codes": sorted(named)}) if named else ()
    return World(
        services={each.code: each for each in catalogue.current(session).catalogue.services},
        districts=tuple(row.code for row in session.execute(_DISTRICTS, {"set": boundary_set_id})),
        segments={row.code: (row.district_code, row.road_class) for row in segments},
    )


def check(session: Session, rules: RuleSet, boundary_set_id: int | None = None) -> Check:
    """Examine a rule set in this town."""
    desk, world = desks.current(session), world_of(session, rules, boundary_set_id)
    try:
        found, is_proved = soundness.examine(rules, world), True
    except soundness.TooManyCases:
        found, is_proved = soundness.Findings(unreachable=(), overlaps=()), False
    dead = [each.rule for each in found.unreachable]
    try:
        missing = gaps.find(desk, rules, world, dead)
    except soundness.TooManyCases:
        missing, is_proved = [], False
    return Check(
        unknown=tuple(worlds.unknown_names(world, rules, desk.by_code)),
        unreachable=found.unreachable,
        overlaps=found.overlaps,
        gaps=tuple(missing),
        is_proved=is_proved,
    )

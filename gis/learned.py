"""Corrections that were learned from decisions: added to what each piece of evidence is worth by itself.

A correction belongs to a term and the class its measure falls in, for every service or for one. What was
never seen is corrected by nothing, so a small town keeps the careful prior (shrinkage; see `gis.learning`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """Corrections in log-odds. `shift`, `scale` and `rivals` calibrate the sum (Platt's method).

    `levels` by term and class; `by_kind` the same for one service or word of a city; `pairs` by two of them,
    in alphabetical order; `confused` are those which were seen to be one thing, with the share of near pairs
    that are. `shifts` calibrate each stratum once more: a group of services, and how well both places are
    known (`stratum_of`). `facts` say where all this comes from: source, date, counts, measures.
    """

    version: str
    levels: Mapping[Key, float]
    by_kind: Mapping[str, Mapping[Key, float]] = field(default_factory=dict)
    pairs: Mapping[Key, float] = field(default_factory=dict)
    confused: Mapping[Key, float] = field(default_factory=dict)
    shift: float = 0.0
    scale: float = 1.0
    rivals: float = 0.0
    shifts: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def often_one(self, service: str) -> tuple[str, ...]:
        """Return the services that were seen to be confused with one, whatever the prior thinks."""
        return tuple(two if one == service else one for one, two in self.confused if service in (one, two))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Learned:
        """Read corrections from a data file. Raises ValueError naming what is wrong."""
        version = mapping.get("version")
        if not isinstance(version, str) or not version:
            raise ValueError("learned.version: a name is needed")
        kinds = mapping.get("by_kind", {})
        if not isinstance(kinds, Mapping):
            raise ValueError("learned.by_kind: a mapping is needed")
        calibration = mapping.get("calibration", {})
        return cls(
            version=version,
            levels=_corrections(mapping.get("levels"), "learned.levels"),
            by_kind={str(k): _corrections(v, f"learned.by_kind.{k}") for k, v in kinds.items()},
            pairs=_pairs(mapping.get("pairs", []), "learned.pairs"),
            confused=_pairs(mapping.get("confused", []), "learned.confused"),
            shift=_finite(calibration.get("shift", 0.0), "learned.calibration.shift"),
            scale=_finite(calibration.get("scale", 1.0), "learned.calibration.scale"),
            rivals=_finite(calibration.get("rivals", 0.0), "learned.calibration.rivals"),
            shifts=_numbers(calibration.get("shifts", {}), "learned.calibration.shifts"),
            facts=dict(mapping.get("facts", {})),
        )

    def as_mapping(self) -> dict[str, Any]:
        """Return what `from_mapping` reads: plain values in a fixed order."""
        return {
            "version": self.version,
            "facts": dict(self.facts),
            "calibration": {
                "shift": round(self.shift, 4),
                "scale": round(self.scale, 4),
                "rivals": round(self.rivals, 4),
                "shifts": {name: round(value, 3) for name, value in sorted(self.shifts.items())},
            },
            "levels": _nested(self.levels),
            "by_kind": {kind: _nested(self.by_kind[kind]) for kind in sorted(self.by_kind)},
            "confused": _listed(self.confused),
            "pairs": _listed(self.pairs),
        }


# A telephone's position, a pin or a thing's own place; beyond it is a door, a corner or a street.
POINT_M = 12.0


def stratum_of(service: str, accuracy_m: float, other_accuracy_m: float) -> str:
    """Name what is calibrated together: the group of services, and if each place is a point or a door."""
    one = "point" if accuracy_m <= POINT_M else "door"
    return f"{service.partition('-')[0]}:{one}-{'point' if other_accuracy_m <= POINT_M else 'door'}"


def pair(one: str, other: str) -> Key:
    """Name two services in a fixed order."""
    return (one, other) if one <= other else (other, one)


def _nested(levels: Mapping[Key, float]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for (term, level), value in sorted(levels.items()):
        found.setdefault(term, {})[level] = round(value, 3)
    return found


def _corrections(value: Any, where: str) -> dict[Key, float]:
    if not isinstance(value, Mapping) or not all(isinstance(each, Mapping) for each in value.values()):
        raise ValueError(f"{where}: a mapping of terms to classes is needed")
    return {
        (str(term), str(level)): _finite(number, f"{where}.{term}.{level}")
        for term, levels in value.items()
        for level, number in levels.items()
    }


def _numbers(value: Any, where: str) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: a mapping of names to numbers is needed")
    return {str(name): _finite(number, f"{where}.{name}") for name, number in value.items()}


def _pairs(value: Any, where: str) -> dict[Key, float]:
    if not isinstance(value, list) or not all(isinstance(each, list) and len(each) == 3 for each in value):
        raise ValueError(f"{where}: a list of [service, service, value] is needed")
    return {pair(str(one), str(other)): _finite(number, where) for one, other, number in value}


def _listed(pairs: Mapping[Key, float]) -> list[list[str | float]]:
    return [[one, other, round(value, 3)] for (one, other), value in sorted(pairs.items())]


def _finite(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{where}: a number is needed")
    return float(value)

"""What an asset is, and how many of each the town has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from tracker.demo import parameters
from tracker.demo.greens import Greens
from tracker.demo.segments import Segment

HALF_ROAD_M = {1: 6.0, 2: 6.5, 3: 5.0, 4: 4.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Spacing:
    main: float
    local: float
    country: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Species:
    fr: str
    en: str
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildingPlan:
    name: str
    at: tuple[float, float]
    size: tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class DepotPlan:
    code: str
    name: str
    at: tuple[float, float]
    size: tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetsPlan:
    """data/demo/assets.yaml."""

    spacing: dict[str, Spacing]
    letters: dict[str, str]
    circuit: tuple[int, int]
    on_hydro_poles: float
    signals: int
    litter_bins: int
    furniture: int
    playgrounds: int
    sports_fields: int
    rinks: int
    species: tuple[Species, ...]
    furniture_kinds: tuple[str, ...]
    sports: tuple[str, ...]
    buildings: tuple[BuildingPlan, ...]
    pumping_stations: int
    snow_dumps: tuple[BuildingPlan, ...]
    depots: tuple[DepotPlan, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """One thing: `kind` as the catalogue names it, `shape` in metres (a point, a park's outline)."""

    kind: str
    code: str
    shape: BaseGeometry
    name: str | None = None
    owner: str = "ville"
    segment: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What assets are placed on: the streets, the parks and what must stay free of them (metres)."""

    segments: Sequence[Segment]
    greens: Greens
    wet: BaseGeometry
    seed: int


def read_assets(folder: Path = parameters.DEFAULT_FOLDER) -> AssetsPlan:
    """Read the plan. Raises ParameterMissing."""
    value: AssetsPlan = parameters.build_value(
        AssetsPlan, parameters.read_yaml(folder / "assets.yaml"), where="assets.yaml"
    )
    return value


def number(plan: AssetsPlan, kind: str, order: int) -> str:
    """The number painted on a thing: its letter and its order."""
    return f"{plan.letters[kind]}-{order:04d}"

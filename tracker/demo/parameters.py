"""The parameters of the demo city, read from YAML into checked values."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from tracker.demo import errors

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "data" / "demo"

Pair = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    west: float
    east: float
    south: float
    north: float
    margin: float
    u_knots: tuple[float, ...]
    v_knots: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cuts:
    western: tuple[Pair, ...]
    eastern: tuple[Pair, ...]
    middle: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DistrictPlan:
    code: str
    row: int
    column: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NeighbourPlan:
    side: str
    name: str
    phone: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WaterNames:
    river: str
    canal: str
    bay: str
    creek: str
    ponds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WaterPlan:
    shore_base: float
    shore_waves: tuple[Pair, ...]
    river_width: float
    canal_base: float
    canal_wave: Pair
    canal_width: float
    bay_centre: Pair
    bay_radii: Pair
    creek_width: float
    creek: tuple[Pair, ...]
    ponds: tuple[tuple[float, float, float, float], ...]
    names: WaterNames


@dataclass(frozen=True, kw_only=True, slots=True)
class Rail:
    name: str
    line: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    u: tuple[float, ...]
    v: tuple[float, ...]
    jitter: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutePlan:
    name: str
    v: float
    ramps: tuple[tuple[Pair, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A road along one line of the frame: along v when `v` is given, along u when `u` is."""

    name: str
    start: float
    end: float
    u: float | None = None
    v: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arterials:
    western: str
    eastern: str
    middle: str
    shore: str
    shore_town: str
    spine: Stretch


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    angle_deg: float
    origin: Pair
    across: float
    along: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CityPlan:
    """Everything that decides the shape of the town; lengths in metres of `srid`."""

    srid: int
    frame: Frame
    cuts: Cuts
    districts: tuple[DistrictPlan, ...]
    neighbours: tuple[NeighbourPlan, ...]
    water: WaterPlan
    rail: Rail
    lines: Lines
    zones: tuple[str, ...]
    core_zones: tuple[str, ...]
    route: RoutePlan
    creek_road: str
    arterials: Arterials
    rangs: tuple[Stretch, ...]
    grid: Grid
    shore_setback: float
    thin: float


def read_yaml(path: Path) -> Any:
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_Loader)  # noqa: S506 -- a SafeLoader, in C where there is one


def read_plan(folder: Path = DEFAULT_FOLDER) -> CityPlan:
    """Read the shape of the town. Raises ParameterMissing, naming the entry."""
    plan: CityPlan = build_value(CityPlan, read_yaml(folder / "valbrise.yaml"), where="valbrise.yaml")
    return plan


def build_value(kind: Any, value: Any, *, where: str) -> Any:
    """Turn parsed YAML into `kind`: a dataclass, a tuple, an optional or a plain value.

    Raises ParameterMissing with the path of the faulty entry.
    """
    if is_dataclass(kind):
        return _build_record(kind, value, where=where)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(each for each in typing.get_args(kind) if each is not types.NoneType)
        return None if value is None else build_value(inner, value, where=where)
    if origin is tuple:
        return _build_tuple(typing.get_args(kind), value, where=where)
    if origin is dict:
        _, inner = typing.get_args(kind)
        return {str(key): build_value(inner, each, where=f"{where}.{key}") for key, each in value.items()}
    if kind is float and isinstance(value, int):
        return float(value)
    if kind is not Any and not isinstance(value, kind):
        raise errors.ParameterMissing(where=where, expected=kind.__name__, found=value)
    return value


def _build_record(kind: Any, value: Any, *, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise errors.ParameterMissing(where=where, expected=kind.__name__, found=value)
    hints = typing.get_type_hints(kind)
    names = {each.name for each in fields(kind)}
    unknown = sorted(set(value) - names)
    if unknown:
        raise errors.ParameterMissing(where=where, unknown=unknown)
    known = {
        name: build_value(hints[name], value[name], where=f"{where}.{name}")
        for name in names
        if name in value
    }
    try:
        return kind(**known)
    except TypeError as error:
        raise errors.ParameterMissing(where=where, reason=str(error)) from error


def _build_tuple(kinds: tuple[Any, ...], value: Any, *, where: str) -> Any:
    if not isinstance(value, list):
        raise errors.ParameterMissing(where=where, expected="list", found=value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise errors.ParameterMissing(where=where, expected=len(kinds), found=len(value))
    return tuple(
        build_value(kind, each, where=f"{where}[{index}]")
        for index, (kind, each) in enumerate(zip(kinds, value, strict=True))
    )

"""Definitions as JSON and back: what the database keeps, and what a running case reads years later.

Reading is lenient on purpose: a key this version no longer knows is left aside and a missing one takes its
default, because an old case must stay readable. Strict reading, for people's files, is in `files`.
"""

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from tracker.catalogue.definitions import Service

T = TypeVar("T")


def to_mapping(value: Any) -> Any:
    """Return a dataclass as nested JSON values.

    Defaults are written out: an old case must not change meaning when a default does.
    """
    if is_dataclass(value):
        return {field.name: to_mapping(getattr(value, field.name)) for field in fields(value) if field.init}
    if isinstance(value, tuple):
        return [to_mapping(inner) for inner in value]
    return value


def from_mapping(cls: type[T], mapping: Mapping[str, Any]) -> T:
    """Return the dataclass that `to_mapping` wrote. Raises ValueError when a required key is absent."""
    hints = _hints(cast(Hashable, cls))
    known = [field for field in fields(cast(Any, cls)) if field.init]
    absent = [f.name for f in known if f.name not in mapping and f.default is MISSING]
    if absent:
        raise ValueError(f"{cls.__name__} lacks {', '.join(absent)}")
    return cls(**{f.name: _revive(hints[f.name], mapping[f.name]) for f in known if f.name in mapping})


def service_from_mapping(mapping: Mapping[str, Any]) -> Service:
    """Return the service stored as `definition`."""
    return from_mapping(Service, mapping)


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return get_type_hints(cast(type, cls))


def _revive(hint: Any, value: Any) -> Any:
    if isinstance(hint, UnionType):
        if value is None:
            return None
        hint = next(each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is tuple:
        return tuple(_revive(get_args(hint)[0], each) for each in value)
    return from_mapping(cast(type, hint), value) if is_dataclass(hint) else value

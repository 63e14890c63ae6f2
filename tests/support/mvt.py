"""Reads vector tiles (Mapbox Vector Tile 2.1) as far as the tests look: layers, properties, points."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Feature:
    """One feature; `geometry` are the raw command integers."""

    kind: int = 0
    properties: dict[str, Any] = field(default_factory=dict)
    geometry: list[int] = field(default_factory=list)

    @property
    def point(self) -> tuple[int, int]:
        """The first point, in units of the tile."""
        return tuple((each >> 1) ^ -(each & 1) for each in self.geometry[1:3])  # type: ignore[return-value]


def read(tile: bytes) -> dict[str, list[Feature]]:
    """Return the features of a tile by layer."""
    return dict(_layer(body) for number, body in _fields(tile) if number == 3)


def _layer(data: bytes) -> tuple[str, list[Feature]]:
    name, keys, values, raw = "", [], [], []
    for number, value in _fields(data):
        if number == 1:
            name = value.decode()
        elif number == 2:
            raw.append(value)
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(_value(value))
    return name, [_feature(each, keys, values) for each in raw]


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    found = Feature()
    for number, value in _fields(data):
        if number == 2:
            tags = list(_varints(value))
            found.properties = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
        elif number == 3:
            found.kind = value
        elif number == 4:
            found.geometry = list(_varints(value))
    return found


def _value(data: bytes) -> Any:
    number, value = next(_fields(data))
    match number:
        case 1:
            return value.decode()
        case 2:
            return struct.unpack("<f", value)[0]
        case 3:
            return struct.unpack("<d", value)[0]
        case 6:
            return (value >> 1) ^ -(value & 1)
        case 7:
            return bool(value)
        case _:
            return value


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        match tag & 7:
            case 0:
                value, at = _varint(data, at)
                yield tag >> 3, value
            case 2:
                size, at = _varint(data, at)
                yield tag >> 3, data[at : at + size]
                at += size
            case wire:
                size = {1: 8, 5: 4}[wire]
                yield tag >> 3, data[at : at + size]
                at += size


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7

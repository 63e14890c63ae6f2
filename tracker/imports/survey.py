"""The first reading of a file: how many rows, which repeat another, which points are no places.

Nothing is written. A broken or truncated file is found here, before anything is imported.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis.location import DefaultPoint, learn_default_points
from tracker.imports import reading
from tracker.imports.mapping import Mapping as CityMapping
from tracker.imports.parser import Parser
from tracker.imports.rows import Sketch

# Default points repeat all along a file: its beginning is enough to learn them, and bounds the memory.
LEARNT_FROM = 200_000
MASK = 2**64 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What a duplicate hangs on: the first of its chain, and who to hang on when that one is not here."""

    root: str
    fallback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What is known of a file before its rows are read. `links` are by the duplicate's own number."""

    rows: int
    links: Mapping[str, Link]
    repeats: frozenset[int]
    default_points: tuple[DefaultPoint, ...]
    in_file: frozenset[str]


def take(path: Path, mapping: CityMapping, told: Callable[[int], None] = lambda _: None) -> Survey:
    """Read a file once, telling the number of rows now and then. Raises ImportsError."""
    parents: dict[str, str] = {}
    ids, keys = array("Q"), array("Q")
    points: list[tuple[float | None, float | None, str | None, str | None]] = []
    rows = 0
    for rows, sketch in enumerate(sketches(path, mapping), 1):
        if sketch is not None:
            _note(sketch, parents, ids, keys)
            if rows <= LEARNT_FROM:
                points.append((sketch.lon, sketch.lat, sketch.address, sketch.service))
        if rows % 10_000 == 0:
            told(rows)
    told(rows)
    return Survey(
        rows=rows,
        links=links(parents),
        repeats=_repeated(keys),
        default_points=learn_default_points(points) if mapping.places.learns else (),
        in_file=_present(parents, ids),
    )


def sketches(path: Path, mapping: CityMapping) -> Iterator[Sketch | None]:
    """Read the sketch of every record, None for a ragged one."""
    with reading.table(path, mapping) as table:
        parser = Parser(mapping, table.header)
        for record in table.records:
            yield parser.sketch(record) if parser.fits(record) else None


def hashed(text: str) -> int:
    """Return 64 bits of a text: enough to suspect a repeat, which is then looked at in full."""
    return hash(text) & MASK


def _note(sketch: Sketch, parents: dict[str, str], ids: "array[int]", keys: "array[int]") -> None:
    ids.append(hashed(sketch.source_id))
    if sketch.repeat_key is not None:
        keys.append(hashed(sketch.repeat_key))
    if sketch.parent is not None and sketch.source_id:
        parents.setdefault(sketch.source_id, sketch.parent)


def _repeated(keys: "array[int]") -> frozenset[int]:
    found, counts = np.unique(np.frombuffer(keys, dtype=np.uint64), return_counts=True)
    return frozenset(found[counts > 1].tolist())


def _present(parents: Mapping[str, str], ids: "array[int]") -> frozenset[str]:
    """Return which of the parents named are rows of the file, without keeping every number of it."""
    named = sorted(set(parents.values()))
    wanted = np.array([hashed(each) for each in named], dtype=np.uint64)
    here = np.isin(wanted, np.frombuffer(ids, dtype=np.uint64))
    return frozenset(each for each, found in zip(named, here.tolist(), strict=True) if found)


def links(parents: Mapping[str, str]) -> dict[str, Link]:
    """Collapse chains: A repeats B which repeats C means that A and B hang on C.

    `parents` is in the file's order.
    """
    found: dict[str, Link] = {}
    for child in parents:
        path: dict[str, None] = {}
        here = child
        while here in parents and here not in path and here not in found:
            path[here] = None
            here = parents[here]
        if here in path:  # a circle: its first row in the file is where the others hang
            found.update((each, Link(root=here, fallback=here)) for each in path)
        elif path:
            _chain(path, here, found)
    return found


def _chain(path: Mapping[str, None], end: str, found: dict[str, Link]) -> None:
    known = found.get(end)
    root = known.root if known else end
    fallback = known.fallback if known else list(path)[-1]
    for each in path:
        found[each] = Link(root=root, fallback=fallback)

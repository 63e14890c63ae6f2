"""Addresses of real requests held against the points recorded with them."""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter

from sqlalchemy.orm import Session

from gis import civic
from tracker.places import lookups, service
from tracker.places.geocoding import Found

RIGHT_M = 60.0
OUTCOMES = (
    "address",
    "interpolated",
    "intersection",
    "block",
    "landmark",
    "asset",
    "street",
    "several",
    "none",
)
# What becomes of a request before its address is asked about.
LEFT_OUT = ("no address", "no point", "default point", "beyond")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which columns of the file hold the address and the point (EPSG:4326)."""

    address: str
    lon: str
    lat: str


@dataclass(kw_only=True, slots=True)
class Group:
    """Requests whose addresses were answered alike: metres from each answer to the point recorded."""

    distances_m: list[float] = field(default_factory=list)
    right: int = 0

    @property
    def count(self) -> int:
        return len(self.distances_m)

    def quantile(self, share: float) -> float:
        """Return the distance that this share of answers stays within."""
        ordered = sorted(self.distances_m)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(kw_only=True, slots=True)
class Comparison:
    """What was found for a file of requests. `times_ms` is what each search took."""

    left_out: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    times_ms: list[float] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.times_ms)


def read(path: Path, *, most: int | None = None) -> Iterator[Mapping[str, str]]:
    """Read the rows of a CSV file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="", encoding="utf-8") as stream:
        yield from islice(csv.DictReader(stream), most)


Box = tuple[float, float, float, float]


def compare(
    session: Session, rows: Iterable[Mapping[str, str]], columns: Columns, *, box: Box | None = None
) -> Comparison:
    """Search every address and measure how far the answer is from the request's own point.

    Only requests with a point within `box` (west, south, east, north; else the streets' extent) are asked
    about. An answer is right within 60 m or its own
    accuracy; a street, when the point is on it; a short list, when one of its places is right.
    """
    extent = box or lookups.extent(session)
    result = Comparison()
    service.search(session, "1")
    for row in rows:
        address = (row.get(columns.address) or "").strip()
        point = _point(row, columns)
        reason = _left_out(address, point, extent)
        if reason or point is None:
            result.left_out[reason or "no point"] += 1
            continue
        begun = perf_counter()
        found = service.search(session, address)
        result.times_ms.append((perf_counter() - begun) * 1000)
        _count(session, result, found, point)
    return result


def _point(row: Mapping[str, str], columns: Columns) -> tuple[float, float] | None:
    try:
        return float(row[columns.lon]), float(row[columns.lat])
    except (KeyError, ValueError):
        return None


def _left_out(address: str, point: tuple[float, float] | None, extent: Box | None) -> str | None:
    if not address:
        return "no address"
    if point is None:
        return "no point"
    if all(value == round(value) for value in point):
        return "default point"  # whole degrees: a geocoder's way to say that it does not know
    is_within = (
        extent is not None and extent[0] <= point[0] <= extent[2] and extent[1] <= point[1] <= extent[3]
    )
    return None if is_within else "beyond"


def _count(session: Session, result: Comparison, found: Found, point: tuple[float, float]) -> None:
    if not found.candidates:
        result.groups["none"].distances_m.append(float("inf"))
        return
    outcome = found.choices[0].kind if found.is_clear else "several"
    group = result.groups[outcome]
    metres = [
        lookups.metres_to_street(session, choice.segment_id, *point)
        if choice.kind == "street" and choice.segment_id
        else civic.metres(*point, choice.lon, choice.lat)
        for choice in found.choices
    ]
    reach = [
        RIGHT_M if choice.kind == "street" else max(RIGHT_M, choice.accuracy_m) for choice in found.choices
    ]
    group.distances_m.append(min(metres))
    group.right += any(one <= within for one, within in zip(metres, reach, strict=True))

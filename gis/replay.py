"""A city's reports told again in order: what was there when each arrived, and which of it is the same thing.

Every report sees only earlier ones, as they stood then. This is what duplicates are learned from and judged
on: at natural prevalence, with every neighbour a real intake would find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gis import crs, text
from gis.sighting import Candidate, Sighting

_LEAST_ACCURACY_M = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """One report of the past. `case` is what it belongs to: its own key if nothing is known of that.

    `method` is how its place was found; `closed_at` when the work on its case was finished.
    """

    key: str
    case: str
    sighting: Sighting
    closed_at: datetime | None = None
    method: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a new report is compared with: cases this near, open or finished this recently."""

    radius_m: float = 250.0
    closed_days: float = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One report with its candidates; `same` are the earlier cases it is about, found or not.

    `refused` are those that were proposed as the same, and that somebody looked at and did not take. Those
    `unclear`, and all where the report `is_unclear`, teach nothing unless they are the same: a label names a
    third. A report that `is_orphan` is known to repeat something, and nobody says what.
    """

    report: Reported
    candidates: tuple[Candidate, ...]
    same: frozenset[str]
    refused: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    is_unclear: bool = False
    is_orphan: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubts:
    """What labels leave open: reports of which one is named and others may be missing, and repeats of what?

    Of a pair of which either is `unclear` nothing is known unless it is linked. `repeats` are called so by
    somebody, whether or not what they repeat is named, or is there.
    """

    unclear: frozenset[str] = frozenset()
    repeats: frozenset[str] = frozenset()


def replay(
    reports: Iterable[Reported],
    links: Mapping[str, frozenset[str]],
    reach: Reach | None = None,
    refused: Mapping[str, frozenset[str]] | None = None,
    doubts: Doubts | None = None,
) -> Iterator[Trial]:
    """Tell the reports in order of their times. `links` join cases that labels say are one, both ways."""
    open_ = doubts or Doubts()
    field = _Field(reach or Reach())
    ordered = sorted(reports, key=lambda each: (each.sighting.at, each.key))
    for report in ordered:
        same = frozenset({report.case, *links.get(report.case, ())} & field.cases.keys())
        yield Trial(
            report=report,
            candidates=tuple(field.near(report.sighting)),
            same=same,
            refused=(refused or {}).get(report.key, frozenset()),
            unclear=open_.unclear,
            is_unclear=report.key in open_.unclear,
            is_orphan=report.key in open_.repeats and not same,
        )
        field.take(report)


class _Field:
    """The cases so far, by cell of a grid and, where a case has no place, by address."""

    def __init__(self, reach: Reach) -> None:
        self.cases: dict[str, _Case] = {}
        self._reach = reach
        self._cells: defaultdict[tuple[int, int], list[_Case]] = defaultdict(list)
        self._addresses: defaultdict[str, list[_Case]] = defaultdict(list)
        self._per_lon, self._per_lat = 0.0, 0.0

    def near(self, seen: Sighting) -> Iterator[Candidate]:
        since = seen.at - timedelta(days=self._reach.closed_days)
        for case in self._found(seen):
            if case.closed_at is None or case.closed_at > since:
                yield case.as_seen(seen.at)

    def _found(self, seen: Sighting) -> Iterator[_Case]:
        if seen.lon is not None and seen.lat is not None:
            x, y = self._cell(seen.lon, seen.lat)
            for cell in ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
                for case in self._cells.get(cell, ()):
                    if crs.near_distance_m(seen.lon, seen.lat, *case.place) <= self._reach.radius_m:
                        yield case
        for case in self._addresses.get(_folded(seen), ()):
            # Where both have a place, the place has found it already.
            if case.is_placeless or seen.lon is None:
                yield case

    def take(self, report: Reported) -> None:
        known = self.cases.get(report.case)
        if known is not None:
            known.add(report)
            return
        case = self.cases[report.case] = _Case(report)
        seen = report.sighting
        if seen.lon is not None and seen.lat is not None:
            self._cells[self._cell(seen.lon, seen.lat)].append(case)
        if folded := _folded(seen):
            self._addresses[folded].append(case)

    def _cell(self, lon: float, lat: float) -> tuple[int, int]:
        if not self._per_lon:
            self._per_lon, self._per_lat = crs.metres_per_degree(lat)
        side = self._reach.radius_m * 1.05  # a city is not at one latitude
        return int(lon * self._per_lon // side), int(lat * self._per_lat // side)


def _folded(seen: Sighting) -> str:
    return " ".join(text.tokens(seen.address_text))


class _Case:
    """One case as it grows: its place is the mean of its reports', weighted by how good each is."""

    def __init__(self, first: Reported) -> None:
        seen = first.sighting
        self._candidate = Candidate(
            key=first.case, service=seen.service, opened_at=seen.at, lon=seen.lon, lat=seen.lat,
            accuracy_m=seen.accuracy_m, segment_id=seen.segment_id, asset_id=seen.asset_id, side=seen.side,
            text=seen.text, address_text=seen.address_text, answers=seen.answers, label=seen.label,
            channel=seen.channel, photo_hashes=seen.photo_hashes, last_report_at=seen.at,
            reporters=frozenset([seen.reporter]) if seen.reporter else frozenset(),
        )  # fmt: skip
        self.closed_at = first.closed_at

    @property
    def is_placeless(self) -> bool:
        return self._candidate.lon is None

    @property
    def place(self) -> tuple[float, float]:
        assert self._candidate.lon is not None
        assert self._candidate.lat is not None
        return self._candidate.lon, self._candidate.lat

    def as_seen(self, at: datetime) -> Candidate:
        """Give the case as it stood: what is finished later was open then."""
        if self.closed_at is None or self.closed_at > at:
            return self._candidate
        return replace(self._candidate, closed_at=self.closed_at)

    def add(self, report: Reported) -> None:
        seen, known = report.sighting, self._candidate
        if self.closed_at is not None:
            self.closed_at = None if report.closed_at is None else max(self.closed_at, report.closed_at)
        lon, lat, accuracy_m = _mean(known, seen)
        self._candidate = replace(
            known, lon=lon, lat=lat, accuracy_m=accuracy_m, last_report_at=seen.at,
            reporters=known.reporters | ({seen.reporter} if seen.reporter else set()),
            photo_hashes=known.photo_hashes + seen.photo_hashes, reports=known.reports + 1,
        )  # fmt: skip


def _mean(known: Candidate, seen: Sighting) -> tuple[float | None, float | None, float]:
    if seen.lon is None or seen.lat is None or known.lon is None or known.lat is None:
        return (known.lon, known.lat, known.accuracy_m)
    one = max(known.accuracy_m, _LEAST_ACCURACY_M) ** -2
    other = max(seen.accuracy_m, _LEAST_ACCURACY_M) ** -2
    both = one + other
    return (
        (known.lon * one + seen.lon * other) / both,
        (known.lat * one + seen.lat * other) / both,
        float(both**-0.5),
    )


def both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Make links of pairs, whichever of the two a label names first."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        if one != other:
            found[one].add(other)
            found[other].add(one)
    return {key: frozenset(others) for key, others in found.items()}


def split(reports: Sequence[Reported], at: datetime) -> tuple[list[Reported], list[Reported]]:
    """Cut the reports in two by time."""
    return (
        [each for each in reports if each.sighting.at < at],
        [each for each in reports if each.sighting.at >= at],
    )

"""Reports of a file and labels that say which are one, read for learning and judging.

The reports come through an import mapping (`data/mappings`), the labels from a CSV beside it. Closing words
hold the answer, so they are never asked for: of the end of a case only the time is read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from gis.replay import Doubts, Reported, both_ways
from gis.sighting import Sighting
from tracker.catalogue.definitions import Service
from tracker.duplicates import errors, policies
from tracker.imports import mapping_file, reading, survey
from tracker.imports.mapping import Mapping as CityMapping
from tracker.imports.parser import Parser
from tracker.imports.rows import Refused

_INCIDENT = ("incident", "incident_id", "case", "group")
_PARENT = ("parent", "duplicate_of", "parent_id")
_REPORT = ("report", "id", "number", "report_id")
# A grid of four decimals is no better than this; a source that says nothing of accuracy is an address.
_ACCURACY_M = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """Who is one with whom: links join two reports; `touched` carry a label of any kind.

    `repeats` are reports called a duplicate, also of one that is not in the file; `incidents` are by report,
    and so are `refused`: incidents that were proposed to somebody, who did not take them. An `unclear` one
    may be one thing with others though no link says so: a label names one parent, or none.
    """

    links: Mapping[str, frozenset[str]]
    repeats: frozenset[str]
    touched: frozenset[str]
    incidents: Mapping[str, str]
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()

    @property
    def doubts(self) -> Doubts:
        """Say what is left open. Where incidents are told each report's is known, the first one's too."""
        return Doubts(unclear=self.unclear, repeats=self.repeats & self.unclear)


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """Reports with what is known of them, in no order."""

    name: str
    reports: tuple[Reported, ...]
    labels: Labels


def read(path: Path, mapping_name: str, labels_path: Path, services: Mapping[str, Service]) -> Material:
    """Read a city's file through its mapping, and its labels. Raises ImportsError, LabelsUnreadable."""
    mapping = mapping_file.load(mapping_name)
    labels = read_labels(labels_path)
    reports = tuple(_reports(path, mapping, services, labels))
    return Material(name=mapping.name, reports=reports, labels=labels)


def read_labels(path: Path) -> Labels:
    """Read labels: `report,incident` where one number is one thing, or `report,parent` with an empty parent
    for a duplicate of something else. Other columns are not looked at, and a city's own names end in these.

    Raises LabelsUnreadable.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        columns = [name.strip() for name in rows.fieldnames or ()]
        incident, parent = _named(columns, _INCIDENT), _parent(columns)
        report = _named(columns, _REPORT) or (columns[0] if columns else None)
        if report is None or (incident or parent) in (None, report):
            raise errors.LabelsUnreadable(path, columns)
        pairs = [(row[report].strip(), (row[incident or parent or ""] or "").strip()) for row in rows]
    return of_incidents(pairs) if incident else _of_parents(pairs)


def _named(columns: list[str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in columns), None)


def _parent(columns: list[str]) -> str | None:
    return _named(columns, _PARENT) or next((name for name in columns if name.startswith("parent_")), None)


def _of_parents(pairs: list[tuple[str, str]]) -> Labels:
    linked = [(child, parent) for child, parent in pairs if parent]
    touched = frozenset(child for child, _ in pairs) | {parent for _, parent in linked}
    return Labels(
        links=both_ways(linked),
        repeats=frozenset(child for child, _ in pairs),
        touched=touched,
        incidents={},
        unclear=touched,
    )


def of_incidents(pairs: list[tuple[str, str]]) -> Labels:
    """Make labels of reports and what each is about: those about one thing are one."""
    told: dict[str, list[str]] = {}
    for report, incident in pairs:
        told.setdefault(incident, []).append(report)
    shared = [reports for reports in told.values() if len(reports) > 1]
    return Labels(
        links={},
        repeats=frozenset(each for reports in shared for each in reports),
        touched=frozenset(each for reports in shared for each in reports),
        incidents=dict(pairs),
    )


def _reports(
    path: Path, mapping: CityMapping, services: Mapping[str, Service], labels: Labels
) -> Iterator[Reported]:
    defaults = [*mapping.places.default_points]
    if mapping.places.learns:
        defaults += [(each.lon, each.lat) for each in survey.take(path, mapping).default_points]
    with reading.table(path, mapping) as table:
        reader = _Reader(Parser(mapping, table.header), services, defaults)
        blanked = _closing_columns(mapping, table.header)
        for record in table.records:
            if reader.parser.fits(record):
                for at in blanked:
                    record[at] = ""
                if (found := reader.read(record)) is not None:
                    yield replace(found, case=labels.incidents.get(found.key, found.case))


def _closing_columns(mapping: CityMapping, header: tuple[str, ...]) -> tuple[int, ...]:
    """Find the columns with closing words: they are emptied before anything looks at a record."""
    hidden = {mapping.closing_column, mapping.duplicates.column if mapping.duplicates else None}
    return tuple(at for at, name in enumerate(header) if name in hidden)


class _Reader:
    """Turns a record into a report as it looked when it came."""

    def __init__(
        self, parser: Parser, services: Mapping[str, Service], defaults: list[tuple[float, float]]
    ) -> None:
        self.parser = parser
        self._now = datetime.now(UTC)
        self._defaults = frozenset(_rounded(*point) for point in defaults)
        self._policies = {code: policies.of(each.duplicates) for code, each in services.items()}

    def read(self, record: reading.Record) -> Reported | None:
        try:
            row = self.parser.row(record, self.parser.sketch(record), self._now)
        except Refused:
            return None
        policy = self._policies.get(row.service_code, policies.Policy())
        places = self.parser.mapping.places
        is_placed = row.lon is not None and row.lat is not None
        if is_placed and _rounded(row.lon or 0.0, row.lat or 0.0) in self._defaults:
            is_placed = False
        sighting = Sighting(
            service=row.service_code, label=row.theirs, at=row.received_at, channel=row.channel,
            lon=row.lon if is_placed else None, lat=row.lat if is_placed else None,
            accuracy_m=places.accuracy_m or _ACCURACY_M, address_text=row.address or "",
            text=row.description if row.description != row.theirs else "",
            radius_m=policy.radius_m, window_h=policy.window_h, match=policy.match,
        )  # fmt: skip
        method = places.method if is_placed else "none"
        return Reported(
            key=row.source_id, case=row.source_id, sighting=sighting, closed_at=row.closed_at, method=method
        )


def _rounded(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, 6), round(lat, 6)

"""Reports with what is known of them, in one file: to learn from several towns, or several draws, at once.

One gzipped line of JSON a report, after a line that names the material. Times and places are as they were
kept. Residents' words are in it: it is to be kept as carefully as the reports.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from gis.replay import Reported
from gis.sighting import Sighting
from tracker.duplicates import errors
from tracker.duplicates.labelled import Labels, Material

FORMAT = 1


def write(path: Path, material: Material, *, is_intake: bool) -> None:
    """Write a material; `is_intake` says that its reports came through this program's own intake."""
    head = {"format": FORMAT, "name": material.name, "is_intake": is_intake}
    # A name and time in the file would make two files of one material differ.
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, filename="", mode="wb", mtime=0) as stream:
        for line in (head, *_lines(material)):
            stream.write(orjson.dumps(line, default=_plain, option=orjson.OPT_SORT_KEYS) + b"\n")


def read(path: Path) -> tuple[Material, bool]:
    """Return a material and whether it came through intake. Raises GatheredUnreadable."""
    try:
        with gzip.open(path) as stream:
            head = orjson.loads(next(iter(stream), b""))
            if head.get("format") != FORMAT:
                raise errors.GatheredUnreadable(path)
            return _material(str(head["name"]), map(orjson.loads, stream)), bool(head["is_intake"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        raise errors.GatheredUnreadable(path) from None


def _lines(material: Material) -> Iterator[dict[str, Any]]:
    labels = material.labels
    for report in material.reports:
        yield asdict(report) | {
            "incident": labels.incidents.get(report.key),
            "links": sorted(labels.links.get(report.key, ())),
            "refused": sorted(labels.refused.get(report.key, ())),
            "repeats": report.key in labels.repeats,
            "touched": report.key in labels.touched,
            "unclear": report.key in labels.unclear,
        }


def _plain(value: object) -> object:
    """Write what JSON has no word for as text: only whether two are equal is ever asked."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _material(name: str, lines: Iterator[dict[str, Any]]) -> Material:
    reports: list[Reported] = []
    links: dict[str, frozenset[str]] = {}
    refused: dict[str, frozenset[str]] = {}
    incidents: dict[str, str] = {}
    repeats, touched, unclear = set(), set(), set()
    for line in lines:
        key = line["key"]
        reports.append(_report(line))
        if line["links"]:
            links[key] = frozenset(line["links"])
        if line["refused"]:
            refused[key] = frozenset(line["refused"])
        if line["incident"] is not None:
            incidents[key] = line["incident"]
        if line["repeats"]:
            repeats.add(key)
        if line["touched"]:
            touched.add(key)
        if line.get("unclear"):  # what older files do not say
            unclear.add(key)
    labels = Labels(
        links=links,
        repeats=frozenset(repeats),
        touched=frozenset(touched),
        incidents=incidents,
        refused=refused,
        unclear=frozenset(unclear),
    )
    return Material(name=name, reports=tuple(reports), labels=labels)


def _report(line: dict[str, Any]) -> Reported:
    said = dict(line["sighting"])
    said["at"] = datetime.fromisoformat(said["at"])
    said["photo_hashes"] = tuple(said["photo_hashes"])
    said["street"] = tuple(said["street"]) if said["street"] else None
    closed_at = datetime.fromisoformat(line["closed_at"]) if line["closed_at"] else None
    return Reported(
        key=line["key"],
        case=line["case"],
        sighting=Sighting(**said),
        closed_at=closed_at,
        method=line["method"],
    )

"""The truth about the demo, kept apart: which reports are one incident, where and when it really was.

The application never reads these files; its duplicates, its geocoder and its triage are judged by them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.demo import degrees
from tracker.demo.composing import Story
from tracker.demo.doors import TurnedAway
from tracker.demo.incidents import Incident, World

REPORTS, INCIDENTS, DOORS = "truth.csv", "incidents.csv", "turned-away.csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an incident was, in degrees; nowhere for what has no place."""

    lon: float | None
    lat: float | None


def write(folder: Path, story: Story, reports: Sequence[tuple[str, int, str]]) -> None:
    """Write the files: each report's number with its incident, each incident, and those turned away at
    once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / REPORTS, ("report", "incident", "service"), sorted(reports))
    head = ("id", "code", "lon", "lat", "start", "end", "reports", "near", "surge", "party")
    _write(folder / INCIDENTS, head, (_incident(story.world, each) for each in story.incidents))
    away = ("at", "code", "reason", "party", "lon", "lat")
    _write(folder / DOORS, away, map(_turned_away, story.turned_away))


def where(world: World, incident: Incident) -> Place:
    """Where an incident really was."""
    if world.services[incident.service].location.kind == "none":
        return Place(lon=None, lat=None)
    if incident.edge is not None:
        return Place(lon=incident.edge[0], lat=incident.edge[1])
    lon, lat = degrees.to_lonlat(incident.where.x, incident.where.y, world.town.srid)
    return Place(lon=lon, lat=lat)


def _incident(world: World, incident: Incident) -> tuple[object, ...]:
    place = where(world, incident)
    return (
        incident.id,
        incident.service,
        place.lon,
        place.lat,
        incident.start.isoformat(),
        incident.end.isoformat(),
        len(incident.told),
        incident.near,
        incident.surge,
        incident.party,
    )


def _turned_away(each: TurnedAway) -> tuple[object, ...]:
    return each.at.isoformat(), each.service, each.reason, each.party, each.lon, each.lat


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)

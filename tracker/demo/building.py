"""Build the whole demo: draw the town, found its jurisdiction, live its months, and say it is complete."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from tracker import db
from tracker.catalogue import queries as catalogue
from tracker.demo import city, composing, founding, living
from tracker.demo.city import City
from tracker.demo.founding import Site
from tracker.demo.story import Stage, Tally
from tracker.jurisdictions import service as jurisdictions

MARK = "demo_complete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which demo is wanted: its size, its seed, the moment its months end at, and where files go.

    `media` is the folder of all photos; `truth` the file telling which reports share an incident. Without
    `lives` the town is founded and nothing happens in it.
    """

    anchor: datetime
    media: Path
    size: str = "s"
    seed: int = 311
    truth: Path | None = None
    lives: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Watcher:
    """Who hears of the progress: `stage` a new stage and how many steps it has, `advance` the steps made."""

    stage: Callable[[str, int], None] = lambda name, total: None
    advance: Callable[[int], None] = lambda steps: None


def build(site: Site, wish: Wish, watcher: Watcher | None = None) -> Tally:
    """Build the demo from nothing; what an interrupted build left is razed first.

    Raises jurisdictions.errors.JurisdictionExists when a complete demo is there already.
    """
    told = watcher or Watcher()
    if founding.is_founded(site.owner, site.code) and not is_complete(site.owner, site.code):
        founding.raze(site)
    told.stage("plan", 5)
    town = city.draw_default(size=wish.size, seed=wish.seed, tell=lambda _: told.advance(1))
    told.stage("fondation", 3)
    founding.found(site, town, today=wish.anchor.date(), tell=lambda _: told.advance(1))
    tally = _live(site, town, wish, told) if wish.lives else Tally()
    jurisdictions.configure(site.owner, site.code, {MARK: True})
    return tally


def _live(site: Site, town: City, wish: Wish, told: Watcher) -> Tally:
    told.stage("demandes", 1)
    with db.transaction(site.app, site.code) as session:
        services = catalogue.current(session).catalogue.services
    tale = composing.compose(town, services, wish.anchor)
    told.stage("demandes", len(tale.filings))
    stage = Stage(
        engine=site.app,
        code=site.code,
        shelf=wish.media / site.code,
        staff=founding.staff_of(site.app, site.code),
        advance=told.advance,
    )
    tally = living.live(stage, tale)
    living.analyze(site.owner, site.code)
    if wish.truth is not None:
        _write_truth(wish.truth, tally)
    return tally


def _write_truth(path: Path, tally: Tally) -> None:
    """Keep the truth apart: the application never reads it, its duplicates are judged by it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("report", "incident", "service"))
        writer.writerows(tally.truth)


def is_complete(engine: Engine, code: str = founding.CODE) -> bool:
    """Tell whether a build of the demo came to its end."""
    return any(town.code == code and town.settings.get(MARK) for town in jurisdictions.listing(engine))

"""Build the whole demo: draw the town, found its jurisdiction, live its months, and say it is complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from tracker.demo import city, founding
from tracker.demo.founding import Site
from tracker.jurisdictions import service as jurisdictions

MARK = "demo_complete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which demo is wanted: its size, its seed, and the moment its months end at."""

    size: str = "s"
    seed: int = 311
    anchor: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Watcher:
    """Who hears of the progress: `stage` a new stage and how many steps it has, `advance` the steps made."""

    stage: Callable[[str, int], None] = lambda name, total: None
    advance: Callable[[int], None] = lambda steps: None


def build(site: Site, wish: Wish, watcher: Watcher | None = None) -> city.City:
    """Build the demo from nothing; what an interrupted build left is razed first.

    Raises jurisdictions.errors.JurisdictionExists when a complete demo is there already.
    """
    told = watcher or Watcher()
    if founding.is_founded(site.owner, site.code) and not is_complete(site.owner, site.code):
        founding.raze(site)
    told.stage("plan", 5)
    town = city.draw_default(size=wish.size, seed=wish.seed, tell=lambda _: told.advance(1))
    told.stage("fondation", 4)
    founding.found(site, town, today=wish.anchor.date(), tell=lambda _: told.advance(1))
    jurisdictions.configure(site.owner, site.code, {MARK: True})
    return town


def is_complete(engine: Engine, code: str = founding.CODE) -> bool:
    """Tell whether a build of the demo came to its end."""
    return any(town.code == code and town.settings.get(MARK) for town in jurisdictions.listing(engine))

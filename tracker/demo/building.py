"""Build the whole demo: draw the town, found its jurisdiction, live its months, and say it is complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from tracker import db, outbox
from tracker.catalogue import queries as catalogue
from tracker.demo import city, comparing, composing, founding, osm, story, truth, writing
from tracker.demo.city import City
from tracker.demo.composing import Story
from tracker.demo.founding import Site
from tracker.demo.identities import Identities
from tracker.demo.playing import Player
from tracker.demo.story import Tally
from tracker.demo.window import Window
from tracker.jurisdictions import service as jurisdictions

MARK = "demo_complete"
_DRAW = text("SELECT count(nextval('number_seq')) FROM generate_series(1, CAST(:last AS int))")
_ANALYZE = ("report", "case", "event", "contact", "duplicate_candidate", "photo", "link_change")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which demo is wanted: its size, its seed, the days it lives, and where files go.

    `media` is the folder of all photos; `truth` that of the files telling what really happened. Without
    `lives` the town is founded and nothing happens in it.
    """

    window: Window
    media: Path
    size: str = "m"
    seed: int = 311
    truth: Path | None = None
    lives: bool = True

    @property
    def anchor(self) -> datetime:
        return self.window.anchor


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
    founding.found(site, town, today=wish.window.first, tell=lambda _: told.advance(1))
    tally = _live(site, town, wish, told) if wish.lives else Tally()
    founding.open_desks(site, wish.anchor)
    jurisdictions.configure(site.owner, site.code, {MARK: True})
    return tally


def _live(site: Site, town: City, wish: Wish, told: Watcher) -> Tally:
    told.stage("histoire", 1)
    with db.transaction(site.app, site.code) as session:
        services = catalogue.current(session).catalogue.services
    tale = composing.compose(town, services, wish.window)
    told.stage("demandes", tale.reports)
    pictures = story.draw_scenes(wish.media / site.code, tale.world.plan.photos.scenes)
    player = Player(tale, founding.staff_of(site.app, site.code), pictures)
    _write(site, tale, player, told)
    with db.transaction(site.app, site.code) as session:
        comparing.compare_open(session, wish.anchor)
    _settle(site, tale)
    if wish.truth is not None:
        truth.write(wish.truth, tale, player.tally.truth)
        osm.write(wish.truth / osm.FILE, town)
    return player.tally


def _write(site: Site, tale: Story, player: Player, told: Watcher) -> None:
    """One transaction for all: a city half built is razed anyway, and its rows name each other."""
    with db.transaction(site.app, site.code) as session:
        # The demo can be built again: losing it to a power cut costs nothing.
        session.execute(text("SET LOCAL synchronous_commit = off"))
        outbox.write_the_past(session)
        for page in player.pages(session):
            writing.write(session, page)
            told.advance(page.reports)
        writing.count_refusals(session, tale.turned_away, Identities(tale.world.town.seed + 1))
    player.tally.turned_away = len(tale.turned_away)


def _settle(site: Site, tale: Story) -> None:
    """Let the next report take the next number, and the planner know how full the tables became; as their
    owner.
    """
    with db.transaction(site.app, site.code) as session:
        # Drawn one by one: who may use a sequence may not set it.
        session.execute(_DRAW, {"last": tale.reports})
    with db.transaction(site.owner, site.code) as session:
        for table in _ANALYZE:
            session.execute(text(f'ANALYZE "{table}"'))


def is_complete(engine: Engine, code: str = founding.CODE) -> bool:
    """Tell whether a build of the demo came to its end."""
    return any(town.code == code and town.settings.get(MARK) for town in jurisdictions.listing(engine))

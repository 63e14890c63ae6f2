"""`vigie demo`: the demo city, built and served."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tracker import clock, db, postgres
from tracker.cli import ready
from tracker.cli.serve import migrate
from tracker.cli.text import Failure, Group, pick, say
from tracker.config import Settings, from_env
from tracker.demo import building, founding, staff, window
from tracker.demo.building import Watcher, Wish
from tracker.demo.city import SIZES
from tracker.demo.founding import Site
from tracker.demo.window import Window
from tracker.http import server
from tracker.jobs.supervising import Supervised
from tracker.notify.channels import opening

VIGIE = "import sys; from tracker.cli import main; main(sys.argv[1:])"
STAGES = {"plan": "drawing", "fondation": "founding", "histoire": "events", "demandes": "requests"}
PAGES = (
    ("/", "citoyens / residents"),
    ("/dispatch", "répartition / dispatch"),
    ("/crew", "équipes / crews"),
    ("/api/docs", "API"),
)


@click.group(cls=Group, fr="La ville de démonstration : la construire, la servir, l’effacer.")
def demo() -> None:
    """The demo city: build it, serve it, erase it."""


@demo.command(
    fr="Construit la ville de démonstration : dix-huit mois qui finissent le 30 juin 2026, ou plus tard."
)
@click.option("--size", type=click.Choice(SIZES), default="m", show_default=True, help="taille / size")
@click.option("--seed", default=311, show_default=True, help="graine / seed")
@click.option("--shift-weeks", default=0, help="semaines entières plus tard / whole weeks later")
@click.option("--until-now", is_flag=True, help="finir maintenant / end at this moment")
def build(size: str, seed: int, shift_weeks: int, *, until_now: bool) -> None:
    """Build the demo city: eighteen months that end on 30 June 2026, or later."""
    within = window.until(clock.system_clock()) if until_now else window.fixed(shift_weeks)
    with _site() as site:
        if building.is_complete(site.owner):
            raise Failure(
                fr="la ville existe déjà ; « vigie demo reset » l’efface.",
                en="the city is there already; “vigie demo reset” erases it.",
            )
        _build(site, _wish(size=size, seed=seed, within=within))


@demo.command(fr="Démarre la base, construit la ville si elle manque, et sert le tout.")
@click.option("--host", default="127.0.0.1", show_default=True, help="adresse / address")
@click.option("--port", default=8311, show_default=True)
@click.option("--size", type=click.Choice(SIZES), default="m", show_default=True, help="taille / size")
def up(host: str, port: int, size: str) -> None:
    """Start the database, build the city if it is missing, and serve it all."""
    where = server.Listen(host=host, port=port)
    server.check_free(where)  # before minutes of work for nothing
    address, ours = ready.started()
    try:
        migrate(address.owner, address.app)
        with _engines(address) as site:
            if not building.is_complete(site.owner):
                _build(site, _wish(size=size, within=window.until(clock.system_clock())))
        os.environ.setdefault("VIGIE_JURISDICTION", founding.CODE)
        os.environ.setdefault("VIGIE_DEMO", "1")
        settings = from_env(os.environ, database_url=address.app, owner_url=address.owner)
        _welcome(where.url)
        with _worker(settings):
            server.run(where, settings)
    finally:
        if ours is not None:
            ours.stop()
    say(fr="Arrêtée.", en="Stopped.")


@demo.command(fr="Efface la ville de démonstration et ses comptes.")
@click.option("--yes", is_flag=True, help="sans demander / without asking")
def reset(*, yes: bool) -> None:
    """Erase the demo city and its accounts."""
    with _site() as site:
        if not founding.is_founded(site.owner):
            say(fr="Il n’y a pas de ville de démonstration.", en="There is no demo city.")
            return
        if not yes:
            click.confirm(
                pick(fr="Effacer la ville de démonstration ?", en="Erase the demo city?"), abort=True
            )
        founding.raze(site)
    say(fr="Ville de démonstration effacée.", en="Demo city erased.")


@contextmanager
def _site() -> Iterator[Site]:
    address, ours = ready.started()
    try:
        migrate(address.owner, address.app)
        with _engines(address) as site:
            yield site
    finally:
        if ours is not None:
            ours.stop()


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """Keep a worker running for the demo town alone, and say where it tells what it does."""
    log, kept = settings.var / "worker.log", settings.var / opening.KEPT
    own = {"VIGIE_DATABASE_URL": settings.database_url, "VIGIE_OWNER_DATABASE_URL": settings.owner_url}
    words = ["worker", "--jurisdiction", founding.CODE, "--child-of", str(os.getpid())]
    child = Supervised([sys.executable, "-c", VIGIE, *words], environ={**os.environ, **own}, log=log)
    child.start()
    say(
        fr=f"Échéances et suivis tournent (journal\u00a0: {log}). Aucun avis ne sort d’ici\u00a0: {kept}\n",
        en=f"Timers and follow-ups run (log: {log}). No notice leaves this machine: {kept}\n",
    )
    try:
        yield
    finally:
        child.stop()


@contextmanager
def _engines(address: postgres.Address) -> Iterator[Site]:
    owner, app = db.make_engine(address.owner, pool_size=1), db.make_engine(address.app, pool_size=1)
    try:
        yield Site(owner=owner, app=app, app_role=ready.app_role())
    finally:
        owner.dispose()
        app.dispose()


def _wish(*, size: str, within: Window, seed: int = 311) -> Wish:
    settings = from_env(os.environ, database_url=postgres.current(os.environ).app)
    return Wish(window=within, media=settings.media, size=size, seed=seed, truth=settings.var / "demo")


def _build(site: Site, wish: Wish) -> None:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        names: list[str] = []
        tasks = [progress.add_task("", visible=False)]

        def stage(name: str, total: int) -> None:
            progress.update(tasks[-1], completed=progress.tasks[tasks[-1]].total)
            if names and names[-1] == name:
                progress.reset(tasks[-1], total=total)
                return
            names.append(name)
            tasks.append(progress.add_task(pick(fr=name, en=STAGES.get(name, name)), total=total))

        building.build(
            site, wish, Watcher(stage=stage, advance=lambda steps: progress.advance(tasks[-1], steps))
        )
        progress.update(tasks[-1], completed=progress.tasks[tasks[-1]].total)


def _welcome(url: str) -> None:
    """Print what to open and who can sign in; on stderr, as all talk."""
    plan = staff.read_staff().accounts
    say(fr="\nValbrise est prête (Ctrl-C pour arrêter) :", en="\nValbrise is ready (Ctrl-C to stop):")
    for path, label in PAGES:
        click.echo(f"  {url}{path:<12} {label}", err=True)
    say(
        fr=f"Comptes de démonstration, mot de passe « {plan.password} » :",
        en=f"Demo accounts, password “{plan.password}”:",
    )
    for person in plan.people:
        crew = f" {person.crew}" if person.crew else ""
        click.echo(f"  {person.email:<32} {person.role}{crew}", err=True)

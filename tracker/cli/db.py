"""`vigie db`: the private database cluster."""

from __future__ import annotations

import os
import shutil

import click

from tracker import postgres
from tracker.cli.text import Failure, Group, pick, say
from tracker.postgres import address, place


@click.group(cls=Group, fr="Base de données privée de Vigie (dossier var/).")
def db() -> None:
    """Vigie's private database (folder var/)."""


@db.command(fr="Démarre la base ; la crée la première fois.")
def start() -> None:
    """Start the database, creating it the first time."""
    if _is_outside():
        return
    cluster = _cluster()
    if cluster.start():
        say(fr="Base démarrée.", en="Database started.")
    else:
        say(fr="La base tournait déjà.", en="The database was already running.")
    click.echo(cluster.url())


@db.command(fr="Arrête proprement la base.")
def stop() -> None:
    """Stop the database cleanly."""
    if _is_outside():
        return
    if _cluster().stop():
        say(fr="Base arrêtée.", en="Database stopped.")
    else:
        say(fr="La base ne tournait pas.", en="The database was not running.")


@db.command(fr="Arrête puis redémarre la base.")
def restart() -> None:
    """Stop the database and start it again."""
    if _is_outside():
        return
    _cluster().restart()
    say(fr="Base redémarrée.", en="Database restarted.")


@db.command(fr="Dit si la base tourne et où elle est (code 3 si elle ne tourne pas).")
def status() -> None:
    """Tell whether the database runs and where it is (exit code 3 when it does not)."""
    if _is_outside():
        return
    now = _cluster().status()
    state = pick(fr="en marche", en="running") if now.is_running else pick(fr="arrêtée", en="stopped")
    if not now.exists:
        state = pick(fr="pas encore créée", en="not created yet")
    click.echo(f"{pick(fr='état', en='state')}\t{state}")
    click.echo(f"pid\t{now.pid or '-'}")
    click.echo(f"{pick(fr='données', en='data')}\t{now.data}")
    click.echo(f"{pick(fr='prise', en='socket')}\t{now.socket}")
    click.echo(f"{pick(fr='journal', en='log')}\t{now.log}")
    if not now.is_running:
        raise SystemExit(3)


@db.command(fr="Affiche l’adresse de la base, pour SQLAlchemy.")
@click.option("--owner", is_flag=True, help="propriétaire / owner")
@click.option("--libpq", is_flag=True, help="pour/for psql, pg_dump, QGIS")
def url(*, owner: bool, libpq: bool) -> None:
    """Print the database's address, for SQLAlchemy."""
    found = postgres.current(os.environ)
    chosen = found.owner if owner else found.app
    click.echo(address.without_driver(chosen) if libpq else chosen)


@db.command(
    context_settings={"ignore_unknown_options": True}, fr="Ouvre psql sur la base, comme propriétaire."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def shell(*, arguments: tuple[str, ...]) -> None:
    """Open psql on the database, as its owner."""
    found = postgres.current(os.environ)
    psql = shutil.which("psql")
    if found.is_embedded:
        cluster = _cluster()
        if not cluster.status().is_running:
            raise postgres.NotRunning
        psql = cluster.binaries.program("psql")
    if psql is None:
        raise Failure(
            fr="psql n’est pas installé (paquet postgresql-client).",
            en="psql is not installed (package postgresql-client).",
        )
    os.execv(psql, [psql, address.without_driver(found.owner), *arguments])


@db.command(fr="Efface toute la base et en recommence une vide.")
@click.option("--yes", is_flag=True, help="sans demander / without asking")
def reset(*, yes: bool) -> None:
    """Erase the whole database and begin an empty one."""
    if _is_outside():
        raise SystemExit(2)
    cluster = _cluster()
    if not yes:
        where = cluster.place.data
        question = pick(fr=f"Effacer tout ce que contient {where} ?", en=f"Erase everything in {where}?")
        click.confirm(question, abort=True, err=True)
    cluster.reset()
    cluster.start()
    say(fr="Base vide prête.", en="Empty database ready.")


def _cluster() -> postgres.Cluster:
    return postgres.Cluster(place.default_var(os.environ))


def _is_outside() -> bool:
    if not os.environ.get(address.OUTSIDE):
        return False
    say(
        fr=f"{address.OUTSIDE} désigne un autre serveur : la base privée ne sert pas et n’est pas touchée.",
        en=f"{address.OUTSIDE} names another server: the private database is not used and not touched.",
    )
    return True

"""`vigie booking`: what a town lends and what its permits cost."""

from __future__ import annotations

from pathlib import Path

import click

from tracker import clock
from tracker.bookings import errors, files
from tracker.cli import ready
from tracker.cli.text import Failure, Group, say

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group, fr="Ce que la Ville prête, et ce que coûtent ses permis.")
def booking() -> None:
    """What the town lends, and what its permits cost."""


@booking.command(fr="Charge les ressources et les tarifs d’un fichier, ou nomme chaque erreur.")
@click.argument("file", type=FILE)
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
@click.option("--dry-run", is_flag=True, help="vérifier sans charger / check, load nothing")
def load(file: Path, jurisdiction: str | None, *, dry_run: bool) -> None:
    """Load the resources and fees of a file, or name every mistake."""
    try:
        given = files.read(file)
        with ready.application() as engine, ready.town(engine, jurisdiction) as session:
            resources, fees, retired = files.load(session, given, at=clock.system_clock())
            if dry_run:
                session.rollback()
    except errors.ResourcesInvalid as wrong:
        told = "\n".join(wrong.mistakes)
        raise Failure(fr=f"fichier refusé\n{told}", en=f"file refused\n{told}") from None
    say(
        fr=f"{resources} ressources, {fees} tarifs, {retired} retirées.",
        en=f"{resources} resources, {fees} fees, {retired} retired.",
    )

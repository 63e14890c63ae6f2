"""`vigie privacy`: forget what is past its time, and show the register of it."""

import os

import click

from tracker import clock
from tracker.cli import ready
from tracker.cli.text import Group, say
from tracker.privacy import files, service

WHERE = click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
DRY = click.option("--dry-run", is_flag=True, help="compter sans rien effacer / count, erase nothing")


@click.group(cls=Group, fr="Renseignements personnels : conservation, anonymisation, registre.")
def privacy() -> None:
    """Personal data: retention, anonymisation, the register."""


@privacy.command(fr="Oublie les coordonnées et anonymise les signalements dont le temps est passé.")
@WHERE
@DRY
def anonymise(jurisdiction: str | None, *, dry_run: bool) -> None:
    """Forget contacts and anonymise reports that are past their time."""
    now = clock.system_clock()
    with ready.application() as engine, ready.town(engine, jurisdiction) as session:
        if dry_run:
            contacts, reports, held = service.due(session, now)
        else:
            done = service.anonymise(session, now, shelf=files.shelf_of(session, os.environ))
            contacts, reports, held = done.tally.contacts, done.tally.reports, done.held
    click.echo(f"{contacts}\t{reports}\t{held}")
    say(
        fr=f"{contacts} coordonnées, {reports} signalements\u00a0; {held} retenus par un gel.",
        en=f"{contacts} contacts, {reports} reports; {held} kept by a hold.",
    )


@privacy.command(fr="Efface du disque les photos qu’aucun signalement ne nomme depuis un jour.")
@WHERE
@DRY
def photos(jurisdiction: str | None, *, dry_run: bool) -> None:
    """Remove from the disk the photos that no report has named for a day."""
    now = clock.system_clock()
    with ready.application() as engine, ready.town(engine, jurisdiction) as session:
        shelf = files.shelf_of(session, os.environ)
        found = (
            files.orphans(session, shelf, now) if dry_run else service.purge_photos(session, now, shelf=shelf)
        )
    click.echo(f"{len(found.files)}\t{found.byte_count}")
    say(
        fr=f"{len(found.files)} fichiers, {found.byte_count} octets.",
        en=f"{len(found.files)} files, {found.byte_count} bytes.",
    )


@privacy.command(fr="Montre le registre des anonymisations et des effacements.")
@WHERE
def register(jurisdiction: str | None) -> None:
    """Show the register of anonymisations and erasures."""
    with ready.application() as engine, ready.town(engine, jurisdiction) as session:
        for row in service.register(session, limit=1_000):
            counts = " ".join(f"{name}={count}" for name, count in sorted(row.counts.items()) if count)
            click.echo(
                f"{row.at:%Y-%m-%d %H:%M}\t{row.kind}\t{row.by}\t{row.smallest_group or '-'}\t{counts}"
            )

"""`vigie catalogue`: the services under data/catalogue."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from tracker import db, definitions, postgres
from tracker.catalogue import check as across
from tracker.catalogue import errors, files, service
from tracker.catalogue.definitions import Catalogue
from tracker.cli import ready
from tracker.cli.text import Failure, Group, pick, say

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=Group, fr="Vérifie et charge les services de data/catalogue.")
def catalogue() -> None:
    """Check and load the services of data/catalogue."""


@catalogue.command(fr="Lit tout le catalogue ; nomme le fichier, l’entrée et le champ de chaque erreur.")
@click.argument("folder", type=FOLDER, default=files.DEFAULT_FOLDER)
def check(folder: Path) -> None:
    """Read the whole catalogue; name the file, entry and field of every mistake."""
    found = _read(folder)
    for group in found.groups:
        name = pick(fr=group.name.fr, en=group.name.en)
        click.echo(f"{group.code}\t{len(found.in_group(group.code))}\t{name}")
    total = len(found.services)
    say(fr=f"{total} services, aucune erreur.", en=f"{total} services, no mistake.")


@catalogue.command(fr="Charge le catalogue dans une municipalité ; répéter ne change rien.")
@click.argument("folder", type=FOLDER, default=files.DEFAULT_FOLDER)
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
@click.option("--dry-run", is_flag=True, help="dire sans faire / tell, do nothing")
def load(folder: Path, jurisdiction: str | None, *, dry_run: bool) -> None:
    """Load the catalogue into a municipality; repeating it changes nothing."""
    found = _read(folder)
    try:
        code, report = _load(found, jurisdiction, keep=not dry_run)
    except db.JurisdictionUnknown as unknown:
        raise Failure(
            fr=f"aucune municipalité n’a le code « {unknown.code} ».",
            en=f"no municipality has the code “{unknown.code}”.",
        ) from None
    except OperationalError:
        raise Failure(
            fr="la base de données ne répond pas ; « vigie db start » démarre celle d’ici.",
            en="the database does not answer; “vigie db start” starts the one here.",
        ) from None
    for name in ("added", "changed", "retired"):
        for each in getattr(report, name):
            click.echo(f"{name}\t{each}")
    _summarise(code, report)


def _load(found: Catalogue, wanted: str | None, *, keep: bool) -> tuple[str, service.LoadReport]:
    engine = db.make_engine(postgres.current(os.environ).app)
    code = ready.code_of(engine, wanted)
    with db.transaction(engine, code) as session:
        report = service.load(session, found)
        if not keep:
            session.rollback()
    engine.dispose()
    return code, report


def _read(folder: Path) -> Catalogue:
    """Return the catalogue of a folder; every mistake is printed, then the command fails."""
    try:
        found = files.read_folder(folder)
        mistakes = across.check(found, workflows=tuple(definitions.workflows()))
    except errors.CatalogueInvalid as invalid:
        mistakes = invalid.mistakes
    if not mistakes:
        return found
    for mistake in mistakes:
        click.echo(mistake.in_language(pick(fr="fr", en="en")))
    count = len(mistakes)
    raise Failure(fr=f"{count} erreur(s) à corriger.", en=f"{count} mistake(s) to correct.")


def _summarise(code: str, report: service.LoadReport) -> None:
    added, changed, retired = len(report.added), len(report.changed), len(report.retired)
    same = len(report.unchanged)
    say(
        fr=f"{code} : {added} ajoutés, {changed} changés, {retired} retirés, {same} inchangés.",
        en=f"{code}: {added} added, {changed} changed, {retired} retired, {same} unchanged.",
    )

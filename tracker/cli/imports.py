"""`vigie import`: districts and requests from other systems' files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table

from tracker import db
from tracker.cli.bringing import FILE, NEW_FILE, STDERR, WHERE, progress, town
from tracker.cli.import_layer import layer
from tracker.cli.import_osm import osm
from tracker.cli.text import Failure, Group, is_english, pick, say
from tracker.imports import districts as boundaries
from tracker.imports import errors, mapping_file, runner
from tracker.imports.counts import OUTCOMES, Counts
from tracker.imports.mapping import Mapping
from tracker.imports.rows import REASONS
from tracker.imports.runner import Result
from tracker.imports.sweeps import Job
from tracker.places import boundaries as places
from tracker.postgres.place import default_var

MOST_LISTED = 30


@click.group(cls=Group, fr="Importe des lieux et des demandes.")
def imports() -> None:
    """Import places and requests."""


def _mapping(name: str) -> Mapping:
    try:
        return mapping_file.load(name)
    except errors.ImportsError as problem:
        raise Failure(fr=problem.fr, en=problem.en) from problem


imports.add_command(osm)
imports.add_command(layer)


@imports.command(fr="Importe les districts d’une carte ; le même fichier deux fois ne change rien.")
@click.argument("file", type=FILE)
@click.option("--name-field", required=True, metavar="CHAMP", help="champ du nom / field of the name")
@click.option("--code-field", metavar="CHAMP", help="champ du code / field of the code")
@click.option("--crs", metavar="EPSG:…", help="système de coordonnées / coordinate system")
@click.option("--layer", metavar="COUCHE", help="couche du fichier / layer of the file")
@click.option("--activate/--no-activate", default=True, help="mettre en vigueur / put in force")
@WHERE
def districts(
    file: Path, *, jurisdiction: str | None, activate: bool, name_field: str, **source: str | None
) -> None:
    """Import the districts of a map; the same file twice changes nothing."""
    chosen = boundaries.Chosen(path=file, name_field=name_field, activates=activate, **source)
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        brought = boundaries.bring_in(session, chosen, today=datetime.now(UTC).date())
    _tell_districts(brought)


@imports.command(fr="Importe les demandes d’un autre système, lues par une correspondance (data/mappings).")
@click.argument("file", type=FILE)
@click.option("--mapping", required=True, metavar="NOM", help="correspondance / mapping")
@click.option("--dry-run", is_flag=True, help="compter sans rien écrire / count, write nothing")
@click.option("--report", type=NEW_FILE, help="comptes en JSON / counts as JSON")
@click.option("--refused", type=NEW_FILE, help="lignes refusées en CSV / refused rows as CSV")
@WHERE
def requests(
    file: Path,
    *,
    mapping: str,
    dry_run: bool,
    report: Path | None,
    refused: Path | None,
    jurisdiction: str | None,
) -> None:
    """Import the requests of another system, read through a mapping (data/mappings)."""
    read = _mapping(mapping)
    with town(jurisdiction) as (engine, code), progress() as bar:
        aside = refused or default_var(os.environ) / "imports" / f"{code}-{read.name}-{file.name}-refused.csv"
        result = runner.run(
            engine, code, Job(path=file, mapping=read, refused=aside, is_dry_run=dry_run, told=bar)
        )
    if report is not None:
        report.write_bytes(orjson.dumps(result.as_mapping(), option=orjson.OPT_INDENT_2))
    _tell_requests(result)


@imports.command(fr="Compare chaque lieu avec PostGIS : le district de chaque dossier est-il le bon ?")
@WHERE
def check(jurisdiction: str | None) -> None:
    """Hold every place against PostGIS: is the district of each case the right one?"""
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        found = places.differences(session)
    click.echo(found)
    if found:
        raise Failure(
            fr=f"{found} dossiers ont un autre district que leur point.",
            en=f"{found} cases have another district than their point.",
        )


@imports.command(fr="Liste les correspondances.")
def mappings() -> None:
    """List the mappings."""
    for name in mapping_file.names():
        label = _mapping(name).label
        click.echo(f"{name}\t{pick(fr=label.fr, en=label.en)}")


def _tell_districts(brought: boundaries.Brought) -> None:
    language = "en" if is_english() else "fr"
    for code, name in brought.districts:
        click.echo(f"{code}\t{name}")
    for note in (*brought.repaired, *brought.refused):
        click.echo(f"{note.row}\u00a0· {note.name}\u00a0: {note.words.in_language(language)}", err=True)
    for words in brought.notes:
        click.echo(words.in_language(language), err=True)
    count, repaired, refused = len(brought.districts), len(brought.repaired), len(brought.refused)
    known = "" if brought.is_new else pick(fr=" (déjà connus)", en=" (known already)")
    say(
        fr=f"{count} districts ({brought.crs}), {repaired} réparés, {refused} refusés, "
        f"{brought.placed} dossiers ouverts replacés, {brought.moved} changent de district{known}.",
        en=f"{count} districts ({brought.crs}), {repaired} repaired, {refused} refused, "
        f"{brought.placed} open cases placed again, {brought.moved} change district{known}.",
    )


def _tell_requests(result: Result) -> None:
    language = "en" if is_english() else "fr"
    for point in result.default_points:
        STDERR.print(point.words.in_language(language), style="dim", highlight=False, soft_wrap=True)
    console = Console(width=100)
    console.print(_outcomes(result.counts, language))
    if result.counts.districts:
        console.print(_districts(result.counts))
    if result.resumed_at:
        say(fr=f"Repris à la ligne {result.resumed_at}.", en=f"Resumed at row {result.resumed_at}.")
    if result.refused is not None and result.refused.is_file():
        say(fr=f"Lignes refusées\u00a0: {result.refused}", en=f"Refused rows: {result.refused}")
    say(
        fr=f"{result.rows} lignes en {result.seconds:.1f} s, {result.rows_per_s:.0f} lignes/s.",
        en=f"{result.rows} rows in {result.seconds:.1f} s, {result.rows_per_s:.0f} rows/s.",
    )


def _outcomes(counts: Counts, language: str) -> Table:
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, words in OUTCOMES.items():
        table.add_row(words.in_language(language), str(counts.outcomes[name]))
        if name == "refused":
            for reason, count in counts.reasons.most_common():
                table.add_row(f"  {REASONS[reason].in_language(language)}", str(count), style="dim")
    table.add_section()
    table.add_row(pick(fr="lignes lues", en="rows read"), str(counts.rows))
    return table


def _districts(counts: Counts) -> Table:
    """Show the districts with the most rows; all of them are in the report."""
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    listed = counts.districts.most_common()
    for name, count in listed[:MOST_LISTED]:
        table.add_row(name or "—", str(count))
    if len(listed) > MOST_LISTED:
        others = sum(count for _, count in listed[MOST_LISTED:])
        more = len(listed) - MOST_LISTED
        table.add_row(pick(fr=f"{more} autres districts", en=f"{more} other districts"), str(others))
    return table

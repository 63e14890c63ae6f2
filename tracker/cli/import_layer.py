"""`vigie import layer`: a town's own map files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import text

from gis.tablefile import Columns
from gis.vectorfile import RowNote
from gis.vectorrows import Asked
from tracker import db
from tracker.cli import ready
from tracker.cli.bringing import FILE, NEW_FILE, WHERE, town
from tracker.cli.text import Command, Failure, is_english, pick, say
from tracker.imports import syncing
from tracker.imports.layers import districts, kinds, runner
from tracker.imports.layers.runner import Brought, Choice

MOST_LISTED = 30


@click.command(
    cls=Command,
    fr="Importe une couche : districts, rues, adresses, actifs, propriétaires, lots, tiers.",
)
@click.argument("kind", type=click.Choice(tuple(kinds.KINDS)))
@click.argument("file", type=FILE)
@click.option(
    "--field", "fields", multiple=True, metavar="COLONNE=CHAMP", help="où est une colonne / where a column is"
)
@click.option(
    "--set", "values", multiple=True, metavar="COLONNE=VALEUR", help="la même pour tous / the same for all"
)
@click.option(
    "--value",
    "renames",
    multiple=True,
    metavar="COLONNE:LEUR=NOTRE",
    help="traduire un mot / translate a word",
)
@click.option("--crs", metavar="EPSG:…", help="système de coordonnées / coordinate system")
@click.option("--layer", metavar="COUCHE", help="couche du fichier / layer of the file")
@click.option("--x", metavar="CHAMP", help="longitude ou est, d’un CSV / longitude or easting of a CSV")
@click.option("--y", metavar="CHAMP", help="latitude ou nord, d’un CSV / latitude or northing of a CSV")
@click.option("--swap", is_flag=True, help="échanger les axes / exchange the axes")
@click.option("--anywhere", is_flag=True, help="même loin de la ville / even far from the town")
@click.option(
    "--source", default="", metavar="NOM", help="source, sinon le nom du fichier / else the file’s name"
)
@click.option("--part", is_flag=True, help="ne rien enlever / remove nothing")
@click.option("--activate", is_flag=True, help="districts : mettre en vigueur / districts: put in force")
@click.option("--dry-run", is_flag=True, help="compter sans rien écrire / count, write nothing")
@click.option("--refused", type=NEW_FILE, help="lignes refusées en CSV / refused rows as CSV")
@WHERE
def layer(
    kind: str, file: Path, *, jurisdiction: str | None, dry_run: bool, refused: Path | None, **said: Any
) -> None:
    """Import a layer: districts, street segments, addresses, assets, owners, lots, third parties."""
    choice = _choice(kind, file, said)
    with town(jurisdiction) as (engine, code):
        with db.transaction(engine, code) as session:
            if kind == "districts":
                today = datetime.now(UTC).date()
                brought = districts.bring_in(session, choice, activates=said["activate"], today=today)
            else:
                brought = runner.bring_in(session, choice)
            if dry_run:
                session.rollback()
        if not dry_run and kind in syncing.BY_KIND:
            _analyse(code, syncing.BY_KIND[kind].table)
    if refused is not None:
        _write_refused(refused, brought.refused)
    _tell(brought)
    if dry_run:
        say(fr="Essai\u00a0: rien n’a été écrit.", en="Dry run: nothing was written.")


def _choice(kind: str, file: Path, said: Mapping[str, Any]) -> Choice:
    renames: dict[str, dict[str, str]] = {}
    for column, (theirs, ours) in _pairs(said["renames"], ":"):
        renames.setdefault(column, {})[theirs] = ours
    return Choice(
        path=file,
        kind=kind,
        asked=Asked(
            crs=said["crs"],
            layer=said["layer"],
            columns=Columns(x=said["x"], y=said["y"]),
            swaps=said["swap"],
            is_anywhere=said["anywhere"],
        ),
        fields=dict(_pair(each) for each in said["fields"]),
        values=dict(_pair(each) for each in said["values"]),
        renames=renames,
        source=said["source"],
        is_whole=not said["part"],
    )


def _pair(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not (name and equals):
        raise Failure(fr=f"«\u00a0{said}\u00a0» n’est pas NOM=VALEUR.", en=f"“{said}” is not NAME=VALUE.")
    return name, value


def _pairs(said: Iterable[str], mark: str) -> Iterable[tuple[str, tuple[str, str]]]:
    for each in said:
        column, found, rest = each.partition(mark)
        if not (column and found):
            raise Failure(
                fr=f"«\u00a0{each}\u00a0» n’est pas COLONNE:LEUR=NOTRE.",
                en=f"“{each}” is not COLUMN:THEIRS=OURS.",
            )
        yield column, _pair(rest)


def _analyse(code: str, table: str) -> None:
    """Let PostgreSQL know what the table holds now."""
    with ready.owner() as owner, owner.begin() as connection:
        connection.execute(text(f'ANALYZE "j_{code}".{table}'))


def _write_refused(path: Path, refused: Iterable[RowNote]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "name", "reason_fr", "reason_en"])
        # A cell that a spreadsheet would run as a formula begins with an apostrophe.
        for note in refused:
            name = f"'{note.name}" if note.name[:1] in "=+-@\t\r" and note.name else note.name
            writer.writerow([note.row, name, note.words.fr, note.words.en])


def _tell(brought: Brought) -> None:
    language = "en" if is_english() else "fr"
    for column, name in brought.mapped.fields.items():
        guessed = pick(fr=" (deviné)", en=" (guessed)") if column in brought.mapped.guessed else ""
        say(fr=f"{column} ← {name}{guessed}", en=f"{column} ← {name}{guessed}")
    for words in brought.notes:
        click.echo(words.in_language(language), err=True)
    for title, notes in (
        (pick(fr="réparée", en="repaired"), brought.repaired),
        (pick(fr="refusée", en="refused"), brought.refused),
    ):
        for note in notes[:MOST_LISTED]:
            click.echo(
                f"{title}\u00a0: {note.row}\u00a0· {note.name}\u00a0: {note.words.in_language(language)}",
                err=True,
            )
        if len(notes) > MOST_LISTED:
            more = len(notes) - MOST_LISTED
            say(fr=f"… et {more} autres ({title})", en=f"… and {more} more ({title})")
    changes = brought.changes
    rows = pick(fr="lignes", en="rows")
    click.echo(
        f"{rows}\t{brought.read}\n"
        + "\n".join(
            f"{pick(fr=fr, en=en)}\t{count}"
            for fr, en, count in (
                ("gardées", "kept", brought.kept),
                ("réparées", "repaired", len(brought.repaired)),
                ("refusées", "refused", len(brought.refused)),
                ("nouveaux", "new", changes.new),
                ("changés", "changed", changes.changed),
                ("inchangés", "unchanged", changes.unchanged),
                ("enlevés", "removed", changes.removed),
                ("retirés", "retired", changes.retired),
            )
        )
    )

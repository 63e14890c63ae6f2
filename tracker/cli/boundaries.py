"""`vigie boundaries`: the dated versions of the districts."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table

from tracker import db
from tracker.cli.bringing import NEW_FILE, WHERE, town
from tracker.cli.text import Failure, Group, pick, say
from tracker.imports import districts
from tracker.places import boundaries as places
from tracker.places import differences, errors
from tracker.places.boundaries import Comparison, DistrictChange

STATUS = {
    "draft": ("ébauche", "draft"),
    "active": ("en vigueur", "in force"),
    "retired": ("retirée", "retired"),
}


@click.group(cls=Group, fr="Versions des districts : lister, comparer, mettre en vigueur.")
def boundaries() -> None:
    """Versions of the districts: list, compare, put in force."""


@boundaries.command(name="list", fr="Liste les versions.")
@WHERE
def list_sets(jurisdiction: str | None) -> None:
    """List the versions."""
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        for row in places.listing(session):
            fr, en = STATUS[row.status]
            since = row.activated_at.date().isoformat() if row.activated_at else "-"
            until = row.retired_at.date().isoformat() if row.retired_at else "-"
            status = pick(fr=fr, en=en)
            click.echo(
                f"{row.id}\t{status}\t{row.valid_from}\t{since}\t{until}\t{row.districts}\t{row.source}"
            )


@boundaries.command(fr="Montre ce que changerait une version, sans rien changer.")
@click.argument("number", type=int)
@click.option(
    "--map", "drawn", type=NEW_FILE, help="carte des différences, .geojson ou .png / map of differences"
)
@WHERE
def compare(number: int, drawn: Path | None, jurisdiction: str | None) -> None:
    """Show what a version would change, changing nothing."""
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        try:
            comparison = places.compare(session, number)
        except errors.BoundarySetUnknown:
            raise _unknown(number) from None
        if drawn is not None:
            collection = differences.collection(session, number)
            content = (
                differences.picture(session, number, collection)
                if drawn.suffix.lower() == ".png"
                else orjson.dumps(collection)
            )
            drawn.write_bytes(content)
    _tell(comparison)


@boundaries.command(fr="Met une version en vigueur et replace tous les dossiers ouverts.")
@click.argument("number", type=int)
@click.option("--dry-run", is_flag=True, help="compter sans rien écrire / count, write nothing")
@WHERE
def activate(number: int, *, dry_run: bool, jurisdiction: str | None) -> None:
    """Put a version in force and place every open case."""
    with town(jurisdiction) as (engine, code):
        with db.transaction(engine, code) as session:
            try:
                placing = districts.take_over(session, number)
            except errors.BoundarySetUnknown:
                raise _unknown(number) from None
            if dry_run:
                session.rollback()
        if not dry_run:
            # What was being received meanwhile still knew the districts before.
            with db.transaction(engine, code) as session:
                places.catch_up(session)
    say(
        fr=f"{placing.placed} dossiers ouverts replacés, {placing.moved} changent de district, "
        f"{placing.rechosen} changent d’équipe proposée.",
        en=f"{placing.placed} open cases placed again, {placing.moved} change district, "
        f"{placing.rechosen} change proposed crew.",
    )
    if dry_run:
        say(fr="Essai\u00a0: rien n’a été écrit.", en="Dry run: nothing was written.")


def _unknown(number: int) -> Failure:
    return Failure(fr=f"il n’y a pas de version {number}.", en=f"there is no version {number}.")


def _tell(comparison: Comparison) -> None:
    console = Console(width=100)
    console.print(_districts(comparison.districts))
    console.print(_moves(comparison))
    say(
        fr=f"{comparison.moved} dossiers ouverts changeraient de district, dont {comparison.outside} se "
        "trouveraient hors du territoire.",
        en=f"{comparison.moved} open cases would change district, {comparison.outside} of them would lie "
        "outside the territory.",
    )


def _districts(found: tuple[DistrictChange, ...]) -> Table:
    table = Table("code", pick(fr="avant", en="before"), pick(fr="après", en="after"), "km²", "")
    for each in found:
        if each.is_same:
            continue
        before, after = each.old_m2 or 0.0, each.new_m2 or 0.0
        if each.old_name is None:
            word = pick(fr="apparaît", en="appears")
        elif each.new_name is None:
            word = pick(fr="disparaît", en="vanishes")
        else:
            word = f"{(after - before) / before:+.1%}" if before else "="
        table.add_row(each.code, each.old_name or "—", each.new_name or "—", f"{after / 1e6:.2f}", word)
    return table


def _moves(comparison: Comparison) -> Table:
    heads = (pick(fr="de", en="from"), pick(fr="à", en="to"), pick(fr="dossiers", en="cases"))
    table = Table(*heads, pick(fr="avec équipe", en="with a crew"))
    outside = pick(fr="hors du territoire", en="outside")
    for move in comparison.moves:
        if move.is_change:
            names = (move.from_name or outside, move.to_name or outside)
            table.add_row(*names, str(move.cases), str(move.with_crew))
    return table

"""`vigie import osm`: streets, addresses and ground of an OpenStreetMap extract."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import text

from tracker import db
from tracker.cli import ready
from tracker.cli.bringing import FILE, WHERE, counter, town
from tracker.cli.text import Command, pick, say
from tracker.imports import osm as extracts
from tracker.imports.syncing import Changes
from tracker.jurisdictions import service as jurisdictions

TABLES = {
    "street_segment": ("tronçons de rue", "street segments"),
    "address": ("adresses", "addresses"),
    "map_feature": (
        "plans d’eau, parcs, bâtiments, rails, lieux nommés",
        "water, parks, buildings, rails, named places",
    ),
}
LEFT = {
    "interpolation": ("lignes d’interpolation d’adresses", "address interpolation lines"),
    "no_geometry": ("rues coupées par le bord de l’extrait", "streets cut by the edge of the extract"),
    "broken_outline": ("contours qui ne se ferment pas", "outlines that do not close"),
    "no_street": ("adresses sans rue", "addresses without a street"),
    "no_number": ("adresses sans numéro lisible", "addresses without a readable number"),
}


@click.command(cls=Command, fr="Importe rues, adresses et fond de carte d’un extrait OpenStreetMap.")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="enlever les autres sources / remove other sources")
@click.option("--keep", is_flag=True, help="garder les autres sources / keep other sources")
@click.option("--dry-run", is_flag=True, help="compter sans rien écrire / count, write nothing")
@WHERE
def osm(file: Path, *, replace: bool, keep: bool, dry_run: bool, jurisdiction: str | None) -> None:
    """Import the streets, addresses and base map of an OpenStreetMap extract; twice changes nothing."""
    choice = extracts.Choice(replaces=replace, keeps=keep)
    with town(jurisdiction) as (engine, code):
        with counter(pick(fr="Objets", en="Objects")) as told, db.transaction(engine, code) as session:
            brought = extracts.bring_in(session, file, choice, told)
            if dry_run:
                session.rollback()
        if not dry_run:
            _attribute(code)
    _tell(brought, is_dry=dry_run)


def _attribute(code: str) -> None:
    """Keep whose data it is with the town (ODbL 1.0 §4.3), and let PostgreSQL know the new tables."""
    with ready.owner() as owner:
        settings = next(each.settings for each in jurisdictions.listing(owner) if each.code == code)
        credits = settings.get("attribution") or {}
        if credits.get(extracts.SOURCE) != extracts.ATTRIBUTION:
            said = credits | {extracts.SOURCE: extracts.ATTRIBUTION}
            jurisdictions.configure(owner, code, {"attribution": said})
        with owner.begin() as connection:
            for table in TABLES:
                connection.execute(text(f'ANALYZE "j_{code}".{table}'))


def _tell(brought: extracts.Brought, *, is_dry: bool) -> None:
    for table, changes in brought.changes.items():
        fr, en = TABLES[table]
        click.echo(f"{pick(fr=fr, en=en)}\t{_counts(changes)}")
    for reason, count in sorted(brought.left.items()):
        fr, en = LEFT[reason]
        say(fr=f"laissé de côté\u00a0: {count} {fr}", en=f"left aside: {count} {en}")
    total = brought.changes["address"]
    count = total.new + total.changed + total.unchanged
    say(
        fr=f"{brought.linked} adresses rattachées à leur rue, {count} dans l’extrait. "
        f"{extracts.ATTRIBUTION['fr']} ({extracts.ATTRIBUTION['licence']}).",
        en=f"{brought.linked} addresses tied to their street, {count} in the extract. "
        f"{extracts.ATTRIBUTION['en']} ({extracts.ATTRIBUTION['licence']}).",
    )
    if is_dry:
        say(fr="Essai\u00a0: rien n’a été écrit.", en="Dry run: nothing was written.")


def _counts(changes: Changes) -> str:
    return pick(
        fr=f"{changes.new} nouveaux, {changes.changed} changés, {changes.unchanged} inchangés, "
        f"{changes.removed} enlevés, {changes.retired} retirés mais gardés pour leurs dossiers",
        en=f"{changes.new} new, {changes.changed} changed, {changes.unchanged} unchanged, "
        f"{changes.removed} removed, {changes.retired} retired but kept for their cases",
    )

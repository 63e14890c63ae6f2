"""`vigie places`: find places by their words, and measure how well that is done."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tracker import db
from tracker.cli.bringing import WHERE, town
from tracker.cli.text import Group, is_english, pick, say
from tracker.places import comparison, sampling, service, trial
from tracker.places.comparison import Columns, Comparison

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
LANGUAGES = ("fr", "en")


@click.group(cls=Group, fr="Cherche des lieux, et mesure la justesse des réponses.")
def places() -> None:
    """Find places, and measure how right the answers are."""


@places.command(fr="Cherche un lieu par ses mots : adresse, carrefour, parc, équipement, rue.")
@click.argument("words", nargs=-1, required=True)
@click.option("--typing", is_flag=True, help="compléter le dernier mot / complete the last word")
@WHERE
def search(words: tuple[str, ...], *, typing: bool, jurisdiction: str | None) -> None:
    """Find a place by its words: address, corner, park, equipment, street."""
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        found = service.search(session, " ".join(words), is_typing=typing)
    for choice in found.choices:
        label = choice.label_en if is_english() and choice.label_en else choice.label
        click.echo(
            f"{label}\t{choice.detail or choice.area or ''}\t{choice.kind}\t±{choice.accuracy_m:.0f} m\t"
            f"{choice.lon:.6f} {choice.lat:.6f}"
        )
    if not found.candidates:
        say(fr="Aucun lieu.", en="No place.")
    elif not found.is_clear:
        say(fr="Plusieurs lieux possibles.", en="Several places are possible.")


@places.command(fr="Pose des demandes dont le lieu est connu, et juge les réponses.")
@click.option("--count", default=500, show_default=True, help="demandes écrites par langue / queries written")
@click.option("--seed", default=311, show_default=True, help="graine / seed")
@click.option(
    "--queries", "files", type=(click.Choice(LANGUAGES), FILE), multiple=True, metavar="LANGUE FICHIER",
    help="demandes écrites à la main / queries written by hand",
)  # fmt: skip
@click.option("--csv", "target", type=NEW_FILE, help="toutes les réponses / every answer")
@WHERE
def evaluate(
    *,
    count: int,
    seed: int,
    files: tuple[tuple[str, Path], ...],
    target: Path | None,
    jurisdiction: str | None,
) -> None:
    """Ask queries whose place is known, and judge the answers."""
    judged: list[trial.Judged] = []
    console = Console(width=100)
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        written = [query for name in LANGUAGES for query in sampling.generate(session, name, count, seed)]
        by_hand = [query for name, path in files for query in trial.read(path, name)]
        for title, queries in (
            (pick(fr="générées", en="generated"), written),
            (pick(fr="écrites à la main", en="written by hand"), by_hand),
        ):
            if queries:
                answers = trial.judge(session, queries)
                console.print(_table(title, trial.summary(answers)))
                judged += answers
    if target is not None:
        trial.write(target, judged)


@places.command(fr="Cherche les adresses de vraies demandes et les compare à leurs points.")
@click.argument("file", type=FILE)
@click.option("--address", default="Address", show_default=True, metavar="COL", help="colonne / column")
@click.option("--lon", default="Longitude", show_default=True, metavar="COL", help="colonne / column")
@click.option("--lat", default="Latitude", show_default=True, metavar="COL", help="colonne / column")
@click.option("--box", type=(float, float, float, float), metavar="O S E N", help="étendue / extent, W S E N")
@WHERE
def compare(file: Path, *, jurisdiction: str | None, box: comparison.Box | None, **columns: str) -> None:
    """Find the addresses of real requests and hold them against their points."""
    with town(jurisdiction) as (engine, code), db.transaction(engine, code) as session:
        found = comparison.compare(session, comparison.read(file), Columns(**columns), box=box)
    for reason in comparison.LEFT_OUT:
        fr, en = _LEFT_OUT[reason]
        say(fr=f"{found.left_out[reason]} {fr}", en=f"{found.left_out[reason]} {en}")
    Console(width=100).print(_compared(found))
    times = sorted(found.times_ms)
    if times:
        middle, late = times[len(times) // 2], times[int(0.95 * len(times))]
        say(
            fr=f"{found.asked} adresses cherchées, médiane {middle:.1f} ms, p95 {late:.1f} ms.",
            en=f"{found.asked} addresses searched, median {middle:.1f} ms, p95 {late:.1f} ms.",
        )


_LEFT_OUT = {
    "no address": ("sans adresse", "without an address"),
    "no point": ("sans point", "without a point"),
    "default point": ("au point par défaut du géocodeur", "at the geocoder's default point"),
    "beyond": ("hors des rues connues ici", "beyond the streets known here"),
}


def _compared(found: Comparison) -> Table:
    table = Table()
    table.add_column(pick(fr="réponse", en="answer"))
    for name in (
        "n",
        pick(fr="part", en="share"),
        pick(fr="juste", en="right"),
        pick(fr="médiane", en="median"),
        "p75",
        "p90",
    ):
        table.add_column(name, justify="right")
    for outcome in comparison.OUTCOMES:
        group = found.groups.get(outcome)
        if group is None:
            continue
        distances = (
            [f"{group.quantile(share):.0f} m" for share in (0.5, 0.75, 0.9)]
            if outcome != "none"
            else ["", "", ""]
        )
        right = f"{group.right / group.count:.1%}" if outcome != "none" else ""
        table.add_row(outcome, str(group.count), f"{group.count / found.asked:.1%}", right, *distances)
    return table


def _table(title: str, lines: list[trial.Line]) -> Table:
    table = Table(title=title)
    for name in (pick(fr="langue", en="language"), pick(fr="sorte", en="kind")):
        table.add_column(name)
    for name in ("n", "top-1", "top-3", pick(fr="médiane", en="median"), "p95"):
        table.add_column(name, justify="right")
    for line in lines:
        table.add_row(
            line.language, line.kind, str(line.count), f"{line.first:.1%}", f"{line.listed:.1%}",
            f"{line.median_ms:.1f} ms", f"{line.p95_ms:.1f} ms", style="bold" if line.kind == "all" else None,
        )  # fmt: skip
    return table

"""`vigie surges`: looks for cases that are one incident."""

import os
import time

import click
from sqlalchemy import Engine

from tracker import clock
from tracker.cli import ready
from tracker.cli.text import Group, say
from tracker.jurisdictions import service as jurisdictions
from tracker.surges import replaying, rules, service


@click.group(cls=Group, fr="Cherche les dossiers qui sont un même incident.")
def surges() -> None:
    """Look for cases that are one incident."""


@surges.command(fr="Propose les regroupements du moment ; à lancer souvent, ou avec --every.")
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
@click.option("--every", type=click.IntRange(min=10), metavar="SECONDS", help="recommencer / repeat")
@click.option("--dry-run", is_flag=True, help="dire sans proposer / tell, propose nothing")
def find(jurisdiction: str | None, every: int | None, *, dry_run: bool) -> None:
    """Propose the surges of this moment; run it often, or with --every."""
    with ready.application() as engine:
        codes = [jurisdiction or os.environ.get("VIGIE_JURISDICTION") or ""]
        if not codes[0]:
            codes = [town.code for town in jurisdictions.listing(engine)]
        while True:
            for code in codes:
                _find(engine, code, keep=not dry_run)
            if every is None:
                return
            time.sleep(every)


@surges.command(fr="Rejoue l’histoire d’une municipalité : ce qui aurait été proposé, et quand.")
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
def replay(jurisdiction: str | None) -> None:
    """Replay a municipality's history: what would have been proposed, and when."""
    with ready.application() as engine, ready.town(engine, jurisdiction) as session:
        told = replaying.replay(session, rules.current())
    for each in told.proposals:
        click.echo(f"{each.at:%Y-%m-%d %H:%M}\t{each.rule}\t{each.kind}\t{each.observed}\t{each.numbers[0]}")
    say(
        fr=f"{len(told.proposals)} regroupements pour {told.cases} dossiers en {told.years:.2f} ans.",
        en=f"{len(told.proposals)} surges among {told.cases} cases in {told.years:.2f} years.",
    )


def _find(engine: Engine, code: str, *, keep: bool) -> None:
    with ready.town(engine, code) as session:
        tally = service.find(session, now=clock.system_clock())
        for each in tally.new:
            click.echo(f"{code}\t{each}")
        if not keep:
            session.rollback()
    say(
        fr=f"{code} : {len(tally.new)} nouveaux, {len(tally.grown)} grandis, {tally.lapsed} périmés.",
        en=f"{code}: {len(tally.new)} new, {len(tally.grown)} grown, {tally.lapsed} lapsed.",
    )

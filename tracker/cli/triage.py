"""`vigie triage`: rule sets checked, loaded, tried on the past, put in force and taken back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import yaml
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.orm import Session

from tracker import clock, db, definitions
from tracker.cases import rechoosing
from tracker.cases.rechoosing import Cause
from tracker.cli import ready
from tracker.cli.text import Failure, Group, pick, say
from tracker.dispatch import checking, errors, gaps, laboratory, reading, rulebook, trials
from tracker.dispatch.checking import Check
from tracker.dispatch.models import TriageTrial
from tracker.dispatch.rulebook import Act
from tracker.imports import districts
from tracker.imports.districts import Chosen
from tracker.imports.errors import DistrictsUnusable

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WHERE = click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
ACTOR = "system"
MOST_SHOWN = 40


@click.group(cls=Group, fr="Règles du tri : vérifiées, essayées, mises en vigueur.")
def triage() -> None:
    """The rules of triage: checked, tried, put in force."""


@triage.command(fr="Vérifie un fichier de règles : noms, règles jamais atteintes, conflits, trous.")
@click.argument("file", type=FILE, default=reading.DEFAULT)
@WHERE
def check(file: Path, jurisdiction: str | None) -> None:
    """Check a file of rules: names, unreachable rules, overlaps, gaps. Fails when it has something to say."""
    with _town(jurisdiction) as session, _told_mistakes(file):
        found = checking.check(session, reading.read(file))
    _tell_check(found)
    if not found.is_clean:
        raise click.exceptions.Exit(1)
    say(fr="Rien à redire.", en="Nothing to say.")


@triage.command(fr="Garde un fichier de règles comme brouillon ; le répéter ne change rien.")
@click.argument("file", type=FILE)
@WHERE
def load(file: Path, jurisdiction: str | None) -> None:
    """Keep a file of rules as a draft; repeating it changes nothing."""
    with _town(jurisdiction) as session, _told_mistakes(file):
        stored = rulebook.load(
            session,
            file.read_text(encoding="utf-8"),
            source=file.name,
            actor=ACTOR,
            at=clock.system_clock(),
        )
    click.echo(stored.id)
    say(fr=f"Version {stored.id} ({stored.status}).", en=f"Version {stored.id} ({stored.status}).")


@triage.command(name="list", fr="Liste les versions des règles.")
@WHERE
def list_(jurisdiction: str | None) -> None:
    """List the versions of the rules."""
    with _town(jurisdiction) as session:
        stored = rulebook.listed(session)
    for each in stored:
        click.echo(f"{each.id}\t{each.status}\t{each.loaded_at:%Y-%m-%d}\t{each.source}")


@triage.command(fr="Met une version en vigueur ; les défauts trouvés doivent être acceptés.")
@click.argument("version", type=int)
@click.option("--acknowledge", is_flag=True, help="accepter les défauts / accept what the check finds")
@click.option("--reason", default="", help="pourquoi / why")
@WHERE
def activate(version: int, reason: str, jurisdiction: str | None, *, acknowledge: bool) -> None:
    """Put a version in force; what the check finds must be acknowledged."""
    act = Act(actor=ACTOR, at=clock.system_clock(), reason=reason)
    with _town(jurisdiction) as session:
        try:
            trials.activate(session, version, act, acknowledged=acknowledge)
        except errors.RulesUnknown:
            raise _unknown(version) from None
        except errors.RulesInForce:
            raise Failure(
                fr=f"la version {version} est déjà en vigueur.", en=f"version {version} is in force already."
            ) from None
        except errors.GapsNotAcknowledged as found:
            raise Failure(
                fr=f"{found.gaps} trous, {found.unreachable} règles jamais atteintes, {found.overlaps} "
                "conflits : « vigie triage check » les montre, --acknowledge les accepte.",
                en=f"{found.gaps} gaps, {found.unreachable} unreachable rules, {found.overlaps} overlaps: "
                "“vigie triage check” shows them, --acknowledge accepts them.",
            ) from None
        rechosen = rechoosing.choose_again(session, Cause("rules", act.actor, act.at))
    say(
        fr=f"En vigueur ; {rechosen} dossiers ouverts changent d’équipe proposée.",
        en=f"In force; {rechosen} open cases change proposed crew.",
    )


@triage.command(fr="Annule la dernière mise en vigueur.")
@WHERE
def undo(jurisdiction: str | None) -> None:
    """Take the last activation back."""
    act = Act(actor=ACTOR, at=clock.system_clock())
    with _town(jurisdiction) as session:
        try:
            done = rulebook.undo(session, act)
        except errors.NothingToUndo:
            raise Failure(fr="rien à annuler.", en="nothing to take back.") from None
        rechosen = rechoosing.choose_again(session, Cause("rules", act.actor, act.at))
    say(
        fr=f"Version en vigueur : {done.rules_id or 0} ; {rechosen} dossiers changent d’équipe proposée.",
        en=f"Version in force: {done.rules_id or 0}; {rechosen} cases change proposed crew.",
    )


@triage.command(name="try", fr="Essaie des règles ou des limites sur les dossiers des derniers mois.")
@click.argument("file", type=FILE, required=False)
@click.option("--boundaries", type=FILE, help="districts à essayer / districts to try")
@click.option("--name-field", default="name", show_default=True, help="champ du nom / field of the name")
@click.option("--code-field", default="code", show_default=True, help="champ du code / field of the code")
@click.option("--months", type=click.IntRange(1, 120), default=trials.MONTHS, show_default=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="dernier jour / last day")
@click.option("--keep", is_flag=True, help="garder l’essai / keep the trial for the screen")
@WHERE
def try_(
    file: Path | None,
    boundaries: Path | None,
    name_field: str,
    code_field: str,
    months: int,
    until: datetime | None,
    jurisdiction: str | None,
    *,
    keep: bool,
) -> None:
    """Try rules or boundaries on the cases of the last months: what would have gone elsewhere."""
    now = until.replace(tzinfo=UTC) if until else clock.system_clock()
    with _town(jurisdiction) as session, _told_mistakes(file), _bar() as progress:
        rules_id = set_id = None
        if file is not None:
            written = file.read_text(encoding="utf-8")
            rules_id = rulebook.load(session, written, source=file.name, actor=ACTOR, at=now).id
        if boundaries is not None:
            chosen = Chosen(path=boundaries, name_field=name_field, code_field=code_field, activates=False)
            set_id = districts.draft(session, chosen, today=now.date())
        asked = trials.Asked(rules_id=rules_id, boundary_set_id=set_id, months=months, actor=ACTOR, at=now)
        done = trials.try_out(session, asked, progress)
        if not keep:
            session.rollback()
    _tell(done)


def _tell(done: TriageTrial) -> None:
    found, console = done.result, Console(width=110)
    table = Table("service", "district", pick(fr="avant", en="before"),
                  "district", pick(fr="après", en="after"),
                  pick(fr="dossiers", en="cases"), "min")  # fmt: skip
    for row in found["table"][:MOST_SHOWN]:
        table.add_row(
            row["service"], row["district_before"] or "-", row["crew_before"] or "-",
            row["district_after"] or "-", row["crew_after"] or "-", str(row["cases"]), str(row["minutes"]),
        )  # fmt: skip
    console.print(table)
    load_ = Table(pick(fr="équipe", en="crew"), pick(fr="min avant", en="min before"),
                  pick(fr="min après", en="min after"), "±")  # fmt: skip
    for row in found["crews"]:
        load_.add_row(row["crew"], str(row["before"]), str(row["after"]), f"{row['after'] - row['before']:+}")
    console.print(load_)
    nobody = found["nobody"]
    say(
        fr=f"{found['changed']} dossiers sur {found['cases']} iraient ailleurs ; sans équipe : "
        f"{nobody['before']} avant, {nobody['after']} après.",
        en=f"{found['changed']} of {found['cases']} cases would go elsewhere; with nobody: "
        f"{nobody['before']} before, {nobody['after']} after.",
    )


def _tell_check(found: Check) -> None:
    for entry, kind, name in found.unknown:
        click.echo(f"unknown\t{entry}\t{kind}\t{name}")
    for dead in found.unreachable:
        click.echo(f"unreachable\t{dead.rule}\t{','.join(dead.shadowed_by) or '-'}")
    for each in found.overlaps:
        click.echo(f"overlap\t{each.first}\t{each.second}\t{each.service}")
    for gap in found.gaps:
        when = gaps.said(gap.hours, pick(fr="fr", en="en"))
        click.echo(f"gap\t{gap.service}\t{gap.district}\t{gap.rule}\t{when}")
    if not found.is_proved:
        say(fr="Règles trop enchevêtrées pour être prouvées.", en="Rules too entangled to be proved.")


@contextmanager
def _bar() -> Iterator[laboratory.Progress]:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(pick(fr="Essai", en="Trial"), total=None)

        def progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield progress


@contextmanager
def _told_mistakes(file: Path | None) -> Iterator[None]:
    """Tell each mistake with the file, the line where one is known, the entry and what is wrong with it."""
    try:
        yield
    except UnicodeDecodeError:
        name = file.name if file is not None else "-"
        raise Failure(fr=f"{name} n’est pas du texte en UTF-8.", en=f"{name} is not UTF-8 text.") from None
    except errors.RulesInvalid as invalid:
        for mistake in invalid.mistakes:
            click.echo(f"{_place(file, mistake.entry)}: {mistake.said_in(pick(fr='fr', en='en'))}")
        count = len(invalid.mistakes)
        raise Failure(fr=f"{count} erreur(s) à corriger.", en=f"{count} mistake(s) to correct.") from None
    except DistrictsUnusable as wrong:
        raise Failure(fr=wrong.fr, en=wrong.en) from None


def _place(file: Path | None, entry: str) -> str:
    if file is None:
        return "-"
    try:
        line = definitions.line_of(file.read_text(encoding="utf-8"), entry)
    except yaml.YAMLError:
        line = None
    return file.name if line is None else f"{file.name}:{line}"


def _unknown(version: int) -> Failure:
    return Failure(fr=f"il n’y a pas de version {version}.", en=f"there is no version {version}.")


@contextmanager
def _town(code: str | None) -> Iterator[Session]:
    """Open a transaction in the town that is named, else in the only one there is."""
    with ready.application() as engine:
        wanted = ready.code_of(engine, code or os.environ.get("VIGIE_JURISDICTION"))
        try:
            with db.transaction(engine, wanted) as session:
                yield session
        except db.JurisdictionUnknown:
            raise Failure(
                fr=f"aucune municipalité n’a le code « {wanted} ».",
                en=f"no municipality has the code “{wanted}”.",
            ) from None

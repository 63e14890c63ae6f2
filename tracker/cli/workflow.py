"""`vigie workflow`: the tables that cases move by, checked, drawn, compared and loaded."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from tracker import definitions
from tracker import workflow as engine
from tracker.cases import families
from tracker.cli import ready
from tracker.cli.text import Failure, Group, say
from tracker.workflow import Machine, comparing, drawing, outline

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workflow.md"
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EITHER = click.Path(exists=True, path_type=Path)


@click.group(cls=Group, fr="Vérifie, dessine, compare et charge les cheminements.")
def workflow() -> None:
    """Check, draw, compare and load workflows."""


@workflow.command(fr="Prouve que chaque cheminement est sain, ou nomme ligne, entrée et champ.")
@click.argument("place", type=EITHER, default=definitions.WORKFLOWS)
def check(place: Path) -> None:
    """Prove a file or every file of a folder sound, or name line, entry and field."""
    machines = _load(place).values() if place.is_dir() else [_file(place)]
    for machine in machines:
        counts = f"{len(machine.states)} states, {len(machine.transitions)} transitions"
        click.echo(f"{machine.family}: {counts}, sound")


@workflow.command(fr="Charge un cheminement : il sert aux nouveaux dossiers, les autres gardent le leur.")
@click.argument("file", type=FILE)
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
@click.option("--dry-run", is_flag=True, help="dire sans charger / tell, load nothing")
def load(file: Path, jurisdiction: str | None, *, dry_run: bool) -> None:
    """Load a workflow: new cases begin with it, running ones keep theirs."""
    machine = _file(file)
    with ready.application() as engine_, ready.town(engine_, jurisdiction) as session:
        _tell(comparing.compare(_active(families.current(session), machine.family), machine))
        keeping = sum(each.open_cases for each in families.versions(session, machine.family))
        if dry_run:
            session.rollback()
            say(
                fr=f"{keeping} dossiers en cours garderaient leur version.",
                en=f"{keeping} running cases would keep their version.",
            )
            return
        version = families.store(
            session, machine.family, definitions.read_mapping(file), source=file.name, by="cli"
        )
    say(
        fr=f"{machine.family} : version {version} en service ; {keeping} dossiers en cours gardent la leur.",
        en=f"{machine.family}: version {version} in service; {keeping} running cases keep theirs.",
    )


@workflow.command(fr="Dit ce qu’un fichier change : au cheminement en service, ou à un autre fichier.")
@click.argument("file", type=FILE)
@click.option("--with", "other", type=FILE, help="l’autre fichier / the other file")
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
def diff(file: Path, other: Path | None, jurisdiction: str | None) -> None:
    """Tell what a file changes: of the workflow in service, or of another file."""
    machine = _file(file)
    if other is not None:
        _tell(comparing.compare(_file(other), machine))
        return
    with ready.application() as engine_, ready.town(engine_, jurisdiction) as session:
        _tell(comparing.compare(_active(families.current(session), machine.family), machine))


@workflow.command(fr="Dessine un fichier : en SVG, ou en Mermaid avec --mermaid.")
@click.argument("file", type=FILE)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr")
@click.option("--mermaid", is_flag=True, help="texte Mermaid / Mermaid text")
def diagram(file: Path, language: str, *, mermaid: bool) -> None:
    """Draw a file: as SVG, or as Mermaid with --mermaid."""
    machine = _file(file)
    click.echo(outline.diagram(machine) if mermaid else drawing.draw(machine, language))


@workflow.command(fr="Dessine les cheminements en diagrammes et tableaux, en français et en anglais.")
@click.argument("directory", type=FOLDER, default=definitions.WORKFLOWS)
@click.option("--write", is_flag=True, help="Écrit docs/workflow.md / Write docs/workflow.md.")
def docs(directory: Path, write: bool) -> None:
    """Draw every workflow as diagrams and tables, in French and English."""
    page = outline.page(_load(directory).values())
    if write:
        PAGE.write_text(page, encoding="utf-8")
        say(fr=f"{PAGE.name} est à jour.", en=f"{PAGE.name} is up to date.")
    else:
        click.echo(page, nl=False)


def _active(known: families.Families, family: str) -> Machine | None:
    return known.machine(family) if family in known.active else None


def _tell(changes: tuple[comparing.Change, ...]) -> None:
    for each in changes:
        click.echo("\t".join(filter(None, (each.kind, each.what, each.name, ", ".join(each.fields)))))


def _load(directory: Path) -> dict[str, engine.Machine]:
    try:
        return definitions.workflows(directory)
    except engine.InvalidDefinition as wrong:
        raise Failure(fr=f"définition refusée — {wrong}", en=f"definition refused — {wrong}") from None


def _file(file: Path) -> Machine:
    """Return the machine that a file defines, else fail naming each mistake by its line."""
    text = file.read_text(encoding="utf-8")
    try:
        mapping = definitions.read_text(text)
        return families.check(mapping, file.name, str(mapping.get("family")))
    except engine.InvalidDefinition as wrong:
        lines = [(definitions.line_of(text, each.partition(": ")[0]), each) for each in wrong.problems]
        told = "\n".join(f"{file.name}:{line or 1}: {each}" for line, each in lines)
        raise Failure(fr=f"définition refusée\n{told}", en=f"definition refused\n{told}") from None
    except yaml.YAMLError as wrong:
        raise Failure(fr=f"définition refusée — {wrong}", en=f"definition refused — {wrong}") from None

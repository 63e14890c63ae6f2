"""`vigie workflow`: the definitions under data/workflows."""

from __future__ import annotations

from pathlib import Path

import click

from tracker import definitions
from tracker import workflow as engine
from tracker.cli.text import Failure, Group, say
from tracker.workflow import outline

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workflow.md"
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=Group, fr="Vérifie et dessine les cheminements de data/workflows.")
def workflow() -> None:
    """Check and draw the workflows of data/workflows."""


@workflow.command(fr="Prouve que chaque cheminement est sain, ou nomme fichier, entrée et champ.")
@click.argument("directory", type=FOLDER, default=definitions.WORKFLOWS)
def check(directory: Path) -> None:
    """Prove every workflow of a folder sound, or name file, entry and field."""
    for machine in _load(directory).values():
        counts = f"{len(machine.states)} states, {len(machine.transitions)} transitions"
        click.echo(f"{machine.family}: {counts}, sound")


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


def _load(directory: Path) -> dict[str, engine.Machine]:
    try:
        return definitions.workflows(directory)
    except engine.InvalidDefinition as wrong:
        raise Failure(fr=f"définition refusée — {wrong}", en=f"definition refused — {wrong}") from None

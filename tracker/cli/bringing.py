"""What the commands that import have in common: the file, the town meant, and how far it got."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from tracker import db
from tracker.cli import ready
from tracker.cli.text import Failure, pick
from tracker.imports import errors

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
WHERE = click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
STDERR = Console(stderr=True)


@contextmanager
def town(wanted: str | None) -> Iterator[tuple[Engine, str]]:
    """Give an engine and the town meant; what can go wrong becomes one sentence on stderr."""
    try:
        with ready.application() as engine:
            yield engine, ready.code_of(engine, wanted)
    except errors.ImportsError as problem:
        raise Failure(fr=problem.fr, en=problem.en) from problem
    except db.JurisdictionUnknown as unknown:
        raise Failure(
            fr=f"aucune municipalité n’a le code «\u00a0{unknown.code}\u00a0».",
            en=f"no municipality has the code “{unknown.code}”.",
        ) from None


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show rows done and in all while they come in."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=STDERR, transient=True) as bar:
        task = bar.add_task(pick(fr="Lignes", en="Rows"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def counter(label: str) -> Iterator[Callable[[int], None]]:
    """Show how many were read while nobody knows how many there are."""
    with Progress(
        TextColumn("{task.description}"), MofNCompleteColumn(), console=STDERR, transient=True
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done: bar.update(task, completed=done)

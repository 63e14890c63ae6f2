"""The workflow families of a jurisdiction: loaded from files, versioned, each frozen on its cases."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker import definitions
from tracker.catalogue.models import WorkflowVersion
from tracker.db import PerRevision
from tracker.workflow import Machine

# The municipal court's files: the clerk alone sees them, to everybody else they are as if they were not.
SEALED = ("contestation",)


def load(session: Session, directory: Path = definitions.WORKFLOWS) -> dict[str, int]:
    """Store the families of a folder, a new version for each that changed; return the active versions.

    Raises workflow.InvalidDefinition.
    """
    definitions.workflows(directory)
    active: dict[str, int] = {}
    for path in sorted(directory.glob("*.yaml")):
        active[path.stem] = _store(session, path.stem, definitions.read_mapping(path))
    session.flush()
    return active


def _store(session: Session, family: str, mapping: Mapping[str, Any]) -> int:
    kept = session.scalars(
        select(WorkflowVersion).where(WorkflowVersion.family == family, WorkflowVersion.active)
    ).one_or_none()
    if kept is not None and kept.definition == mapping:
        return kept.version
    version = kept.version + 1 if kept is not None else 1
    session.execute(update(WorkflowVersion).where(WorkflowVersion.family == family).values(active=False))
    session.add(WorkflowVersion(family=family, version=version, definition=dict(mapping), active=True))
    return version


class Families:
    """The machines of every version in use."""

    def __init__(self, rows: list[WorkflowVersion]) -> None:
        self._machines = {(row.family, row.version): _machine(row) for row in rows}
        self.active = {row.family: row.version for row in rows if row.active}

    def machine(self, family: str, version: int | None = None) -> Machine:
        """Return a family's machine, of the active version unless one is named."""
        return self._machines[family, version if version is not None else self.active[family]]

    def every(self) -> Iterator[tuple[tuple[str, int], Machine]]:
        """Return each family and version with its machine."""
        yield from self._machines.items()


def _machine(row: WorkflowVersion) -> Machine:
    """Return a stored table as a machine; its version is the row's, whatever the file called itself."""
    machine = Machine.from_mapping(row.definition, f"{row.family} v{row.version}")
    return replace(machine, version=row.version)


current = PerRevision(lambda session: Families(list(session.scalars(select(WorkflowVersion)))))

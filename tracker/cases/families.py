"""The workflow families of a jurisdiction: loaded from files, versioned, each frozen on its cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker import definitions, workflow
from tracker.cases import jobs
from tracker.cases.models import CaseRow
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
    return {
        path.stem: store(session, path.stem, definitions.read_mapping(path), source=path.name)
        for path in sorted(directory.glob("*.yaml"))
    }


def store(session: Session, family: str, mapping: Mapping[str, Any], *, source: str, by: str = "") -> int:
    """Store a definition as a family's active version, unless it is that one already; return its number.

    Cases keep the version they began with. Raises workflow.InvalidDefinition.
    """
    check(mapping, source, family)
    kept = session.scalars(
        select(WorkflowVersion).where(WorkflowVersion.family == family, WorkflowVersion.active)
    ).one_or_none()
    if kept is not None and kept.definition == mapping:
        return kept.version
    last = session.scalars(
        select(func.max(WorkflowVersion.version)).where(WorkflowVersion.family == family)
    ).one()
    version = (last or 0) + 1
    session.execute(update(WorkflowVersion).where(WorkflowVersion.family == family).values(active=False))
    session.add(
        WorkflowVersion(family=family, version=version, definition=dict(mapping), active=True, loaded_by=by)
    )
    session.flush()
    return version


def check(mapping: Mapping[str, Any], source: str, family: str) -> Machine:
    """Return the machine that a definition makes, if this family may run by it.

    Raises workflow.InvalidDefinition: unsound, of another family, or naming a job nobody does.
    """
    machine = Machine.from_mapping(mapping, source)
    if machine.family != family:
        raise workflow.InvalidDefinition(source, (f"family: {machine.family!r} is not {family!r}",))
    unknown = [
        f"transitions.{one.name}.effects: unknown job {effect.name!r}; one of {', '.join(jobs.JOBS)}"
        for one in machine.transitions.values()
        for effect in one.effects
        if effect.kind == "job" and effect.name not in jobs.JOBS
    ]
    if family in SEALED and machine.visibility != "sealed":
        unknown.append("visibility: the files of this family stay sealed")
    if unknown:
        raise workflow.InvalidDefinition(source, tuple(unknown))
    return machine


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionInUse:
    """A version of a family, with how many open and finished cases run by it."""

    row: WorkflowVersion
    open_cases: int
    cases: int


def versions(session: Session, family: str) -> list[VersionInUse]:
    """Return a family's versions, the newest first, with the cases that keep each."""
    counted = (
        select(CaseRow.workflow_version, func.count(), func.count().filter(CaseRow.is_open))
        .where(CaseRow.workflow == family)
        .group_by(CaseRow.workflow_version)
    )
    cases = {version: (every, opened) for version, every, opened in session.execute(counted)}
    rows = session.scalars(
        select(WorkflowVersion)
        .where(WorkflowVersion.family == family)
        .order_by(WorkflowVersion.version.desc())
    )
    return [
        VersionInUse(
            row=row, cases=cases.get(row.version, (0, 0))[0], open_cases=cases.get(row.version, (0, 0))[1]
        )
        for row in rows
    ]


class Families:
    """The machines of every version in use."""

    def __init__(self, rows: list[WorkflowVersion]) -> None:
        self._machines = {(row.family, row.version): _machine(row) for row in rows}
        self.active = {row.family: row.version for row in rows if row.active}
        # What was sealed in any version stays sealed: a file does not open because a later table would be.
        self.sealed = tuple(
            sorted(
                {*SEALED, *(key[0] for key, each in self._machines.items() if each.visibility == "sealed")}
            )
        )

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

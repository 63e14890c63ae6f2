"""Definitions a municipality edits, read from the YAML under data/: workflows and calendars.

The engines take plain mappings; the reading of files stays here.
"""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tracker import sla, workflow
from tracker.sla import definition

DATA = Path(__file__).resolve().parents[1] / "data"
WORKFLOWS = DATA / "workflows"
CALENDAR = DATA / "calendars" / "quebec.yaml"
FAMILIES = ("field_work", "inspection", "question", "permit", "booking", "contestation")


def workflows(directory: Path = WORKFLOWS) -> dict[str, workflow.Machine]:
    """Return the checked machine of every family in a folder, by family, the busiest first.

    Raises workflow.InvalidDefinition naming file, entry and field; also when a file's name is not its
    family's, so that no family has two definitions.
    """
    machines: dict[str, workflow.Machine] = {}
    for path in sorted(directory.glob("*.yaml"), key=_rank):
        machine = workflow_file(path)
        if machine.family != path.stem:
            raise workflow.InvalidDefinition(
                path.name, (f"family: {machine.family!r} is not the file's name",)
            )
        machines[machine.family] = machine
    return machines


def workflow_file(path: Path) -> workflow.Machine:
    """Return the checked machine one file defines. Raises workflow.InvalidDefinition."""
    try:
        return workflow.Machine.from_mapping(read_mapping(path), path.name)
    except yaml.YAMLError as wrong:
        raise workflow.InvalidDefinition(path.name, (str(wrong),)) from None


def calendar(path: Path = CALENDAR, *, office: str = "city_hall") -> sla.BusinessCalendar:
    """Return the business calendar of one office. Raises sla.InvalidCalendar."""
    return definition.calendar(_calendar_mapping(path), path.name, office=office)


def seasons(path: Path = CALENDAR) -> dict[str, sla.Season]:
    """Return the seasons of a calendar by code. Raises sla.InvalidCalendar."""
    return definition.seasons(_calendar_mapping(path), path.name)


def read_mapping(path: Path) -> Mapping[str, Any]:
    """Return the mapping a YAML file holds, an empty one for an empty file.

    Raises yaml.YAMLError on bad YAML, on a key written twice and when it is not a mapping.
    """
    value = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 -- a SafeLoader
    if not isinstance(value or {}, dict):
        raise yaml.YAMLError("the file must hold a mapping")
    return value or {}


def _rank(path: Path) -> tuple[int, str]:
    known = FAMILIES.index(path.stem) if path.stem in FAMILIES else len(FAMILIES)
    return known, path.stem


def _calendar_mapping(path: Path) -> Mapping[str, Any]:
    try:
        return read_mapping(path)
    except yaml.YAMLError as wrong:
        raise sla.InvalidCalendar(path.name, str(wrong)) from None


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where it is
    """A safe loader that refuses a key written twice, which YAML libraries otherwise settle silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping

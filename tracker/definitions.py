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
    return read_text(path.read_text(encoding="utf-8"))


def read_text(written: str) -> Mapping[str, Any]:
    """Return the mapping a YAML text holds. Raises as `read_mapping` does."""
    value = yaml.load(written, Loader=_StrictLoader)  # noqa: S506 -- a SafeLoader
    if not isinstance(value or {}, dict):
        raise yaml.YAMLError("the file must hold a mapping")
    return value or {}


def read_upload(written: str) -> Mapping[str, Any]:
    """Return the mapping a YAML text from outside holds; a few lines of aliases could unfold into gigabytes.

    Raises as `read_mapping` does, also for a text that refers to parts of itself.
    """
    if any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(written, Loader=_StrictLoader)):
        raise yaml.YAMLError("aliases are not read here: write the thing out")
    return read_text(written)


def line_of(written: str, place: str) -> int | None:
    """Return the line of a YAML text that a place such as `transitions.pay.guards` is written on, from 1.

    The entries of a list are known by their name, else by their number from 1; where the path leads no
    further, its last step counts.
    """
    try:
        node = yaml.compose(written, Loader=_StrictLoader)
    except yaml.YAMLError:
        return None
    line = None
    for part in place.split("."):
        found = _below(node, part)
        if found is None:
            break
        line, node = found
    return line


def _below(node: yaml.Node | None, part: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            named = entry.value if isinstance(entry, yaml.MappingNode) else [(None, entry)]
            if any(isinstance(value, yaml.ScalarNode) and value.value == part for _, value in named):
                return entry.start_mark.line + 1, entry
        if part.isdecimal() and 0 < int(part) <= len(node.value):
            return node.value[int(part) - 1].start_mark.line + 1, node.value[int(part) - 1]
    return None


ORDER = (
    "family", "version", "code", "name", "type", "value", "label", "visibility", "stand_ins", "states",
    "transitions", "guard", "clock", "notice", "timer", "job",
    "tone", "open311", "open", "final", "required", "public", "filled", "days",
    "from", "to", "roles", "fr", "en", "sentence", "next_actor", "next", "variants", "outcomes",
    "inputs", "choices", "guards", "for", "says", "effects", "after", "fires", "when",
)  # fmt: skip


def as_text(mapping: Mapping[str, Any]) -> str:
    """Return a definition as YAML to read and change, its keys in the order of data/workflows."""
    written: str = yaml.safe_dump(_ordered(mapping), allow_unicode=True, sort_keys=False, width=110)
    return written


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (ORDER.index(key) if key in ORDER else len(ORDER), str(key)))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(each) for each in value] if isinstance(value, list) else value


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

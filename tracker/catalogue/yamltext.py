"""YAML as people expect it: a key written twice is noticed, and `no`, `15_50` or `18:00` stay words.

YAML 1.1, which PyYAML follows, would read those as False, 1550 and 1080. The core schema of YAML 1.2 is used
instead (yaml.org/spec/1.2.2, section 10.3).
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml


class Unreadable(Exception):
    """The text is not YAML."""

    def __init__(self, *, line: int) -> None:
        self.line = line
        super().__init__(f"Not YAML at line {line}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """A key found a second time: the keys that lead to it, the key, its line."""

    path: tuple[str, ...]
    key: str
    line: int


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, ten times faster
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))
_Loader.yaml_implicit_resolvers.setdefault("", []).append(("tag:yaml.org,2002:null", re.compile(r"^$")))


def read(text: str) -> tuple[Any, list[Repeated]]:
    """Return the value of a YAML text and the keys it repeats. Raises Unreadable."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        repeated = list(_repeated(node, ()))
        return (None if node is None else loader.construct_document(node)), repeated
    except (yaml.YAMLError, ValueError, RecursionError) as broken:
        mark = getattr(broken, "problem_mark", None)
        raise Unreadable(line=mark.line + 1 if mark else 1) from broken


def _repeated(node: yaml.Node | None, path: tuple[str, ...]) -> list[Repeated]:
    if isinstance(node, yaml.SequenceNode):
        return [each for i, item in enumerate(node.value, 1) for each in _repeated(item, (*path, str(i)))]
    if not isinstance(node, yaml.MappingNode):
        return []
    found: list[Repeated] = []
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name in seen:
            found.append(Repeated(path=path, key=name, line=key.start_mark.line + 1))
        seen.add(name)
        found += _repeated(value, (*path, name))
    return found

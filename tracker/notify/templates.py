"""The words of a notice: a small language of names and conditions, checked before it is kept, then rendered.

Whoever edits the words of a town is no programmer of ours. What Jinja2 can do beyond names, `if` and a few
filters is refused when it is saved, with its line; what is left runs in Jinja2's immutable sandbox.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tracker.notify import errors, gsm
from tracker.notify.errors import Fault

PARTS = ("subject", "body", "short")
LONGEST: Mapping[str, int] = MappingProxyType({"subject": 200, "body": 5_000, "short": 300})
# What every notice may name; what was filled in for a move comes under `said`, and only what is declared.
NAMES = (
    "town", "number", "case", "service", "place", "status", "priority", "due", "due_short", "team", "planned",
    "promised", "reason", "note", "contact", "other", "link", "wish", "count", "news",
)  # fmt: skip
FILTERS = ("lower", "upper", "capitalize", "trim")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.CondExpr, nodes.Not,
    nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Const, nodes.Filter, nodes.Getattr,
)  # fmt: skip


class Environment(ImmutableSandboxedEnvironment):
    """Jinja2 with nothing in it but the few filters: no functions, no tests, no globals."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
        self.globals.clear()
        self.tests.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}


_ENVIRONMENT = Environment()


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """The three texts of a notice in one language."""

    subject: str
    body: str
    short: str


def faults_of(texts: Mapping[str, Any], language: str, inputs: Iterable[str]) -> list[Fault]:
    """Return what is wrong with the texts of one language, nothing when they are sound."""
    found: list[Fault] = []
    for part in PARTS:
        text = texts.get(part)
        if not isinstance(text, str) or not text.strip():
            found.append(Fault(language=language, part=part, line=1, kind="empty"))
            continue
        if len(text) > LONGEST[part]:
            found.append(Fault(language=language, part=part, line=1, kind="too_long"))
        if "\0" in text:
            found.append(Fault(language=language, part=part, line=1, kind="unprintable"))
        if part != "body" and "\n" in text.strip():
            found.append(Fault(language=language, part=part, line=2, kind="one_line"))
        found += _faults(text, frozenset(inputs), language, part)
    return found


def _faults(text: str, inputs: frozenset[str], language: str, part: str) -> list[Fault]:
    def fault(line: int, kind: str, name: str = "") -> Fault:
        return Fault(language=language, part=part, line=line, kind=kind, name=name)

    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        return [fault(error.lineno, "syntax", error.message or "")]
    except RecursionError:
        return [fault(1, "too_deep")]
    return [
        fault(node.lineno or 1, *told) for node in _all(tree) if (told := _told(node, inputs)) is not None
    ]


def _all(tree: nodes.Template) -> Iterable[nodes.Node]:
    yield tree
    yield from tree.find_all(nodes.Node)


def _told(node: nodes.Node, inputs: frozenset[str]) -> tuple[str, str] | None:
    """Return what is wrong with one node, by kind and name."""
    if not isinstance(node, _ALLOWED):
        return "forbidden", type(node).__name__.lower()
    if isinstance(node, nodes.Name) and (node.name not in (*NAMES, "said") or node.ctx != "load"):
        return "unknown_name", node.name
    if isinstance(node, nodes.Getattr):
        if not isinstance(node.node, nodes.Name) or node.node.name != "said":
            return "forbidden", node.attr
        if node.attr not in inputs:
            return "unknown_name", f"said.{node.attr}"
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.args or node.kwargs):
        return "forbidden", node.name
    if isinstance(node, nodes.Const) and not isinstance(node.value, str | int):
        return "forbidden", "const"
    return None


def check(texts: Mapping[str, Mapping[str, Any]], inputs: Iterable[str]) -> None:
    """Check the texts of a notice in each language they are written in. Raises TemplateUnsound."""
    named = tuple(inputs)
    faults = [fault for language, each in texts.items() for fault in faults_of(each, language, named)]
    if faults:
        raise errors.TemplateUnsound(faults)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


class _Said(dict[str, str]):
    """What was filled in; what was left out is empty."""

    def __getattr__(self, name: str) -> str:
        return self.get(name, "")


EMPTY: Mapping[str, Any] = MappingProxyType({**dict.fromkeys(NAMES, ""), "count": 0})


def render(texts: Texts, values: Mapping[str, Any], *, said: Mapping[str, str], link: str) -> Texts:
    """Return the words for one person. `short` is in plain letters and ends with the link, 160 at most."""
    known = {**EMPTY, **values, "said": _Said(said), "link": link}
    short = gsm.fitted(_tidy(_compiled(texts.short).render(known)), link)
    return Texts(
        subject=" ".join(_compiled(texts.subject).render(known).split("\n"))[:500],
        body=_tidy(_compiled(texts.body).render(known)),
        short=short,
    )


def _tidy(text: str) -> str:
    """Drop the blank lines that conditions leave behind, more than one in a row and at the ends."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines)

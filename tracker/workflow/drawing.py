"""A workflow drawn as SVG: statuses in columns from receipt to their ends, moves as numbered arrows.

The numbers are those of the table beside it, which says the same in words. Colours are the page's own
(`currentColor`), so that it reads in any light; it needs no script and no font of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

from .machine import Machine
from .table import PREVIOUS, SAME, START, State, Transition

BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 168, 64, 100, 34, 40
ANY = "any_open"
LINE_CHARS, MOST_LINES = 22, 2
WORDS = {
    START: {"fr": "Début", "en": "Start"},
    ANY: {"fr": "Tout statut ouvert", "en": "Any open status"},
}


@dataclass(frozen=True, slots=True)
class Box:
    """Where a status stands."""

    code: str
    x: float
    y: float

    @property
    def middle(self) -> float:
        return self.y + BOX_H / 2


def numbered(machine: Machine) -> dict[str, int]:
    """Return the number of each transition, in the table's order, from 1."""
    return {name: number for number, name in enumerate(machine.transitions, 1)}


def draw(machine: Machine, language: str, *, key: str = "drawing") -> str:
    """Return a workflow as an SVG document, titled and described for who does not see it.

    `key` begins its ids: two drawings may stand on one page.
    """
    columns = _columns(machine)
    boxes = {box.code: box for box in _placed(columns)}
    width = MARGIN * 2 + len(columns) * BOX_W + (len(columns) - 1) * GAP_X
    height = MARGIN * 2 + 30 + max(len(column) for column in columns) * (BOX_H + GAP_Y)
    numbers = numbered(machine)
    label = machine.label.said_in(language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" role="img" aria-labelledby="{key}-title {key}-text"'
        ' font-family="system-ui, sans-serif" font-size="13" color="#1d2b2e">',
        f'<title id="{key}-title">{escape(label)}</title>',
        f'<desc id="{key}-text">{escape(described(machine, language))}</desc>',
        f'<defs><marker id="{key}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto-start-reverse"><path d="M0 0 8 4 0 8Z" fill="currentColor"/></marker></defs>',
        *(
            _arrow(boxes[source], boxes[target], names, key)
            for (source, target), names in _edges(machine, numbers)
        ),
        *(_box(machine, box, language, numbers) for box in boxes.values()),
        "</svg>",
    ]
    return "\n".join(parts)


def described(machine: Machine, language: str) -> str:
    """Return every move as a sentence: who sees no drawing reads the same."""
    told = []
    for number, one in enumerate(machine.transitions.values(), 1):
        sources = ", ".join(_name(machine, code, language) for code in _sources(machine, one))
        told.append(f"{number}. {one.label.said_in(language)}: {sources} → {_goal(machine, one, language)}.")
    return " ".join(told)


def _goal(machine: Machine, one: Transition, language: str) -> str:
    if one.target == PREVIOUS:
        return "back" if language == "en" else "retour"
    if one.target == SAME:
        return "same status" if language == "en" else "même statut"
    return _name(machine, one.target, language)


def _name(machine: Machine, code: str, language: str) -> str:
    if code in WORDS:
        return WORDS[code]["en" if language == "en" else "fr"]
    return machine.state(code).label.said_in(language)


def _columns(machine: Machine) -> list[list[str]]:
    """Return the statuses by how many moves they are from the start; what any status leads to stands last."""
    depth = {START: 0}
    waiting = [START]
    while waiting:
        here = waiting.pop(0)
        for one in machine.transitions.values():
            if here in _sources(machine, one) and one.target not in (PREVIOUS, SAME, *depth):
                depth[one.target] = depth[here] + 1
                waiting.append(one.target)
    deepest = max(depth.values())
    left = [code for code in machine.states if code not in depth]
    columns = [[code for code, at in depth.items() if at == level] for level in range(deepest + 1)]
    if _draws_any(machine):
        columns[0].append(ANY)
    return [*columns, left] if left else columns


def _draws_any(machine: Machine) -> bool:
    return any(ANY in _sources(machine, one) for one in machine.transitions.values())


def _placed(columns: Sequence[Sequence[str]]) -> Iterable[Box]:
    for across, column in enumerate(columns):
        for down, code in enumerate(column):
            yield Box(code, MARGIN + across * (BOX_W + GAP_X), MARGIN + 30 + down * (BOX_H + GAP_Y))


def _sources(machine: Machine, one: Transition) -> list[str]:
    opened = {state.code for state in machine.states.values() if state.is_open}
    if len(opened) > 1 and opened <= one.sources:
        return [ANY, *(code for code in machine.states if code in one.sources - opened)]
    return [code for code in (START, *machine.states) if code in one.sources]


def _edges(machine: Machine, numbers: dict[str, int]) -> list[tuple[tuple[str, str], list[int]]]:
    found: dict[tuple[str, str], list[int]] = {}
    for one in machine.transitions.values():
        if one.target in (PREVIOUS, SAME):
            continue
        for source in _sources(machine, one):
            found.setdefault((source, one.target), []).append(numbers[one.name])
    return [(arrow, names) for arrow, names in found.items() if arrow[0] != arrow[1]]


def _arrow(source: Box, target: Box, numbers: list[int], key: str) -> str:
    label = ",".join(map(str, numbers))
    if target.x > source.x:
        x0, y0, x1, y1 = source.x + BOX_W, source.middle, target.x, target.middle
        bend = max((x1 - x0) / 2, 30)
        path = f"M{x0:.0f} {y0:.0f} C{x0 + bend:.0f} {y0:.0f} {x1 - bend:.0f} {y1:.0f} {x1 - 2:.0f} {y1:.0f}"
        at = (x0 + (x1 - x0) * 0.5, y0 + (y1 - y0) * 0.5)
    elif target.x == source.x:
        x, y0, y1 = source.x + BOX_W, source.middle + 8, target.middle + (8 if target.y < source.y else -8)
        path = f"M{x:.0f} {y0:.0f} C{x + 46:.0f} {y0:.0f} {x + 46:.0f} {y1:.0f} {x + 2:.0f} {y1:.0f}"
        at = (x + 35, (y0 + y1) / 2)
    else:
        x0, y0, x1, y1 = source.x + BOX_W * 0.4, source.y, target.x + BOX_W * 0.6, target.y
        top = min(y0, y1) - 34
        path = f"M{x0:.0f} {y0:.0f} C{x0:.0f} {top:.0f} {x1:.0f} {top:.0f} {x1:.0f} {y1 - 2:.0f}"
        at = ((x0 + x1) / 2, top + (min(y0, y1) - top) * 0.28 if y0 == y1 else (y0 + y1 + 2 * top) / 4)
    width = 8 + 7 * len(label)
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity=".55" stroke-width="1.4"'
        f' marker-end="url(#{key}-tip)"/>'
        f'<rect x="{at[0] - width / 2:.0f}" y="{at[1] - 9:.0f}" width="{width}" height="18" rx="9"'
        ' class="number" fill="#fff" stroke="currentColor" stroke-opacity=".4"/>'
        f'<text x="{at[0]:.0f}" y="{at[1] + 4:.0f}" text-anchor="middle" font-size="11"'
        f' fill="currentColor">{label}</text>'
    )


def _box(machine: Machine, box: Box, language: str, numbers: dict[str, int]) -> str:
    state = machine.states.get(box.code)
    dash = ' stroke-dasharray="5 4"' if state is None else ""
    inner = (
        f'<rect x="{box.x + 4:.0f}" y="{box.y + 4:.0f}" width="{BOX_W - 8}" height="{BOX_H - 8}" rx="7"'
        ' fill="none" stroke="currentColor" stroke-opacity=".6"/>'
        if state is not None and state.is_final
        else ""
    )
    lines = wrap(_name(machine, box.code, language), LINE_CHARS, max_lines=MOST_LINES, placeholder="…")
    first = box.middle - 3 - 8 * (len(lines) - 1)
    code = "" if state is None else box.code
    text = "".join(
        f'<text x="{box.x + BOX_W / 2:.0f}" y="{first + 16 * at:.0f}" text-anchor="middle"'
        f' fill="currentColor">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    text += (
        f'<text x="{box.x + BOX_W / 2:.0f}" y="{first + 16 * len(lines):.0f}" text-anchor="middle"'
        f' font-size="11" font-family="ui-monospace, monospace" fill="currentColor">{code}</text>'
    )
    return (
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{BOX_W}" height="{BOX_H}" rx="10" class="state"'
        f' fill="#fff" stroke="currentColor" stroke-width="1.6"{dash}/>{inner}{text}'
        f"{_staying(machine, state, box, numbers)}"
    )


def _staying(machine: Machine, state: State | None, box: Box, numbers: dict[str, int]) -> str:
    """Write under a box the moves that lead back to where the case stood, or nowhere."""
    if state is None:
        return ""
    told = [
        f"{'↩' if one.target == PREVIOUS else '⟳'} {numbers[one.name]}"
        for one in machine.transitions.values()
        if one.target in (PREVIOUS, SAME) and state.code in _sources(machine, one)
    ]
    if not told:
        return ""
    return (
        f'<text x="{box.x + BOX_W - 6:.0f}" y="{box.y + BOX_H + 14:.0f}" text-anchor="end" font-size="11"'
        f' fill="currentColor">{"  ".join(told)}</text>'
    )

"""One picture of an evaluation: precision against recall of each judge, as SVG without any library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from gis.measures import Judged

_SIDE, _LEFT, _TOP = 420, 60, 40
_COLOURS = ("#0b5fa5", "#b4421b", "#2f7d32", "#6a3d9a", "#8a6d00", "#444444", "#00798c", "#a6266e")


def draw(told: Mapping[str, Sequence[Judged]], title: str) -> str:
    """Return an SVG with a curve for each judge; a rule whose guesses have no grades is nearly a point."""
    names = list(told)
    height = _TOP + _SIDE + 60 + 20 * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIDE + _LEFT + 40}" height="{height}"'
        f' viewBox="0 0 {_SIDE + _LEFT + 40} {height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
        *_axes(),
    ]
    for number, name in enumerate(names):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(f"{_x(r):.1f},{_y(p):.1f}" for r, p in curve(told[name]))
        dash = "" if number < 2 else ' stroke-dasharray="6 3"'
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="{points}"/>')
        y = _TOP + _SIDE + 62 + 20 * number
        parts.append(f'<rect x="{_LEFT}" y="{y - 10}" width="18" height="8" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + 26}" y="{y - 2}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def curve(judged: Sequence[Judged], points: int = 120) -> list[tuple[float, float]]:
    """Return recall and precision of reports' best guesses as the threshold falls."""
    best = sorted(
        ((each.guesses[0].value, each.guesses[0].is_same) for each in judged if each.guesses), reverse=True
    )
    total = sum(each.has_same for each in judged) or 1
    right, found = 0, []
    for count, (_, is_same) in enumerate(best, 1):
        right += is_same
        found.append((right / total, right / count))
    step = max(1, len(found) // points)
    return found[::step]


def _axes() -> list[str]:
    parts = []
    for tenth in range(0, 11, 2):
        share = tenth / 10
        parts.append(f'<path d="M{_x(share):.0f} {_y(0):.0f}V{_y(1):.0f}" stroke="#dddddd"/>')
        parts.append(f'<path d="M{_x(0):.0f} {_y(share):.0f}H{_x(1):.0f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_x(share):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{share:g}</text>')
        parts.append(f'<text x="{_LEFT - 8}" y="{_y(share) + 4:.0f}" text-anchor="end">{share:g}</text>')
    parts.append(f'<text x="{_x(0.5):.0f}" y="{_y(0) + 34:.0f}" text-anchor="middle">rappel / recall</text>')
    parts.append(
        f'<text transform="translate(18 {_y(0.5):.0f}) rotate(-90)" text-anchor="middle">précision</text>'
    )
    return parts


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE

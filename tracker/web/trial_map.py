"""A trial drawn as a picture that needs no script: districts and the cases that would go elsewhere."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 720.0
MARGIN = 12.0
COLOURS = 6
MOST_POINTS = 4_000
SHAPES = ("circle", "square", "diamond", "up", "down", "cross")
OTHERS = "others"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Cases that go from one crew to another: one colour and one shape.

    `cases` counts them all, drawn or not.
    """

    before: str
    after: str
    cases: int
    mark: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """The picture, in pixels, and of how many cases it has a point; `placeless` have none to draw."""

    width: int
    height: int
    outlines: tuple[str, ...]
    kinds: tuple[Kind, ...]
    cases: int
    drawn: int
    placeless: int


def draw(changes: Sequence[Mapping[str, Any]], districts: Sequence[Mapping[str, Any]]) -> Drawing | None:
    """Return the picture of a trial's changes, the commonest kinds told apart; None where it has none.

    Of more than MOST_POINTS every second, third, … is drawn. Every change is counted.
    """
    whole = [each for each in changes if each["geometry"] is not None]
    placed = whole[:: max(1, math.ceil(len(whole) / MOST_POINTS))]
    rings = [ring for each in districts for ring in _rings(each["geometry"])]
    everything = [tuple(each["geometry"]["coordinates"]) for each in placed]
    everything += [(x, y) for ring in rings for x, y in ring]
    if not everything:
        return None
    west, east = min(x for x, _ in everything), max(x for x, _ in everything)
    south, north = min(y for _, y in everything), max(y for _, y in everything)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, (north - south) / 1.2, 1e-6)

    def at(x: float, y: float) -> tuple[float, float]:
        return round(MARGIN + (x - west) * squeeze * scale, 1), round(MARGIN + (north - y) * scale, 1)

    counted = Counter(_key(each) for each in changes)
    named = [key for key, _ in counted.most_common(COLOURS)]
    kinds = [
        Kind(
            before=key[0],
            after=key[1],
            cases=counted[key],
            mark=SHAPES[rank],
            points=tuple(at(*each["geometry"]["coordinates"]) for each in placed if _key(each) == key),
        )
        for rank, key in enumerate(named)
    ]
    rest = [each for each in placed if _key(each) not in named]
    if len(counted) > len(named):
        others = counted.total() - sum(counted[key] for key in named)
        points = tuple(at(*each["geometry"]["coordinates"]) for each in rest)
        kinds.append(Kind(before="", after="", cases=others, mark=OTHERS, points=points))
    return Drawing(
        width=round((east - west) * squeeze * scale + 2 * MARGIN),
        height=round((north - south) * scale + 2 * MARGIN),
        outlines=tuple(_path(ring, at) for ring in rings),
        kinds=tuple(kinds),
        cases=len(changes),
        drawn=len(placed),
        placeless=len(changes) - len(whole),
    )


def _key(change: Mapping[str, Any]) -> tuple[str, str]:
    return change["properties"]["crew_before"], change["properties"]["crew_after"]


def _rings(geometry: Mapping[str, Any]) -> Iterator[Sequence[tuple[float, float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield polygon[0]


def _path(ring: Sequence[tuple[float, float]], at: Any) -> str:
    return "M" + "L".join("{} {}".format(*at(x, y)) for x, y in ring) + "Z"

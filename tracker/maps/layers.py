"""The layers that tiles are asked of: what each depends on, and how it is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.maps import base, cases, density, errors, overlays
from tracker.maps.density import Wanted
from tracker.maps.scope import Scope
from tracker.maps.tile import DRAWING, Tile

# What is late changes with the hour and not with the data: such a tile is another one each ten minutes.
LATE_STEP = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What one request asks of a layer."""

    scope: Scope
    now: datetime
    is_open: bool = True
    group: str = ""
    wanted: Wanted | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """`version` names the state of what the layer shows; `draw` returns a tile's bytes."""

    name: str
    lowest: int
    highest: int
    is_reference: bool
    version: Callable[[Session, Question], str]
    draw: Callable[[Session, Tile, Question], bytes]
    holds: Mapping[str, Mapping[str, str]]

    def tile(self, z: int, x: int, y: int) -> Tile:
        """Return a tile of this layer. Raises TileUnknown."""
        return Tile(z=z, x=x, y=y, lowest=self.lowest, highest=self.highest)


def named(name: str) -> Layer:
    """Return a layer by its name. Raises LayerUnknown."""
    if name not in LAYERS:
        raise errors.LayerUnknown(name)
    return LAYERS[name]


def _of_town(session: Session, _: Question) -> str:
    return f"{selected(session).revision}.{DRAWING}"


def _of_cases(session: Session, question: Question) -> str:
    step = int((question.now - datetime(2020, 1, 1, tzinfo=UTC)) / LATE_STEP)
    return f"{_of_town(session, question)}-{cases.pulse(session)}-{step}-{_asked(question).key}"


def _asked(question: Question) -> cases.Asked:
    return cases.Asked(scope=question.scope, now=question.now, is_open=question.is_open, group=question.group)


def _of_density(session: Session, question: Question) -> str:
    assert question.wanted is not None
    return f"{_of_town(session, question)}-{density.version(session, question.wanted, question.now)}"


def _draw_density(session: Session, tile: Tile, question: Question) -> bytes:
    assert question.wanted is not None
    return density.draw(session, tile, density.current(session, question.wanted, question.now))


LAYERS: Mapping[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer(
            name="base",
            lowest=base.LOWEST,
            highest=base.HIGHEST,
            is_reference=True,
            version=_of_town,
            draw=lambda session, tile, _: base.draw(session, tile),
            holds={
                "ground": {"kind": "water, park, building, rail"},
                "street": {
                    "name": "",
                    "class": "1 artery to 4 residential, beyond: paths",
                    "oneway": "1 along, -1 against",
                },
                "district": {"code": "", "name": ""},
                "name": {
                    "kind": "district, park, water, building, place",
                    "name": "",
                    "size": "order of size",
                },
                "number": {"name": "civic number"},
            },
        ),
        Layer(
            name="districts",
            lowest=overlays.LOWEST,
            highest=overlays.HIGHEST,
            is_reference=True,
            version=_of_town,
            draw=lambda session, tile, _: overlays.districts(session, tile),
            holds={
                "district": {"code": "", "name": "", "tint": "0 to 5"},
                "district_edge": {"code": "", "name": ""},
            },
        ),
        Layer(
            name="assets",
            lowest=overlays.LOWEST,
            highest=overlays.HIGHEST,
            is_reference=True,
            version=_of_town,
            draw=lambda session, tile, _: overlays.assets(session, tile),
            holds={"asset": {"kind": "", "code": "", "name": "", "n": "how many, below zoom 15"}},
        ),
        Layer(
            name="cases",
            lowest=cases.LOWEST,
            highest=cases.HIGHEST,
            is_reference=False,
            version=_of_cases,
            draw=lambda session, tile, question: cases.draw(session, tile, _asked(question)),
            holds={
                "case": {
                    "number": "",
                    "tone": "",
                    "code": "service",
                    "open": "",
                    "late": "",
                    "n": "how many, where many are",
                }
            },
        ),
        Layer(
            name="density",
            lowest=density.LOWEST,
            highest=density.HIGHEST,
            is_reference=False,
            version=_of_density,
            draw=_draw_density,
            holds={
                "density": {
                    "level": "0 usual to 4",
                    "times": "times the usual",
                    "hot": "significant",
                }
            },
        ),
    )
}

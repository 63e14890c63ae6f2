"""The picture of a trial: its legend counts every change, drawn or not."""

from __future__ import annotations

from typing import Any

from tracker.web import trial_map

SQUARE = {
    "geometry": {
        "type": "Polygon",
        "coordinates": [[(-74.2, 45.2), (-74.0, 45.2), (-74.0, 45.3), (-74.2, 45.2)]],
    }
}


def change(before: str, after: str, x: float | None = -74.1) -> dict[str, Any]:
    geometry = None if x is None else {"type": "Point", "coordinates": [x, 45.25]}
    return {"geometry": geometry, "properties": {"crew_before": before, "crew_after": after}}


def legend(changes: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    drawing = trial_map.draw(changes, [SQUARE])
    assert drawing is not None
    assert sum(kind.cases for kind in drawing.kinds) == drawing.cases == len(changes)
    assert sum(len(kind.points) for kind in drawing.kinds) == drawing.drawn
    return {(kind.before, kind.after): kind.cases for kind in drawing.kinds}


def test_a_change_without_a_place_is_counted_too():
    changes = [change("E1", "E2"), change("E1", "E2", None), change("E1", "", None)]
    assert legend(changes) == {("E1", "E2"): 2, ("E1", ""): 1}
    drawing = trial_map.draw(changes, [SQUARE])
    assert drawing is not None
    assert (drawing.drawn, drawing.placeless) == (1, 2)


def test_more_than_are_drawn_are_counted_and_every_kind_keeps_its_share_of_points():
    most = trial_map.MOST_POINTS
    changes = [change("E1", "E2")] * (2 * most) + [change("E2", "E3")] * most
    assert legend(changes) == {("E1", "E2"): 2 * most, ("E2", "E3"): most}
    drawing = trial_map.draw(changes, [SQUARE])
    assert drawing is not None
    assert drawing.drawn <= most
    many, few = (len(kind.points) for kind in drawing.kinds)
    assert abs(many - 2 * few) <= 2


def test_the_rarest_kinds_are_counted_together():
    changes = [change(f"E{at}", "X") for at in range(trial_map.COLOURS + 3)]
    changes += [change("E8", "X", None)]
    assert legend(changes)["", ""] == 3

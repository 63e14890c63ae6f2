"""Which things are broken already: a lamp that is out cannot go out a second time before it is repaired."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import shapely

from tracker.catalogue.definitions import Service
from tracker.demo.spots import Ground, Where

_NEXT_M = 250.0


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """What is broken until when, by service and thing."""

    ground: Ground
    services: Mapping[str, Service]
    until: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def note(self, code: str, where: Where, end: datetime) -> None:
        """Remember that a thing is broken."""
        if where.asset is not None:
            self.until[code, where.asset] = end

    def moved(self, code: str, where: Where, at: datetime) -> Where:
        """Give the nearest thing of the kind that works; the place itself if it does or nothing near does.

        A park is no such thing: there may be two heaps in one.
        """
        assets, kind = self.ground.town.assets, self.services[code].location.asset_kind
        if where.asset is None or kind is None or self._works(code, where.asset, at):
            return where
        if assets[where.asset].shape.geom_type != "Point":
            return where
        rows, tree = self.ground.assets(kind)
        x, y = where.x, where.y
        near = tree.query(shapely.Point(x, y), predicate="dwithin", distance=_NEXT_M)
        working = [int(rows[i]) for i in np.sort(near) if self._works(code, int(rows[i]), at)]
        if not working:
            return where
        spots = [assets[row].shape.centroid for row in working]
        spot = min(spots, key=lambda each: math.hypot(each.x - x, each.y - y))
        return self.ground.at(self.services[code], spot.x, spot.y)

    def _works(self, code: str, asset: int, at: datetime) -> bool:
        end = self.until.get((code, asset))
        return end is None or end <= at

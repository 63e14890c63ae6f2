"""What stands in parks and on the busy pavements: bins, benches, playgrounds, fields, rinks."""

from __future__ import annotations

import numpy as np
from shapely.geometry import Point, Polygon

from tracker.demo import seeds, strung
from tracker.demo.asset_plan import HALF_ROAD_M, Asset, AssetsPlan, Site, number


def furniture(plan: AssetsPlan, site: Site) -> list[Asset]:
    """Litter bins and benches: half in the parks, half along the busy streets of the old town."""
    rng = seeds.stream(site.seed, "furniture")
    share = len(site.segments) / 2300
    busy = [row for row, each in enumerate(site.segments) if each.zone in "olc" and each.line.length > 40]
    parks = site.greens.parks
    assets: list[Asset] = []
    for kind, count in (("litter_bin", plan.litter_bins), ("furniture", plan.furniture)):
        for order in range(1, max(8, int(count * min(1.0, share))) + 1):
            what = plan.furniture_kinds[int(rng.integers(len(plan.furniture_kinds)))]
            attributes = {"type": what} if kind == "furniture" else {}
            if order % 2 and parks:
                spot = _inside(parks[int(rng.integers(len(parks)))].shape, rng)
                segment = None
            else:
                row = busy[int(rng.integers(len(busy)))]
                street = site.segments[row]
                at, side = rng.uniform(8, street.line.length - 8), int(rng.choice([1, -1]))
                offset = (HALF_ROAD_M[street.road_class] + 2.0) * side
                place = strung.beside(
                    site.segments[row : row + 1], np.array([0]), np.array([at]), np.array([offset])
                )
                spot, segment = Point(place.xy[0]), street.code
            assets.append(
                Asset(
                    kind=kind,
                    code=number(plan, kind, order),
                    shape=spot,
                    segment=segment,
                    attributes=attributes,
                )
            )
    return assets


def in_parks(plan: AssetsPlan, site: Site) -> list[Asset]:
    """The parks themselves, then playgrounds, sports fields and rinks in turn in the largest of them."""
    rng = seeds.stream(site.seed, "furniture")
    parks = sorted(site.greens.parks, key=lambda park: -park.shape.area)
    assets = [
        Asset(kind="park", code=park.code, shape=park.shape, name=park.name) for park in site.greens.parks
    ]
    wanted = (
        ("playground", plan.playgrounds, "aire de jeu"),
        ("sports_field", plan.sports_fields, "terrain"),
        ("rink", plan.rinks, "patinoire"),
    )
    for kind, count, label in wanted:
        for order in range(1, count + 1):
            park = parks[(order - 1) % len(parks)]
            attributes = {"sport": plan.sports[order % len(plan.sports)]} if kind == "sports_field" else {}
            assets.append(
                Asset(
                    kind=kind,
                    code=number(plan, kind, order),
                    shape=_inside(park.shape, rng),
                    name=f"{label}, {park.name}",
                    attributes={"park": park.code, **attributes},
                )
            )
    return assets


def _inside(shape: Polygon, rng: np.random.Generator) -> Point:
    """A point of the shape some metres from its edge, by trial."""
    inner = shape.buffer(-6)
    room = inner if not inner.is_empty else shape
    west, south, east, north = room.bounds
    for _ in range(200):
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if room.contains(point):
            return point
    return room.representative_point()

"""What the city looks after along its streets: lights, hydrants, basins, manholes, signs, signals, trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry import Point

from tracker.demo import park_assets, seeds, strung
from tracker.demo.asset_plan import HALF_ROAD_M, Asset, AssetsPlan, Site, number
from tracker.demo.frame import Array
from tracker.demo.segments import Segment
from tracker.demo.strung import Places, Run


def furnish(plan: AssetsPlan, site: Site) -> list[Asset]:
    """Place everything, kind by kind, each numbered along the streets. Nothing stands in water."""
    makers: tuple[Callable[[AssetsPlan, Site], list[Asset]], ...] = (
        _streetlights,
        _hydrants,
        _basins,
        _manholes,
        _signs,
        _signals,
        _trees,
        park_assets.furniture,
        park_assets.in_parks,
    )
    assets = [asset for make in makers for asset in make(plan, site)]
    shapely.prepare(site.wet)
    points = shapely.point_on_surface(np.asarray([asset.shape for asset in assets], dtype=object))
    return [asset for asset, wet in zip(assets, shapely.intersects(site.wet, points), strict=True) if not wet]


def _spacing(plan: AssetsPlan, kind: str, site: Site) -> Array:
    spacing = plan.spacing[kind]
    return np.asarray(
        [
            spacing.country if not each.is_urban else spacing.main if each.road_class < 4 else spacing.local
            for each in site.segments
        ]
    )


def _beside_road(site: Site, beyond: float) -> Array:
    """Metres from the axis to `beyond` metres past the edge of the roadway."""
    return np.asarray([HALF_ROAD_M[each.road_class] + beyond for each in site.segments])


def _streetlights(plan: AssetsPlan, site: Site) -> list[Asset]:
    """Alternate sides; lights in a row share a circuit; one pole in five is the electricity utility's."""
    rng = seeds.stream(site.seed, "lights")
    run = Run(spacing=_spacing(plan, "streetlight", site), offset=_beside_road(site, 1.5), start=14.0, side=0)
    places = strung.string(site.segments, run)
    low, high = plan.circuit
    sizes = rng.integers(low, high + 1, len(places.segment) // low + 1)
    circuits = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    on_hydro = rng.uniform(0, 1, len(places.segment)) < plan.on_hydro_poles
    assets = []
    for order, (row, point) in enumerate(zip(places.segment, strung.points(places), strict=True)):
        segment = site.segments[row]
        pole = "hydro" if on_hydro[order] else "ville"
        assets.append(
            Asset(
                kind="streetlight",
                code=number(plan, "streetlight", order + 1),
                shape=point,
                segment=segment.code,
                owner="mtmd" if segment.maintained_by == "mtmd" else "ville",
                attributes={"circuit": f"C-{circuits[order]:03d}", "pole": pole, "led": True},
            )
        )
    return assets


def _hydrants(plan: AssetsPlan, site: Site) -> list[Asset]:
    run = Run(spacing=_city_only(plan, "hydrant", site), offset=_beside_road(site, 1.2), start=22.0, side=0)
    places = strung.string(site.segments, run)
    # Every segment begins anew: the town as a whole keeps the distance, not each of its short blocks.
    reached = sum(each.line.length for each in site.segments if each.is_urban and each.road_class > 1)
    wanted = int(reached / plan.spacing["hydrant"].local)
    rng = seeds.stream(site.seed, "hydrants")
    kept = np.sort(rng.permutation(len(places.segment))[:wanted])
    places = Places(segment=places.segment[kept], xy=places.xy[kept], bearing=places.bearing[kept])
    return _plain(plan, site, "hydrant", places)


def _basins(plan: AssetsPlan, site: Site) -> list[Asset]:
    spacing, offset = _city_only(plan, "catch_basin", site), _beside_road(site, -0.4)
    left = strung.string(site.segments, Run(spacing=spacing, offset=offset, start=8.0, side=1))
    right = strung.string(site.segments, Run(spacing=spacing, offset=offset, start=12.0, side=-1))
    return _plain(plan, site, "catch_basin", _interleaved(left, right))


def _manholes(plan: AssetsPlan, site: Site) -> list[Asset]:
    run = Run(spacing=_city_only(plan, "manhole", site), offset=_beside_road(site, -3.5), start=3.0, side=1)
    return _plain(plan, site, "manhole", strung.string(site.segments, run))


def _city_only(plan: AssetsPlan, kind: str, site: Site) -> Array:
    """No pipes of the city lie under the province's route."""
    ours = np.asarray([each.road_class > 1 for each in site.segments])
    return np.where(ours, _spacing(plan, kind, site), 0.0)


def _interleaved(left: Places, right: Places) -> Places:
    """Both sides of each segment in turn."""
    order = np.argsort(np.concatenate([left.segment, right.segment]), kind="stable")
    return Places(
        segment=np.concatenate([left.segment, right.segment])[order],
        xy=np.vstack([left.xy, right.xy])[order],
        bearing=np.concatenate([left.bearing, right.bearing])[order],
    )


def _plain(plan: AssetsPlan, site: Site, kind: str, places: Places) -> list[Asset]:
    return [
        Asset(kind=kind, code=number(plan, kind, order), shape=point, segment=site.segments[row].code)
        for order, (row, point) in enumerate(zip(places.segment, strung.points(places), strict=True), start=1)
    ]


def _signs(plan: AssetsPlan, site: Site) -> list[Asset]:
    """A stop sign where a lesser street ends, and now and then another sign."""
    rng = seeds.stream(site.seed, "signs")
    rows: list[tuple[int, str, float, float]] = []
    for row, segment in enumerate(site.segments):
        chances = rng.uniform(0, 1, 3)
        offset = HALF_ROAD_M[segment.road_class] + 1.0
        if segment.road_class >= 3 and segment.line.length > 45:
            rows.append((row, "arret", segment.line.length - 9, -offset))
            if chances[0] < 0.35:
                rows.append((row, "rue", 7.0, offset))
        if chances[1] < 0.46:
            what = ("stationnement", "vitesse", "ecole")[int(chances[2] * 3)]
            rows.append((row, what, segment.line.length / 2, -offset))
    numbers = np.asarray([each[0] for each in rows])
    spots = np.asarray([each[2:] for each in rows])
    places = strung.beside(site.segments, numbers, spots[:, 0], spots[:, 1])
    return [
        Asset(
            kind="sign",
            code=number(plan, "sign", order + 1),
            shape=point,
            segment=site.segments[rows[order][0]].code,
            attributes={"type": rows[order][1]},
        )
        for order, point in enumerate(strung.points(places))
    ]


def _signals(plan: AssetsPlan, site: Site) -> list[Asset]:
    """Traffic signals at the busiest corners: the most arterials first, then the most collectors."""
    at: dict[tuple[float, float], list[Segment]] = defaultdict(list)
    for segment in site.segments:
        for end in (segment.line.coords[0], segment.line.coords[-1]):
            at[round(end[0], 2), round(end[1], 2)].append(segment)
    busy = [
        (-sum(each.road_class <= 2 for each in roads), -sum(each.road_class <= 3 for each in roads), node)
        for node, roads in at.items()
        if sum(each.road_class <= 3 for each in roads) >= 3
    ]
    assets = []
    for order, (_, _, node) in enumerate(sorted(busy)[: plan.signals], start=1):
        corner = sorted(at[node], key=lambda each: (each.road_class, each.code))
        names = list(dict.fromkeys(each.name for each in corner))
        assets.append(
            Asset(
                kind="traffic_signal",
                code=number(plan, "traffic_signal", order),
                shape=Point(node),
                name=" / ".join(names[:2]),
                segment=corner[0].code,
                owner="mtmd" if corner[0].maintained_by == "mtmd" else "ville",
            )
        )
    return assets


def _trees(plan: AssetsPlan, site: Site) -> list[Asset]:
    """Street trees on both sides in the quarters people live in, some spots empty, the species mixed."""
    rng = seeds.stream(site.seed, "trees")
    lived_in = np.asarray([each.zone in "sol" and each.road_class > 1 for each in site.segments])
    spacing = np.where(lived_in, _spacing(plan, "tree", site), 0.0)
    offset = _beside_road(site, 3.2)
    left = strung.string(site.segments, Run(spacing=spacing, offset=offset, start=10.0, side=1))
    right = strung.string(site.segments, Run(spacing=spacing, offset=offset, start=16.0, side=-1))
    places = _interleaved(left, right)
    count = len(places.segment)
    shares = np.asarray([each.share for each in plan.species])
    standing = rng.uniform(0, 1, count) < 0.475
    species = rng.choice(len(shares), size=count, p=shares / shares.sum())
    girth_cm = np.clip(rng.lognormal(3.2, 0.5, count), 6, 110)
    kept = np.flatnonzero(standing)
    return [
        Asset(
            kind="tree",
            code=number(plan, "tree", order),
            shape=point,
            name=plan.species[species[i]].fr,
            segment=site.segments[places.segment[i]].code,
            attributes={"species_en": plan.species[species[i]].en, "dbh_cm": int(girth_cm[i])},
        )
        for order, (i, point) in enumerate(zip(kept, strung.points(places)[kept], strict=True), start=1)
    ]

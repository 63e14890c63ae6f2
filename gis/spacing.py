"""What the distance between a report and a case is worth: as it is, along the street, and with the delay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from gis import crs, levels, wording
from gis.learned import POINT_M
from gis.sighting import Candidate, Sighting, Term
from gis.weights import Weights


def space(sighting: Sighting, candidate: Candidate, weights: Weights, d: float, kind: str) -> Term:
    """Weigh the distance: how likely if one thing (normal scatter, a few strays), against by mere chance."""
    words = wording.distance(d)
    spread = max(weights.space.least_spread_m, weights.space.spread_share * sighting.radius_m)
    near2 = sighting.accuracy_m**2 + candidate.accuracy_m**2 + spread**2
    level = f"{kind}:{_fineness(near2)}:{levels.metres(d)}"
    # Where the segment, asset or address decides, near is no evidence: the next lamp is always near.
    if kind == "named":
        return Term("distance", 0.0, words.fr, words.en, level)
    space = weights.space
    stray2 = near2 + space.stray_m**2
    if_same = (1 - space.stray_share) * _density(d, near2) + space.stray_share * _density(d, stray2)
    by_chance = space.clutter / (math.pi * sighting.radius_m**2)
    if sighting.density_per_km2 is not None:
        # A count over a small block may be zero by luck: it may not say more than ten times "empty".
        by_chance = max(sighting.density_per_km2 / 1e6, by_chance / 10)
    value = max(math.log(max(if_same, 1e-300) / by_chance), -12.0)
    return Term("distance", value, words.fr, words.en, level)


def together(sighting: Sighting, candidate: Candidate, distance_m: float, kind: str) -> Term:
    """Tell how near in space and in time at once: 20 m mean more after an hour than after a month."""
    last = max(candidate.last_report_at or candidate.opened_at, candidate.opened_at)
    far, late = levels.reach(distance_m), levels.lapse((sighting.at - last).total_seconds())
    state = "open" if candidate.is_open else "closed"
    fr, en = _TOGETHER[far == "near", late in ("hours", "day")]
    return Term("together", 0.0, fr, en, f"{kind}:{far}:{late}:{state}")


_TOGETHER = {
    (True, True): ("proche et récent", "near and recent"),
    (True, False): ("proche mais ancien", "near but old"),
    (False, True): ("récent mais plus loin", "recent but farther off"),
    (False, False): ("plus loin et ancien", "farther off and old"),
}


def decomposed(sighting: Sighting, candidate: Candidate, distance_m: float) -> Iterator[Term]:
    """Tell how far along the street and how far across it the two are: a caller is sure of the second only.

    A door stands some 15 m from the thing before it, and a caller may be a door or two off.
    """
    if sighting.street is None or distance_m > _DECOMPOSED_M:
        return
    along, across = _along_and_across(sighting, candidate, sighting.street)
    ways = "point" if sighting.accuracy_m <= POINT_M else "door"
    ways += "-point" if candidate.accuracy_m <= POINT_M else "-door"
    yield Term("along", 0.0, *_said_along(round(along)), f"{ways}:{levels.offset(along)}")
    yield Term("across", 0.0, *_said_across(round(across)), f"{ways}:{levels.offset(across)}")


@lru_cache(maxsize=256)
def _said_along(metres: int) -> tuple[str, str]:
    return f"{metres}\u00a0m le long de la rue", f"{metres}\u00a0m along the street"


@lru_cache(maxsize=256)
def _said_across(metres: int) -> tuple[str, str]:
    return f"{metres}\u00a0m en travers de la rue", f"{metres}\u00a0m across the street"


_DECOMPOSED_M = 90.0


def _along_and_across(
    sighting: Sighting, candidate: Candidate, street: tuple[float, float]
) -> tuple[float, float]:
    assert sighting.lon is not None
    assert sighting.lat is not None
    assert candidate.lon is not None
    assert candidate.lat is not None
    per_lon, per_lat = crs.metres_per_degree(sighting.lat)
    east, north = (candidate.lon - sighting.lon) * per_lon, (candidate.lat - sighting.lat) * per_lat
    return abs(east * street[0] + north * street[1]), abs(east * street[1] - north * street[0])


def _fineness(variance: float) -> str:
    """Class how well both places are known, from the variance of their difference in square metres."""
    return "fine" if variance < 15**2 else "fair" if variance < 28**2 else "coarse"


def _density(d: float, variance: float) -> float:
    return math.exp(-d * d / (2 * variance)) / (2 * math.pi * variance)

"""Surges: a real burst is found among its first reports, ordinary years and storms are left alone.

The towns are drawn here: incidents by cluster and evenly, some told several times, as in any town.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from gis import clusters
from gis.clusters import HOURS_A_YEAR, Background, Cluster, Happenings, Scan

SIDE_M, AREA_KM2 = 7_000.0, 49.0
LEARNT_H = 30 * 24.0


@dataclass(kw_only=True)
class Town:
    """How busy a town is, and what besides the ordinary happens in it."""

    per_year: float = 230.0
    years: float = 1.5
    storms: int = 0
    burst: tuple[float, float, int, float] | None = None  # at hour, spread in metres, reports, over hours

    def draw(self, seed: int) -> tuple[Happenings, np.ndarray]:
        """Return its happenings and which of them are the burst."""
        rng, hours = np.random.default_rng(seed), self.years * HOURS_A_YEAR
        parts = [self._ordinary(rng, hours)]
        for _ in range(self.storms):
            count = rng.poisson(self.per_year / 365 * 15)
            parts.append(
                self._rows(
                    rng.uniform(0, SIDE_M, (count, 2)), rng.uniform(0, hours) + rng.uniform(0, 24, count)
                )
            )
        if self.burst is not None:
            at, spread, count, over = self.burst
            middle = np.full((count, 2), SIDE_M / 2) + rng.normal(0, spread, (count, 2))
            parts.append(self._rows(middle, at + rng.uniform(0, over, count)))
        rows = np.concatenate(parts)
        is_burst = np.arange(len(rows)) >= len(rows) - (self.burst[2] if self.burst else 0)
        order = np.argsort(rows[:, 2], kind="stable")
        rows = rows[order]
        return Happenings(x=rows[:, 0], y=rows[:, 1], at_h=rows[:, 2]), is_burst[order]

    def _ordinary(self, rng: np.random.Generator, hours: float) -> np.ndarray:
        count = rng.poisson(self.per_year * self.years)
        parents = rng.uniform(0, SIDE_M, (40, 2))
        near = parents[rng.integers(0, 40, count)] + rng.normal(0, 90, (count, 2))
        places = np.where(rng.random((count, 1)) < 0.6, near, rng.uniform(0, SIDE_M, (count, 2)))
        at = rng.uniform(0, hours, count)
        twice = np.repeat(np.arange(count), rng.geometric(0.6, count) * (rng.random(count) < 0.3))
        again = self._rows(
            places[twice] + rng.normal(0, 8, (len(twice), 2)), at[twice] + rng.exponential(20, len(twice))
        )
        return np.concatenate([self._rows(places, at), again])

    @staticmethod
    def _rows(places: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.column_stack([places, at])


def replay(drawn: Happenings, *, since_h: float = LEARNT_H) -> list[tuple[int, Cluster, set[int]]]:
    """Look after every happening, as if somebody did; return each proposal once, with the moment."""
    found: list[tuple[int, Cluster, set[int]]] = []
    spent: set[int] = set()
    for at in range(len(drawn)):
        if drawn.at_h[at] < since_h:
            continue
        first = int(np.searchsorted(drawn.at_h, drawn.at_h[at] - 24.0))
        background = Background(past=part(drawn, 0, first), area_km2=AREA_KM2)
        recent = part(drawn, first, at + 1)
        for each in clusters.scan(recent, background, Scan(), since_h=recent.at_h[-1]):
            members = {first + member for member in each.members}
            if spent.isdisjoint(members):
                found.append((at, each, members))
            spent |= members
    return found


def part(whole: Happenings, first: int, end: int) -> Happenings:
    return Happenings(x=whole.x[first:end], y=whole.y[first:end], at_h=whole.at_h[first:end])


@pytest.mark.parametrize(("per_year", "within"), [(60, 5), (230, 9), (900, 12)])
def test_a_break_is_found_among_its_first_reports(per_year, within):
    late = []
    for seed in range(6):
        drawn, is_burst = Town(per_year=per_year, burst=(9_000.0, 250.0, 40, 18.0)).draw(seed)
        burst = np.flatnonzero(is_burst)
        hit = next(
            at for at, _, members in replay(drawn, since_h=8_990) if is_burst[sorted(members)].mean() > 0.5
        )
        late.append(int(np.searchsorted(burst, hit)) + 1)
    assert max(late) <= within, late


@pytest.mark.parametrize(("storms", "most_per_year"), [(0, 0.5), (8, 1.0)])
def test_ordinary_years_give_no_more_proposals_than_was_asked_for(storms, most_per_year):
    found, years = 0, 0.0
    for per_year, seeds in ((60, 8), (230, 8), (900, 3)):
        for seed in range(seeds):
            found += len(replay(Town(per_year=per_year, storms=storms).draw(1_000 + seed)[0]))
            years += 1.5 - LEARNT_H / HOURS_A_YEAR
    assert found / years <= most_per_year


def test_one_thing_told_by_many_is_no_surge():
    rng = np.random.default_rng(1)
    past, _ = Town().draw(2)
    x, y = 3_000 + rng.normal(0, 6, 12), 3_000 + rng.normal(0, 6, 12)
    recent = Happenings(x=x, y=y, at_h=past.at_h[-1] + np.linspace(0, 3, 12))
    assert clusters.scan(recent, Background(past=past, area_km2=AREA_KM2), Scan()) == []


def test_a_storm_over_the_whole_town_is_not_an_incident_of_one_street():
    rng = np.random.default_rng(3)
    past, _ = Town().draw(4)
    recent = Happenings(
        x=rng.uniform(0, SIDE_M, 60),
        y=rng.uniform(0, SIDE_M, 60),
        at_h=past.at_h[-1] + np.sort(rng.uniform(0, 12, 60)),
    )
    assert clusters.scan(recent, Background(past=past, area_km2=AREA_KM2), Scan()) == []


def test_a_break_in_a_storm_is_found_all_the_same():
    rng = np.random.default_rng(5)
    past, _ = Town().draw(6)
    at = past.at_h[-1] + np.sort(rng.uniform(0, 12, 60))
    x, y = rng.uniform(0, SIDE_M, 60), rng.uniform(0, SIDE_M, 60)
    x[40:], y[40:] = 2_000 + rng.normal(0, 150, 20), 2_000 + rng.normal(0, 150, 20)
    found = clusters.scan(Happenings(x=x, y=y, at_h=at), Background(past=past, area_km2=AREA_KM2), Scan())
    assert len(found) == 1
    assert math.hypot(found[0].x - 2_000, found[0].y - 2_000) < 500


def test_no_happening_is_in_two_surges_and_the_same_input_gives_the_same():
    drawn, _ = Town(per_year=60, burst=(9_000.0, 800.0, 60, 10.0)).draw(7)
    first = int(np.searchsorted(drawn.at_h, 9_000))
    end = int(np.searchsorted(drawn.at_h, 9_010))
    background = Background(past=part(drawn, 0, first), area_km2=AREA_KM2)
    found = [clusters.scan(part(drawn, first, end), background, Scan()) for _ in range(2)]
    assert found[0] == found[1] != []
    members = [member for each in found[0] for member in each.members]
    assert len(members) == len(set(members))


def test_a_town_without_a_past_is_not_all_alarm():
    none = Happenings(x=np.zeros(0), y=np.zeros(0), at_h=np.zeros(0))
    recent = Happenings(
        x=np.array([0.0, 3_000, 6_000]), y=np.array([0.0, 3_000, 0]), at_h=np.array([1.0, 9, 20])
    )
    assert clusters.scan(recent, Background(past=none, area_km2=AREA_KM2), Scan()) == []
    assert clusters.scan(none, Background(past=none, area_km2=AREA_KM2), Scan()) == []


@pytest.mark.parametrize("mean", [0.003, 0.7, 6.0])
@pytest.mark.parametrize("dispersion", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("observed", [1, 3, 12])
def test_the_tail_is_the_sum_of_its_probabilities(mean, dispersion, observed):
    def pmf(count: int) -> float:
        if not dispersion:
            return float(math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)))
        size, share = mean / dispersion, 1 / (1 + dispersion)
        ways = float(math.exp(math.lgamma(count + size) - math.lgamma(count + 1) - math.lgamma(size)))
        return float(ways * share**size * (1 - share) ** count)

    counts = range(observed, observed + 400)
    assert 10 ** clusters.log10_tail(observed, mean, dispersion) == pytest.approx(
        sum(map(pmf, counts)), rel=1e-6
    )
    whole = [pmf(count) for count in range(600)]
    assert sum(whole) == pytest.approx(1.0)
    variance = sum(p * (count - mean) ** 2 for count, p in enumerate(whole))
    assert variance == pytest.approx(mean * (1 + dispersion), rel=1e-3)


def test_places_nearer_than_the_same_are_one():
    assert clusters.places(np.array([0.0, 5, 9, 40, 44]), np.zeros(5), 10.0) == 2


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="order of time"):
        Happenings(x=np.zeros(2), y=np.zeros(2), at_h=np.array([2.0, 1.0]))
    with pytest.raises(ValueError, match="one length"):
        Happenings(x=np.zeros(1), y=np.zeros(2), at_h=np.zeros(2))
    with pytest.raises(ValueError, match="two places"):
        Scan(least=1)

"""How often each service is reported, and how many people report each incident: exact, never by luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tracker.catalogue.definitions import Service
from tracker.demo import seeds
from tracker.demo.request_plan import TwinsPlan

MEAN_EXTRA = 1 / 0.6
WHOLE = 15_000  # what the volumes of the catalogue add up to


@dataclass(frozen=True, kw_only=True, slots=True)
class Sized:
    """An incident to come: the service it is, and the service each of its reporters chooses, the first one
    first.
    """

    service: str
    told_as: tuple[str, ...]


def of_services(services: Sequence[Service], total: int) -> dict[str, int]:
    """Share reports among the services as their volumes in the catalogue, to the last one (largest
    remainders).

    No service is left without any while there are enough for all.
    """
    volumes = {each.code: each.demo.volume for each in services if each.demo is not None and each.demo.volume}
    whole = sum(volumes.values())
    shares = {code: volume * total / whole for code, volume in volumes.items()}
    counts = {code: max(int(share), 1) for code, share in shares.items()}
    by_rest = sorted(shares, key=lambda code: (-(shares[code] - counts[code]), code))
    turn = 0
    while sum(counts.values()) < total:
        counts[by_rest[turn % len(by_rest)]] += 1
        turn += 1
    while sum(counts.values()) > total:
        code = max(counts, key=lambda each: (counts[each] - shares[each], each))
        counts[code] -= 1
    return counts


def group(
    plan: TwinsPlan, services: Mapping[str, Service], counts: Mapping[str, int], seed: int
) -> list[Sized]:
    """Group every service's reports into incidents.

    The share of incidents with several reporters is that of the plan over all services; each service keeps
    its number of reports although some twins choose a neighbouring one.
    """
    rng = seeds.stream(seed, "sizes")
    chances = chances_of(plan, services, counts)
    crossing = crossing_of(plan, chances, counts)
    incidents: list[Sized] = []
    for code in sorted(counts):
        gone = [(into, count) for (origin, into), count in crossing.items() if origin == code]
        come = sum(count for (_, into), count in crossing.items() if into == code)
        told = counts[code] - come + sum(count for _, count in gone)
        sizes = _sizes(told, chances[code], sum(count for _, count in gone), rng)
        away = [into for into, count in gone for _ in range(count)]
        for size in sizes:
            others = [code] * (size - 1)
            if others and away:
                others[-1] = away.pop(0)
            incidents.append(Sized(service=code, told_as=(code, *others)))
    return [incidents[row] for row in rng.permutation(len(incidents)).tolist()]


def has_twins(service: Service) -> bool:
    """Bookings, permits, questions and letters have one author each."""
    return service.workflow in ("field_work", "inspection") and service.location.is_required


def chances_of(
    plan: TwinsPlan, services: Mapping[str, Service], counts: Mapping[str, int]
) -> dict[str, float]:
    """Of each service the chance of a second reporter, scaled so that all incidents together have the plan's
    share.
    """
    raw = {
        code: plan.chances.get(code, plan.chances["other"]) if has_twins(services[code]) else 0.0
        for code in counts
    }
    scale = 1.0
    for _ in range(40):
        chances = {code: min(0.7, share * scale) for code, share in raw.items()}
        incidents = {code: counts[code] / (1 + chances[code] * MEAN_EXTRA) for code in counts}
        share = sum(incidents[code] * chances[code] for code in counts) / sum(incidents.values())
        scale *= plan.share / share
    return chances


def crossing_of(
    plan: TwinsPlan, chances: Mapping[str, float], counts: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    """How many twins of one service are told as another: `cross` of all twins, over the pairs people
    confuse.
    """
    several = {code: counts[code] * chances[code] / (1 + chances[code] * MEAN_EXTRA) for code in counts}
    wanted = plan.cross * sum(several.values()) * MEAN_EXTRA
    weight = sum(share for _, _, share in plan.confused)
    return {
        (one, other): int(min(round(wanted * share / weight), 0.8 * several[one], 0.5 * counts[other]))
        for one, other, share in plan.confused
    }


def _sizes(reports: int, chance: float, least_several: int, rng: np.random.Generator) -> list[int]:
    """Sizes of incidents that add up to `reports`: one for most, one and a few more for the rest."""
    mean = reports * chance / (1 + chance * MEAN_EXTRA)
    several = max(int(mean + rng.uniform()), least_several)
    extras = rng.geometric(0.6, several) if several else np.zeros(0, dtype=int)
    sizes: list[int] = []
    left = reports
    for order, extra in enumerate(extras.tolist()):
        # Whatever is drawn, those still to come keep two reports each.
        size = min(1 + int(extra), left - 2 * (several - order - 1))
        if size < 2:
            break
        sizes.append(size)
        left -= size
    return sizes + [1] * left

"""What other cities' software calls a duplicate, to be compared with: rules of thumb, one function each.

A rule answers None for "not the same" or a score that only orders its own suggestions, more being better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gis import evidence
from gis.sighting import Candidate, Sighting

Rule = Callable[[Sighting, Candidate], float | None]

_DAY_S = 86_400.0
_MONTH_S = 30.44 * _DAY_S


def fixmystreet(sighting: Sighting, candidate: Candidate) -> float | None:
    """Suggest what is open, of one category and within 250 m, the nearest first (FixMyStreet's default)."""
    return _nearest(sighting, candidate, within_m=250.0)


def same_type_30m_7d(sighting: Sighting, candidate: Candidate) -> float | None:
    """Suggest what is open, of the same type, within 30 m and seven days: the rule analysts write first."""
    if (sighting.at - candidate.opened_at).total_seconds() > 7 * _DAY_S:
        return None
    return _nearest(sighting, candidate, within_m=30.0)


def signalen(sighting: Sighting, candidate: Candidate) -> float | None:
    """Suggest what has the same category, lies within 50 m and is at most twelve weeks old, open or not."""
    if (sighting.at - candidate.opened_at).total_seconds() > 84 * _DAY_S:
        return None
    return _nearest(sighting, candidate, within_m=50.0, open_only=False)


def brussels(sighting: Sighting, candidate: Candidate) -> float | None:
    """Score 0 to 10 as the FixMyStreet of Brussels does; six and more is suggested.

    Distance within 50 m up to 4, levels of the category that agree up to 3, recency up to 1, one each for a
    report made outdoors and for a case nobody has taken up; closed for more than 30 days never.
    """
    metres = _metres(sighting, candidate)
    if metres is None or metres > 50.0:
        return None
    if candidate.closed_at is not None:
        since_closed_s = (sighting.at - candidate.closed_at).total_seconds()
        if since_closed_s > 30 * _DAY_S:
            return None
    age_s = (sighting.at - candidate.opened_at).total_seconds()
    points = (50.0 - metres) / 50.0 * 4 + _levels_agreeing(sighting, candidate)
    points += min(1.0, _MONTH_S / max(age_s, 1.0))
    points += (candidate.channel == "mobile") + candidate.is_open
    return points if points >= 6 else None


RULES: Mapping[str, Rule] = {
    "fixmystreet": fixmystreet,
    "brussels": brussels,
    "signalen": signalen,
    "30m_7d": same_type_30m_7d,
}


def _nearest(
    sighting: Sighting, candidate: Candidate, *, within_m: float, open_only: bool = True
) -> float | None:
    if candidate.kind != sighting.kind or (open_only and not candidate.is_open):
        return None
    metres = _metres(sighting, candidate)
    return -metres if metres is not None and metres <= within_m else None


def _metres(sighting: Sighting, candidate: Candidate) -> float | None:
    """Measure; where neither has a place but both have one address, they are at no distance."""
    metres = evidence.distance_between(sighting, candidate)
    if metres is None and sighting.address_text and sighting.address_text == candidate.address_text:
        return 0.0
    return metres


def _levels_agreeing(sighting: Sighting, candidate: Candidate) -> int:
    if candidate.kind == sighting.kind:
        return 3
    if candidate.service == sighting.service:
        return 2
    return int(candidate.service.partition("-")[0] == sighting.service.partition("-")[0])

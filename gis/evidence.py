"""The pieces of evidence that a report and a case are one thing: each a value in log-odds, with its words.

A piece which is missing on either side gives no term: absence is never counted as disagreement.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gis import address, crs, text, wording
from gis.weights import Identity, Weights

Match = Literal["place", "segment", "asset", "address"]

_TWICE_S = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A new report, with its service's duplicate policy as plain values.

    `match` says what makes two reports one: the place, or the same segment, asset or address. `radius_m` and
    `window_h` bound it; a window of None lasts until the case is closed. `at` is timezone-aware.
    `reporter` is any token which is equal for one person. `density_per_km2` is the local density of open
    cases of the service, if known. Raises ValueError for a negative accuracy or radius, or a naive time.
    """

    service: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float = 15.0
    radius_m: float = 25.0
    window_h: float | None = 336.0
    match: Match = "place"
    segment_id: object = None
    asset_id: object = None
    side: str | None = None
    text: str = ""
    address_text: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    reporter: str | None = None
    density_per_km2: float | None = None

    def __post_init__(self) -> None:
        if not (self.accuracy_m >= 0 and self.radius_m > 0):
            raise ValueError("accuracy_m must not be negative, radius_m must be positive")
        if self.at.tzinfo is None:
            raise ValueError("at must be timezone-aware")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An existing case as seen from a new report.

    The position is the inverse-variance mean of its reports' (compare with the incident, not with each
    report, so that no chain can drift); `accuracy_m` belongs to that mean. Times are timezone-aware.
    """

    key: object
    service: str
    opened_at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float = 15.0
    last_report_at: datetime | None = None
    closed_at: datetime | None = None
    segment_id: object = None
    asset_id: object = None
    side: str | None = None
    text: str = ""
    address_text: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    reporters: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Tell whether the city still has it to do."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Term:
    """One piece of evidence: its log-odds, and why in French and English."""

    name: str
    value: float
    fr: str
    en: str


def distance_between(sighting: Sighting, candidate: Candidate) -> float | None:
    """Measure between report and case in metres; None if either has no position."""
    if sighting.lon is None or sighting.lat is None or candidate.lon is None or candidate.lat is None:
        return None
    return crs.near_distance_m(sighting.lon, sighting.lat, candidate.lon, candidate.lat)


def gather(
    sighting: Sighting, candidate: Candidate, weights: Weights, distance_m: float | None
) -> Iterator[Term]:
    """Yield every piece of evidence there is, for services which are compatible."""
    decided = False
    for name, identity in (
        ("asset", weights.asset),
        ("segment", weights.segment),
        ("address", weights.address),
    ):
        same = _agree(sighting, candidate, name)
        if same is not None:
            by_policy = sighting.match == name
            decided |= by_policy
            yield _identity(name, identity, same, by_policy=by_policy)
    if distance_m is not None:
        yield _space(sighting, candidate, weights, distance_m, counts=not decided)
    yield from _time(sighting, candidate, weights)
    yield from _side(sighting, candidate, weights)
    yield from _text(sighting, candidate, weights)
    yield from _answers(sighting, candidate, weights)
    yield from _reporter(sighting, candidate, weights)


def search_radius_m(radius_m: float, accuracy_a_m: float, accuracy_b_m: float) -> float:
    """Give the radius in metres to look for candidates in: the policy's, widened by both accuracies.

    Widened up to 80 m only, lest one bad fix bring in the whole quarter; a larger policy stands as it is.
    """
    return min(radius_m + accuracy_a_m + accuracy_b_m, max(80.0, radius_m))


def _space(sighting: Sighting, candidate: Candidate, weights: Weights, d: float, *, counts: bool) -> Term:
    """Weigh the distance: how likely if one thing (normal scatter, a few strays), against by mere chance."""
    words = wording.distance(d)
    # Where the segment, asset or address decides, near is no evidence: the next lamp is always near.
    if not counts:
        return Term("distance", 0.0, words.fr, words.en)
    space = weights.space
    spread = max(space.least_spread_m, space.spread_share * sighting.radius_m)
    near2 = sighting.accuracy_m**2 + candidate.accuracy_m**2 + spread**2
    stray2 = near2 + space.stray_m**2
    if_same = (1 - space.stray_share) * _density(d, near2) + space.stray_share * _density(d, stray2)
    by_chance = space.clutter / (math.pi * sighting.radius_m**2)
    if sighting.density_per_km2 is not None:
        # A count over a small block may be zero by luck: it may not say more than ten times "empty".
        by_chance = max(sighting.density_per_km2 / 1e6, by_chance / 10)
    value = max(math.log(max(if_same, 1e-300) / by_chance), -12.0)
    return Term("distance", value, words.fr, words.en)


def _density(d: float, variance: float) -> float:
    return math.exp(-d * d / (2 * variance)) / (2 * math.pi * variance)


def _time(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    last = max(candidate.last_report_at or candidate.opened_at, candidate.opened_at)
    since_s = (sighting.at - last).total_seconds()
    # Reports arrive out of order: one that happened while others were made is at no distance in time.
    gap_s = max(since_s, (candidate.opened_at - sighting.at).total_seconds(), 0.0)
    window_s = None if sighting.window_h is None else sighting.window_h * 3600
    words = wording.ago(max(since_s, 0.0))
    value = 0.0
    if window_s is not None:
        value = _follow_up(gap_s, window_s, weights)
    yield Term("time", value, words.fr, words.en)
    if candidate.closed_at is not None:
        yield _closed(sighting, candidate.closed_at, window_s, weights)


def _follow_up(gap_s: float, window_s: float, weights: Weights) -> float:
    """Weigh a delay: exponential if one thing, anywhere in the window if not."""
    share = weights.time.life_share
    return max(-math.log(share) - gap_s / (share * window_s), weights.time.floor)


def _closed(sighting: Sighting, closed_at: datetime, window_s: float | None, weights: Weights) -> Term:
    since_s = (sighting.at - closed_at).total_seconds()
    if since_s <= 0:
        return Term("closed", 0.0, "encore ouvert au moment du signalement", "still open when this was seen")
    late = window_s is None or since_s > window_s
    words = wording.ago(since_s)
    value = weights.time.closed_after_window if late else weights.time.closed
    return Term("closed", value, f"terminé {words.fr}", f"finished {words.en}")


_LABELS = {
    ("asset", True): ("même équipement", "same equipment"),
    ("asset", False): ("autre équipement", "other equipment"),
    ("segment", True): ("même segment", "same street segment"),
    ("segment", False): ("autre segment", "another street segment"),
    ("address", True): ("même adresse", "same address"),
    ("address", False): ("autre adresse", "another address"),
}


def _agree(sighting: Sighting, candidate: Candidate, name: str) -> bool | None:
    """Tell whether both name the same asset, segment or address; None if either does not say."""
    if name == "address":
        if not sighting.address_text or not candidate.address_text:
            return None
        return address.compare(sighting.address_text, candidate.address_text)
    if name == "asset":
        one, other = sighting.asset_id, candidate.asset_id
    else:
        one, other = sighting.segment_id, candidate.segment_id
    return None if one is None or other is None else one == other


def _identity(name: str, identity: Identity, same: bool, *, by_policy: bool) -> Term:
    if by_policy:
        value = identity.same_by_policy if same else identity.other_by_policy
    else:
        value = identity.same if same else identity.other
    return Term(name, value, *_LABELS[name, same])


def _side(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if sighting.side is None or candidate.side is None or sighting.segment_id != candidate.segment_id:
        return
    if sighting.side == candidate.side:
        yield Term("side", weights.detail.same_side, "même côté de la rue", "same side of the street")
    else:
        yield Term("side", weights.detail.other_side, "autre côté de la rue", "other side of the street")


def _text(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if not sighting.text or not candidate.text:
        return
    one, other = weights.lexicon.profile(sighting.text), weights.lexicon.profile(candidate.text)
    if one.is_telling and other.is_telling:
        alike = text.similarity(one, other)
        yield _text_term(alike, weights.text_value(alike))
    if shared := one.numbers & other.numbers:
        number = max(shared, key=lambda digits: (len(digits), digits))
        # "2" is in every second text; a pole's or a house's number is not.
        if len(number) >= 2:
            worth = weights.detail.shared_number
            yield Term("number", worth, f"même numéro {number}", f"same number {number}")


def _text_term(alike: float, value: float) -> Term:
    if alike >= 0.4:
        return Term("text", value, "textes semblables", "similar descriptions")
    if alike >= 0.15:
        return Term("text", value, "quelques mots en commun", "a few words in common")
    return Term("text", value, "textes différents", "different descriptions")


def _answers(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    shared = [key for key in sighting.answers if key in candidate.answers]
    if not shared:
        return
    same = sum(sighting.answers[key] == candidate.answers[key] for key in shared)
    other = len(shared) - same
    value = same * weights.detail.same_answer + other * weights.detail.other_answer
    yield Term(
        "answers",
        max(-1.0, min(1.0, value)),
        f"{same} réponse{'s' if same > 1 else ''} identique{'s' if same > 1 else ''} sur {len(shared)}",
        f"{same} of {len(shared)} answers the same",
    )


def _reporter(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if sighting.reporter is None or sighting.reporter not in candidate.reporters:
        return
    last = candidate.last_report_at or candidate.opened_at
    if abs((sighting.at - last).total_seconds()) <= _TWICE_S:
        yield Term("reporter", weights.detail.sent_twice, "envoyé deux fois", "sent twice")
    else:
        yield Term("reporter", weights.detail.same_reporter, "même personne", "same person")

"""Are this report and that case one thing? A calibrated probability, with the reason of each part.

Log-likelihood ratios are added to the prior log-odds and go through the logistic function (Fellegi and
Sunter's record linkage, with a spatial clutter model): each term says how much likelier the
evidence is if the two are one thing than if they are neighbours by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from gis import evidence
from gis.evidence import Candidate, Match, Sighting, Term, search_radius_m
from gis.weights import Weights

__all__ = [
    "Candidate",
    "Match",
    "Ranked",
    "Score",
    "Sighting",
    "Term",
    "Weights",
    "rank",
    "score",
    "search_radius_m",
]

# No sum of hints is proof: the probability stays within 0.0003 and 0.9997.
_MOST = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """The answer. The terms' values add up to the probability's log-odds (before the limit at +-8)."""

    probability: float
    distance_m: float | None
    terms: tuple[Term, ...]

    def reasons(self, language: str, *, least: float = 0.15) -> tuple[str, ...]:
        """Give the words of the distance and of terms worth `least` either way, weightiest first."""
        told = [term for term in self.terms if term.name == "distance" or abs(term.value) >= least]
        told.sort(key=lambda term: -abs(term.value))
        return tuple(term.en if language == "en" else term.fr for term in told if term.name != "prior")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    score: Score


def score(sighting: Sighting, candidate: Candidate, weights: Weights) -> Score:
    """Give the probability that the report is about the case, and why. Plain Python, tens of microseconds."""
    distance_m = evidence.distance_between(sighting, candidate)
    affinity = weights.compatibility(sighting.service, candidate.service)
    if affinity is None:
        apart = Term("service", -12.0, "services sans rapport", "unrelated services")
        return Score(probability=0.0, distance_m=distance_m, terms=(apart,))
    terms = [
        Term("prior", weights.prior_for(sighting.service), "fréquence des doublons", "how common repeats are")
    ]
    if affinity:
        terms.append(Term("service", affinity, "services souvent confondus", "services often confused"))
    terms.extend(evidence.gather(sighting, candidate, weights, distance_m))
    total = max(-_MOST, min(_MOST, sum(term.value for term in terms)))
    return Score(probability=1 / (1 + math.exp(-total)), distance_m=distance_m, terms=tuple(terms))


def rank(
    sighting: Sighting,
    candidates: Iterable[Candidate],
    weights: Weights,
    limit: int,
    *,
    least: float = 0.0,
) -> tuple[Ranked, ...]:
    """Score the candidates and keep the `limit` most probable of at least `least`, best first.

    Equal probabilities are ordered by the candidate's opening, then key, so the answer never depends on the
    order in which the database returned them.
    """
    found = [Ranked(candidate=each, score=score(sighting, each, weights)) for each in candidates]
    kept = [each for each in found if each.score.probability >= least]
    kept.sort(key=lambda each: (-each.score.probability, each.candidate.opened_at, str(each.candidate.key)))
    return tuple(kept[:limit])

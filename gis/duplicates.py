"""Are this report and that case one thing? A calibrated probability, with the reason of each part.

Log-likelihood ratios are added to the prior log-odds and go through the logistic function (Fellegi and
Sunter's record linkage, with a spatial clutter model): each term says how much likelier the
evidence is if the two are one thing than if they are neighbours by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gis import companies, correction, evidence
from gis.evidence import search_radius_m
from gis.sighting import Candidate, Company, Match, Sighting, Term
from gis.weights import Weights

__all__ = [
    "Candidate",
    "Company",
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
RIVALS = "rivals"
_SURE = 30.0  # what exp() is spared
# Two services with nothing in common are only compared this near: of such neighbours a street is full.
_UNRELATED_M = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """The answer. The terms' values add up to `total`, the probability's log-odds before the limit at +-8."""

    probability: float
    distance_m: float | None
    terms: tuple[Term, ...]
    total: float

    @property
    def own(self) -> float:
        """Give the sum without what rivals claim: how well this case fits, whatever else fits too."""
        last = self.terms[-1]
        return self.total - last.value if last.name == RIVALS else self.total

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


def score(
    sighting: Sighting, candidate: Candidate, weights: Weights, company: Company | None = None
) -> Score:
    """Give the probability that the report is about the case, and why. Plain Python, tens of microseconds."""
    distance_m = evidence.distance_between(sighting, candidate)
    relation, affinity = evidence.relate(sighting, candidate, weights)
    if affinity is None or (relation == "other" and (distance_m or 0.0) > _UNRELATED_M):
        apart = Term("service", -12.0, "services sans rapport", "unrelated services")
        return Score(probability=0.0, distance_m=distance_m, terms=(apart,), total=apart.value)
    terms = [
        Term(
            "prior",
            weights.prior_for(sighting.service),
            "fréquence des doublons",
            "how common repeats are",
            "",
        )
    ]
    if relation != "same":
        terms.append(Term("service", affinity, *_RELATIONS[relation], relation))
    terms.extend(evidence.gather(sighting, candidate, weights, distance_m, relation))
    if weights.learned is not None:
        terms.extend(evidence.compare_company(company or Company()))
        terms = correction.correct(terms, sighting, candidate, weights.learned)
    return _summed(distance_m, terms)


def rank(
    sighting: Sighting,
    candidates: Iterable[Candidate],
    weights: Weights,
    limit: int,
    *,
    least: float = 0.0,
) -> tuple[Ranked, ...]:
    """Score the candidates and keep the `limit` most probable of at least `least`, best first.

    `least` is asked of each by itself: three cases of one hole that nobody has merged yet take probability
    from each other, and all three are worth showing.

    Equal sums are ordered by the candidate's opening, then key, so the answer never depends on the
    order in which the database returned them.
    """
    cases = list(candidates)
    around = companies.look_around(sighting, cases) if weights.learned is not None else [None] * len(cases)
    scores = [score(sighting, each, weights, company) for each, company in zip(cases, around, strict=True)]
    likely = [its.probability >= least for its in scores]
    if weights.learned is not None and weights.learned.rivals:
        scores = _against_rivals(scores, weights.learned.rivals)
    found = [
        Ranked(candidate=each, score=its)
        for each, its, is_likely in zip(cases, scores, likely, strict=True)
        if is_likely
    ]
    found.sort(key=lambda each: (-each.score.total, each.candidate.opened_at, str(each.candidate.key)))
    return tuple(found[:limit])


def _summed(distance_m: float | None, terms: Sequence[Term]) -> Score:
    total = sum([term.value for term in terms])
    limited = max(-_MOST, min(_MOST, total))
    return Score(
        probability=1 / (1 + math.exp(-limited)), distance_m=distance_m, terms=tuple(terms), total=total
    )


def _against_rivals(scores: Sequence[Score], worth: float) -> list[Score]:
    """Take from each what the others claim: a report is about one thing, so equals share what is sure.

    With worth 1 this is the choice among the candidates and "none of them" (a softmax), told as one term.
    """
    odds = [math.exp(min(_SURE, each.total)) for each in scores]
    everything = sum(odds)
    return [
        _summed(each.distance_m, (*each.terms, _rivals(-worth * math.log1p(max(0.0, everything - own)))))
        if each.probability
        else each
        for each, own in zip(scores, odds, strict=True)
    ]


def _rivals(value: float) -> Term:
    return Term(RIVALS, value, "d’autres cas conviennent aussi", "other cases fit as well")


_RELATIONS = {
    "kin": ("services voisins", "neighbouring services"),
    "confused": ("services souvent confondus", "services often confused"),
    "akin": ("noms de services semblables", "services with similar names"),
    "other": ("services sans rapport", "unrelated services"),
}

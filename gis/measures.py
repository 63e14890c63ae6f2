"""How well duplicates are found: counts and shares that an office can act on.

Measured at natural prevalence: every report counts, the many that repeat nothing included.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gis import duplicates
from gis.baselines import Rule
from gis.replay import Trial
from gis.sighting import Candidate, Sighting
from gis.weights import Weights

MOST_SHOWN = 3
_Z95 = 1.959964
Stratum = Callable[[Sighting, Candidate], bool]


@dataclass(frozen=True, slots=True)
class Guess:
    """One candidate of one report as judged; `value` orders guesses, `chance` is None for a rule.

    `own` is the value without what rivals claim, by which intake decides what to show.
    """

    key: str
    value: float
    is_same: bool
    is_hard: bool
    chance: float | None = None
    own: float | None = None

    @property
    def shown_by(self) -> float:
        """Give the value that is held against the threshold for showing."""
        return self.value if self.own is None else self.own


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One report with its guesses, the best first. `same_hard` counts true cases within the hard stratum."""

    key: str
    kind: str
    method: str
    has_same: bool
    same_hard: int
    guesses: tuple[Guess, ...]

    @property
    def repeats_by(self) -> float:
        """Give the value by which the report is a repeat at all: of a model all its guesses together.

        Three cases that fit equally well share what is sure, and make it no less sure that it is one of them.
        A rule's values are no log-odds, so its best one is given; -inf where nothing is guessed.
        """
        if not self.guesses or self.guesses[0].chance is None:
            return self.guesses[0].value if self.guesses else -math.inf
        most = max(guess.shown_by for guess in self.guesses)
        return most + math.log(sum(math.exp(guess.shown_by - most) for guess in self.guesses))

    def shown(self, at: Thresholds) -> list[Guess]:
        """Return the guesses that are shown: three at most, the second and third more reluctantly."""
        worth = _worth(self, at.further)
        return [guess for value, guess in worth if value >= at.show]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """From which value on a guess is shown, counted as a decision, and attached by itself.

    A second or third is shown if it has `further` more: it is read after one that is likelier.
    """

    show: float
    decide: float
    attach: float
    further: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorecard:
    """The measures. Shares are None where nothing could be counted.

    `recall_3_hard` leaves out what lies beyond the hard stratum, which no question at intake would find.
    """

    reports: int
    repeats: int
    suggestions: float
    recall_1: float | None
    recall_3: float | None
    recall_3_hard: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    attach_precision: float | None
    attach_lower: float | None
    attach_share: float | None
    calibration_error: float | None


def judge_by_weights(trial: Trial, weights: Weights, stratum: Stratum) -> Judged:
    """Judge a report's candidates by the model."""
    seen = trial.report.sighting
    ranked = duplicates.rank(seen, trial.candidates, weights, len(trial.candidates))
    guesses = [
        Guess(
            str(each.candidate.key),
            each.score.total,
            each.candidate.key in trial.same,
            stratum(seen, each.candidate),
            each.score.probability,
            each.score.own,
        )
        for each in ranked
    ]
    return _judged(trial, guesses, stratum)


def judge_by_rule(trial: Trial, rule: Rule, stratum: Stratum) -> Judged:
    """Judge a report's candidates by a rule; what it does not name is no guess. The newest wins a tie."""
    seen = trial.report.sighting
    told = [(rule(seen, each), each) for each in trial.candidates]
    kept = [(value, each) for value, each in told if value is not None]
    kept.sort(key=lambda both: (-both[0], -both[1].opened_at.timestamp(), str(both[1].key)))
    guesses = [
        Guess(str(each.key), value, each.key in trial.same, stratum(seen, each)) for value, each in kept
    ]
    return _judged(trial, guesses, stratum)


def _judged(trial: Trial, guesses: Sequence[Guess], stratum: Stratum) -> Judged:
    seen = trial.report.sighting
    return Judged(
        key=trial.report.key,
        kind=seen.kind,
        method=trial.report.method,
        has_same=bool(trial.same),
        same_hard=sum(each.key in trial.same and stratum(seen, each) for each in trial.candidates),
        guesses=tuple(guesses),
    )


def everywhere(_seen: Sighting, _case: Candidate) -> bool:
    """Count every candidate, for cities whose categories are not known in advance."""
    return True


def score(judged: Sequence[Judged], at: Thresholds) -> Scorecard:
    """Sum up reports that were judged one by one."""
    repeats = sum(each.has_same for each in judged)
    shown = [each.shown(at) for each in judged]
    first = sum(bool(guesses) and guesses[0].is_same for guesses in shown)
    any_of_3 = sum(any(guess.is_same for guess in guesses) for guesses in shown)
    right, wrong, missed = _decisions(judged, at.decide)
    taken = [each.guesses[0].is_same for each in judged if each.guesses and _is_sure(each, at.attach)]
    return Scorecard(
        reports=len(judged),
        repeats=repeats,
        suggestions=sum(map(len, shown)) / max(1, len(judged)),
        recall_1=_share(first, repeats),
        recall_3=_share(any_of_3, repeats),
        recall_3_hard=_share(any_of_3, sum(each.same_hard > 0 for each in judged)),
        precision=_share(right, right + wrong),
        recall=_share(right, right + missed),
        f1=_share(2 * right, 2 * right + wrong + missed),
        attach_precision=_share(sum(taken), len(taken)),
        attach_lower=wilson_lower(sum(taken), len(taken)) if taken else None,
        attach_share=_share(sum(taken), repeats),
        calibration_error=_calibration_error(judged),
    )


def _worth(judged: Judged, further: float) -> list[tuple[float, Guess]]:
    best = judged.guesses[:MOST_SHOWN]
    return [(guess.shown_by - (further if place else 0.0), guess) for place, guess in enumerate(best)]


def _is_sure(judged: Judged, attach: float) -> bool:
    best = judged.guesses[0]
    return best.chance is not None and best.value >= attach


def _decisions(judged: Iterable[Judged], decide: float) -> tuple[int, int, int]:
    """Count pairs of the hard stratum decided rightly, wrongly and missed: a report joins its best case."""
    right = wrong = missed = 0
    for each in judged:
        best = each.guesses[0] if each.guesses else None
        if best is not None and best.value >= decide and best.is_hard:
            right, wrong = right + best.is_same, wrong + (not best.is_same)
            missed += max(0, min(each.same_hard, 1) - best.is_same)
        else:
            missed += min(each.same_hard, 1)
    return right, wrong, missed


def best_decision(judged: Sequence[Judged]) -> float:
    """Find the value from which decisions have the best F1, to be used on other reports."""
    told = sorted(
        ((e.guesses[0].value, e.guesses[0].is_same) for e in judged if e.guesses and e.guesses[0].is_hard),
        reverse=True,
    )
    total = sum(min(each.same_hard, 1) for each in judged)
    best, at, right = 0.0, math.inf, 0
    for count, (value, is_same) in enumerate(told, 1):
        right += is_same
        f1 = 2 * right / (count + total) if total else 0.0
        if f1 > best:
            best, at = f1, value
    return at


def budget(judged: Sequence[Judged], suggestions: float, further: float = 0.0) -> float:
    """Find the value from which at most so many suggestions are shown per report."""
    values = sorted((value for each in judged for value, _ in _worth(each, further)), reverse=True)
    allowed = int(suggestions * len(judged))
    return values[allowed] + 1e-9 if allowed < len(values) else -math.inf


def sure(judged: Sequence[Judged], precision: float, least: float) -> float:
    """Find the lowest value, not below `least`, from which attaching is at least that precise."""
    told = sorted(((e.guesses[0].value, e.guesses[0].is_same) for e in judged if e.guesses), reverse=True)
    at, right = math.inf, 0
    for count, (value, is_same) in enumerate(told, 1):
        right += is_same
        if value < least:
            break
        if right / count >= precision:
            at = value
    return at


def recall_at_precision(told: Iterable[tuple[float, bool, bool]], precision: float) -> float | None:
    """Return the best recall reached at a precision; each is value, whether right, whether wanted."""
    ordered = sorted(told, key=lambda each: -each[0])
    wanted = sum(each[2] for each in ordered)
    right = found = 0
    best: float | None = None
    for count, (_, is_right, is_wanted) in enumerate(ordered, 1):
        right, found = right + is_right, found + is_wanted
        if wanted and right / count >= precision:
            best = found / wanted
    return best


def wilson_lower(right: int, count: int) -> float:
    """Return the lower end of Wilson's 95 % interval for a share."""
    if count == 0:
        return 0.0
    share, z2 = right / count, _Z95**2
    middle = share + z2 / (2 * count)
    spread = _Z95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return max(0.0, (middle - spread) / (1 + z2 / count))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_EDGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


def _calibration_error(judged: Iterable[Judged]) -> float | None:
    """Return the mean gap between probabilities and shares, weighted by the pairs of each bin.

    Only the stratum's pairs: thousands of far ones that nobody doubts would hide every error.
    """
    counts, chances, right = ([0.0] * (len(_EDGES) + 1) for _ in range(3))
    for guess in (guess for each in judged for guess in each.guesses):
        if guess.chance is not None and guess.is_hard:
            bin_ = bisect_right(_EDGES, guess.chance)
            counts[bin_] += 1
            chances[bin_] += guess.chance
            right[bin_] += guess.is_same
    total = sum(counts)
    return sum(abs(c - r) for c, r in zip(chances, right, strict=True)) / total if total else None

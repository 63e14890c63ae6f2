"""Judge the model and the rules of others on the same reports, in the order they came."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from gis import design, evidence, learning, measures, replay
from gis.baselines import RULES
from gis.design import Manner
from gis.learned import Learned
from gis.measures import Judged, Scorecard, Stratum, Thresholds
from gis.replay import Reach, Trial
from gis.sighting import Candidate, Sighting
from gis.weights import Weights
from tracker.duplicates import errors, weights
from tracker.duplicates.labelled import Labels, Material

# Suggestions a person is shown: at most one report in five has one. Tuned a little lower, since a busy month
# (a storm) has more of everything than the months before it.
BUDGET = 0.20
TUNED_BUDGET = 0.14
# Within a budget a second suggestion takes the place of another's first: it must be e^2 times likelier.
FURTHER = 2.0
# At intake what has one chance in twenty is shown among the three: to look costs the desk a second.
SHOWN_FROM = -2.94
ATTACH_PRECISION = 0.997
LEAST_ATTACH = 3.89  # log-odds of .98: what the policy asks of a probability
CALIBRATED_ON = 0.3
LEAST_DUPLICATES = 20
ANY = "*"
RIVAL = "30m_7d"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What to judge: the material, until when to tune on it, within which reach, which pairs are hard.

    With `is_intake` a report is compared with the hard stratum only, which is all that intake asks for.
    """

    material: Material
    tune_until: datetime
    reach: Reach
    stratum: Stratum
    is_intake: bool = False

    @property
    def manner(self) -> Manner:
        """Say how freely to learn from this."""
        return design.AT_INTAKE if self.is_intake else design.OF_A_FILE

    @property
    def further(self) -> float:
        """Say how much likelier a second suggestion must be to be shown."""
        return 0.0 if self.is_intake else FURTHER


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the answer: who judged, over which reports, how well.

    `even_recall_1` is the recall@1 reached with no more suggestions than the rule "same type, 30 m, 7 days,
    open" makes of the same reports: services are compared at equal trouble.
    """

    judge: str
    by: str
    value: str
    card: Scorecard
    checks_per_s: float
    any_link_50: float | None = None
    any_link_70: float | None = None
    even_recall_1: float | None = None

    def as_mapping(self) -> dict[str, object]:
        """Return one flat record."""
        facts = {"judge": self.judge, "by": self.by, "value": self.value}
        links = {"any_link_recall_at_50": self.any_link_50, "any_link_recall_at_70": self.any_link_70}
        told = {**links, "recall_1_as_many": self.even_recall_1, "checks_per_s": round(self.checks_per_s)}
        return {**facts, **asdict(self.card), **told}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """All lines, and for the chart what each judge said: value, whether right."""

    lines: tuple[Line, ...]
    told: Mapping[str, Sequence[Judged]]
    weights: Mapping[str, Weights]


def within_reach(base: Weights) -> Stratum:
    """Return the hard stratum: services that may be one thing, near enough, soon enough to be asked about."""

    def is_hard(seen: Sighting, case: Candidate) -> bool:
        if base.compatibility(seen.service, case.service) is None:
            return False
        metres = evidence.distance_between(seen, case)
        if metres is None:
            return True
        if metres > evidence.search_radius_m(seen.radius_m, seen.accuracy_m, case.accuracy_m):
            return False
        last = case.closed_at or case.last_report_at or case.opened_at
        return case.is_open or seen.window_h is None or _hours(seen.at, last) <= seen.window_h

    return is_hard


def trials_of(question: Question) -> tuple[list[Trial], list[Trial]]:
    """Replay the material once and cut it: what may be learned from, what is judged."""
    early: list[Trial] = []
    late: list[Trial] = []
    labels = question.material.labels
    for trial in replay.replay(
        question.material.reports, labels.links, question.reach, labels.refused, labels.doubts
    ):
        if question.is_intake:
            seen, asked = trial.report.sighting, question.stratum
            trial = replace(trial, candidates=tuple(c for c in trial.candidates if asked(seen, c)))
        (early if trial.report.sighting.at < question.tune_until else late).append(trial)
    return early, late


def learned_from(
    trials: Sequence[Trial], base: Weights, version: str, manner: Manner = design.AT_INTAKE
) -> Weights:
    """Learn on the earlier part, calibrate on the later part, then learn again from everything."""
    cut = int(len(trials) * (1 - CALIBRATED_ON))
    first = replace(base, learned=learning.learn(trials[:cut], base, version, manner).learned)
    calibrated = learning.calibrate(trials[cut:], first)
    lesson = learning.learn(trials, base, version, manner)
    learned = replace(
        lesson.learned, shift=calibrated.shift, scale=calibrated.scale, rivals=calibrated.rivals,
        shifts=calibrated.shifts if manner.has_shifts else {},
        facts={"reports": lesson.trials, "pairs": lesson.pairs, "duplicates": lesson.same},
    )  # fmt: skip
    return replace(base, learned=learned)


def evaluate(question: Question, models: Mapping[str, Weights]) -> Answer:
    """Tune the thresholds of each judge on the earlier reports and judge it on the later ones."""
    early, late = trials_of(question)
    return judge(early, late, models, question)


def judge(
    early: Sequence[Trial],
    late: Sequence[Trial],
    models: Mapping[str, Weights],
    question: Question,
    beside: Mapping[str, Callable[[Trial], Judged]] | None = None,
) -> Answer:
    """Judge models, whatever judges `beside` them, and rules; thresholds come from `early` only."""
    others = beside or {}
    lines: list[Line] = []
    told: dict[str, Sequence[Judged]] = {}
    for name, judging in (_judges(models, question.stratum) | dict(others)).items():
        tuned = [judging(trial) for trial in early]
        began = time.perf_counter()
        judged = [judging(trial) for trial in late]
        spent_s = time.perf_counter() - began
        pairs = sum(len(trial.candidates) for trial in late)
        at = _tuned(tuned, question) if name in models or name in others else _RULE
        told[name] = judged
        lines += _lines(name, judged, at, question.material.labels, pairs / max(spent_s, 1e-9))
    compared = [_evenly(line, told, question) if line.judge in models else line for line in lines]
    return Answer(lines=tuple(compared), told=told, weights=models)


def _evenly(line: Line, told: Mapping[str, Sequence[Judged]], question: Question) -> Line:
    """Add the recall reached with as many suggestions as the simplest rule makes of the same reports."""
    ruled = measures.score(_group(told[RIVAL], line), _RULE)
    mine = _group(told[line.judge], line)
    show = measures.budget(mine, ruled.suggestions, question.further)
    at = Thresholds(show=show, decide=show, attach=math.inf, further=question.further)
    return replace(line, even_recall_1=measures.score(mine, at).recall_1)


def _group(judged: Sequence[Judged], line: Line) -> list[Judged]:
    return [
        each
        for each in judged
        if line.by == ANY or line.value == (each.kind if line.by == "service" else each.method)
    ]


_RULE = Thresholds(show=-1e9, decide=-1e9, attach=1e9)


def _tuned(judged: Sequence[Judged], question: Question) -> Thresholds:
    within = SHOWN_FROM if question.is_intake else measures.budget(judged, TUNED_BUDGET, question.further)
    return Thresholds(
        show=within,
        further=question.further,
        decide=measures.best_decision(judged),
        attach=measures.sure(judged, ATTACH_PRECISION, LEAST_ATTACH),
    )


def _judges(models: Mapping[str, Weights], stratum: Stratum) -> dict[str, Callable[[Trial], Judged]]:
    def by_weights(weights: Weights) -> Callable[[Trial], Judged]:
        return lambda trial: measures.judge_by_weights(trial, weights, stratum)

    def by_rule(name: str) -> Callable[[Trial], Judged]:
        return lambda trial: measures.judge_by_rule(trial, RULES[name], stratum)

    return {name: by_weights(each) for name, each in models.items()} | {name: by_rule(name) for name in RULES}


def _lines(
    judge: str, judged: Sequence[Judged], at: Thresholds, labels: Labels, checks_per_s: float
) -> Iterator[Line]:
    yield _line(judge, (ANY, ANY), judged, at, labels, checks_per_s)
    for by in ("service", "method"):
        groups: dict[str, list[Judged]] = {}
        for each in judged:
            groups.setdefault(each.kind if by == "service" else each.method, []).append(each)
        for value in sorted(groups):
            yield _line(judge, (by, value), groups[value], at, labels, checks_per_s)


def _line(
    judge: str,
    group: tuple[str, str],
    judged: Sequence[Judged],
    at: Thresholds,
    labels: Labels,
    checks_per_s: float,
) -> Line:
    links = list(_any_links(judged, labels))
    return Line(
        judge=judge,
        by=group[0],
        value=group[1],
        card=measures.score(judged, at),
        checks_per_s=checks_per_s,
        any_link_50=measures.recall_at_precision(links, 0.5),
        any_link_70=measures.recall_at_precision(links, 0.7),
    )


def _any_links(judged: Iterable[Judged], labels: Labels) -> Iterator[tuple[float, bool, bool]]:
    """Tell of each report how sure it is a repeat, whether it or its best guess has a label, and should have.

    Labels name one parent where several reports are one thing, and many name none at all: a suggestion
    between two reports of which staff called one a duplicate is no false alarm.
    """
    for each in judged:
        best = each.guesses[0] if each.guesses else None
        wanted = each.has_same or each.key in labels.repeats
        right = each.key in labels.touched or (best is not None and best.key in labels.touched)
        if best is not None:
            right = right or best.is_same
        yield (each.repeats_by, right, wanted)


def macro(lines: Iterable[Line], judge: str, least: int) -> dict[str, float]:
    """Return the means over services with at least so many duplicates, none counting more than another."""
    kept = [
        each for each in lines if each.judge == judge and each.by == "service" and each.card.repeats >= least
    ]
    told: dict[str, float] = {"services": len(kept)}
    for name in ("recall_1", "recall_3", "suggestions", "f1", "any_link_50", "any_link_70"):
        values = [getattr(each if name.startswith("any") else each.card, name) or 0.0 for each in kept]
        if values:
            told[name] = sum(values) / len(values)
    return told


def _hours(at: datetime, since: datetime) -> float:
    return (at - since).total_seconds() / 3600


def learned_facts(trials: Sequence[Trial], question: Question, version: str, at: datetime) -> Learned:
    """Learn, measure on the last part of the same trials what was learned from the first, and say all that.

    Raises NothingToLearn.
    """
    same = sum(bool(trial.same) for trial in trials)
    if same < LEAST_DUPLICATES or same == len(trials):
        raise errors.NothingToLearn(len(trials), same)
    prior = weights.prior()
    cut = int(len(trials) * (1 - CALIBRATED_ON))
    manner = question.manner
    first = learned_from(trials[:cut], prior, version, manner)
    earlier = [measures.judge_by_weights(each, first, question.stratum) for each in trials[:cut]]
    later = [measures.judge_by_weights(each, first, question.stratum) for each in trials[cut:]]
    card = measures.score(later, _tuned(earlier, question))
    found = learned_from(trials, prior, version, manner).learned
    assert found is not None
    told = {name: getattr(card, name) for name in ("recall_1", "recall_3", "precision", "recall", "f1")}
    shares = {name: None if value is None else round(value, 4) for name, value in told.items()}
    facts = {"source": question.material.name, "learned_at": at.date().isoformat(), **found.facts, **shares}
    return replace(found, facts=facts)

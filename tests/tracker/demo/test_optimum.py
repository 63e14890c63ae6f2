"""The best possible judge agrees with brute force: its laws are those of the generator, by enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tracker.demo import request_plan, retelling, saying

PLAN = request_plan.read_requests()


def enumerated(value: str, votes: list[str], options: list[str], told: float) -> float:
    """P(value | votes, one thing) / P(value), summed over what may be true and who guessed."""
    together = alone = 0.0
    for truth in options:
        likely = 1 / len(options)
        for said in (*votes, value):
            likely *= told * (said == truth) + (1 - told) / len(options)
        together += likely
    for truth in options:
        likely = 1 / len(options)
        for said in votes:
            likely *= told * (said == truth) + (1 - told) / len(options)
        alone += likely
    return together / alone * len(options)


@pytest.mark.parametrize("votes", [["a"], ["b"], ["a", "a"], ["a", "b"], ["b", "c", "c"]])
@pytest.mark.parametrize("told", [0.0, 0.5, 0.8, 1.0])
def test_an_answer_weighs_what_enumerating_all_truths_says(votes, told):
    if told == 1.0 and len(set(votes)) > 1:
        pytest.skip("impossible: nobody guesses")
    options = ["a", "b", "c", "d"]
    assert saying.agreement("a", votes, len(options), told) == pytest.approx(
        enumerated("a", votes, options, told)
    )


def test_what_people_answer_adds_up_to_one():
    options = ["a", "b", "c", "d", "e"]
    for votes in itertools.product(options, repeat=2):
        total = sum(saying.agreement(each, list(votes), 5, 0.8) / 5 for each in options)
        assert total == pytest.approx(1)


def test_the_spread_behind_a_telephones_accuracy_is_that_of_many_drawn_ones():
    rng = np.random.default_rng(1)
    drawn = rng.uniform(size=400_000)
    share, median, sigma = PLAN.noise.tail
    spread = np.where(drawn < 0.80, 5.0, 13.0)
    tail = drawn >= 1 - share
    spread[tail] = median * np.exp(rng.normal(0, sigma, tail.sum())) / np.sqrt(2)
    told = np.maximum(4, np.round(spread * rng.uniform(0.8, 1.6, len(spread))))
    for accuracy_m in (4, 6, 8, 12, 18):
        of_five = float((spread[told == accuracy_m] == 5.0).mean())
        found = sum(weight for each, weight in saying.spreads(PLAN.noise, "gps", accuracy_m) if each == 5.0)
        assert found == pytest.approx(of_five, abs=0.03)


def test_a_pin_has_the_spread_of_its_kind():
    assert saying.spreads(PLAN.noise, "pin", 6.0) == [(PLAN.noise.fixed_m, 1.0)]
    assert saying.spreads(PLAN.noise, "pin", 10.0) == [(PLAN.noise.pin_m, 1.0)]


def test_the_law_of_waits_is_that_of_many_drawn_ones():
    rng, twins, end = np.random.default_rng(2), PLAN.twins, 6.0
    waits = 60 / 86400 + rng.exponential(1.0, 200_000) * twins.wait_share * end
    late = rng.uniform(size=len(waits)) < twins.late
    beyond = ~late & (waits >= end)
    waits[beyond] = rng.uniform(size=beyond.sum()) * end
    waits[late] = end + rng.exponential(2.0, late.sum()) + 30 / 1440
    for low, high in ((0.0, 0.2), (0.5, 1.5), (2.0, 4.0), (5.0, 6.0), (6.1, 8.0)):
        drawn = float(((waits > low) & (waits <= high)).mean())
        law = retelling.waited_less(high, np.array([end]), 0.0, twins)
        law = law - retelling.waited_less(low, np.array([end]), 0.0, twins)
        assert float(law[0]) == pytest.approx(drawn, abs=0.006)

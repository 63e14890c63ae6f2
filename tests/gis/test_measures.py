"""Measures counted by hand."""

from __future__ import annotations

import math

import pytest

from gis import measures
from gis.measures import Guess, Judged, Thresholds


def judged(*guesses: Guess, has_same: bool = True, same_hard: int = 1) -> Judged:
    return Judged(
        key="r", kind="VOI-NID", method="gps", has_same=has_same, same_hard=same_hard, guesses=guesses
    )


def guess(value: float, *, right: bool, hard: bool = True) -> Guess:
    return Guess("c", value, right, hard, 1 / (1 + math.exp(-value)))


AT = Thresholds(show=0, decide=1, attach=4)
FOUND = judged(guess(5, right=True), guess(-1, right=False))
SECOND = judged(guess(2, right=False), guess(1, right=True))
SILENT = judged(guess(-3, right=True))
NOVEL = judged(guess(0.5, right=False), has_same=False, same_hard=0)
LOST = judged(same_hard=0)


def test_counts_are_those_of_a_hand():
    card = measures.score([FOUND, SECOND, SILENT, NOVEL, LOST], AT)
    assert (card.reports, card.repeats) == (5, 4)
    assert card.suggestions == pytest.approx((1 + 2 + 0 + 1) / 5)
    assert card.recall_1 == pytest.approx(1 / 4)
    assert card.recall_3 == pytest.approx(2 / 4)
    # Decided: FOUND rightly, SECOND wrongly. Missed: SECOND's and SILENT's. LOST is outside the hard stratum.
    assert card.precision == pytest.approx(1 / 2)
    assert card.recall == pytest.approx(1 / 3)
    assert card.f1 == pytest.approx(2 / 5)
    assert (card.attach_precision, card.attach_share) == (1, 1 / 4)


def test_wilsons_bound_is_the_published_one():
    # Wilson 1927 as worked out by Brown, Cai and DasGupta: 95 % of 10/10 begins at 0.7225.
    assert measures.wilson_lower(10, 10) == pytest.approx(0.7225, abs=1e-4)
    assert measures.wilson_lower(0, 0) == 0
    assert measures.wilson_lower(81, 263) == pytest.approx(0.2553, abs=1e-4)


def test_a_rule_attaches_nothing_and_has_no_probabilities():
    rule = judged(Guess("c", 9.0, True, True))
    card = measures.score([rule], AT)
    assert card.attach_precision is None
    assert card.calibration_error is None


def test_calibration_error_is_the_gap_between_chance_and_share():
    half = judged(guess(0, right=True), guess(0, right=True), guess(0, right=False), guess(0, right=False))
    assert measures.score([half], AT).calibration_error == pytest.approx(0, abs=1e-9)
    wrong = judged(guess(0, right=False), guess(0, right=False))
    assert measures.score([wrong], AT).calibration_error == pytest.approx(0.5)


def test_the_best_decision_is_found_on_other_reports():
    at = measures.best_decision([FOUND, SECOND, judged(guess(3, right=True)), NOVEL])
    assert at == 3


def test_a_budget_allows_no_more_suggestions_than_it_says():
    reports = [judged(guess(value, right=False)) for value in (5, 4, 3, 2, 1)]
    at = measures.budget(reports, 0.4)
    assert sum(each.guesses[0].value >= at for each in reports) == 2
    assert measures.budget(reports, 2.0) == -math.inf


def test_sure_is_the_lowest_value_that_is_precise_enough():
    reports = [judged(guess(value, right=value != 5)) for value in (9, 8, 7, 6, 5)]
    assert measures.sure(reports, 0.99, 1.0) == 6
    assert measures.sure(reports, 0.99, 6.5) == 7
    assert measures.sure([judged(guess(5, right=False))], 0.99, 1.0) == math.inf


def test_recall_at_a_precision_reads_the_curve():
    told = [(4.0, True, True), (3.0, False, False), (2.0, True, True), (1.0, False, True)]
    assert measures.recall_at_precision(told, 0.66) == pytest.approx(2 / 3)
    assert measures.recall_at_precision(told, 0.5) == pytest.approx(1.0)
    assert measures.recall_at_precision([], 0.5) is None


def test_three_that_fit_equally_make_it_no_less_sure_that_the_report_is_a_repeat():
    alone, among = judged(guess(0, right=True)), judged(*(guess(0, right=False) for _ in range(3)))
    assert alone.repeats_by == pytest.approx(0.0)
    assert among.repeats_by == pytest.approx(math.log(3))
    assert judged().repeats_by == -math.inf
    # What rivals claim is put back: each has lost to the others only because it is one of them.
    shared = judged(*(Guess("c", -1.0, False, True, 0.3, own=0.0) for _ in range(3)))
    assert shared.repeats_by == pytest.approx(math.log(3))


def test_a_rules_values_are_not_added_up():
    assert judged(Guess("c", -8.0, True, True), Guess("d", -9.0, False, True)).repeats_by == -8.0


def test_a_second_suggestion_needs_more_than_a_first():
    at = Thresholds(show=0, decide=1, attach=4, further=2)
    reports = [judged(guess(5, right=False), guess(2, right=True)), judged(guess(1, right=False))]
    reluctant = [judged(guess(5, right=False), guess(1.9, right=True)), judged(guess(1, right=False))]
    assert measures.score(reports, at).suggestions == pytest.approx(3 / 2)
    card = measures.score(reluctant, at)
    assert card.suggestions == pytest.approx(2 / 2)
    assert card.recall_3 == 0
    # Two in all: without the reluctance they are the two of the first report, with it the first of each.
    assert measures.budget(reluctant, 1.0) > 1
    assert measures.budget(reluctant, 1.0, further=2) < 1

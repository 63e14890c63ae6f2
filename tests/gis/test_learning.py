"""What is learned: additive, shrunk, reproducible, and better on reports it has not seen."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import yaml

from gis import calibration, design, duplicates, learning, measures, replay
from gis.learned import Learned
from gis.replay import Doubts, Reported
from gis.sighting import Candidate, Sighting

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
PER_LON, PER_LAT = 78_500.0, 111_200.0


def town(seed: int, days: int = 60) -> Iterator[Reported]:
    """Reports of a town whose lamps are told twice within 150 m and whose holes only within a few metres."""
    drawn = random.Random(seed)
    number = 0
    for day in range(days):
        for service, spread, twice in (("ECL-PAN", 70.0, 0.5), ("VOI-NID", 3.0, 0.3), ("PRO-GRA", 3.0, 0.0)):
            for _ in range(4):
                number += 1
                x, y = drawn.uniform(0, 2500), drawn.uniform(0, 2500)
                at = NOON + timedelta(days=day, hours=drawn.uniform(0, 24))
                yield seen(f"{number}", service, at, x, y)
                if drawn.random() < twice:
                    x, y = drawn.gauss(x, spread), drawn.gauss(y, spread)
                    yield seen(
                        f"{number}b", service, at + timedelta(hours=drawn.expovariate(0.3)), x, y, f"{number}"
                    )


def seen(key: str, service: str, at: datetime, x: float, y: float, case: str = "") -> Reported:
    sighting = Sighting(
        service=service, at=at, lon=-74.13 + x / PER_LON, lat=45.25 + y / PER_LAT, accuracy_m=6, radius_m=25
    )
    return Reported(
        key=key, case=case or key, sighting=sighting, closed_at=at + timedelta(days=3), method="gps"
    )


@pytest.fixture(scope="module")
def trials():
    return list(replay.replay(town(1), {}))


@pytest.fixture(scope="module")
def lesson(trials, weights):
    return learning.learn(trials, weights, "here-1")


def test_it_finds_duplicates_that_the_prior_does_not_in_a_town_it_has_not_seen(lesson, weights):
    late = list(replay.replay(town(2), {}))
    learned = replace(weights, learned=lesson.learned)
    cards = []
    for each in (weights, learned):
        judged = [measures.judge_by_weights(trial, each, measures.everywhere) for trial in late]
        at = measures.best_decision(judged)
        cards.append(measures.score(judged, measures.Thresholds(show=at, decide=at, attach=9)))
    prior, after = cards
    assert prior.f1 is not None
    assert after.f1 is not None
    assert after.recall_3 is not None
    assert after.f1 > prior.f1 + 0.1
    assert after.recall_3 > 0.8


def test_a_service_has_a_distance_of_its_own(lesson, weights):
    learned = replace(weights, learned=lesson.learned)

    def at_70_m(service: str) -> float:
        here = seen("1", service, NOON, 0, 0).sighting
        case = Candidate(
            key=1, service=service, opened_at=NOON - timedelta(hours=1), lon=-74.13 + 70 / PER_LON, lat=45.25,
            accuracy_m=6,
        )  # fmt: skip
        return duplicates.score(here, case, learned).probability

    assert at_70_m("ECL-PAN") > at_70_m("VOI-NID") + 0.1


def test_what_was_learned_is_read_back_as_it_was_written(lesson):
    written = yaml.safe_dump(lesson.learned.as_mapping())
    again = Learned.from_mapping(yaml.safe_load(written))
    assert again.as_mapping() == lesson.learned.as_mapping()
    assert again.version == "here-1"


def test_the_same_reports_give_the_same_weights(trials, lesson, weights):
    again = learning.learn(trials, weights, "here-1")
    assert again.learned.as_mapping() == lesson.learned.as_mapping()


def test_a_few_decisions_change_little(trials, lesson, weights):
    few = [each for each in trials if each.report.sighting.at < NOON + timedelta(days=6)]
    small = learning.learn(few, weights, "few").learned

    def size(learned: Learned) -> float:
        return sum(abs(value) for key, value in learned.levels.items() if key[0] != "prior")

    assert size(small) < size(lesson.learned) / 2


def test_the_terms_still_add_up_to_the_probability_after_everything(lesson, weights):
    learned = replace(lesson.learned, shift=-0.4, scale=0.8, rivals=0.7)
    here = seen("1", "ECL-PAN", NOON, 0, 0).sighting
    cases = [
        Candidate(key=n, service="ECL-PAN", opened_at=NOON - timedelta(hours=n), lon=-74.13, lat=45.25)
        for n in (1, 2, 3)
    ]
    for each in duplicates.rank(here, cases, replace(weights, learned=learned), 3):
        total = sum(term.value for term in each.score.terms)
        assert each.score.total == pytest.approx(total)
        assert each.score.probability == pytest.approx(1 / (1 + math.exp(-max(-8, min(8, total)))))
        assert all(term.fr and term.en for term in each.score.terms)
        assert len({term.name for term in each.score.terms}) == len(each.score.terms)


def test_equal_rivals_share_what_one_alone_would_have(lesson, weights):
    learned = replace(weights, learned=replace(lesson.learned, rivals=1.0))
    here = seen("1", "ECL-PAN", NOON, 0, 0).sighting
    case = Candidate(key=1, service="ECL-PAN", opened_at=NOON - timedelta(hours=1), lon=-74.13, lat=45.25)
    (alone,) = duplicates.rank(here, [case], learned, 3)
    two = duplicates.rank(here, [case, replace(case, key=2)], learned, 3)
    assert sum(each.score.probability for each in two) <= 1
    assert two[0].score.probability < alone.score.probability
    assert "d’autres cas conviennent aussi" in two[0].score.reasons("fr")


def test_services_nobody_listed_become_one_thing_when_people_use_both(weights):
    def reports() -> Iterator[Reported]:
        for number, each in enumerate(town(3)):
            if each.case != each.key and each.sighting.service == "VOI-NID":
                yield replace(each, sighting=replace(each.sighting, service="JEU-BRI"))
            else:
                yield each
            assert number < 5000

    learned = learning.learn(replay.replay(reports(), {}), weights, "x")
    assert "JEU-BRI" in learned.learned.often_one("VOI-NID")
    assert "JEU-BRI" not in learned.learned.often_one("PRO-GRA")


def test_there_must_be_something_to_learn(weights):
    alone = [each for each in town(1, days=2) if each.case == each.key]
    with pytest.raises(ValueError, match="repeat"):
        learning.learn(replay.replay(alone, {}), weights, "nothing")


def test_calibration_finds_how_wrong_the_sums_are():
    drawn = np.random.default_rng(311)
    totals = drawn.normal(-1, 2.5, 6000)
    truths = (drawn.random(6000) < 1 / (1 + np.exp(-(0.6 * totals - 0.8)))).astype(float)
    found = calibration.fit(totals, truths, np.arange(6000, dtype=np.int32))
    assert found.scale == pytest.approx(0.6, abs=0.06)
    assert found.shift == pytest.approx(-0.8, abs=0.12)


def test_a_hundred_decisions_without_a_mistake_are_no_certainty():
    totals = np.array([3.0, -3.0] * 50)
    found = calibration.fit(totals, (totals > 0).astype(float), np.arange(100, dtype=np.int32))
    assert 0.5 < found.scale < 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": ""}, "version"),
        ({"levels": []}, "levels"),
        ({"levels": {"distance": {"near": "much"}}}, "levels.distance.near"),
        ({"pairs": [["a", "b"]]}, "pairs"),
        ({"by_kind": {"x": 3}}, "by_kind.x"),
        ({"calibration": {"scale": math.inf}}, "scale"),
    ],
)
def test_wrong_files_are_refused_by_name(changes, said):
    with pytest.raises(ValueError, match=said):
        Learned.from_mapping({"version": "1", "levels": {}} | changes)


def test_what_may_be_one_thing_though_nothing_says_so_teaches_nothing(weights):
    told = [each for each in town(4) if each.sighting.service == "ECL-PAN"]
    # Two labels in three are missing: the second report has a number of its own, and no link to the first.
    split = [replace(each, case=each.key) for each in told]
    seconds = [each.key for each in told if each.key != each.case]
    linked = replay.both_ways((key, key.removesuffix("b")) for key in seconds[::3])
    unclear = frozenset(seconds) | {key.removesuffix("b") for key in seconds}
    plain = learning.learn(replay.replay(split, linked), weights, "plain")
    spared = learning.learn(replay.replay(split, linked, doubts=Doubts(unclear=unclear)), weights, "spared")
    assert spared.same == plain.same
    assert spared.pairs < plain.pairs
    case = Candidate(
        key=1, service="ECL-PAN", opened_at=NOON - timedelta(hours=1), lon=-74.13 + 80 / PER_LON, lat=45.25,
        accuracy_m=6,
    )  # fmt: skip
    here = seen("1", "ECL-PAN", NOON, 0, 0).sighting
    denied, likely = (
        duplicates.score(here, case, replace(weights, learned=each.learned)).probability
        for each in (plain, spared)
    )
    assert likely > denied + 0.05


def test_a_citys_file_is_learned_more_freely_and_without_what_needs_many_labels(trials, lesson, weights):
    freely = learning.learn(trials, weights, "file", design.OF_A_FILE).learned
    assert not any(term == "together" for term, _ in freely.levels)
    assert any(term == "together" for term, _ in lesson.learned.levels)

    def of_kind(learned: Learned) -> float:
        return sum(abs(own.get(("prior", ""), 0.0)) for own in learned.by_kind.values())

    assert of_kind(freely) > of_kind(lesson.learned)


def test_a_form_sent_twice_by_nobody_in_particular_is_learned_as_such(weights):
    here = seen("1", "ECL-PAN", NOON, 0, 0).sighting

    def named(seconds: float) -> set[str]:
        case = Candidate(
            key=1, service="ECL-PAN", opened_at=NOON - timedelta(seconds=seconds), lon=-74.13, lat=45.25
        )
        terms = duplicates.score(here, case, weights).terms
        return {term.name for term in terms if term.value == 0 and term.name == "instant"}

    assert named(30) == {"instant"}
    assert named(120) == set()


def by_post(seed: int, days: int = 60) -> list[Reported]:
    """Give each report a case of its own, as in a file of which only labels say what is one."""
    return [replace(each, case=each.key) for each in town(seed, days) if each.sighting.service == "ECL-PAN"]


def sum_at_80_m(weights, learned: Learned, channel: str = "") -> float:
    case = Candidate(
        key=1, service="ECL-PAN", opened_at=NOON - timedelta(hours=1), lon=-74.13 + 80 / PER_LON, lat=45.25,
        accuracy_m=6,
    )  # fmt: skip
    here = replace(seen("1", "ECL-PAN", NOON, 0, 0).sighting, channel=channel)
    return duplicates.score(here, case, replace(weights, learned=learned)).total


def test_repeats_of_something_unnamed_teach_what_they_look_like(weights):
    reports = by_post(4)
    seconds = [each.key for each in reports if each.key.endswith("b")]
    # One label in four names its case; the others only say "a duplicate".
    named = replay.both_ways((key, key.removesuffix("b")) for key in seconds[::4])
    unclear = frozenset(seconds) | {key.removesuffix("b") for key in seconds[::4]}
    silent = Doubts(unclear=unclear)
    told = Doubts(unclear=unclear, repeats=frozenset(seconds))
    few, many = (
        learning.learn(replay.replay(reports, named, doubts=each), weights, "x", design.OF_A_FILE)
        for each in (silent, told)
    )
    assert many.same == few.same  # what is weighed is no decision
    assert many.pairs > few.pairs
    assert sum_at_80_m(weights, many.learned) > sum_at_80_m(weights, few.learned) + 0.3
    # It is not taken for granted that what they repeat is there: alone in the street they teach nothing.
    alone = [each for each in reports if each.key not in {key.removesuffix("b") for key in seconds[1::4]}]
    lost = learning.learn(replay.replay(alone, named, doubts=told), weights, "x", design.OF_A_FILE)
    assert sum_at_80_m(weights, lost.learned) < sum_at_80_m(weights, many.learned)


def test_a_label_that_names_another_is_no_refusal_of_its_neighbours(weights):
    reports = by_post(4)
    seconds = [each.key for each in reports if each.key.endswith("b")]
    linked = replay.both_ways((key, key.removesuffix("b")) for key in seconds[::3])
    # The first reports carry labels of something else, the second none at all.
    firsts = frozenset(key.removesuffix("b") for key in seconds)
    plain = learning.learn(replay.replay(reports, linked), weights, "x")
    spared = learning.learn(replay.replay(reports, linked, doubts=Doubts(unclear=firsts)), weights, "x")
    assert spared.pairs < plain.pairs
    assert sum_at_80_m(weights, spared.learned) > sum_at_80_m(weights, plain.learned) + 0.3


def test_how_often_a_service_is_told_again_may_depend_on_the_channel_in_a_file(weights):
    def told() -> Iterator[Reported]:
        for number, each in enumerate(town(5)):
            channel = "web" if each.key.endswith("b") or number % 3 == 0 else "crew"
            yield replace(each, sighting=replace(each.sighting, channel=channel))

    trials = list(replay.replay(told(), {}))
    here = learning.learn(trials, weights, "x", design.OF_A_FILE).learned
    assert sum_at_80_m(weights, here, "web") > sum_at_80_m(weights, here, "crew") + 0.3
    assert here.by_kind["ECL-PAN"]["prior", "web"] > 0
    # A town's own intake has no such class, and a report of which no channel is known is not counted twice.
    assert not any(key[1] for own in learning.learn(trials, weights, "x").learned.by_kind.values()
                   for key in own if key[0] == "prior")  # fmt: skip
    nothing = replace(here, by_kind={"ECL-PAN": {("prior", ""): 0.5}})
    bare = replace(here, by_kind={})
    here_seen = seen("1", "ECL-PAN", NOON, 0, 0).sighting
    case = Candidate(key=1, service="ECL-PAN", opened_at=NOON, lon=-74.13, lat=45.25)
    totals = [
        duplicates.score(here_seen, case, replace(weights, learned=each)).total for each in (nothing, bare)
    ]
    assert totals[0] - totals[1] == pytest.approx(0.5)

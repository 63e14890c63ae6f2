"""The past told again: every report sees what was there, as it stood then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gis import replay
from gis.replay import Doubts, Reach, Reported
from gis.sighting import Sighting

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
PER_LON = 78_500.0


def report(key: str, hours: float = 0, metres: float | None = 0, **changes) -> Reported:
    place: dict[str, Any] = {} if metres is None else {"lon": -74.13 + metres / PER_LON, "lat": 45.25}
    closed = changes.pop("closed_h", None)
    case = changes.pop("case", key)
    seen = Sighting(service="VOI-NID", at=NOON + timedelta(hours=hours), accuracy_m=6, **place, **changes)
    closed_at = None if closed is None else NOON + timedelta(hours=closed)
    return Reported(key=key, case=case, sighting=seen, closed_at=closed_at)


def candidates(reports, links=None, reach=None):
    told = replay.replay(reports, links or {}, reach)
    return {each.report.key: [str(case.key) for case in each.candidates] for each in told}


def test_a_report_sees_only_earlier_ones_within_reach_whatever_their_order_in_the_file():
    reports = [report("c", 3, 100), report("a", 1), report("far", 2, 900), report("b", 2)]
    assert candidates(reports) == {"a": [], "b": ["a"], "far": [], "c": ["a", "b"]}


def test_what_was_closed_too_long_ago_is_not_there_and_what_closes_later_is_open():
    reports = [report("old", 0, closed_h=1), report("a", 24 * 5, closed_h=24 * 90), report("b", 24 * 40)]
    trial = list(replay.replay(reports, {}, Reach(closed_days=30)))[-1]
    assert [(case.key, case.is_open) for case in trial.candidates] == [("a", True)]


def test_a_case_closed_before_the_report_is_seen_closed():
    trial = list(replay.replay([report("a", 0, closed_h=2), report("b", 5)], {}))[-1]
    assert trial.candidates[0].closed_at == NOON + timedelta(hours=2)


def test_a_label_links_two_reports_whichever_is_older_and_the_later_one_is_new():
    links = replay.both_ways([("older", "newer"), ("x", "x")])
    told = {
        each.report.key: each.same for each in replay.replay([report("newer", 2), report("older", 1)], links)
    }
    assert told == {"older": frozenset(), "newer": {"older"}}


def test_reports_of_one_incident_are_one_case_at_the_weighted_mean_of_their_places():
    reports = [
        report("a", 0, 0, case="one"), report("b", 1, 30, case="one"), report("c", 2, 15, case="one"),
    ]  # fmt: skip
    trial = list(replay.replay(reports, {}))[-1]
    (case,) = trial.candidates
    assert trial.same == {"one"}
    assert case.lon == pytest.approx(-74.13 + 15 / PER_LON, abs=1e-9)
    assert case.accuracy_m == pytest.approx(6 / 2**0.5)
    assert case.last_report_at == NOON + timedelta(hours=1)


def test_without_a_place_an_equal_address_is_found_and_an_empty_one_never():
    said = {"address_text": "12 Rue A"}
    reports = [
        report("a", 0, None, **said),
        report("none", 1, None),
        report("b", 2, None, address_text="12, rue A"),
    ]
    assert candidates([*reports, report("c", 3, None)]) == {"a": [], "none": [], "b": ["a"], "c": []}


def test_two_placed_reports_of_one_address_far_apart_are_not_found_by_it():
    reports = [report("a", 0, 0, address_text="1 rue A"), report("b", 1, 800, address_text="1 rue A")]
    assert candidates(reports)["b"] == []


def test_a_repeat_of_something_unnamed_is_told_from_one_whose_case_is_there():
    doubts = Doubts(unclear=frozenset(["a", "b", "c"]), repeats=frozenset(["b", "c"]))
    reports = [report("a", 1), report("b", 2), report("c", 3), report("d", 4)]
    told = list(replay.replay(reports, replay.both_ways([("b", "a")]), doubts=doubts))
    assert [each.is_orphan for each in told] == [False, False, True, False]
    assert [each.is_unclear for each in told] == [True, True, True, False]
    assert told[3].unclear == {"a", "b", "c"}

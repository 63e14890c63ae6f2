"""Eligibility, score, capacity and the queue, each clause of domain.md §6 ⑤–⑦ as a line."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import crews
from routing.crews import Capacity, Ground, Job, Neighbour, Standing, Waiting, Weights
from routing.legal import Limits, Stint

NOW = datetime(2026, 1, 14, 15, tzinfo=UTC)
H = timedelta(hours=1)


def job(**more) -> Job:
    told: dict[str, Any] = {"asked": NOW, "due": NOW + 48 * H, "minutes": 60, "skill": "pav"} | more
    return Job(**told)


def crew(**more) -> Standing:
    told: dict[str, Any] = {"skills": frozenset({"pav"}), "works_from": NOW, "left_min": 300} | more
    return Standing(**told)


FOURTEEN = (Stint(NOW - 14 * H, NOW),)


@pytest.mark.parametrize(
    ("asked", "stands", "rule"),
    [
        ({}, {}, None),
        ({"skill": "elec"}, {}, "skill"),
        ({"equipment": frozenset({"hot_box"})}, {}, "equipment"),
        ({"equipment": frozenset({"hot_box"})}, {"equipment": frozenset({"hot_box", "plow"})}, None),
        ({}, {"works_from": None}, "shift"),
        ({"minutes": 180}, {"stints": FOURTEEN, "rested_shift": False}, "legal"),
        ({"minutes": 180}, {"stints": FOURTEEN, "rested_shift": True}, None),  # it rests, then comes in time
        (
            {"minutes": 180, "priority": 1},
            {"stints": FOURTEEN, "rested_shift": True},
            "legal",
        ),  # a danger is now
        ({"minutes": 60, "priority": 1}, {"stints": FOURTEEN}, None),
        ({"minutes": 301}, {}, "capacity"),
        ({"minutes": 301, "priority": 1}, {}, None),  # a danger preempts
        ({"minutes": 301}, {"left_min": None}, None),
        ({}, {"excluded": "rue des Érables"}, "excluded"),
    ],
)
def test_who_may_come(asked, stands, rule):
    found = crews.refusal(job(**asked), crew(**stands), Limits())
    assert (found and found.rule) == rule


def test_a_refusal_says_what_is_missing():
    found = crews.refusal(
        job(equipment=frozenset({"b", "a", "c"})), crew(equipment=frozenset({"c"})), Limits()
    )
    assert found is not None
    assert found.missing == ("a", "b")
    tired = crews.refusal(job(minutes=180, priority=1), crew(stints=FOURTEEN), Limits())
    assert tired is not None
    assert tired.tired is not None
    assert tired.tired.worked == 14 * H


@pytest.mark.parametrize(
    ("stands", "later_h", "total"),
    [
        ({}, 0, 0.30),  # all the time is left
        ({}, 24, 0.15),
        ({}, 72, 0.0),  # late already
        ({"travel_min": 15}, 72, 0.20),
        ({"travel_min": 90}, 72, 0.40),  # beyond the farthest all are as far
        ({"busy": 0.6}, 72, 0.12),
        ({"busy": 1.8}, 72, 0.20),
        ({"was_here": False}, 72, 0.10),
        ({"was_here": True}, 72, 0.0),
        ({"travel_min": 90, "busy": 1, "was_here": False}, 0, 1.0),
    ],
)
def test_the_score(stands, later_h, total):
    found = crews.terms(job(), crew(**stands), NOW + later_h * H, Weights(), farthest_min=30)
    assert found.total == pytest.approx(total)
    assert all(0 <= each <= 1 for each in (found.travel, found.slack, found.load, found.discontinuity))


def test_weights_sum_to_one():
    with pytest.raises(ValueError, match="sum to 1"):
        Weights(travel=0.5)
    with pytest.raises(ValueError, match="at least 0"):
        Weights(travel=1.4, slack=-0.4, load=0.0, discontinuity=0.0)


@pytest.mark.parametrize(
    ("shift_min", "storm", "expected"),
    [
        (510, False, 315),  # É1 to É5 of the domain's table
        (480, False, 292.5),  # É6, which the table rounds to 290
        (510, True, 252),
        (60, False, 0),
    ],
)
def test_the_capacity_of_a_day(shift_min, storm, expected):
    assert Capacity().of(shift_min, storm=storm) == pytest.approx(expected)
    assert Capacity().of_told(315, storm=True) == pytest.approx(252)


def test_a_danger_preempts_and_what_it_interrupted_comes_next():
    usual = Waiting(key="a", due=NOW + H, priority=3)
    begun = Waiting(key="b", due=NOW + 9 * H, priority=3, is_begun=True)
    danger = Waiting(key="c", due=NOW + 5 * H, priority=1)
    assert [each.key for each in crews.queue([usual, begun, danger])] == ["c", "b", "a"]


def test_a_persons_order_wins_over_due_dates():
    jobs = [
        Waiting(key="soon", due=NOW + H, priority=2),
        Waiting(key="second", due=NOW + 9 * H, priority=4, placed=2),
        Waiting(key="first", due=NOW + 99 * H, priority=4, placed=1),
        Waiting(key="danger", due=NOW + H, priority=1, placed=3),
    ]
    assert [each.key for each in crews.queue(jobs)] == ["first", "second", "danger", "soon"]


TODAY = NOW.date()
DAY = timedelta(days=1)


def straight(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.dist(a, b)


def later(key: str, days: int, x: float | None, **more: Any) -> Waiting:
    due = NOW + days * DAY + more.pop("hours", 0) * H
    spot = None if x is None else (x, 0.0)
    return Waiting(key=key, due=due, day=due.date(), spot=spot, **{"priority": 3} | more)


def keys(jobs: list[Waiting], start: tuple[float, float] | None = (0.0, 0.0)) -> str:
    return "".join(each.key for each in crews.queue(jobs, Ground(today=TODAY, apart=straight, start=start)))


def test_what_is_due_on_one_later_day_goes_from_each_to_the_nearest_next():
    jobs = [later("a", 2, 9.0), later("b", 2, 1.0, hours=5), later("c", 2, -2.0), later("d", 2, 3.0, hours=1)]
    # From 0: b at 1, d at 3, then c at -2 (5 away) before a at 9 (6 away).
    assert keys(jobs) == "bdca"
    assert keys(jobs, start=(9.0, 0.0)) == "adbc"
    assert keys(jobs, start=None) == "adbc"  # no depot: from where the first one due is


def test_an_earlier_day_and_a_higher_priority_come_before_what_is_near():
    jobs = [later("near", 3, 0.1), later("day", 2, 50.0), later("urgent", 3, 40.0, priority=2)]
    assert keys(jobs) == "dayurgentnear"


def test_what_is_late_or_due_today_goes_by_its_hour_whatever_is_near():
    jobs = [later("a", 0, 0.1, hours=3), later("b", 0, 80.0, hours=1), later("c", -1, 90.0)]
    assert keys(jobs) == "cba"
    same_hour = [later("a", 0, 9.0, hours=2), later("b", 0, 1.0, hours=2)]
    assert keys(same_hour) == "ba"


def test_nearness_starts_where_the_job_in_hand_or_the_last_placed_one_is_and_no_place_comes_last():
    jobs = [later("a", 2, 1.0), later("b", 2, 11.0), later("c", 2, None)]
    assert keys([*jobs, later("h", 5, 10.0, is_begun=True)]) == "hbac"
    assert keys([*jobs, later("p", 9, 12.0, placed=1)]) == "pbac"


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4), st.integers(-2, 4), st.booleans(), st.booleans(), st.floats(-9, 9) | st.none()
        ),
        max_size=12,
    )
)
def test_every_job_is_in_the_queue_once_and_no_later_day_before_an_earlier_one(given_jobs):
    jobs = [
        later(
            str(at), days, x, priority=priority, is_begun=begun, placed=at if by_hand else None, hours=at % 3
        )
        for at, (priority, days, begun, by_hand, x) in enumerate(given_jobs)
    ]
    ordered = crews.queue(jobs, Ground(today=TODAY, apart=straight, start=(0.0, 0.0)))
    assert sorted(each.key for each in ordered) == sorted(each.key for each in jobs)
    usual = [each for each in ordered if not each.is_begun and each.placed is None]
    plain = [each for each in usual if each.priority != crews.DANGER]
    days = [each.due.date() for each in plain]
    assert days == sorted(days)
    hand = [each.placed or 0 for each in ordered if each.placed is not None and not each.is_begun]
    assert hand == sorted(hand)


def test_what_is_less_than_three_minutes_away_is_proposed_together_the_same_thing_first():
    near, same = Neighbour(key="a", extra_min=1.0), Neighbour(key="b", extra_min=2.9, shares="segment")
    far = Neighbour(key="c", extra_min=3.0, shares="asset")
    assert crews.batch([near, same, far], within_min=3.0) == same
    assert crews.batch([near, far], within_min=3.0) == near
    assert crews.batch([far], within_min=3.0) is None

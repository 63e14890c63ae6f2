"""The rules of other software, as they are written there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gis import baselines
from gis.sighting import Candidate, Sighting

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
SEEN = Sighting(service="VOI-NID", at=NOON, lon=-74.13, lat=45.25)


def case(metres: float, days: float = 1, **changes) -> Candidate:
    made = Candidate(
        key=1,
        service="VOI-NID",
        opened_at=NOON - timedelta(days=days),
        lon=-74.13 + metres / 78_700,
        lat=45.25,
    )
    return replace(made, **changes)


CLOSED = NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("rule", "near", "too_far"), [("fixmystreet", 249, 252), ("signalen", 49, 51), ("30m_7d", 29, 31)]
)
def test_each_rule_has_its_radius_and_prefers_the_nearer(rule, near, too_far):
    judge = baselines.RULES[rule]
    assert judge(SEEN, case(too_far)) is None
    nearer, further = judge(SEEN, case(5)), judge(SEEN, case(near))
    assert nearer is not None
    assert further is not None
    assert nearer > further
    assert judge(SEEN, case(5, service="ECL-PAN")) is None


def test_each_rule_has_its_time():
    assert baselines.same_type_30m_7d(SEEN, case(5, 7.1)) is None
    assert baselines.fixmystreet(SEEN, case(5, 700)) is not None
    assert baselines.signalen(SEEN, case(5, 83)) is not None
    assert baselines.signalen(SEEN, case(5, 85)) is None


def test_signalen_also_names_what_is_closed_and_the_others_do_not():
    assert baselines.signalen(SEEN, case(5, closed_at=CLOSED)) is not None
    assert baselines.fixmystreet(SEEN, case(5, closed_at=CLOSED)) is None
    assert baselines.same_type_30m_7d(SEEN, case(5, closed_at=CLOSED)) is None


def test_brussels_adds_up_to_ten():
    assert baselines.brussels(SEEN, case(0, channel="mobile")) == pytest.approx(10)
    assert baselines.brussels(SEEN, case(0)) == pytest.approx(9)
    assert baselines.brussels(SEEN, case(25)) == pytest.approx(7, abs=0.05)
    assert baselines.brussels(SEEN, case(0, service="VOI-AFF")) == pytest.approx(7)
    assert baselines.brussels(SEEN, case(0, service="ECL-PAN")) == pytest.approx(6)
    assert baselines.brussels(SEEN, case(45)) is None
    assert baselines.brussels(SEEN, case(0, 60)) == pytest.approx(8.5, abs=0.02)
    assert baselines.brussels(SEEN, case(0, 90, closed_at=NOON - timedelta(days=31))) is None


def test_the_citys_own_word_is_the_category():
    seen = replace(SEEN, label="Pothole")
    assert baselines.fixmystreet(seen, case(5, label="Sinkhole")) is None
    assert baselines.brussels(seen, case(0, label="Sinkhole")) == pytest.approx(8)


def test_without_places_equal_addresses_are_no_distance_apart():
    seen = replace(SEEN, lon=None, lat=None, address_text="1 rue A")
    assert baselines.fixmystreet(seen, case(0, address_text="1 rue A")) == 0
    assert baselines.fixmystreet(seen, case(0, address_text="3 rue A")) is None

"""The demo's activities are to come, open to everybody, on the weekdays of the example."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tracker import definitions
from tracker.bookings import files
from tracker.demo import outings


@pytest.mark.parametrize("today", [date(2026, 5, 4), date(2026, 8, 30), date(2029, 2, 28)])
def test_what_the_example_offers_is_to_come_and_open(today: date):
    given = files.read(definitions.DATA / "offices" / "example.yaml")
    before = {code: each["rules"]["begins"] for code, each in given["resources"].items() if _is_dated(each)}
    moved = outings.brought_near(given, today)["resources"]
    assert len(before) >= 5
    for code, began in before.items():
        rules = moved[code]["rules"]
        begins = datetime.fromisoformat(rules["begins"])
        assert today + timedelta(days=12) <= begins.date() <= today + timedelta(days=31)
        assert begins.isoweekday() == datetime.fromisoformat(began).isoweekday()
        if "others_from" in rules:
            assert datetime.fromisoformat(rules["others_from"]).date() <= today
        assert given["resources"][code]["rules"]["begins"] == began


def _is_dated(entry: dict[str, object]) -> bool:
    return entry["kind"] in ("activity", "show")

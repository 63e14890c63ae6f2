"""Local times without a zone, and the two nights of the year when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.tracker.imports.conftest import Town, row
from tracker.imports import values

MONTREAL = ZoneInfo("America/Toronto")
READ = values.moments(("iso", "%m/%d/%Y %I:%M:%S %p"), MONTREAL)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-15 12:00:00", datetime(2026, 1, 15, 17, 0, tzinfo=UTC)),
        ("07/04/2026 12:00:00 PM", datetime(2026, 7, 4, 16, 0, tzinfo=UTC)),
        ("2026-07-04T12:00:00+02:00", datetime(2026, 7, 4, 10, 0, tzinfo=UTC)),
        ("2026-07-04T12:00:00Z", datetime(2026, 7, 4, 12, 0, tzinfo=UTC)),
        # Skipped in spring: as if the clocks had not moved.
        ("2026-03-08 02:30:00", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        # Repeated in autumn: the first time.
        ("2026-11-01 01:30:00", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_a_local_time_becomes_the_right_instant(written: str, moment: datetime) -> None:
    assert READ(written) == moment


@pytest.mark.parametrize("written", ["2026-13-01", "noon", "0001-01-01T00:00:00+14:00", "9" * 400])
def test_what_is_no_date_says_so(written: str) -> None:
    with pytest.raises(values.BadDate):
        READ(written)


def test_an_empty_date_is_no_date() -> None:
    assert READ("  ") is None


def test_a_row_closed_in_the_repeated_hour_is_closed_after_it_came(town: Town) -> None:
    """Received at 1:50 before the clocks went back, closed at 1:10 after: twenty minutes, not minus forty."""
    night = {"opened": "2025-11-02 01:50:00", "closed": "2025-11-02 01:10:00", "state": "done"}

    town.bring_in([row("A1", **night)])

    case = town.cases()["A1"]
    assert (case.closed_at - case.opened_at).total_seconds() == 20 * 60


def test_two_clocks_that_disagree_a_little_do_not_make_a_negative_delay(town: Town) -> None:
    town.bring_in([row("A1", closed="2026-03-02 09:59:58", state="done")])

    case = town.cases()["A1"]
    assert case.closed_at == case.opened_at

"""What the source calls a duplicate hangs on the case it repeats, wherever that one stands in the file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.tracker.imports.conftest import Town, ended, row
from tracker.imports.survey import Link, links


def twin(source_id: str, of: str, **cells: str) -> dict[str, str]:
    """Return a finished row which says that it repeats another."""
    usual = {"state": "done", "closed": "2026-03-09 10:00:00", "answer": f"Same as #{of}"}
    return row(source_id, **(usual | cells))


def homes(town: Town) -> dict[str, str]:
    """Return the number of the row that opened the case each row is in."""
    found = town.rows(
        "SELECT r.source_id, o.source_id AS home FROM report r "
        "JOIN report o ON o.case_id = r.case_id AND o.link = 'opened'"
    )
    return {each.source_id: each.home for each in found}


def test_a_duplicate_is_attached_to_its_parent(town: Town) -> None:
    result = town.bring_in([row("A1"), twin("A2", "A1")])

    case = town.cases()["A1"]
    assert ended(result) == {"imported": 1, "attached": 1}
    assert (case.status, case.reports_count, case.last_seq, case.version) == ("received", 2, 2, 2)
    event = town.rows("SELECT * FROM event WHERE seq = 2")[0]
    assert (event.kind, event.at) == ("report_attached", datetime(2026, 3, 9, 14, 0, tzinfo=UTC))
    assert town.scalar("SELECT link FROM report WHERE source_id = 'A2'") == "attached"


def test_the_parent_may_come_later_and_be_younger(town: Town) -> None:
    town.bring_in([twin("A1", "A2", opened="2026-03-01 08:00:00"), row("A2", opened="2026-03-03 08:00:00")])

    assert homes(town) == {"A1": "A2", "A2": "A2"}
    assert town.cases()["A2"].opened_at == datetime(2026, 3, 3, 13, 0, tzinfo=UTC)


def test_a_chain_collapses_to_its_first_link(town: Town) -> None:
    town.bring_in([twin("A1", "A2"), twin("A2", "A3"), twin("A3", "A4"), row("A4")], batch=1)

    assert set(homes(town).values()) == {"A4"}
    assert town.cases()["A4"].reports_count == 4
    assert town.broken_seals() == []


def test_a_circle_hangs_on_its_first_row(town: Town) -> None:
    result = town.bring_in([twin("A1", "A2"), twin("A2", "A1"), twin("A3", "A3")])

    assert homes(town) == {"A1": "A1", "A2": "A1", "A3": "A3"}
    assert ended(result) == {"imported": 2, "attached": 1}


def test_a_duplicate_of_nobody_known_is_a_finished_case_of_its_own(town: Town) -> None:
    result = town.bring_in([twin("A1", "Z9"), row("A2", state="twin", closed="2026-03-04 10:00:00")])

    cases = town.cases()
    assert ended(result) == {"imported": 2}
    for each in ("A1", "A2"):
        case = cases[each]
        assert (case.status, case.outcome, case.is_open) == ("duplicate", "duplicate", False)


def test_duplicates_of_one_unknown_hang_on_the_nearest_that_is_here(town: Town) -> None:
    town.bring_in([twin("A1", "A2"), twin("A2", "Z9"), twin("A3", "Z9")])

    assert homes(town) == {"A1": "A2", "A2": "A2", "A3": "A3"}


def test_a_duplicate_of_a_refused_row_is_a_case_of_its_own(town: Town) -> None:
    result = town.bring_in([row("A1", type="spaceship"), twin("A2", "A1")])

    assert homes(town) == {"A2": "A2"}
    assert ended(result) == {"refused": 1, "imported": 1}


def test_the_parent_may_be_in_the_file_of_last_month(town: Town) -> None:
    town.bring_in([row("A1"), twin("A2", "A1")])

    town.bring_in([twin("B1", "A1"), twin("B2", "A2"), twin("B3", "B1")])

    assert set(homes(town).values()) == {"A1"}
    assert town.cases()["A1"].reports_count == 5
    assert town.broken_seals() == []


def test_an_exact_repeat_is_attached_to_the_first(town: Town) -> None:
    same = {"text": "Un trou", "address": "3, rue du Moulin"}

    result = town.bring_in([row("A1", **same), row("A2", **same), row("A3", **same), row("A4", text="Autre")])

    assert homes(town) == {"A1": "A1", "A2": "A1", "A3": "A1", "A4": "A4"}
    assert ended(result) == {"imported": 2, "attached": 2}


@pytest.mark.parametrize("other", [{"opened": "2026-03-02 10:00:01"}, {"type": "pot"}, {"lat": "45.0043"}])
def test_what_differs_in_time_service_or_place_is_no_repeat(town: Town, other: dict[str, str]) -> None:
    same = {"text": "Un trou", "address": "3, rue du Moulin"}

    result = town.bring_in([row("A1", **same), row("A2", **same, **other)])

    assert ended(result) == {"imported": 2}


def test_rows_which_say_nothing_of_a_place_are_no_repeats(town: Town) -> None:
    nowhere = {"lon": "", "lat": "", "address": "", "text": "Un trou"}

    result = town.bring_in([row("A1", **nowhere), row("A2", **nowhere)])

    assert ended(result) == {"place_unknown": 2}


def test_a_row_attached_to_a_merged_case_follows_the_merge(town: Town) -> None:
    town.bring_in([row("A1"), row("A2")])
    town.rows(
        "UPDATE \"case\" SET parent_id = (SELECT case_id FROM report WHERE source_id = 'A2') "
        "WHERE id = (SELECT case_id FROM report WHERE source_id = 'A1') RETURNING 1"
    )

    town.bring_in([twin("A3", "A1")])

    assert homes(town)["A3"] == "A2"


def test_the_closing_words_are_not_in_what_a_detector_reads(town: Town) -> None:
    town.bring_in([row("A1"), twin("A2", "A1", lon="-74.0062")])

    for table, column in (("report", "description"), ('"case"', "summary"), ('"case"', "search")):
        said = town.scalar(f"SELECT string_agg({column}::text, ' ') FROM {table}")
        assert "ame as" not in said


def test_a_long_chain_is_followed_in_one_pass() -> None:
    parents = {str(i): str(i + 1) for i in range(20_000)}

    found = links(parents)

    assert found["0"] == Link(root="20000", fallback="19999")
    assert len(found) == 20_000

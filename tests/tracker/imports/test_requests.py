"""Rows of another city become reports and cases, each counted once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.tracker.imports.conftest import MAPPING, Town, ended, row


def test_an_open_row_becomes_an_open_case_with_team_date_and_next_action(town: Town) -> None:
    result = town.bring_in([row("A1")])

    case = town.cases()["A1"]
    assert ended(result) == {"imported": 1}
    assert result.counts.districts == {"Ouest": 1}
    assert (case.status, case.is_open, case.department) == ("received", True, "TP")
    assert case.next_action == "dispatcher"
    assert case.district == "ouest"
    assert case.opened_at == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert case.resolve_by > case.respond_by > case.opened_at
    assert case.closed_at is None
    assert case.number.startswith("ES-2026-")
    assert [reason["step"] for reason in case.triage][:2] == ["import", "department"]


def test_a_finished_row_keeps_its_real_dates(town: Town) -> None:
    done = row("A1", state="done", closed="2026-03-05 16:30:00", due="2026-03-04 10:00:00", answer="fixed it")

    town.bring_in([done])

    case = town.cases()["A1"]
    closed = datetime(2026, 3, 5, 21, 30, tzinfo=UTC)
    assert (case.status, case.is_open, case.outcome) == ("closed", False, "fixed")
    assert case.closed_at == case.completed_at == case.status_since == closed
    assert case.resolve_by == case.breached_at == datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    told = town.rows("SELECT kind, at, payload FROM event ORDER BY seq")
    assert [(e.kind, e.at) for e in told] == [("received", case.opened_at), ("imported", closed)]
    assert "said" not in told[1].payload
    words = "SELECT w.text FROM event_text w JOIN event e USING (case_id, seq) WHERE w.name = 'said'"
    assert [word.text for word in town.rows(words)] == ["fixed it"]


def test_a_finished_row_without_a_date_is_finished_on_no_date(town: Town) -> None:
    town.bring_in([row("A1", state="done")])

    case = town.cases()["A1"]
    assert (case.is_open, case.closed_at, case.completed_at) == (False, None, None)
    assert town.scalar("SELECT payload->>'closed_at_known' FROM event WHERE kind = 'imported'") == "false"


def test_the_closing_words_may_refuse_a_row(town: Town) -> None:
    town.bring_in(
        [row("A1", state="done", closed="2026-03-05 16:30:00", answer="not ours, call the ministry")]
    )

    case = town.cases()["A1"]
    assert (case.status, case.reason) == ("refused", "third_party")


def test_an_accepted_row_tells_so_in_its_history(town: Town) -> None:
    town.bring_in([row("A1", state="working")])

    assert town.cases()["A1"].status == "accepted"
    assert town.scalar("SELECT payload->>'to' FROM event WHERE kind = 'imported'") == "accepted"


def test_a_workflow_without_that_status_takes_the_nearest_one(town: Town) -> None:
    town.bring_in([row("A1", type="question", state="working"), row("A2", type="question", state="twin")])

    cases = town.cases()
    assert (cases["A1"].workflow, cases["A1"].status, cases["A1"].is_open) == ("question", "received", True)
    assert (cases["A2"].status, cases["A2"].outcome, cases["A2"].is_open) == ("closed", "duplicate", False)


def test_the_report_keeps_its_words_its_place_and_where_it_comes_from(town: Town) -> None:
    town.bring_in([row("A1", text="=cmd|' /C calc'!A0 <script>alert(1)</script>")])

    report = town.rows("SELECT *, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM report")[0]
    assert report.description == "=cmd|' /C calc'!A0 <script>alert(1)</script>"
    assert (report.lon, report.lat, report.location_method) == (-74.0031, 45.0042, "pin")
    assert (report.source, report.source_id, report.link) == ("small", "A1", "opened")
    assert (report.language, report.channel) == ("fr", "phone")


def test_an_imported_case_is_found_by_its_words_without_accents(town: Town) -> None:
    town.bring_in([row("A1", text="Un énorme cratère")])

    found = town.scalar(
        "SELECT count(*) FROM \"case\" WHERE search @@ to_tsquery('simple', 'cratere & moulin')"
    )
    assert found == 1


def test_every_history_is_sealed(town: Town) -> None:
    rows = [row(f"A{i}", state=("open", "done", "working")[i % 3], text='é\u2028\x7f"\\/') for i in range(30)]
    rows += [
        row(f"B{i}", state="done", closed="2026-03-09 10:00:00", answer=f"same as #A{i % 5}")
        for i in range(9)
    ]

    town.bring_in(rows)

    assert town.scalar("SELECT count(*) FROM event") > 45
    assert town.broken_seals() == []


def test_numbers_are_drawn_once_each(town: Town) -> None:
    town.bring_in([row(f"A{i}") for i in range(25)], batch=10)

    assert town.scalar("SELECT count(DISTINCT number) FROM report") == 25


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"id": "  "}, "no_id"),
        ({"opened": ""}, "no_date"),
        ({"opened": "yesterday"}, "bad_date"),
        ({"opened": "2031-01-01 00:00:00"}, "future"),
        ({"opened": "0001-01-01 00:00:00"}, "ancient"),
        ({"opened": "1899-12-31 00:00:00"}, "ancient"),
        ({"state": "done", "closed": "2026-02-01 00:00:00"}, "closed_before_received"),
        ({"state": "done", "closed": "31/31/31"}, "bad_date"),
        ({"type": "spaceship"}, "unknown_service"),
        ({"state": "perhaps"}, "unknown_status"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_reason(
    town: Town, cells: dict[str, str], reason: str
) -> None:
    aside = town.folder / "refused.csv"

    result = town.bring_in([row("A1"), row("A2", **cells)], refused=aside)

    assert ended(result) == {"imported": 1, "refused": 1}
    assert result.counts.reasons == {reason: 1}
    assert aside.read_text(encoding="utf-8").splitlines()[1].startswith(f"2,{reason},")


def test_a_target_before_the_receipt_is_no_promise(town: Town) -> None:
    town.bring_in([row("A1", due="1900-01-01 00:00:00")])

    assert town.cases()["A1"].resolve_by > town.cases()["A1"].opened_at


def test_the_outcomes_add_up_to_the_rows_read(town: Town) -> None:
    rows = [
        row("A1"),
        row("A2", type="?"),
        row("A3", lon="-74.1", lat="45.005"),
        row("A4", lon="", lat=""),
        row("A5", answer="same as #A1", state="done"),
        row("A1"),
    ]

    result = town.bring_in(rows)

    assert result.counts.rows == result.rows == 6
    assert ended(result) == {
        "imported": 1, "refused": 1, "place_unknown": 1, "outside": 1, "attached": 1, "unchanged": 1,
    }  # fmt: skip


def test_a_dry_run_counts_everything_and_writes_nothing(town: Town) -> None:
    before = town.digests()
    rows = [row("A1"), row("A2", answer="same as #A1", state="done")]

    result = town.bring_in(rows, is_dry_run=True)

    assert ended(result) == {"imported": 1, "attached": 1}
    assert town.digests() == before


def test_a_town_abroad_counts_in_its_own_zone(bare_town: Town) -> None:
    mapping = bare_town.mapping(MAPPING.replace("America/Toronto", "Europe/Berlin"))

    bare_town.bring_in([row("A1", opened="2026-04-01 12:00:00")], mapping=mapping)

    assert bare_town.cases()["A1"].opened_at == datetime(2026, 4, 1, 10, 0, tzinfo=UTC)

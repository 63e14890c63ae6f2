"""Whatever the file holds, every row is counted once, or the file is refused whole."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracker.imports.conftest import COLUMNS, Place, Town, written
from tracker import db
from tracker.imports import errors
from tracker.places import boundaries

CELLS = {
    "id": st.sampled_from(["A1", "A2", "A3", "", " A1 ", "\x00"]),
    "opened": st.sampled_from(["2026-03-02 10:00:00", "2026-03-08 02:30:00", "", "?", "9999-12-31 23:59:59"]),
    "closed": st.sampled_from(["", "2026-03-09 10:00:00", "1900-01-01 00:00:00", "2020-01-01 00:00:00"]),
    "due": st.sampled_from(["", "2026-04-01 10:00:00", "nope"]),
    "lon": st.sampled_from(["-74.0", "-74.0031", "", "0", "1e400", "45.004", "-73.98", "181"]),
    "lat": st.sampled_from(["45.0", "45.0042", "", "0", "-74.0031", "nan", "91"]),
    "type": st.sampled_from(["hole", "lamp", "question", "?"]),
    "state": st.sampled_from(["open", "working", "done", "twin", "?"]),
    "answer": st.sampled_from(["", "fixed", "same as #A1", "Same as #A2", "same as #Z9", "not ours"]),
    "address": st.text(max_size=8),
    "text": st.text(max_size=40),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), max_size=12)
LENIENT = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def emptied(place: Place, founded: str, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The shared town, for tests which empty it themselves between examples."""
    return Town(code=founded, app=place.app, folder=tmp_path_factory.mktemp("any"))


@LENIENT
@given(rows=ROWS, batch=st.integers(1, 7))
def test_every_row_ends_in_exactly_one_way(
    place: Place, emptied: Town, rows: list[dict[str, str]], batch: int
) -> None:
    place.empty(emptied.code)
    emptied.squares()
    content = written(rows)

    result = emptied.bring_in(content, batch=batch)
    again = emptied.bring_in(content)

    assert result.counts.rows == again.counts.rows == result.rows
    assert again.counts.written == 0
    assert result.counts.written == emptied.scalar("SELECT count(*) FROM report")
    assert emptied.broken_seals() == []
    assert emptied.scalar(
        'SELECT count(*) FROM "case" c WHERE reports_count <> '
        "(SELECT count(*) FROM report r WHERE r.case_id = c.id)"
    ) == 0  # fmt: skip
    with db.transaction(emptied.app, emptied.code) as session:
        assert boundaries.differences(session) == 0


@LENIENT
@given(tail=st.binary(max_size=200))
def test_any_bytes_are_counted_or_refused(place: Place, emptied: Town, tail: bytes) -> None:
    place.empty(emptied.code)
    content = ",".join(COLUMNS).encode() + b"\n" + tail

    try:
        result = emptied.bring_in(content)
    except errors.ImportsError:
        return
    assert result.counts.rows == result.rows

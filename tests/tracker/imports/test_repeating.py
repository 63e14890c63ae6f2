"""An import repeated changes nothing; one that was killed goes on where it stopped."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tracker.imports.conftest import MAPPING, Town, ended, row, written
from tracker import db
from tracker.imports import errors, runs
from tracker.imports.runner import Result

PROJECT = Path(__file__).resolve().parents[3]
CHILD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from tracker import db
from tracker.imports import mapping_file, runner
from tracker.imports.sweeps import Job

url, code, folder = sys.argv[1:]
folder = Path(folder)

def slowly(done, total):
    if done:
        print(done, flush=True)
        time.sleep(0.05)

runner.run(db.make_engine(url), code, Job(
    path=folder / "long.csv", mapping=mapping_file.load("small", folder), batch=40, told=slowly,
    refused=folder / "refused.csv", clock=lambda: datetime(2026, 5, 4, 13, 0, tzinfo=UTC),
))
"""


def many() -> list[dict[str, str]]:
    """Return rows of every kind, in no helpful order."""
    rows = []
    for i in range(1200):
        each = row(
            f"A{i}", lon=f"{-74.0099 + (i % 190) / 10000:.4f}", opened=f"2026-03-{1 + i % 28:02} 10:00:00"
        )
        if i % 10 == 3:
            each |= {"state": "done", "answer": f"same as #A{(i * 7) % 1200}"}
        if i % 40 == 7:
            each |= {"type": "spaceship", "text": f"deux\nlignes {i}"}
        if i % 50 == 9:
            each |= {"lon": "0", "lat": "0"}
        if i % 60 == 11:
            each |= {"lon": "-73.98"}
        rows.append(each)
    return rows


def test_repeating_an_import_changes_not_one_byte(town: Town) -> None:
    content = written(many())
    first = town.bring_in(content, batch=100)
    before = town.digests()

    again = town.bring_in(content, batch=70)

    stayed = sum(first.counts.outcomes[each] for each in ("imported", "attached", "place_unknown"))
    assert again.counts.outcomes["unchanged"] == stayed
    assert again.counts.rows == first.counts.rows == 1200
    assert again.counts.reasons == first.counts.reasons
    assert town.digests() == before


def test_a_row_that_the_source_changed_is_counted_and_left_alone(town: Town) -> None:
    town.bring_in([row("A1"), row("A2")])
    before = town.digests('"case"', "report", "event")

    again = town.bring_in([row("A1"), row("A2", state="done", closed="2026-04-01 10:00:00")])

    assert ended(again) == {"unchanged": 1, "changed": 1}
    assert town.digests('"case"', "report", "event") == before


def test_a_better_mapping_brings_in_what_was_refused(town: Town) -> None:
    content = written([row("A1"), row("A2", type="spaceship")])
    town.bring_in(content)

    better = town.mapping(MAPPING.replace("noise]", "noise, spaceship]"), name="small")
    again = town.bring_in(content, mapping=better)

    assert ended(again) == {"unchanged": 1, "imported": 1}


def test_districts_that_came_later_bring_in_what_was_outside(bare_town: Town) -> None:
    bare_town.squares("""{"type": "FeatureCollection", "features": [{"type": "Feature",
        "properties": {"name": "Petit"}, "geometry": {"type": "Polygon", "coordinates":
        [[[-74.001, 45.0], [-74.0, 45.0], [-74.0, 45.01], [-74.001, 45.0]]]}}]}""")
    content = written([row("A1"), row("A2")])
    assert ended(bare_town.bring_in(content)) == {"outside": 2}

    bare_town.squares()

    assert ended(bare_town.bring_in(content)) == {"imported": 2}
    assert bare_town.scalar("SELECT counts->'outcomes'->>'imported' FROM import_run") == "2"


@pytest.mark.parametrize("batches", [3, 29, 45])
def test_an_import_killed_half_way_goes_on_to_the_same_end(town: Town, batches: int) -> None:
    """kill -9 during the first reading or the second: nothing is lost, nothing is there twice."""
    (town.folder / "long.csv").write_bytes(written(many()))
    town.mapping()
    url = town.app.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, town.code, str(town.folder)],
        cwd=PROJECT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    for _ in range(batches):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert town.scalar("SELECT status FROM import_run") == "running"
    committed = town.scalar("SELECT count(*) FROM report")
    aside = town.folder / "refused.csv"

    result = _once_free(town, written(many()), aside)

    assert result.resumed_at > 0
    assert 0 < committed <= town.scalar("SELECT count(*) FROM report")
    assert result.counts.rows == 1200
    whole = {name: count for name, count in result.counts.outcomes.items() if count}
    assert whole == _expected(town)
    assert town.scalar("SELECT count(*) - count(DISTINCT source_id) FROM report") == 0
    assert town.scalar("SELECT status FROM import_run") == "done"
    assert town.broken_seals() == []
    _refused_once_each(aside, whole)


def test_two_imports_of_one_source_do_not_run_together(town: Town) -> None:
    with runs.alone(town.app, town.code, "small"), pytest.raises(errors.ImportRunning):
        town.bring_in([row("A1")])

    assert ended(town.bring_in([row("A1")])) == {"imported": 1}


def test_a_town_without_a_catalogue_says_what_to_do(town: Town) -> None:
    with db.transaction(town.app, town.code) as session:
        session.connection().exec_driver_sql("UPDATE workflow_version SET active = false")
    try:
        with pytest.raises(errors.CatalogueAbsent):
            town.bring_in([row("A1")])
    finally:
        with db.transaction(town.app, town.code) as session:
            session.connection().exec_driver_sql("UPDATE workflow_version SET active = true")


def _once_free(town: Town, content: bytes, aside: Path) -> Result:
    """Import again as soon as the server has noticed that the killed process is gone."""
    for _ in range(50):
        try:
            return town.bring_in(content, batch=40, name="long.csv", refused=aside)
        except errors.ImportRunning:
            time.sleep(0.1)
    raise AssertionError("the lock of a killed import was never given back")


def _expected(town: Town) -> dict[str, int]:
    """Return how the rows end when nothing interrupts them."""
    counted = town.rows(
        "SELECT count(*) FILTER (WHERE link = 'attached') AS attached, "
        "count(*) FILTER (WHERE link = 'opened' AND geom IS NULL) AS unknown, "
        "count(*) FILTER (WHERE link = 'opened' AND geom IS NOT NULL) AS imported FROM report"
    )[0]
    outside = sum(1 for each in many() if each["lon"] == "-73.98" and each["type"] != "spaceship")
    refused = sum(1 for each in many() if each["type"] == "spaceship")
    return {
        "attached": counted.attached, "place_unknown": counted.unknown, "imported": counted.imported,
        "outside": outside, "refused": refused,
    }  # fmt: skip


def _refused_once_each(aside: Path, whole: dict[str, int]) -> None:
    with aside.open(encoding="utf-8", newline="") as stream:
        numbers = [each["row"] for each in csv.DictReader(stream)]
    assert len(numbers) == len(set(numbers)) == whole["refused"] + whole["outside"]

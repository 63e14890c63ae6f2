"""Labelled files: what counts as a label, and that closing words never become evidence."""

from __future__ import annotations

import csv
import gzip
import os
import random
from itertools import islice
from pathlib import Path

import pytest

from gis import replay
from tests.tracker.imports.conftest import MAPPING, row, written
from tracker.catalogue import files
from tracker.duplicates import errors, labelled


@pytest.fixture(scope="module")
def services():
    return {each.code: each for each in files.read_folder(files.DEFAULT_FOLDER).services}


def place(folder: Path, rows, labels: str = "report,parent\nA2,A1\n") -> tuple[Path, str, Path]:
    (folder / "requests.csv").write_bytes(written(rows))
    (folder / "small.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "labels.csv").write_text(labels, encoding="utf-8")
    return folder / "requests.csv", str(folder / "small.yaml"), folder / "labels.csv"


ROWS = [
    row("A1", state="done", closed="2026-05-03 10:00:00", answer="fixed"),
    row("A2", state="twin", closed="2026-05-03 11:00:00", answer="same as #A1"),
    row("A3", lon="-74.005", lat="45.005", address="12, rue A", answer=""),
]


def test_a_report_is_read_as_it_looked_when_it_came(tmp_path, services):
    found = labelled.read(*place(tmp_path, ROWS), services)
    reports = {each.key: each for each in found.reports}
    assert set(reports) == {"A1", "A2", "A3"}
    assert reports["A1"].sighting.service == "VOI-NID"
    assert reports["A1"].sighting.radius_m == services["VOI-NID"].duplicates.radius_m
    assert reports["A1"].closed_at is not None
    assert found.labels.links == {"A1": {"A2"}, "A2": {"A1"}}


def test_a_geocoders_default_point_is_no_place_but_its_address_stays(tmp_path, services):
    found = labelled.read(*place(tmp_path, ROWS), services)
    (third,) = [each.sighting for each in found.reports if each.key == "A3"]
    assert (third.lon, third.lat) == (None, None)
    assert third.address_text == "12, rue A"


def test_scrambling_the_closing_words_changes_nothing(tmp_path, services):
    """The answer stands in the closing words: whatever they say, candidates and evidence are the same."""
    drawn = random.Random(311)
    words = ["same as #A1", "same as #A9", "fixed", "not ours", "", "see case 101000334656"]
    plain = [row(f"A{n}", lon=f"-74.00{n % 3}", answer="fixed", state="done") for n in range(9)]
    scrambled = [dict(each, answer=drawn.choice(words)) for each in plain]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = labelled.read(*place(tmp_path / "one", plain), services)
    two = labelled.read(*place(tmp_path / "two", scrambled), services)
    assert one.reports == two.reports
    told = [list(replay.replay(each.reports, each.labels.links)) for each in (one, two)]
    assert told[0] == told[1]


def test_incidents_are_labels_too(tmp_path):
    (tmp_path / "truth.csv").write_text("report,incident,service\nV1,7,VOI-NID\nV2,7,VOI-NID\nV3,8,VOI-NID\n")
    found = labelled.read_labels(tmp_path / "truth.csv")
    assert found.incidents == {"V1": "7", "V2": "7", "V3": "8"}
    assert found.repeats == {"V1", "V2"}
    assert not found.unclear
    assert not found.doubts.repeats  # the first of an incident repeats nothing


def test_a_duplicate_of_something_else_is_a_repeat_without_a_link(tmp_path):
    (tmp_path / "labels.csv").write_text("case_id,parent_case_id,kind\nA,B,x\nC,,y\n", encoding="utf-8")
    found = labelled.read_labels(tmp_path / "labels.csv")
    assert found.links == {"A": {"B"}, "B": {"A"}}
    assert found.repeats == {"A", "C"}
    assert found.touched == {"A", "B", "C"}
    assert found.unclear == {"A", "B", "C"}
    assert found.doubts.repeats == {"A", "C"}


@pytest.mark.parametrize("content", ["", "report\nA\n", "report,of\nA,B\n"])
def test_a_file_without_the_columns_is_refused(tmp_path, content):
    (tmp_path / "labels.csv").write_text(content, encoding="utf-8")
    with pytest.raises(errors.LabelsUnreadable):
        labelled.read_labels(tmp_path / "labels.csv")


DATA = Path(os.environ.get("VIGIE_REAL_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="the real cities' files are not on this machine")
def test_bostons_closing_words_change_nothing_either(tmp_path, services):
    source = DATA / "requests" / "boston_311_2011Q3.csv.gz"
    labels = DATA / "requests" / "boston_311_2011Q3_duplicates.csv"
    with gzip.open(source, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        records = list(islice(rows, 4000))
    said = [each["closure_reason"] for each in records]
    random.Random(311).shuffle(said)
    scrambled = tmp_path / "scrambled.csv"
    with scrambled.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(records[0]))
        writer.writeheader()
        writer.writerows(dict(each, closure_reason=words) for each, words in zip(records, said, strict=True))
    plain = labelled.read(source, "boston", labels, services).reports[: len(records)]
    assert labelled.read(scrambled, "boston", labels, services).reports == plain

"""`vigie duplicates` at the terminal, on files written on the spot."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.tracker.imports.conftest import MAPPING, row, written
from tracker.cli import main
from tracker.duplicates import weights

MORNING = datetime(2026, 1, 5, 9)  # noqa: DTZ001 -- as the file writes it


@pytest.fixture
def source(tmp_path: Path) -> list[str]:
    """Write eighty days of holes, one in four told again from a few metres away."""
    drawn = random.Random(311)
    rows, labels = [], ["report,parent"]
    for day in range(80):
        for n in range(3):
            at = MORNING + timedelta(days=day, hours=3 * n)
            lon, lat = drawn.uniform(-74.009, -73.991), drawn.uniform(45.001, 45.009)
            key, closed = f"H{day}x{n}", at + timedelta(days=4)
            rows.append(told(key, at, lon, lat, closed))
            if drawn.random() < 0.25:
                again = at + timedelta(hours=drawn.uniform(1, 30))
                rows.append(told(f"{key}b", again, lon + drawn.gauss(0, 5e-5), lat, closed))
                labels.append(f"{key}b,{key}")
    (tmp_path / "requests.csv").write_bytes(written(rows))
    (tmp_path / "small.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "labels.csv").write_text("\n".join(labels), encoding="utf-8")
    return [
        "--requests", str(tmp_path / "requests.csv"), "--mapping", str(tmp_path / "small.yaml"),
        "--labels", str(tmp_path / "labels.csv"),
    ]  # fmt: skip


def told(key: str, at: datetime, lon: float, lat: float, closed: datetime) -> dict[str, str]:
    return row(
        key, opened=at.isoformat(" ", "seconds"), lon=f"{lon:.6f}", lat=f"{lat:.6f}", state="done",
        closed=closed.isoformat(" ", "seconds"), address="",
    )  # fmt: skip


def vigie(*words: str, lang: str = "fr_CA.UTF-8") -> Result:
    env = {"LC_ALL": lang, "LC_MESSAGES": lang, "LANG": lang, "LANGUAGE": ""}
    return CliRunner(env=env).invoke(main, ["duplicates", *words])


def test_evaluate_prints_every_judge_and_writes_a_table_and_a_picture(source, tmp_path):
    done = vigie("evaluate", *source, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    for judge in ("learned here", "fixmystreet", "brussels", "signalen", "30m_7d"):
        assert judge in done.output
    assert "R@1 avec autant de propositions que 30m_7d" in done.output
    with (tmp_path / "out" / "duplicates-small.csv").open(encoding="utf-8") as stream:
        lines = {(each["judge"], each["by"]): each for each in csv.DictReader(stream)}
    learned = lines["learned here", "*"]
    assert float(learned["recall_1"]) > 0.8
    assert float(learned["f1"]) > float(lines["fixmystreet", "*"]["f1"])
    assert ("learned here", "method") in lines
    picture = (tmp_path / "out" / "duplicates-small.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "brussels" in picture


def test_learn_writes_versioned_weights_that_evaluate_reads(source, tmp_path):
    out = tmp_path / "holes.yaml"
    done = vigie("learn", *source, "--version", "holes-1", "--out", str(out))
    assert done.exit_code == 0, done.output
    learned = weights.read(out)
    assert learned.version == "holes-1"
    assert learned.facts["duplicates"] > 20
    assert learned.facts["source"] == "small"
    again = vigie("evaluate", *source, "--weights", str(out), "--no-learn", "--out", str(tmp_path))
    assert "holes-1" in again.output


def test_a_dry_run_writes_nothing(source, tmp_path):
    out = tmp_path / "none.yaml"
    assert vigie("learn", *source, "--out", str(out), "--dry-run").exit_code == 0
    assert not out.exists()


@pytest.mark.parametrize(
    ("lang", "said"), [("fr_CA.UTF-8", "report,incident ou report,parent"), ("en_CA.UTF-8", "is needed")]
)
def test_a_file_without_labels_is_one_clear_sentence(source, tmp_path, lang, said):
    (tmp_path / "labels.csv").write_text("one,two\n", encoding="utf-8")
    done = vigie("evaluate", *source, lang=lang)
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output


def test_too_little_to_learn_is_said(source, tmp_path):
    (tmp_path / "labels.csv").write_text("report,parent\nH1x0b,H1x0\n", encoding="utf-8")
    done = vigie("learn", *source)
    assert done.exit_code != 0
    assert "trop peu" in done.output


def test_what_is_gathered_teaches_what_its_source_did(source, tmp_path):
    kept, again = tmp_path / "holes.jsonl.gz", tmp_path / "again.jsonl.gz"
    assert vigie("gather", *source, str(kept)).exit_code == 0
    assert vigie("gather", *source, str(again)).exit_code == 0
    assert kept.read_bytes() == again.read_bytes()
    one, other, both = (tmp_path / name for name in ("one.yaml", "other.yaml", "both.yaml"))
    assert vigie("learn", *source, "--version", "x", "--out", str(one)).exit_code == 0
    assert vigie("learn", "--gathered", str(kept), "--version", "x", "--out", str(other)).exit_code == 0
    assert one.read_text(encoding="utf-8") == other.read_text(encoding="utf-8")
    done = vigie("learn", "--gathered", str(kept), *source, "--version", "x", "--out", str(both))
    assert done.exit_code == 0, done.output
    alone, joined = weights.read(one).facts, weights.read(both).facts
    assert joined["duplicates"] == 2 * alone["duplicates"]


@pytest.mark.parametrize("cut", [0, 10, 200, -8])
@pytest.mark.parametrize(("lang", "said"), [("fr_CA.UTF-8", "ce n’est pas"), ("en_CA.UTF-8", "not a file")])
def test_a_gathered_file_that_is_none_is_one_clear_sentence(source, tmp_path, cut, lang, said):
    kept = tmp_path / "holes.jsonl.gz"
    vigie("gather", *source, str(kept))
    kept.write_bytes(kept.read_bytes()[:cut])
    done = vigie("learn", "--gathered", str(kept), lang=lang)
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output

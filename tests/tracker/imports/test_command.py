"""`vigie import` at the terminal: a table for people, JSON for programs, one sentence when it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.database import Database
from tests.tracker.imports.conftest import MAPPING, SQUARES, Town, row, terminal, written

Vigie = Callable[..., Result]


@pytest.fixture
def vigie(database: Database, town: Town) -> Vigie:
    """Run a command against the town, in French unless told otherwise."""
    (town.folder / "small.yaml").write_text(MAPPING, encoding="utf-8")
    (town.folder / "rows.csv").write_bytes(
        written([row("A1"), row("A2", type="?"), row("A3", state="done", answer="same as #A1")])
    )
    return terminal(database, town, "import")


def requests(town: Town, *more: str) -> tuple[str, ...]:
    """Return the words that import the town's file."""
    return "requests", str(town.folder / "rows.csv"), "--mapping", str(town.folder / "small.yaml"), *more


def test_requests_are_counted_in_a_table_and_in_json(vigie: Vigie, town: Town, tmp_path: Path) -> None:
    report = tmp_path / "counts.json"

    result = vigie(*requests(town, "--report", str(report)))

    assert result.exit_code == 0, result.output
    assert "jointes, doublons" in result.stdout
    assert "service inconnu" in result.stdout
    assert "Ouest" in result.stdout
    counts = json.loads(report.read_text())
    assert sum(counts["outcomes"].values()) == counts["rows"] == 3
    assert counts["reasons"] == {"unknown_service": 1}
    assert list((town.folder / "var" / "imports").glob("*-refused.csv"))


def test_a_dry_run_leaves_nothing_behind(vigie: Vigie, town: Town) -> None:
    result = vigie(*requests(town, "--dry-run"), lang="en_CA.UTF-8")

    assert result.exit_code == 0, result.output
    assert "rows read" in result.stdout
    assert town.cases() == {}


def test_districts_are_listed_as_code_and_name(vigie: Vigie, town: Town) -> None:
    file = town.folder / "squares.geojson"
    file.write_text(SQUARES, encoding="utf-8")

    result = vigie("districts", str(file), "--name-field", "name")

    assert result.stdout.splitlines() == ["ouest\tOuest", "est\tEst"]
    assert "déjà connus" in result.stderr


def test_the_check_fails_when_a_case_is_in_the_wrong_district(vigie: Vigie, town: Town) -> None:
    vigie(*requests(town))
    assert vigie("check").stdout == "0\n"

    town.rows('UPDATE "case" SET district_id = (SELECT max(id) FROM district) RETURNING 1')

    failed = vigie("check")
    assert failed.exit_code == 1
    assert "un autre district" in failed.stderr


def test_the_mappings_are_listed_in_the_language_of_the_terminal(vigie: Vigie) -> None:
    assert "boston\tCity of Boston 311" in vigie("mappings", lang="en_CA.UTF-8").stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--mapping", "atlantis"), "Aucune correspondance"),
        (("--mapping", "boston"), "colonne absente"),
        (("--mapping", "boston", "--jurisdiction", "nulle_part"), "aucune municipalité"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    vigie: Vigie, town: Town, words: tuple[str, ...], sentence: str
) -> None:
    result = vigie("requests", str(town.folder / "rows.csv"), *words)

    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output

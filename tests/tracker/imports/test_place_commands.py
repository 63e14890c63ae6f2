"""`vigie import osm`, `vigie import layer` and `vigie boundaries` at the terminal."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from click.testing import Result

from tests.support.database import Database
from tests.support.extracts import village
from tests.tracker.imports.conftest import SQUARES, Town, row, terminal
from tracker import db
from tracker.imports import osm

Vigie = Callable[..., Result]
MOVED = SQUARES.replace("-74.0,", "-74.004,")


@pytest.fixture
def vigie(database: Database, town: Town) -> Vigie:
    """Run a command against the town, in French unless told otherwise."""
    return terminal(database, town)


def table(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    return dict(line.split("\t") for line in result.stdout.splitlines() if "\t" in line)


def test_an_extract_is_counted_and_its_makers_are_named(vigie: Vigie, town: Town):
    path = village().written(town.folder / "village.osm.pbf")
    told = table(vigie("import", "osm", str(path)))
    assert told["tronçons de rue"].startswith("5 nouveaux")
    again = vigie("import", "osm", str(path), lang="en_US.UTF-8")
    assert table(again)["addresses"].startswith("0 new, 0 changed, 4 unchanged")
    assert "© OpenStreetMap contributors (ODbL 1.0)" in again.stderr
    with db.transaction(town.app, town.code) as session:
        assert db.selected(session).settings["attribution"] == {"osm": osm.ATTRIBUTION}


def test_a_dry_run_of_an_extract_or_a_layer_leaves_nothing(vigie: Vigie, town: Town):
    path = village().written(town.folder / "village.osm.pbf")
    assert "rien n’a été écrit" in vigie("import", "osm", str(path), "--dry-run").stderr
    lamps = town.folder / "lampes.csv"
    lamps.write_text("no;lon;lat\nL-1;-74,001;45,001\n", encoding="utf-8")
    told = vigie("import", "layer", "assets", str(lamps), "--set", "kind=streetlight", "--dry-run")
    assert table(told)["nouveaux"] == "1"
    assert [town.scalar(f"SELECT count(*) FROM {name}") for name in ("street_segment", "asset")] == [0, 0]


def test_a_layer_says_which_fields_it_took_and_lists_what_it_refused(vigie: Vigie, town: Town):
    lamps = town.folder / "lampes.csv"
    lamps.write_text(
        "no;État;lon;lat\n=L-1;vu;-74,001;45,001\n=L-1;vu;-74,001;45,002\nL-3;;;\n", encoding="utf-8"
    )
    aside = town.folder / "refusees.csv"
    words = ("--set", "kind=streetlight", "--refused", str(aside))
    result = vigie("import", "layer", "assets", str(lamps), *words, lang="en_US.UTF-8")
    told = table(result)
    assert (told["rows"], told["kept"], told["refused"]) == ("3", "1", "2")
    assert "code ← no (guessed)" in result.stderr
    lines = aside.read_text("utf-8-sig").splitlines()
    # A spreadsheet would run "=L-1".
    assert lines[1].startswith("2,'=L-1,")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("assets", "--field", "x"), "NOM=VALEUR"),
        (("assets", "--value", "x"), "COLONNE:LEUR=NOTRE"),
        (("segments",), "--crs"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(vigie: Vigie, town: Town, words, said):
    path = town.folder / "q.csv"
    path.write_text("nom,x,y\nRue,1,2\n", encoding="utf-8")
    result = vigie("import", "layer", words[0], str(path), *words[1:])
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_boundaries_are_listed_compared_and_put_in_force(vigie: Vigie, town: Town):
    town.bring_in([row("A1", lon="-74.0031"), row("A2", lon="-74.0062")])
    path = town.folder / "nouveaux.geojson"
    path.write_text(MOVED, encoding="utf-8")
    assert vigie("import", "layer", "districts", str(path)).exit_code == 0
    number = str(town.scalar("SELECT max(id) FROM boundary_set"))

    listed = [line.split("\t") for line in vigie("boundaries", "list").stdout.splitlines()]
    assert [(each[1], each[5]) for each in listed] == [("en vigueur", "2"), ("ébauche", "2")]

    drawn = {suffix: town.folder / f"carte{suffix}" for suffix in (".geojson", ".png")}
    for name in drawn.values():
        compared = vigie("boundaries", "compare", number, "--map", str(name))
        assert compared.exit_code == 0, compared.output
    assert "1 dossiers ouverts changeraient de district" in compared.stderr
    assert "Ouest" in compared.stdout
    assert "Est" in compared.stdout
    assert orjson.loads(drawn[".geojson"].read_bytes())["features"][0]["properties"]["open_cases"] == 1
    assert drawn[".png"].read_bytes()[:4] == b"\x89PNG"

    dry = vigie("boundaries", "activate", number, "--dry-run")
    assert "1 changent de district" in dry.stderr
    assert town.cases()["A1"].district == "ouest"
    assert vigie("boundaries", "activate", number, lang="en_US.UTF-8").exit_code == 0
    assert (town.cases()["A1"].district, town.broken_seals()) == ("est", [])
    assert vigie("import", "check").stdout == "0\n"


@pytest.mark.parametrize("verb", ["compare", "activate"])
def test_boundaries_that_are_none_are_one_sentence(vigie: Vigie, verb):
    result = vigie("boundaries", verb, "999999")
    assert (result.exit_code, "il n’y a pas de version 999999" in result.stderr) == (1, True)

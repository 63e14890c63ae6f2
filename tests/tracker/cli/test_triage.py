"""`vigie triage`, as an operator runs it: check, load, try, activate, undo; each mistake where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.support import city as cities
from tests.support import ground
from tests.support.city import City
from tracker.cli import main

Vigie = Callable[..., Result]

SWAP = """\
name: {fr: Tout à É2, en: All to E2}
automatic: false
services:
  VOI-NID: {mode: fixed_unit, crew: E2}
"""
WRONG = """\
name: {fr: Fausses, en: Wrong}
services:
  VOI-NID: {mode: magie}
  VOI-TRO: {mode: person, people: [inconnue]}
exceptions:
  - {id: nuit, when: {hour: 25}, then: {mode: district}}
  - {when: {month: 1}, then: {mode: district}}
couleurs: {}
"""
CLASHING = """\
automatic: false
services:
  VOI-NID: {mode: fixed_unit, crew: NULLEPART}
exceptions:
  - {id: premiere, when: {answer.taille: [pneu]}, then: {mode: fixed_unit, crew: E1}}
  - {id: seconde, when: {answer.taille: [pneu]}, then: {mode: fixed_unit, crew: E2}}
"""


@pytest.fixture
def vigie(town: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vigie]:
    """Run a command against the town, in French unless told otherwise; its own rules hold afterwards.

    At the town's hour: once the day's work is over nobody can be chosen.
    """
    monkeypatch.setattr("tracker.clock.system_clock", town.clock)

    def run(*words: str, lang: str = "fr_CA.UTF-8") -> Result:
        env = {
            "VIGIE_DATABASE_URL": town.place.settings.database_url,
            "VIGIE_OWNER_DATABASE_URL": town.place.settings.owner_url,
            "VIGIE_JURISDICTION": town.code,
            "LC_ALL": lang,
            "LC_MESSAGES": lang,
            "LANG": lang,
            "LANGUAGE": "",
        }
        return CliRunner(env=env).invoke(main, ["triage", *words])

    yield run
    with town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{town.code}"))
        connection.execute(text("TRUNCATE triage_trial, triage_activation, triage_rules"))
    with town.session() as session:
        ground.follow_rules(session)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    """Write rules into a file named `regles.yaml` and return its path."""

    def write(rules: str) -> str:
        file = tmp_path / "regles.yaml"
        file.write_text(rules, encoding="utf-8")
        return str(file)

    return write


def stored(town: City, table: str) -> int:
    return town.counts().get(table, 0)


def loaded(vigie: Vigie, path: str) -> str:
    done = vigie("load", path)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()[0]


@pytest.mark.parametrize("command", ["check", "load", "try"])
def test_every_mistake_is_named_by_file_line_entry_and_what_is_expected(town: City, vigie, written, command):
    done = vigie(command, written(WRONG))
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "regles.yaml:8: couleurs\u00a0: partie inconnue",
        "regles.yaml:3: services.VOI-NID\u00a0: mode\u00a0: district, fixed_unit, contract, rotation, person",
        "regles.yaml:6: exceptions.nuit\u00a0: hour\u00a0: 0 à 23",
        "regles.yaml:7: exceptions.2\u00a0: id\u00a0: un texte de 1 à 60 caractères",
        "regles.yaml:4: services.VOI-TRO\u00a0: personne inconnue\u00a0: inconnue",
    ]
    assert done.stderr.strip() == "vigie: 5 erreur(s) à corriger."
    assert stored(town, "triage_rules") == 1
    assert stored(town, "triage_trial") == 0


def test_the_mistakes_are_in_english_for_who_reads_english(vigie, written):
    done = vigie("check", written(WRONG), lang="en_CA.UTF-8")
    assert done.exit_code == 1
    assert "regles.yaml:8: couleurs: unknown part" in done.stdout
    assert "regles.yaml:6: exceptions.nuit: hour: 0 to 23" in done.stdout
    assert done.stderr == "vigie: 5 mistake(s) to correct.\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: {", "regles.yaml: yaml"),
        ("- 1", "regles.yaml: yaml"),
        ("name: 1\nname: 2", "regles.yaml: yaml"),
    ],
)
def test_a_file_that_is_no_rule_set_is_refused_in_one_line(vigie, written, content, said):
    done = vigie("check", written(content))
    assert done.exit_code == 1
    assert done.stdout.startswith(said)
    assert "Traceback" not in done.output


def test_a_file_that_is_no_text_is_said_to_be_none(vigie, tmp_path: Path):
    file = tmp_path / "regles.yaml"
    file.write_bytes(b"name: \xe9t\xe9\n")
    for command in ("check", "load", "try"):
        done = vigie(command, str(file))
        assert (done.exit_code, done.stderr.strip()) == (1, "vigie: regles.yaml n’est pas du texte en UTF-8.")
        assert done.exception is None or isinstance(done.exception, SystemExit)


def test_check_tells_unknown_names_rules_never_reached_and_gaps_for_programs(vigie, written):
    done = vigie("check", written(CLASHING))
    assert done.exit_code == 1
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert ["unknown", "services.VOI-NID", "crew", "NULLEPART"] in rows
    assert ["unreachable", "seconde", "premiere"] in rows
    gaps = [row for row in rows if row[0] == "gap"]
    assert gaps
    assert all(len(row) == 5 for row in gaps)
    english = vigie("check", written(CLASHING), lang="en_CA.UTF-8")
    assert "Mon" in english.stdout
    assert "lun." not in english.stdout


def test_a_draft_loaded_twice_is_one_version_and_changes_nothing(town: City, vigie, written):
    path = written(SWAP)
    first = vigie("load", path)
    assert first.exit_code == 0, first.output
    number = first.stdout.splitlines()[0]
    assert first.output.splitlines()[-1] == f"Version {number} (draft)."
    assert loaded(vigie, path) == number
    listed = vigie("list").stdout.splitlines()
    mine = next(line.split("\t") for line in listed if line.startswith(f"{number}\t"))
    assert (mine[1], mine[3]) == ("draft", "regles.yaml")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", mine[2])
    assert town.report()["case"]["crew"]["code"] == "E1"


def test_trying_tells_what_would_go_elsewhere_and_keeps_nothing_unless_asked(town: City, vigie, written):
    for x in (120, 320, 520):
        town.report(location=cities.pin(x, 502))
    asked = ("try", written(SWAP), "--until", "2026-05-05")
    done = vigie(*asked)
    assert done.exit_code == 0, done.output
    assert "3 dossiers sur 3 iraient ailleurs ; sans équipe : 0 avant, 0 après." in done.output.replace(
        "\u00a0", " "
    )
    row = next(line for line in done.stdout.splitlines() if "VOI-NID" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")][:6] == ["VOI-NID", "1", "E1", "1", "E2", "3"]
    assert (stored(town, "triage_trial"), stored(town, "triage_rules")) == (0, 1)
    assert vigie(*asked, "--keep").exit_code == 0
    assert (stored(town, "triage_trial"), stored(town, "triage_rules")) == (1, 2)
    english = vigie(*asked, lang="en_CA.UTF-8")
    assert "3 of 3 cases would go elsewhere; with nobody: 0 before, 0 after." in english.output


def test_no_case_before_the_months_asked_for_is_tried(town: City, vigie, written):
    town.report()
    done = vigie("try", written(SWAP), "--until", "2026-09-01", "--months", "1")
    assert done.exit_code == 0, done.output
    assert "0 dossiers sur 0" in done.output


def test_districts_are_tried_from_a_file_and_an_unusable_one_is_told(town: City, vigie, tmp_path: Path):
    town.report(location=cities.pin(900, 502))
    (west, south), (east, north) = cities.at(0, 0), cities.at(3000, 1000)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    one = {"type": "Polygon", "coordinates": [ring]}
    file = tmp_path / "districts.geojson"
    features = [{"type": "Feature", "properties": {"name": "Tout", "code": "3"}, "geometry": one}]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    done = vigie("try", "--boundaries", str(file), "--until", "2026-05-05")
    assert done.exit_code == 0, done.output
    assert "1 dossiers sur 1" in done.output
    wrong = vigie("try", "--boundaries", str(file), "--code-field", "absent", "--until", "2026-05-05")
    assert wrong.exit_code == 1
    assert wrong.stderr.strip().startswith("vigie: districts.geojson")
    assert "Traceback" not in wrong.output


def test_rules_are_put_in_force_knowingly_and_taken_back(town: City, vigie, written):
    number = loaded(vigie, written(SWAP))
    open_case = town.report()["number"]
    refused = vigie("activate", number)
    assert refused.exit_code == 1
    assert re.search(r"vigie: \d+ trous, \d+ règles jamais atteintes, \d+ conflits", refused.stderr)
    assert "--acknowledge" in refused.stderr
    assert town.report(location=cities.pin(640, 502))["case"]["crew"]["code"] == "E1"
    done = vigie("activate", number, "--acknowledge", "--reason", "É1 en congé")
    assert done.exit_code == 0, done.output
    assert "En vigueur ; 2 dossiers ouverts changent" in done.output.replace("\u00a0", " ")
    assert town.caller("dispatcher").get(f"/cases/{open_case}").json["crew"]["code"] == "E2"
    assert town.report(location=cities.pin(640, 902))["case"]["crew"]["code"] == "E2"
    again = vigie("activate", number, "--acknowledge")
    assert (again.exit_code, again.stderr) == (1, f"vigie: la version {number} est déjà en vigueur.\n")
    undone = vigie("undo", lang="en_CA.UTF-8")
    assert undone.exit_code == 0, undone.output
    assert re.search(r"Version in force: \d+; 3 cases change proposed crew", undone.output)
    assert town.caller("dispatcher").get(f"/cases/{open_case}").json["crew"]["code"] == "E1"


def test_what_cannot_be_put_in_force_or_taken_back_is_one_sentence_in_each_language(town: City, vigie):
    for lang, unknown, nothing in (
        ("fr_CA.UTF-8", "vigie: il n’y a pas de version 999.\n", "vigie: rien à annuler.\n"),
        ("en_CA.UTF-8", "vigie: there is no version 999.\n", "vigie: nothing to take back.\n"),
    ):
        done = vigie("activate", "999", lang=lang)
        assert (done.exit_code, done.stderr) == (1, unknown)
        while (undone := vigie("undo", lang=lang)).exit_code == 0:
            continue
        assert undone.stderr == nothing
    absent = vigie("list", "--jurisdiction", "nulle-part")
    assert (absent.exit_code, absent.stderr) == (
        1,
        "vigie: aucune municipalité n’a le code « nulle-part ».\n",
    )


def test_help_is_in_the_readers_language(vigie):
    assert "Vérifie un fichier de règles" in vigie("--help").stdout
    assert "Check a file of rules" in vigie("--help", lang="en_CA.UTF-8").stdout

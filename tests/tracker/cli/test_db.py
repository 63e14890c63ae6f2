"""`vigie` and `vigie db` as an operator meets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import FEATURES, main

OUTSIDE = {"VIGIE_DATABASE_URL": "postgres://vigie_app@db.example/vigie"}


def vigie(*words: str, var: Path, **environment: str | None) -> Result:
    env = {
        "VIGIE_VAR": str(var),
        "LC_ALL": None,
        "LC_MESSAGES": None,
        "LANGUAGE": None,
        "LANG": "fr_CA.UTF-8",
    }
    env |= dict.fromkeys(("VIGIE_DATABASE_URL", "VIGIE_OWNER_DATABASE_URL"))
    return CliRunner().invoke(main, words, env={**env, **environment})


def test_help_imports_no_feature_and_no_big_library() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from tracker.cli import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "big = {'flask', 'sqlalchemy', 'psycopg', 'tracker.cli.db'}; print(big & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("language", "word"), [("fr_CA.UTF-8", "privée"), ("en_CA.UTF-8", "Private"), ("C.UTF-8", "privée")]
)
def test_help_speaks_the_language_of_the_terminal(tmp_path: Path, language: str, word: str) -> None:
    assert word in vigie("--help", var=tmp_path, LANG=language).stdout


def test_every_command_named_in_the_table_has_a_line_in_both_languages() -> None:
    for feature in FEATURES.values():
        assert feature.fr != feature.en
        assert feature.fr.endswith(".")
        assert feature.en.endswith(".")


def test_a_command_that_is_not_installed_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.cli._is_installed", lambda feature: feature.module != "tracker.cli.db")
    done = vigie("db", "status", var=tmp_path, LANG="en_CA.UTF-8")
    assert done.exit_code == 1
    assert "“db” is not part of this installation" in done.stderr


def test_status_of_what_was_never_made_says_so_with_a_code_of_its_own(tmp_path: Path) -> None:
    done = vigie("db", "status", var=tmp_path)
    assert done.exit_code == 3
    assert "pas encore créée" in done.stdout


def test_a_shell_on_a_stopped_database_says_how_to_start_it(tmp_path: Path) -> None:
    done = vigie("db", "shell", var=tmp_path)
    assert done.exit_code == 1
    assert done.stderr == "vigie: La base privée ne tourne pas ; démarrez-la avec : vigie db start\n"


def test_the_address_is_data_alone_on_standard_output(tmp_path: Path) -> None:
    done = vigie("db", "url", var=tmp_path)
    assert done.stdout.startswith("postgresql+psycopg://vigie_app@/vigie?host=")
    assert done.stderr == ""
    owner = vigie("db", "url", "--owner", "--libpq", var=tmp_path).stdout
    assert owner.startswith("postgresql://vigie@/vigie?host=")


@pytest.mark.parametrize(("command", "code"), [("start", 0), ("stop", 0), ("status", 0), ("reset", 2)])
def test_with_an_outside_server_the_private_one_is_not_touched(
    tmp_path: Path, command: str, code: int
) -> None:
    done = vigie("db", command, var=tmp_path, **OUTSIDE)
    assert done.exit_code == code
    assert "VIGIE_DATABASE_URL désigne un autre serveur" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_outside_address_gets_the_driver_and_serves_the_owner_too(tmp_path: Path) -> None:
    for words in (("db", "url"), ("db", "url", "--owner")):
        done = vigie(*words, var=tmp_path, **OUTSIDE)
        assert done.stdout == "postgresql+psycopg://vigie_app@db.example/vigie\n"


def test_a_reset_asks_first_and_no_means_no(tmp_path: Path) -> None:
    done = vigie("db", "reset", var=tmp_path)
    assert done.exit_code == 1
    assert not (tmp_path / "pg").exists()


def test_start_status_stop_and_reset_do_what_they_say(open_folder: Path) -> None:
    var = open_folder / "cli"
    assert vigie("db", "start", var=var).exit_code == 0
    try:
        assert "tournait déjà" in vigie("db", "start", var=var).stderr
        assert "en marche" in vigie("db", "status", var=var).stdout
        assert "vide prête" in vigie("db", "reset", "--yes", var=var).stderr
    finally:
        assert "arrêtée" in vigie("db", "stop", var=var).stderr
    assert vigie("db", "status", var=var).exit_code == 3

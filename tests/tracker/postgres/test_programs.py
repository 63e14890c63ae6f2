"""Finding PostgreSQL, and what people are told when it is not there."""

from __future__ import annotations

import inspect
import string
from pathlib import Path

import pytest

from tracker.postgres import binaries, errors

SENTENCES = [
    error for _, error in inspect.getmembers(errors, inspect.isclass) if error.__module__ == errors.__name__
]


def install(root: Path, *, major: int, postgis: bool) -> Path:
    """Lay out an installed PostgreSQL as Debian does, as far as looking for it goes."""
    folder = root / str(major) / "bin"
    folder.mkdir(parents=True)
    for name, says in (("postgres", f"postgres (PostgreSQL) {major}.1"), ("initdb", "")):
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
        (folder / name).chmod(0o755)
    if postgis:
        (root / str(major) / "share" / "extension").mkdir(parents=True)
        (root / str(major) / "share" / "extension" / "postgis.control").touch()
    return folder


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any PostgreSQL."""
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_postgresql_one_sentence_says_what_to_install(machine: Path) -> None:
    with pytest.raises(errors.PostgresMissing) as caught:
        binaries.find()
    assert "sudo apt-get install postgresql-15-postgis-3" in caught.value.in_english
    assert "sudo apt-get install postgresql-15-postgis-3" in caught.value.in_french


def test_a_server_older_than_ours_counts_as_missing(machine: Path) -> None:
    install(machine, major=14, postgis=True)
    with pytest.raises(errors.PostgresMissing):
        binaries.find()


def test_without_postgis_the_sentence_names_the_package_for_that_server(machine: Path) -> None:
    install(machine, major=99, postgis=False)
    with pytest.raises(errors.PostgisMissing) as caught:
        binaries.find()
    assert "sudo apt-get install postgresql-99-postgis-3" in caught.value.in_english
    assert "sudo apt-get install postgresql-99-postgis-3" in caught.value.in_french


def test_the_newest_server_that_has_postgis_is_taken(machine: Path) -> None:
    for major, postgis in ((97, True), (98, True), (99, False)):
        install(machine, major=major, postgis=postgis)
    assert binaries.find().major == 98


def test_existing_data_wants_the_version_that_wrote_it(machine: Path) -> None:
    for major in (97, 99):
        install(machine, major=major, postgis=True)
    assert binaries.find(written_by=97).major == 97
    with pytest.raises(errors.MajorVersionMissing, match="postgresql-98-postgis-3"):
        binaries.find(written_by=98)


@pytest.mark.parametrize("error", SENTENCES, ids=lambda error: error.__name__)
def test_every_error_says_the_same_in_both_languages(error: type[errors.PostgresError]) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, french = inspect.cleandoc(error.__doc__ or ""), error.french
    assert fields(english) == fields(french)
    assert english not in ("", french)
    assert error(**dict.fromkeys(fields(french), "x")).in_french
    for mark in (" ;", " :", " !", " ?", "'"):
        assert mark not in french, "French typography: no plain space before a double sign, curly apostrophes"

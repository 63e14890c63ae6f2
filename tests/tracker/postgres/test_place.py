"""Where a cluster's data and socket go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support.database import THROWAWAY
from tracker.postgres import Cluster, errors, place


@pytest.fixture
def folder(open_folder: Path) -> Iterator[Path]:
    mine = open_folder / "places"
    mine.mkdir()
    yield mine
    shutil.rmtree(mine)


def test_data_and_socket_are_kept_together_in_var(folder: Path) -> None:
    chosen = place.choose(folder / "var")
    assert (chosen.data, chosen.sockets) == (folder / "var" / "pg", folder / "var" / "sock")


def test_a_server_works_from_a_path_too_long_for_a_socket_and_with_spaces_and_accents(folder: Path) -> None:
    var = folder / ("ma ville d’été " * 8) / "var"
    cluster = Cluster(var, overrides=THROWAWAY)
    try:
        cluster.start()
        assert len(os.fsencode(cluster.place.socket)) <= place.LONGEST_SOCKET_BYTES
        assert cluster.place.data == var / "pg"
        with psycopg.connect(cluster.dsn()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        cluster.reset()
    assert not cluster.place.sockets.exists()


def test_folders_that_the_server_user_may_not_enter_are_left_for_a_shelter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "SHELTER", folder / "shelter")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    chosen = place.choose(closed / "var")
    expected = folder / "shelter" if os.geteuid() == 0 else closed  # only root has to become somebody else
    assert chosen.data.is_relative_to(expected)


def test_a_project_that_moved_finds_its_sheltered_data_and_a_copy_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "SHELTER", folder / "shelter")
    monkeypatch.setattr("tracker.postgres.identity.Identity.can_enter", lambda *_: False)
    original = place.choose(folder / "a")
    original.data.mkdir(parents=True)
    (original.data / "PG_VERSION").write_text("15\n")
    shutil.copytree(folder / "a", folder / "copy")
    assert place.choose(folder / "copy").data != original.data
    (folder / "a").rename(folder / "b")
    assert place.choose(folder / "b").data == original.data


def test_a_socket_folder_planted_by_somebody_else_is_refused(folder: Path) -> None:
    chosen = place.choose(folder / "var")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    chosen.sockets.symlink_to(elsewhere)
    cluster = Cluster(folder / "var", overrides=THROWAWAY)
    with pytest.raises(errors.OwnedByAnother):
        cluster.start()


def test_an_address_keeps_a_folder_with_spaces_and_signs_whole(folder: Path) -> None:
    cluster = Cluster(folder / "ma ville & d’été")
    host = make_url(cluster.url("app")).query["host"]
    assert host == str(cluster.place.sockets) == str(folder / "ma ville & d’été" / "sock")


def test_the_state_folder_can_be_named() -> None:
    assert place.default_var({"VIGIE_VAR": "/srv/vigie"}) == Path("/srv/vigie")
    assert place.default_var({}).name == "var"

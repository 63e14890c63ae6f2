"""The tests' own footing: no way off this machine, and databases that are real and apart."""

from __future__ import annotations

import socket
from collections.abc import Callable

import psycopg
import pytest

from tests.support.database import Database, fingerprint
from tests.support.guards import LeftTheMachine, is_local
from tracker.postgres.address import without_driver


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 80)])
def test_a_test_cannot_reach_another_machine(address: tuple[str, int]) -> None:
    with socket.socket() as caller:
        with pytest.raises(LeftTheMachine):
            caller.connect(address)
        with pytest.raises(LeftTheMachine):
            caller.connect_ex(address)


def test_a_test_can_reach_its_own_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as caller:
        caller.connect(server.getsockname())


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("127.example.org", False),
    ],
)
def test_only_loopback_counts_as_this_machine(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_what_one_database_holds_another_does_not(
    database: Database, new_database: Callable[[], Database]
) -> None:
    other = new_database()
    assert other.name != database.name
    with psycopg.connect(without_driver(other.owner_url)) as connection:
        connection.execute("CREATE TABLE public.apart (id int)")
    for where, found in ((other, "apart"), (database, None)):
        with psycopg.connect(without_driver(where.app_url)) as connection:
            assert connection.execute("SELECT to_regclass('public.apart')::text").fetchone() == (found,)


def test_a_database_is_gone_after_its_test(database: Database) -> None:
    with psycopg.connect(without_driver(database.owner_url)) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
    assert f"{database.name}_1" not in names  # the other database of the test above


def test_a_changed_migration_asks_for_another_template(tmp_path) -> None:
    before = fingerprint(tmp_path)
    (tmp_path / "0001_create.py").write_text("revision = '0001'")
    assert fingerprint(tmp_path) != before

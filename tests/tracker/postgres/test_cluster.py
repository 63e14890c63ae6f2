"""The private cluster's ordinary life, on a real server."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from tracker.postgres import Cluster, bootstrap


def ask(cluster: Cluster, query: str, role: str = "owner") -> object:
    with psycopg.connect(cluster.dsn("owner" if role == "owner" else "app")) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0]


def test_a_first_start_gives_a_database_with_every_extension_in_public(running: Cluster) -> None:
    query = (
        "SELECT array_agg(extname::text) FROM pg_extension e "
        "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE nspname = 'public'"
    )
    found = ask(running, query)
    assert isinstance(found, list)
    assert set(found) == set(bootstrap.EXTENSIONS)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
        ("lc_ctype", "C.UTF-8"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("jit", "off"),
        ("log_parameter_max_length", "0"),
    ],
)
def test_the_server_is_set_up_on_purpose(running: Cluster, setting: str, value: str) -> None:
    assert ask(running, f"SELECT current_setting('{setting}')") == value


def test_a_cluster_is_durable_unless_told_otherwise(cluster: Cluster) -> None:
    cluster.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(cluster, f"SELECT current_setting('{setting}')") == "on"


def test_accents_have_a_lower_case_and_comparisons_go_byte_by_byte(running: Cluster) -> None:
    assert ask(running, "SELECT lower('ÉCOLE')") == "école"
    assert ask(running, "SELECT 'Z' < 'a'") is True
    assert ask(running, """SELECT 'école' COLLATE "fr-CA-x-icu" < 'zone'""") is True


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (id int)",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "CREATE EXTENSION tablefunc",
    ],
)
def test_the_application_may_create_nothing_that_lasts(running: Cluster, statement: str) -> None:
    with psycopg.connect(running.dsn("app"), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
        connection.execute("CREATE TEMPORARY TABLE scratch (id int)")


def test_a_system_user_who_is_not_named_may_not_connect(running: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(running.dsn("owner").replace("vigie@", "postgres@"))


def test_the_server_never_runs_as_root(running: Cluster) -> None:
    pid = running.status().pid
    assert pid is not None
    assert os.stat(f"/proc/{pid}").st_uid != 0


def test_starting_twice_leaves_the_first_server_alone(cluster: Cluster) -> None:
    assert cluster.start() is True
    pid = cluster.status().pid
    assert cluster.start() is False
    assert cluster.status().pid == pid


def test_of_two_starts_at_once_one_starts_and_the_other_waits(cluster: Cluster) -> None:
    code = (
        "import sys; from pathlib import Path; from tracker.postgres import Cluster;"
        "cluster = Cluster(Path(sys.argv[1])); print(cluster.start(), cluster.status().pid)"
    )
    command = [sys.executable, "-c", code, str(cluster.place.var)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(process.communicate(timeout=60)[0].split() for process in both)
    assert [words[0] for words in said] == ["False", "True"]
    assert said[0][1] == said[1][1] == str(cluster.status().pid)


def test_a_stop_is_clean_and_a_second_one_says_there_was_nothing_to_stop(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.dsn()) as connection:  # a client that stays does not hold the stop up
        assert cluster.stop() is True
        assert connection.info.server_version > 0
    assert cluster.stop() is False
    state = cluster.user.run([cluster.binaries.program("pg_controldata"), str(cluster.place.data)]).stdout
    assert "Database cluster state:               shut down\n" in state


def test_reset_deletes_what_was_there_and_a_start_begins_anew(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.dsn()) as connection:
        connection.execute("CREATE TABLE public.kept (id int)")
    cluster.reset()
    assert cluster.status().exists is False
    cluster.start()
    assert ask(cluster, "SELECT to_regclass('public.kept')") is None


def test_two_clusters_live_side_by_side(running: Cluster, cluster: Cluster) -> None:
    cluster.start()
    assert running.status().pid != cluster.status().pid
    assert ask(running, "SHOW data_directory") != ask(cluster, "SHOW data_directory")

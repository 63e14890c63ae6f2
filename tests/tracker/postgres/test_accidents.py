"""Crashes, leftovers and clashes: what the next start makes of them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from tracker.postgres import Cluster, errors, pidfile


def kill_postmaster(cluster: Cluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    give_up_at = time.monotonic() + 10
    while cluster.status().is_running and time.monotonic() < give_up_at:
        time.sleep(0.01)
    return pid


@contextlib.contextmanager
def stranger(cluster: Cluster) -> Iterator[int]:
    """A process of the server's own user that is no PostgreSQL: what a recycled number points to."""
    user = cluster.user.uid if cluster.user.drops else None
    with subprocess.Popen(["sleep", "60"], user=user, cwd="/") as process:
        yield process.pid
        process.kill()


def test_what_was_committed_before_the_server_was_killed_is_there_after_the_next_start(
    cluster: Cluster,
) -> None:
    cluster.start()
    with contextlib.closing(psycopg.connect(cluster.dsn())) as client:
        client.execute("CREATE TABLE public.kept (id int)")
        client.execute("INSERT INTO public.kept SELECT generate_series(1, 1000)")
        client.commit()
        client.execute("INSERT INTO public.kept VALUES (-1)")  # not committed when the blow falls
        first = kill_postmaster(cluster)
        assert (cluster.place.data / "postmaster.pid").exists()
        assert cluster.start() is True
    assert cluster.status().pid != first
    with psycopg.connect(cluster.dsn()) as connection:
        assert connection.execute("SELECT count(*), min(id) FROM public.kept").fetchone() == (1000, 1)


def test_a_start_waits_for_the_orphans_of_a_killed_server(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.dsn(), autocommit=True) as client:
        client.execute("CREATE TABLE public.before AS SELECT 1 AS id")
        pid = client.info.backend_pid
        os.kill(pid, signal.SIGSTOP)  # an orphan too busy to notice that its server is gone
        kill_postmaster(cluster)
        waker = subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {pid}"])
        try:
            assert cluster.start() is True
        finally:
            os.kill(waker.pid, signal.SIGTERM)
            waker.wait()
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_the_pid_file_of_a_dead_process_does_not_stop_a_start(cluster: Cluster) -> None:
    with stranger(cluster) as pid:
        pass
    (cluster.place.data / "postmaster.pid").write_text(f"{pid}\n{cluster.place.data}\n")
    assert cluster.status().is_running is False
    assert cluster.start() is True


def test_the_pid_file_of_what_is_now_another_program_does_not_stop_a_start(cluster: Cluster) -> None:
    lock = cluster.place.socket.with_name(f"{cluster.place.socket.name}.lock")
    with stranger(cluster) as pid:
        for path in (cluster.place.data / "postmaster.pid", lock):
            path.write_text(f"{pid}\n{cluster.place.data}\n1\n5432\n")
        assert cluster.status().is_running is False
        assert cluster.start() is True
        assert cluster.status().pid != pid


def test_an_unreadable_pid_file_counts_as_none(cluster: Cluster) -> None:
    (cluster.place.data / "postmaster.pid").write_text("")
    assert pidfile.read(cluster.place.data / "postmaster.pid") is None
    assert cluster.start() is True


def test_a_stop_after_a_crash_has_nothing_to_stop(cluster: Cluster) -> None:
    cluster.start()
    kill_postmaster(cluster)
    assert cluster.stop() is False


def test_a_socket_that_another_server_answers_on_is_explained(running: Cluster, cluster: Cluster) -> None:
    rival = Cluster(cluster.place.var)
    rival.place = replace(rival.place, sockets=running.place.sockets)
    with pytest.raises(errors.SocketTaken) as caught:
        rival.start()
    assert str(running.status().pid) in str(caught.value)
    assert str(running.place.data) in str(caught.value)
    assert running.status().is_running


def test_a_server_that_cannot_start_says_what_its_log_says(cluster: Cluster) -> None:
    cluster.overrides["shared_buffers"] = "lots"
    with pytest.raises(errors.StartFailed, match="shared_buffers"):
        cluster.start()
    cluster.overrides["shared_buffers"] = "128MB"
    assert cluster.start() is True


def test_an_interrupted_creation_is_begun_again(cluster: Cluster) -> None:
    cluster.reset()
    unfinished = cluster.place.data.with_name("pg.new")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("15\n")
    assert cluster.start() is True
    assert not unfinished.exists()

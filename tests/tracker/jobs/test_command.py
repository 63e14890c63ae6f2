"""`vigie worker` as an operator runs it: a process, its signals, its figures, what is parked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support.city import City
from tests.support.database import PROJECT
from tracker.outbox import ATTEMPTS

PATIENCE_S = 90


def command(town: City, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "en_CA.UTF-8",
        "VIGIE_DATABASE_URL": town.place.settings.database_url,
        "VIGIE_OWNER_DATABASE_URL": town.place.settings.owner_url,
        "VIGIE_VAR": str(folder),
        "VIGIE_SECRET_KEY": "x",
        "VIGIE_LOG_LEVEL": "INFO",
    }
    code = "import sys; from tracker.cli import main; main(sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, "worker", *words],
        env=environ, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def run(town: City, folder: Path, *words: str) -> tuple[int, str, str]:
    process = command(town, folder, *words)
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out.decode(), err.decode()


def waiting(town: City) -> int:
    with town.session() as session:
        return int(session.execute(text("SELECT count(*) FROM outbox")).scalar_one())


def test_once_does_what_is_due_and_stops(town: City, tmp_path: Path):
    town.report(contact=cities.CONTACT)
    code, _, err = run(town, tmp_path, "--once", "--jurisdiction", town.code)
    assert code == 0, err
    assert waiting(town) == 0
    assert "things done" in err
    with town.session() as session:
        fired = session.execute(text("SELECT count(*) FROM event WHERE kind = 'timer_fired'")).scalar_one()
    assert fired >= 3  # the town lives in May; the command's own clock is later


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_ends_well(town: City, tmp_path: Path, number: int):
    town.report(contact=cities.CONTACT)
    process = command(town, tmp_path)
    deadline = time.monotonic() + PATIENCE_S
    while waiting(town):
        assert time.monotonic() < deadline, process.stderr.read() if process.stderr else ""
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.1)
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert b"worker.started" in err
    assert b"worker.stopped" in err


def test_a_town_that_is_not_here_is_named(town: City, tmp_path: Path):
    code, _, err = run(town, tmp_path, "--jurisdiction", "nowhere")
    assert (code, "no municipality has the code" in err) == (1, True)


def test_status_tells_what_is_parked_and_retry_frees_it(town: City, tmp_path: Path):
    town.report(contact=cities.CONTACT)
    with town.session() as session:
        session.execute(
            text("UPDATE outbox SET attempts = :n, not_before = now(), error = 'Broken: x' WHERE seq = 1"),
            {"n": ATTEMPTS},
        )
    code, out, _ = run(town, tmp_path, "status")
    assert code == 1
    assert "parked fact\treceived" in out
    assert "Broken: x" in out
    code, _, err = run(town, tmp_path, "retry")
    assert (code, "1 things to try again" in err) == (0, True)
    assert run(town, tmp_path, "status")[0] == 0

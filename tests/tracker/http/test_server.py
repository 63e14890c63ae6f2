"""The real server, started as an operator would."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.database import PROJECT
from tests.support.towns import Place
from tracker.http import server

PATIENCE_S = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def children(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]


@pytest.fixture
def running(place: Place, tmp_path: Path) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "VIGIE_DATABASE_URL": place.settings.database_url,
        "VIGIE_OWNER_DATABASE_URL": place.settings.owner_url,
        "VIGIE_VAR": str(tmp_path / "var"),
    }
    command = [sys.executable, "-c", "from tracker.cli import main; main()", "serve", "--port", str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdout=written, stderr=written, env=environment)
    server = Running(process=process, url=f"http://127.0.0.1:{port}", log=log)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_S)


def _wait(server: Running) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if server.get("/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(server.log.read_text())


def test_a_server_serves_measures_refuses_recovers_and_stops(running):
    _it_serves_and_adds_up_the_measures_of_its_processes(running)
    _it_refuses_what_is_too_large_in_words(running)
    _it_replaces_a_process_that_was_killed(running)
    _it_stops_cleanly_on_control_c(running)


def _it_serves_and_adds_up_the_measures_of_its_processes(running):
    for _ in range(20):
        assert running.get("/api/v1/session")[0] == 200
    counted = re.compile(rb'_count\{method="GET",route="/api/v1/session",status="200"\} 20\.0')
    assert counted.search(running.get("/metrics")[1])


def _it_refuses_what_is_too_large_in_words(running):
    connection = HTTPConnection(running.url.removeprefix("http://"), timeout=30)
    with closing(connection):
        connection.putrequest("POST", "/api/v1/reports")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(60 << 20))
        connection.endheaders()  # and not one byte of it need be sent
        answer = connection.getresponse()
        told = json.loads(answer.read())
    assert (answer.status, told["limit_bytes"]) == (413, 40 << 20)


def _it_replaces_a_process_that_was_killed(running):
    before = running.children()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while len(set(running.children()) - {before[0]}) < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    _wait(running)


def _it_stops_cleanly_on_control_c(running):
    children = running.children()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE_S) == 0
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
    written = running.log.read_text()
    assert "Traceback" not in written
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert {line["event"] for line in lines} == {"request"}


def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = server.Listen(port=taken.getsockname()[1])
        with pytest.raises(server.PortTaken) as told:
            server.check_free(where)
    assert str(where.port) in told.value.in_french
    server.check_free(where)


def test_a_process_ends_whose_parent_was_killed_and_not_yet_waited_for():
    with subprocess.Popen(["true"]) as parent:
        os.waitid(os.P_PID, parent.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
        code = "from tracker.http import server; server.end_with_parent(); import time; time.sleep(60)"
        left = subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, server.PARENT: str(parent.pid)}, cwd=PROJECT
        )
        assert left.wait(30) == -signal.SIGTERM

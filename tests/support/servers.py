"""The application as it is served: processes of its own, which a test may kill at any moment."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.database import PROJECT
from tests.support.towns import Place

PATIENCE_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a server answered; the names of its headers are in lower case."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(kw_only=True)
class Server:
    """Two processes of the application behind one port; `kill` ends them as a power cut would."""

    port: int
    environ: dict[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "2"]
        command += ["--blocking-threads", "4", "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "tracker.app:from_environment"],
                env=self.environ,
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_ready():
            assert time.monotonic() < deadline, self.log.read_text()[-4_000:]
            assert self._process.poll() is None, self.log.read_text()[-4_000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """End every process at once, without a word."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def post(self, path: str, body: bytes, **headers: str) -> Reply:
        """Post JSON on a connection of its own. Raises OSError, http.client.HTTPException when it breaks."""
        said = {"Content-Type": "application/json"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", path, body, said)

    def _is_ready(self) -> bool:
        try:
            return self._ask("GET", "/health/ready", None, {}).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Reply(status=answer.status, body=answer.read(), headers=_headers(answer))
        finally:
            connection.close()


def _headers(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


@contextmanager
def serving(place: Place, folder: Path) -> Iterator[Server]:
    """Serve a place's towns until the end of the test."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "VIGIE_DATABASE_URL": place.settings.database_url,
        "VIGIE_OWNER_DATABASE_URL": place.settings.owner_url,
        "VIGIE_VAR": str(folder),
        "VIGIE_MEDIA": str(place.settings.media),
        "VIGIE_SECRET_KEY": place.settings.secret_key,
        "VIGIE_LOG_LEVEL": "ERROR",
    }
    server = Server(port=_free_port(), environ=environ, log=folder / "server.log")
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

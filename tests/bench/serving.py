"""The server under measure, as `vigie serve` runs it, and how much processor time each part has used."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.place import CODE, Place

_TICKS = os.sysconf("SC_CLK_TCK")
_READY_S = 90.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running server."""

    port: int
    pid: int
    database: str

    def cpu_s(self) -> float:
        """Return the processor seconds that its processes have used so far."""
        return sum(_cpu_s(pid) for pid in (self.pid, *_children(self.pid)))

    def database_cpu_s(self) -> float:
        """Return the processor seconds of the server processes that are connected to the database now."""
        return sum(_cpu_s(pid) for pid in _all() if f" {self.database} " in _title(pid))


@contextmanager
def running(place: Place, folder: Path, *, workers: int = 2, threads: int = 4) -> Iterator[Server]:
    """Start `vigie serve` over the database of a place, and stop it by its process id at the end."""
    port = _free_port()
    environ = {
        **os.environ,
        "VIGIE_DATABASE_URL": place.database.app_url,
        "VIGIE_OWNER_DATABASE_URL": place.database.owner_url,
        "VIGIE_JURISDICTION": CODE,
        "VIGIE_VAR": str(folder / "server"),
    }
    command = [
        sys.executable, "-c", "from tracker.cli import main; main()", "serve", "--port", str(port),
        "--workers", str(workers), "--threads", str(threads),
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        _wait(process, port)
        yield Server(port=port, pid=process.pid, database=place.database.name)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start: see server.log in the results' folder")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _children(parent: int) -> list[int]:
    found = [pid for pid in _all() if _parent(pid) == parent]
    return [each for pid in found for each in (pid, *_children(pid))]


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _cpu_s(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""

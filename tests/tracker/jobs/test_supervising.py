"""A worker kept beside a server: begun again when it dies, gone when it is asked or its parent is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.database import PROJECT
from tracker.jobs.supervising import Supervised

PATIENCE_S = 120.0  # a slow machine takes long to start a server
LIVES = "import sys, time; print('here', flush=True); time.sleep(600)"
PARENT = """
import os, subprocess, sys
child = "import threading, os, sys; from tracker.jobs import supervising; e = threading.Event();"
child += "supervising.stop_with_parent(int(sys.argv[1]), e.set); print('here', flush=True); e.wait()"
words = [sys.executable, "-c", child, str(os.getpid())]
process = subprocess.Popen(words, start_new_session=True)
print(process.pid, flush=True)
process.wait()
"""


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs: one that ended and awaits its parent does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return False


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "var" / "worker.log"


@pytest.fixture
def kept(log: Path) -> Iterator[Supervised]:
    child = Supervised([sys.executable, "-c", LIVES], environ=os.environ, log=log)
    child.start()
    yield child
    child.stop()


def test_a_process_that_dies_is_begun_again_and_the_log_goes_on(kept: Supervised, log: Path):
    wait_for(lambda: log.read_text() == "here\n")
    first = kept.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: kept.pid not in (None, first))
    wait_for(lambda: log.read_text() == "here\nhere\n")
    assert log.stat().st_mode & 0o077 == 0


def test_one_that_is_stopped_ends_and_is_not_begun_again(kept: Supervised, log: Path):
    wait_for(log.read_text)
    pid = kept.pid
    assert pid is not None
    kept.stop()
    assert not is_alive(pid)
    assert kept.pid is None


def test_a_child_ends_when_its_parent_is_killed_outright():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=PROJECT)
    assert parent.stdout is not None
    with parent.stdout as told:
        child = int(told.readline())
        assert told.readline() == b"here\n"
        assert is_alive(child)
        parent.kill()
        parent.wait()
    wait_for(lambda: not is_alive(child))

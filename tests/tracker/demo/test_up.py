"""`vigie demo up` as somebody runs it: pages, a worker beside them, notices that stay on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.support.database import PROJECT, Database
from tests.tracker.jobs.test_supervising import is_alive, wait_for
from tests.tracker.notify import waiting
from tracker import db
from tracker.demo import building, founding
from tracker.jurisdictions import service as jurisdictions

CODE = "import sys; from tracker.cli import main; main(sys.argv[1:])"
TOWN = jurisdictions.Town(
    code=founding.CODE, name="Valbrise", prefix="VB", is_demo=True, settings={building.MARK: True}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """A demo town that is complete and empty; `up` serves it."""

    database: Database
    var: Path
    app: Engine

    @property
    def log(self) -> Path:
        return self.var / "worker.log"

    @contextmanager
    def up(self, port: int, *, language: str = "en_CA.UTF-8") -> Iterator[subprocess.Popen[str]]:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.var),
            "LANG": language,
            "VIGIE_DATABASE_URL": self.database.app_url,
            "VIGIE_OWNER_DATABASE_URL": self.database.owner_url,
            "VIGIE_VAR": str(self.var),
            "VIGIE_NOTIFY_SMTP_URL": "smtp://192.0.2.1:25",  # must never be called
        }
        with (self.var / "screen").open("ab") as screen:
            process = subprocess.Popen(
                [sys.executable, "-c", CODE, "demo", "up", "--port", str(port)],
                env=environ, cwd=PROJECT, stdout=screen, stderr=screen, text=True,
            )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def screen(self) -> str:
        return (self.var / "screen").read_text()

    def workers(self) -> int:
        """Return how many workers have begun here, one after the other."""
        return self.log.read_text().count("worker.started") if self.log.exists() else 0


@pytest.fixture
def demo(new_database: Callable[[], Database], tmp_path: Path) -> Iterator[Demo]:
    database = new_database()
    owner, app = db.make_engine(database.owner_url, pool_size=1), db.make_engine(database.app_url)
    jurisdictions.create(owner, TOWN, app_role=jurisdictions.app_role_of(database.app_url))
    owner.dispose()
    yield Demo(database=database, var=tmp_path, app=app)
    app.dispose()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def worker_of(process: subprocess.Popen[str]) -> int:
    """Find the worker among the children, in Linux's own lists."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(next(pid for pid in children if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()))


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def test_a_notice_is_written_down_here_and_sent_nowhere(demo: Demo, port: int):
    with db.transaction(demo.app, founding.CODE) as session:
        waiting.put(session, datetime.now(UTC) - timedelta(minutes=1), "email", "ana@courriel.test")
    with demo.up(port):
        kept = demo.var / "demo" / "notices.jsonl"
        wait_for(lambda: kept.exists() and kept.read_text())
    told = json.loads(kept.read_text())
    assert (told["channel"], told["to"]) == ("email", "ana@courriel.test")
    assert told["text"].startswith("Bonjour")
    assert kept.stat().st_mode & 0o077 == 0
    with db.transaction(demo.app, founding.CODE) as session:
        assert session.execute(text("SELECT status FROM delivery")).scalar_one() == "sent"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_that_a_worker_runs_and_ends_with_it(demo: Demo, port: int, number: int):
    with demo.up(port) as process:
        wait_for(lambda: demo.workers() == 1 and answers(port))
        worker = worker_of(process)
        process.send_signal(number)
        assert process.wait(120) == 0, demo.screen()
        assert not is_alive(worker)
    assert re.search(r"Timers and follow-ups run \(log: \S+worker\.log\)\. No notice leaves", demo.screen())
    assert "worker.stopped" in demo.log.read_text()


def test_a_worker_that_dies_is_begun_again(demo: Demo, port: int):
    with demo.up(port, language="fr_CA.UTF-8") as process:
        wait_for(lambda: demo.workers() == 1 and answers(port))
        os.kill(worker_of(process), signal.SIGKILL)
        wait_for(lambda: demo.workers() == 2)
        assert "Échéances et suivis tournent" in demo.screen()
        process.terminate()
        assert process.wait(120) == 0


def test_a_second_one_is_refused_and_starts_nothing_and_one_after_a_kill_starts_anew(demo: Demo, port: int):
    with demo.up(port) as first:
        wait_for(lambda: demo.workers() == 1 and answers(port))
        worker = worker_of(first)
        with demo.up(port) as second:
            assert second.wait(120) == 1
        assert f"Port {port} is taken already" in demo.screen()
        assert demo.workers() == 1
        first.kill()
        first.wait()
        wait_for(lambda: not is_alive(worker))
    wait_for(lambda: not answers(port))
    with demo.up(port) as third:
        wait_for(lambda: demo.workers() == 2 and answers(port))
        third.terminate()
        assert third.wait(120) == 0

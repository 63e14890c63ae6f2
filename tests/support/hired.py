"""Workers as processes of their own, on a clock that the test moves, which a test may kill at any moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from tests.support.towns import Place

MOMENT = struct.Struct("d")


class FileClock:
    """A clock in a file, read by every process: all of them live at the same moment."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(MOMENT.unpack(self.file.read_bytes())[0], UTC)

    def set(self, moment: datetime) -> None:
        """Move every process to a moment, at once."""
        draft = self.file.with_suffix(".new")
        draft.write_bytes(MOMENT.pack(moment.timestamp()))
        draft.replace(self.file)


def work(url: str, clock: str, mutant: str) -> None:
    """Work until killed; the whole of a worker's process."""
    from tests.support import mutants
    from tracker import db
    from tracker.jobs.registry import JOBS
    from tracker.jobs.worker import Worker

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    mutants.APPLY[mutant]()
    engine = db.make_engine(url, pool_size=1)
    jobs = [job for job in JOBS if job.name != "find_surges"]
    Worker(engine=engine, clock=FileClock(Path(clock)), jobs=jobs, idle_s=0.02).run()


@dataclass(kw_only=True)
class Crew:
    """The workers of one place. `mutant` names a fault to put into them."""

    place: Place
    clock: FileClock
    mutant: str = ""
    killed: int = 0
    hands: list[Any] = field(default_factory=list)

    def hire(self) -> None:
        """Start one more worker."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(
            ["tests.support.mutants", "tracker.jobs.registry", "tracker.jobs.worker"]
        )
        hand = context.Process(
            target=work, args=(self.place.settings.database_url, str(self.clock.file), self.mutant)
        )
        hand.start()
        self.hands.append(hand)

    def kill(self, at: int) -> None:
        """End one worker as a power cut would."""
        hand = self.hands.pop(at)
        assert hand.is_alive(), f"a worker ended by itself: {hand.exitcode}"
        os.kill(hand.pid, signal.SIGKILL)
        hand.join()
        self.killed += 1

    def kill_all(self) -> None:
        while self.hands:
            self.kill(0)


@contextmanager
def hired(place: Place, clock: FileClock, *, mutant: str = "") -> Iterator[Crew]:
    """Give a place's workers, none yet; whoever is left is killed at the end."""
    crew = Crew(place=place, clock=clock, mutant=mutant)
    try:
        yield crew
    finally:
        for hand in crew.hands:
            if hand.is_alive():
                os.kill(hand.pid, signal.SIGKILL)
            hand.join()

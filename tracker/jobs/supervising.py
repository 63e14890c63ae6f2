"""A worker beside a server: a process of its own, begun again when it dies, gone when its parent is."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread

SOONEST_S = 1.0
LATEST_S = 60.0
# A process that ran this long was sound: the next one need not wait.
SOUND_S = 60.0
# What is under way is finished first; then it is ended whatever it does.
PATIENCE_S = 20.0
LOOK_S = 1.0


class Supervised:
    """One process kept running; what it writes goes to the end of `log`, which its owner alone reads."""

    def __init__(self, command: Sequence[str], *, environ: Mapping[str, str], log: Path) -> None:
        self._command = list(command)
        self._environ = dict(environ)
        self._log = log
        self._stopping = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._watch, name="supervisor", daemon=True)

    @property
    def pid(self) -> int | None:
        """Return the process that runs now, if one does."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Begin. Raises OSError when the command or the log cannot be opened."""
        self._process = self._begun()
        self._thread.start()

    def stop(self) -> None:
        """End the process, and wait for it: it finishes what it is at within `PATIENCE_S` seconds."""
        self._stopping.set()
        process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join()

    def _begun(self) -> subprocess.Popen[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._log.touch(mode=0o600)
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches the parent only, which then ends it once.
            return subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _watch(self) -> None:
        pause_s = SOONEST_S
        while self._process is not None:
            began = time.monotonic()
            self._process.wait()
            if time.monotonic() - began > SOUND_S:
                pause_s = SOONEST_S
            if self._stopping.wait(pause_s):
                return
            pause_s = min(2 * pause_s, LATEST_S)
            self._process = self._begun()
            if self._stopping.is_set():  # asked while it began: nobody else has seen this one
                self._process.terminate()


def stop_with_parent(parent: int, stop: Callable[[], None]) -> None:
    """Call `stop` once this process is no longer a child of `parent`, however that one ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        stop()

    Thread(target=watch, name="parent", daemon=True).start()

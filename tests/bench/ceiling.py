"""The ceiling: pgbench at the same statements, prepared, with as many clients."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tracker.postgres import binaries

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"number of failed transactions: ([0-9]+)")


class CeilingBroken(Exception):
    """pgbench could not run the recorded statements."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """A script for pgbench and where to run it."""

    dsn: str
    script: Path
    clients: int

    def run(self, seconds: float) -> float:
        """Return the transactions per second of one block. Raises CeilingBroken."""
        command = [
            binaries.find().program("pgbench"), "--no-vacuum", "--protocol=prepared",
            f"--client={self.clients}", "--jobs=1", f"--time={max(1, round(seconds))}",
            f"--file={self.script}", self.dsn,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
        found = _TPS.search(done.stdout)
        if done.returncode != 0 or found is None:
            raise CeilingBroken(f"{done.stdout[-500:]}\n{done.stderr[-2000:]}")
        return float(found[1])


def write(folder: Path, name: str, dsn: str, script: str, *, clients: int) -> Ceiling:
    """Keep a script where a reader can audit it, and return the ceiling it makes."""
    path = folder / f"{name}.pgbench.sql"
    path.write_text(script, encoding="utf-8")
    return Ceiling(dsn=dsn, script=path, clients=clients)

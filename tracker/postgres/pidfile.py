"""Reading `postmaster.pid`, and telling our running server from a dead or recycled process number."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The process named by a lock file, and the data folder it says it serves ("" in old files)."""

    pid: int
    data: str


def read(path: Path) -> Owner | None:
    """Return what a `postmaster.pid` or socket lock file says, None if there is none or it is unreadable."""
    try:
        lines = path.read_text(errors="replace").splitlines()
        return Owner(pid=abs(int(lines[0])), data=lines[1] if len(lines) > 1 else "")
    except (OSError, ValueError, IndexError):
        return None


def is_postmaster(pid: int) -> bool:
    """Tell whether the process is a PostgreSQL server, not another program with a recycled number."""
    words = _command_line(pid)
    # A backend rewrites its title to "postgres: …": only the postmaster keeps a path and -D.
    return bool(words) and os.path.basename(words[0]) in ("postgres", "postmaster") and "-D" in words


def serves(pid: int, data: Path) -> bool:
    """Tell whether the process is the PostgreSQL server of exactly this data folder."""
    words = _command_line(pid)
    if not is_postmaster(pid):
        return False
    folder = words[words.index("-D") + 1 : words.index("-D") + 2]
    return bool(folder) and os.path.realpath(folder[0]) == os.path.realpath(data)


def _command_line(pid: int) -> list[str]:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return []
    if state in ("Z", "X"):  # killed, not yet reaped by its parent
        return []
    return [os.fsdecode(word) for word in raw.rstrip(b"\0").split(b"\0")]

"""Which system user the server runs as, and running programs as that user."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.postgres import errors

# In this order: Debian's own account for databases, then the account that owns nothing.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A system user by name and numbers; `drops` when the caller is root and must become it first."""

    name: str
    uid: int
    gid: int
    drops: bool

    def run(self, command: Sequence[str], *, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, away from the caller's folder, environment and terminal."""
        return subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            cwd="/",
            # A fixed language keeps messages readable by code, and no PG* variable leaks in.
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            user=self.uid if self.drops else None,
            group=self.gid if self.drops else None,
            extra_groups=[] if self.drops else None,
        )

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this user may pass through the folder (asked of the kernel, as that user)."""
        if not self.drops:
            return os.access(folder, os.X_OK)
        return self.run(["/usr/bin/test", "-x", str(folder)]).returncode == 0


def server_user(data: Path) -> Identity:
    """Return who runs the server: the owner of existing data, else the caller (for root, somebody else).

    Raises OwnedByAnother, NamelessUser, NoUnprivilegedUser.
    """
    uid = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if uid != 0:
        if owner not in (None, uid):
            raise errors.OwnedByAnother(path=data, owner=name_of(data.stat().st_uid))
        return _identity(_entry(uid), drops=False)
    if owner:
        return _identity(_entry(owner), drops=True)
    for name in UNPRIVILEGED:
        try:
            return _identity(pwd.getpwnam(name), drops=True)
        except KeyError:
            continue
    raise errors.NoUnprivilegedUser


def name_of(uid: int) -> str:
    """Return the user's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise errors.NamelessUser(uid=uid) from None


def _identity(entry: pwd.struct_passwd, *, drops: bool) -> Identity:
    return Identity(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, drops=drops)

"""Where the cluster lives: data its system user can reach, a socket path that is short enough.

The choice is recorded in `var/postgres.json`, so that a move or a copy of the project is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tracker.postgres import errors, identity

# sockaddr_un holds 107 bytes on Linux; PostgreSQL also makes "<socket>.lock" beside it.
LONGEST_SOCKET_BYTES = 100
PORT = 5432  # nothing listens on it: it is only the last part of the socket's file name
RECORD = "postgres.json"
# Not /var/tmp: tidying services delete what is old there, and this is somebody's database.
SHELTER = Path("/var/lib")
SHORT = Path("/tmp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The folders of one cluster, all absolute."""

    var: Path
    data: Path
    sockets: Path
    port: int = PORT

    @property
    def log(self) -> Path:
        return self.data.parent / f"{self.data.name}.log"

    @property
    def lock(self) -> Path:
        return self.var / "postgres.lock"

    @property
    def record(self) -> Path:
        return self.var / RECORD

    @property
    def socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{self.port}"


def default_var(environ: Mapping[str, str]) -> Path:
    """Return the folder for state: `VIGIE_VAR`, else `var/` of the project, else of the current folder."""
    if named := environ.get("VIGIE_VAR"):
        return Path(named).absolute()
    project = Path(__file__).resolve().parents[2]
    return (project if (project / "setup.cfg").exists() else Path.cwd()) / "var"


def choose(var: Path, *, user_for: Callable[[Path], identity.Identity] = identity.server_user) -> Place:
    """Return the place of the cluster whose state folder is `var`, making `var` and writing its record.

    Raises PostgresError subclasses of `identity.server_user`, OwnedByAnother for a shelter that is not ours.
    """
    var = Path(os.path.abspath(var))
    var.mkdir(parents=True, exist_ok=True)
    recorded = _recorded(var)
    data = recorded or var / "pg"
    user = user_for(data)
    if not (data / "PG_VERSION").exists() and not user.can_enter(var):
        data = SHELTER / f"vigie-{_digest(var)}" / "pg"
        user = user_for(data)
    sockets = data.parent / "sock"
    if len(os.fsencode(sockets)) + len(f"/.s.PGSQL.{PORT}") > LONGEST_SOCKET_BYTES:
        sockets = SHORT / f"vigie-{user.uid}-{_digest(data)}"
    place = Place(var=var, data=data, sockets=sockets)
    _write_record(place)
    return place


def prepare(place: Place, user: identity.Identity) -> None:
    """Make the folders for data and socket. Raises OwnedByAnother when somebody else got there first."""
    if place.data.parent != place.var:
        place.data.parent.mkdir(mode=0o755, exist_ok=True)
        _must_own(place.data.parent, os.geteuid())
    place.sockets.mkdir(mode=0o700, exist_ok=True)
    if user.drops and not place.sockets.is_symlink() and place.sockets.stat().st_uid == 0:
        os.chown(place.sockets, user.uid, user.gid)
    _must_own(place.sockets, user.uid)
    place.log.touch(mode=0o600)
    if user.drops:
        os.chown(place.log, user.uid, user.gid)


def _must_own(folder: Path, uid: int) -> None:
    # lstat: in a folder that everybody may write to, a link planted under our name must not be followed.
    found = folder.lstat()
    if found.st_uid != uid or folder.is_symlink():
        raise errors.OwnedByAnother(path=folder, owner=identity.name_of(found.st_uid))


def _recorded(var: Path) -> Path | None:
    """Return the sheltered data folder recorded in `var`, unless the record came with a copied project."""
    try:
        record = json.loads((var / RECORD).read_text())
        data, written_for = Path(record["data"]), Path(record["var"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if data.parent == written_for:  # data inside var moves along with it
        return None
    was_copied = written_for != var and (written_for / RECORD).exists()
    return None if was_copied or not data.exists() else data


def _write_record(place: Place) -> None:
    text = json.dumps(
        {"var": str(place.var), "data": str(place.data), "sockets": str(place.sockets), "port": place.port},
        indent=2,
    )
    if not place.record.exists() or place.record.read_text() != text:
        place.record.write_text(text)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]

"""Finding a PostgreSQL that is new enough and has PostGIS beside it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.postgres import errors

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, kw_only=True, slots=True)
class Binaries:
    """One installed PostgreSQL: the folder of its programs, its major version, whether it has PostGIS."""

    folder: Path
    major: int
    has_postgis: bool

    def program(self, name: str) -> str:
        """Return the absolute path of one of its programs."""
        return str(self.folder / name)

    @property
    def has_lz4(self) -> bool:
        """Tell whether the server was built with LZ4, which packs pages several times faster than its own."""
        return "liblz4" in _output("ldd", self.program("postgres"))


def find(*, written_by: int | None = None) -> Binaries:
    """Return the newest usable PostgreSQL, or the one whose major version wrote the existing data.

    Raises PostgresMissing, PostgisMissing, MajorVersionMissing (data is "" there: the caller knows it).
    """
    installed = sorted(_installed(), key=lambda found: found.major, reverse=True)
    if written_by is not None:
        installed = [found for found in installed if found.major == written_by]
        if not installed:
            raise errors.MajorVersionMissing(major=written_by, data="var")
    if not installed:
        raise errors.PostgresMissing
    for found in installed:
        if found.has_postgis:
            return found
    raise errors.PostgisMissing(major=installed[0].major)


def _installed() -> Iterator[Binaries]:
    seen: set[Path] = set()
    for folder in _folders():
        folder = folder.resolve()
        if folder in seen or not (folder / "initdb").exists():
            continue
        seen.add(folder)
        major = _major(folder)
        if major >= OLDEST:
            yield Binaries(folder=folder, major=major, has_postgis=_has_postgis(folder, major))


def _folders() -> Iterator[Path]:
    yield from sorted(DEBIAN.glob("*/bin"))
    if pg_config := shutil.which("pg_config"):
        yield Path(_output(pg_config, "--bindir") or "/nonexistent")
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def _major(folder: Path) -> int:
    found = re.search(r"(\d+)", _output(str(folder / "postgres"), "--version"))
    return int(found.group(1)) if found else 0


def _has_postgis(folder: Path, major: int) -> bool:
    # Debian splits the programs and the shared files; anybody else's pg_config knows where they are.
    shares = [Path(f"/usr/share/postgresql/{major}"), folder.parent / "share"]
    if (folder / "pg_config").exists():
        shares.append(Path(_output(str(folder / "pg_config"), "--sharedir") or "/nonexistent"))
    return any((share / "extension" / "postgis.control").exists() for share in shares)


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

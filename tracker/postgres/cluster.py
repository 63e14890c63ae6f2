"""The private cluster: made on first start, started, stopped, and cured after a crash."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg

from tracker.postgres import binaries, bootstrap, errors, identity, pidfile, place, settings

Role = Literal["owner", "app"]
ROLES: Mapping[Role, str] = {"owner": settings.OWNER, "app": settings.APP}

# Orphans of a killed server notice within a second or two; a checkpoint in progress may hold them longer.
ORPHANS_S = 20
PATIENTLY = ("--silent", "--wait", "--timeout=300")


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What is known of the cluster without connecting to it."""

    exists: bool
    pid: int | None
    data: Path
    socket: Path
    log: Path

    @property
    def is_running(self) -> bool:
        return self.pid is not None


class Cluster:
    """A private PostgreSQL with PostGIS whose state folder is `var` (absolute or relative to here).

    `overrides` are server settings which replace ours. Making a Cluster touches nothing but `var`.
    """

    def __init__(self, var: Path, *, overrides: Mapping[str, str] | None = None) -> None:
        self.place = place.choose(var)
        self.overrides = dict(overrides or {})

    @cached_property
    def user(self) -> identity.Identity:
        return identity.server_user(self.place.data)

    @cached_property
    def binaries(self) -> binaries.Binaries:
        version = self.place.data / "PG_VERSION"
        return binaries.find(written_by=int(version.read_text()) if version.exists() else None)

    def status(self) -> Status:
        """Return whether the cluster exists and runs; changes nothing."""
        owner = pidfile.read(self._pid_path)
        runs = owner is not None and pidfile.serves(owner.pid, self.place.data)
        return Status(
            exists=(self.place.data / "PG_VERSION").exists(),
            pid=owner.pid if owner is not None and runs else None,
            data=self.place.data,
            socket=self.place.socket,
            log=self.place.log,
        )

    def url(self, role: Role = "app", *, database: str = bootstrap.DATABASE) -> str:
        """Return the SQLAlchemy address of a database for a role (socket folder and port in the query)."""
        return f"postgresql+psycopg://{self._tail(role, database)}"

    def dsn(self, role: Role = "owner", *, database: str = bootstrap.DATABASE) -> str:
        """Return the same address as libpq's programs and psycopg.connect want it."""
        return f"postgresql://{self._tail(role, database)}"

    def start(self) -> bool:
        """Make the cluster if needed and start it; tell whether this call did it. Two at once take turns.

        Raises PostgresError subclasses: missing programs, socket taken, data in use, start failed.
        """
        with self._alone():
            was_running = self.status().is_running
            if not was_running:
                if not self.status().exists:
                    self._make()
                place.prepare(self.place, self.user)
                self._write_settings()
                self._clear_stale_locks()
                self._launch()
            # Also when it ran: a start that was interrupted may have left the database half furnished.
            self._furnish()
            return not was_running

    def stop(self) -> bool:
        """Disconnect clients, write everything to disk and stop; False if it was not running."""
        with self._alone():
            return self._stop()

    def restart(self) -> None:
        """Stop and start again."""
        self.stop()
        self.start()

    def reset(self) -> None:
        """Stop the server and delete everything it holds. There is no way back."""
        with self._alone():
            self._stop()
            if (self.place.data / "PG_VERSION").exists():
                shutil.rmtree(self.place.data)
            shutil.rmtree(self.place.sockets, ignore_errors=True)
            self.place.log.unlink(missing_ok=True)
            # The next start asks again: the user and the version need not be what they were.
            self.__dict__.pop("user", None)
            self.__dict__.pop("binaries", None)

    @property
    def _pid_path(self) -> Path:
        return self.place.data / "postmaster.pid"

    def _tail(self, role: Role, database: str) -> str:
        return f"{ROLES[role]}@/{database}?host={quote(str(self.place.sockets))}&port={self.place.port}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self.place.lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        """Run initdb beside the final folder, then rename: a killed initdb never looks finished."""
        data = self.place.data
        place.prepare(self.place, self.user)
        unfinished = data.with_name(f"{data.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user.drops:
            os.chown(unfinished, self.user.uid, self.user.gid)
        self._must(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={settings.OWNER}",
            "--encoding=UTF8",
            # Comparisons byte by byte: an upgrade of the system's locales can never unsort an index.
            # Case and accents still need a UTF-8 ctype. People's lists ask for an ICU collation.
            "--locale=C.UTF-8",
            "--lc-collate=C",
            "--auth=peer",
            "--data-checksums",
        )
        unfinished.rename(data)

    def _write_settings(self) -> None:
        callers = [self.user.name, identity.name_of(os.geteuid())]
        self._write("vigie.conf", settings.server(self.place, self.overrides, has_lz4=self.binaries.has_lz4))
        self._write("pg_hba.conf", settings.access())
        self._write("pg_ident.conf", settings.identities(callers))
        main = self.place.data / "postgresql.conf"
        if "include 'vigie.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude 'vigie.conf'\n")

    def _write(self, name: str, text: str) -> None:
        path = self.place.data / name
        path.write_text(text)
        path.chmod(0o600)
        if self.user.drops:
            os.chown(path, self.user.uid, self.user.gid)

    def _clear_stale_locks(self) -> None:
        """Remove locks whose process is gone or is another program now (PostgreSQL only sees the first)."""
        socket_lock = self.place.socket.with_name(f"{self.place.socket.name}.lock")
        holder = pidfile.read(socket_lock)
        if holder is not None and pidfile.is_postmaster(holder.pid):
            raise errors.SocketTaken(
                pid=holder.pid, data=holder.data, socket=self.place.socket, record=self.place.record
            )
        for path in (socket_lock, self.place.socket, self._pid_path):
            path.unlink(missing_ok=True)

    def _launch(self) -> None:
        give_up_at = time.monotonic() + ORPHANS_S
        while True:
            before = self.place.log.stat().st_size
            # Recovery after a crash replays the log first: pg_ctl waits for it.
            done = self._run("pg_ctl", "start", *PATIENTLY, f"--log={self.place.log}")
            if done.returncode == 0:
                return
            with self.place.log.open(errors="replace") as log:
                log.seek(before)
                said = log.read()
            if "pre-existing shared memory block" not in said:
                raise errors.StartFailed(log=self.place.log, tail=_last_lines(said or done.stderr))
            if time.monotonic() > give_up_at:
                raise errors.StillShuttingDown(data=self.place.data)
            time.sleep(0.2)

    def _furnish(self) -> None:
        maintenance = self.dsn(database="postgres")
        try:
            bootstrap.roles(maintenance)
            bootstrap.database(maintenance)
            bootstrap.contents(self.dsn())
        except psycopg.Error as problem:
            raise errors.CommandFailed(program="bootstrap", tail=str(problem).strip()) from problem

    def _stop(self) -> bool:
        if not self.status().is_running:
            return False
        self._must("pg_ctl", "stop", *PATIENTLY, "--mode=fast")
        return True

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        located = [f"--pgdata={self.place.data}"] if program == "pg_ctl" else []
        return self.user.run([self.binaries.program(program), *arguments, *located])

    def _must(self, program: str, *arguments: str) -> None:
        done = self._run(program, *arguments)
        if done.returncode != 0:
            raise errors.CommandFailed(program=program, tail=_last_lines(done.stderr))


def _last_lines(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-4:])

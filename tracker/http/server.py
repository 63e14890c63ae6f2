"""The server: Granian, some processes of some threads each, over the application of `tracker.app`."""

import errno
import gc
import os
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from tracker.config import Settings

TARGET = "tracker.app:from_environment"
PARENT = "VIGIE_SERVER_PID"
LOOK_S = 1.0
KILL_AFTER_S = 10
COLLECT_AFTER = 10_000  # objects made and not yet freed
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listen:
    """Where to listen, and with how many processes and threads."""

    host: str = "127.0.0.1"
    port: int = 8311
    workers: int = 2
    threads: int = 4

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class PortTaken(Exception):
    """Something else listens on this port already."""

    def __init__(self, listen: Listen) -> None:
        self.in_french = f"Le port {listen.port} est déjà pris : une autre Vigie tourne-t-elle ?"
        self.in_english = f"Port {listen.port} is taken already: is another Vigie running?"
        super().__init__(self.in_english)


def check_free(listen: Listen) -> None:
    """Check that nobody listens there. Raises PortTaken.

    Granian shares its port between processes, so two servers would both seem to start.
    """
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen.host, listen.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(listen) from error


def run(listen: Listen, settings: Settings) -> None:
    """Serve until interrupted. The processes read their settings from the environment, completed here.

    Raises PortTaken.
    """
    check_free(listen)
    _prepare(listen, settings)
    server = Granian(
        TARGET,
        address=listen.host,
        port=listen.port,
        interface=Interfaces.WSGI,
        workers=listen.workers,
        blocking_threads=listen.threads,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER_S,
        factory=True,
    )
    server.serve()


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs: one that was killed stays listed, as a zombie, until it is waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def collect_less() -> None:
    """Leave what the application is made of out of later garbage collections, and make these rarer.

    A request leaves few cycles behind; a twentieth more reports are taken a second (docs/benchmarks.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


def end_with_parent() -> None:
    """In a process of `run`, end when the parent was killed outright: it would keep the port for ever.

    What is under way gets the seconds that an ordered stop gives it.
    """
    parent = int(os.environ.get(PARENT, "0"))
    if not parent or (os.getppid() != parent and _is_alive(parent)):
        return  # not one of `run`, which may have been killed while this one began

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(KILL_AFTER_S)
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, name="parent", daemon=True).start()


def _prepare(listen: Listen, settings: Settings) -> None:
    folder = settings.var / "metrics"
    shutil.rmtree(folder, ignore_errors=True)  # of processes that are gone
    folder.mkdir(parents=True)
    os.environ[METRICS_FOLDER] = str(folder)
    os.environ[PARENT] = str(os.getpid())
    os.environ.setdefault("VIGIE_DATABASE_URL", settings.database_url)
    os.environ.setdefault("VIGIE_OWNER_DATABASE_URL", settings.owner_url)
    # Plain HTTP on this machine with no proxy before it: browsers would drop a cookie marked Secure.
    if listen.is_local and not settings.forwarded_hops:
        os.environ.setdefault("VIGIE_INSECURE_COOKIES", "1")

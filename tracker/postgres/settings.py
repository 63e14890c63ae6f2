"""The server's configuration files, rewritten at every start so that they follow the code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from tracker.postgres.place import Place

OWNER = "vigie"
APP = "vigie_app"

MEBIBYTE = 1024 * 1024


def server(place: Place, overrides: Mapping[str, str], *, has_lz4: bool = False) -> str:
    """Return the settings for a small machine (2 cores, 4 GB and up), `overrides` last."""
    values = {
        "listen_addresses": "",  # the socket only: no port to guard
        "unix_socket_directories": str(place.sockets),
        "unix_socket_permissions": "0777",  # the folder is closed, and pg_hba asks the kernel who calls
        "port": str(place.port),
        "max_connections": "100",
        "shared_buffers": f"{_shared_buffers_mb()}MB",
        "effective_cache_size": f"{_shared_buffers_mb() * 3}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        # Every page is written whole after a checkpoint; packing it with pglz is dear on the hot path.
        "wal_compression": "lz4" if has_lz4 else "on",
        "default_toast_compression": "lz4" if has_lz4 else "pglz",
        "max_wal_size": "2GB",
        "jit": "off",  # costs more than it saves on queries of a few milliseconds
        "random_page_cost": "1.1",  # solid state disks
        # Two cores are shared with the web processes, and containers often have a 64 MB /dev/shm which
        # parallel joins overflow.
        "max_parallel_workers_per_gather": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_min_duration_statement": "2s",
        # Parameters are what people wrote to the city: never in a log.
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "lc_messages": "C",
        **overrides,
    }
    return "".join(f"{name} = '{_quoted(value)}'\n" for name, value in values.items())


def access() -> str:
    """Return pg_hba.conf: the socket only, and only for the system users mapped in pg_ident.conf."""
    return "local all all peer map=vigie\n"


def identities(system_users: Iterable[str]) -> str:
    """Return pg_ident.conf: each system user may be the owner or the application."""
    names = sorted(set(system_users))
    return "".join(f'vigie "{name}" {role}\n' for name in names for role in (OWNER, APP))


def _shared_buffers_mb() -> int:
    """An eighth of the memory: a quarter is the custom where the database is alone, here it is not."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE
    return max(128, min(1024, total // 8))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")

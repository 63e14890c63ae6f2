"""The embedded database: a private PostgreSQL/PostGIS cluster kept in the project's `var/` folder."""

from tracker.postgres.address import Address, current
from tracker.postgres.cluster import Cluster, Status
from tracker.postgres.errors import NotRunning, PostgresError

__all__ = ["Address", "Cluster", "NotRunning", "PostgresError", "Status", "current"]

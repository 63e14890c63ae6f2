"""Counts and durations of requests for Prometheus, by route pattern; shared by the server's processes.

prometheus_client keeps them in files under PROMETHEUS_MULTIPROC_DIR, which `vigie serve` sets before its
workers begin; without it (tests, one process) they are in memory.
"""

import os
from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tracker.http import edge

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_SECONDS = Histogram(
    "vigie_http_request_seconds",
    "Time to answer a request, by method, route pattern and status.",
    ("method", "route", "status"),
    buckets=BUCKETS_S,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# The labels' look-up takes a lock and joins texts; there are few of them, so each is found once.
_children: dict[tuple[str, str, int], Histogram] = {}

blueprint = Blueprint("metrics", __name__)


def observe(method: str, route: str, status: int, took_s: float) -> None:
    """Count one answered request."""
    key = (method if method in _METHODS else "-", route, status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = _SECONDS.labels(*key)
    child.observe(took_s)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Measures for Prometheus: on the machine itself, or with an administrator's token."""
    if not _is_local():
        with edge.accounts_transaction():
            edge.require("metrics.read")
    registry = REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Tell whether the asker is this machine and no proxy speaks for somebody else."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False

"""Private clusters to break: one that runs, one to break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tracker.postgres import Cluster


@pytest.fixture(scope="session")
def new_cluster(open_folder: Path) -> Iterator[Callable[[str], Cluster]]:
    """Make clusters by name (again: the same one), as durable as real ones; all are stopped at the end."""
    made: dict[str, Cluster] = {}

    def make(name: str) -> Cluster:
        if name not in made:
            made[name] = Cluster(open_folder / name, overrides={"shared_buffers": "32MB"})
        return made[name]

    yield make
    for cluster in made.values():
        cluster.stop()


@pytest.fixture(scope="session")
def running(new_cluster: Callable[[str], Cluster]) -> Cluster:
    """A cluster that runs and is only asked questions."""
    cluster = new_cluster("running")
    cluster.start()
    return cluster


@pytest.fixture
def cluster(new_cluster: Callable[[str], Cluster]) -> Cluster:
    """A finished cluster which does not run: the one to break, as every test must leave it startable."""
    cluster = new_cluster("broken")
    if not cluster.status().exists:
        cluster.start()
    cluster.stop()
    return cluster

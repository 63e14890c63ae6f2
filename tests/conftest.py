"""Fixtures for everybody: a real database per process, and guards against leaving the machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import city as cities
from tests.support import database as databases
from tests.support import guards, scale
from tests.support.city import City
from tests.support.database import Database
from tests.support.towns import FakeClock

# The suite tries the same examples everywhere; `VIGIE_PROOF=1` looks for new ones, more slowly.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("proof", deadline=None)
settings.load_profile("proof" if scale.IS_WHOLE else "suite")


@pytest.fixture(scope="session", autouse=True)
def _nothing_leaves_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        guards.ban_outside_network(patch)
        yield


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A short folder that every system user may enter (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database_server() -> Iterator[Database]:
    """The maintenance database of a running PostGIS server for tests."""
    with databases.server() as maintenance:
        yield maintenance


@pytest.fixture(scope="session")
def database(database_server: Database) -> Iterator[Database]:
    """This process's database: extensions and shared schema, nobody hosted yet."""
    with databases.clone(database_server, f"{databases.CLONE}{os.getpid()}") as mine:
        yield mine


@pytest.fixture
def new_database(database_server: Database) -> Iterator[Callable[[], Database]]:
    """Make further databases like `database` (about 0.1 s each), dropped after the test."""
    with ExitStack() as dropping:
        made = 0

        def make() -> Database:
            nonlocal made
            made += 1
            name = f"{databases.CLONE}{os.getpid()}_{made}"
            return dropping.enter_context(databases.clone(database_server, name))

        yield make


@pytest.fixture(scope="session")
def city(database_server: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A town complete enough for the whole job, founded once per process; use `town`."""
    name = f"{databases.CLONE}{os.getpid()}_city"
    with (
        databases.clone(database_server, name) as mine,
        cities.opened(mine, tmp_path_factory.mktemp("city")) as opened,
    ):
        yield opened


@pytest.fixture
def town(city: City) -> City:
    """The town without any case, on Monday 4 May 2026 at nine."""
    cities.wipe(city)
    return city


@pytest.fixture(scope="module")
def watch() -> FakeClock:
    """The clock of the module's application, which takes a moment to make."""
    return FakeClock()


@pytest.fixture
def clock(watch: FakeClock) -> FakeClock:
    watch.reset()
    return watch

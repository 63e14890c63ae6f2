from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import towns
from tests.support.towns import FakeClock, Place


@pytest.fixture
def place(new_database, tmp_path: Path) -> Iterator[Place]:
    """A database where the town of Aube exists alone."""
    with towns.opened(new_database(), tmp_path, "aube") as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(place: Place, clock: FakeClock) -> Flask:
    return towns.application(place, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()

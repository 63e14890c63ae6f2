"""A town, an application over it, and an extra address for what no real address does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import towns
from tests.support.towns import FakeClock, Place


@pytest.fixture(scope="module")
def place(database_server, tmp_path_factory) -> Iterator[Place]:
    """A database where the town of Aube exists alone."""
    with towns.alone(database_server, tmp_path_factory.mktemp("towns"), "http", "aube") as opened:
        yield opened


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock) -> Flask:
    return towns.application(place, watch)


@pytest.fixture
def client(app: Flask, clock: FakeClock) -> FlaskClient:
    return app.test_client()

"""A town with an application over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import towns
from tests.support.towns import FakeClock, Place


@pytest.fixture(scope="module")
def place(database_server, tmp_path_factory) -> Iterator[Place]:
    """A database with two towns."""
    with towns.alone(
        database_server, tmp_path_factory.mktemp("towns"), "accounts", "aube", "brume"
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock) -> Flask:
    return towns.application(place, watch, default_jurisdiction="aube")


@pytest.fixture
def client(app: Flask, clock: FakeClock) -> FlaskClient:
    return app.test_client()

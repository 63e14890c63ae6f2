"""A town with an application over it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import database as databases
from tests.support import towns
from tests.support.towns import FakeClock, Place

_COUNT = count()


@pytest.fixture(scope="module")
def place(database_server, tmp_path_factory) -> Iterator[Place]:
    """A database with two towns."""
    name = f"{databases.CLONE}{os.getpid()}_accounts_{next(_COUNT)}"
    with (
        databases.clone(database_server, name) as mine,
        towns.opened(mine, tmp_path_factory.mktemp("town"), "aube", "brume") as opened,
    ):
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(place: Place, clock: FakeClock) -> Flask:
    return towns.application(place, clock, default_jurisdiction="aube")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()

"""A whole town, and a browser without scripts in front of its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.support import city as cities
from tests.support import towns
from tests.support.city import City


@pytest.fixture(scope="module")
def _town(database_server, tmp_path_factory) -> Iterator[City]:
    with towns.alone(database_server, tmp_path_factory.mktemp("pages"), "pages") as place:
        cities.found(place)
        clock = towns.FakeClock()
        clock.now = cities.MONDAY
        tokens = {role: towns.token_for(place, cities.CODE, role, at=clock.now) for role in cities.STAFF}
        for role in cities.STAFF:
            towns.hire(place, cities.CODE, role)
        yield City(place=place, app=towns.application(place, clock), clock=clock, tokens=tokens)


@pytest.fixture
def town(_town: City) -> City:
    cities.wipe(_town)
    return _town


@pytest.fixture
def visitor(town: City) -> FlaskClient:
    """Somebody with a browser, who says so."""
    client = town.app.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


@pytest.fixture
def dispatcher(visitor: FlaskClient) -> FlaskClient:
    """The same browser, signed in as a dispatcher."""
    form = {"email": f"dispatcher@{cities.CODE}.test", "password": towns.PASSWORD}
    assert visitor.post("/connexion", data=form).status_code == 303
    return visitor

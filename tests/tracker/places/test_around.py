"""The address of a point: on its side of its street, and the corner where streets meet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import city
from tests.support.city import City
from tests.support.statements import counted
from tracker.places import queries

# Odd numbers south of the rue du Moulin (y = 500), facing the even ones, which are all the town has.
ODD = {11: 100, 21: 200, 31: 300, 51: 480}
# The corner lot of the boulevard (x = 500) fronts the boulevard, yet lies nearest to the rue.
CORNER_LOT = (3, "boulevard des Érables", 515, 516)


@pytest.fixture
def session(town: City) -> Iterator[Session]:
    insert = text(
        "INSERT INTO address (civic, street, street_norm, geom) "
        "SELECT :civic, name, name_norm, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) "
        "FROM street_segment WHERE name = :street LIMIT 1"
    )
    with town.session() as session:
        for civic, x in ODD.items():
            lon, lat = city.at(x, 485)
            session.execute(insert, {"civic": civic, "street": "rue du Moulin", "lon": lon, "lat": lat})
        civic, street, x, y = CORNER_LOT
        lon, lat = city.at(x, y)
        session.execute(insert, {"civic": civic, "street": street, "lon": lon, "lat": lat})
        yield session
        session.rollback()


def told(session: Session, x: float, y: float) -> str | None:
    return queries.around(session, *city.at(x, y)).address


@pytest.mark.parametrize(
    ("x", "y", "address"),
    [
        (300, 503, "30, rue du Moulin"),  # on the roadway, north half
        (300, 497, "31, rue du Moulin"),  # south half
        (302, 508, "30, rue du Moulin"),  # on the sidewalk
        (302, 492, "31, rue du Moulin"),
        (298, 530, "30, rue du Moulin"),  # on the lot
        (298, 470, "31, rue du Moulin"),
    ],
)
def test_the_number_is_of_the_side_the_point_is_on(session, x, y, address):
    assert told(session, x, y) == address


def test_a_point_across_from_a_nearer_number_keeps_to_its_side(session):
    """At 470 m the odd 51 is 10 m on, the even 50 lies 30 m on: the north half is the even one's."""
    assert told(session, 470, 503) == "50, rue du Moulin"
    assert told(session, 470, 497) == "51, rue du Moulin"


def test_on_the_roadway_the_street_is_the_one_driven_on(session):
    """At 530 m of the rue du Moulin the corner lot of the boulevard is nearer than any number of the rue."""
    around = queries.around(session, *city.at(522, 503))
    assert around.segment is not None
    assert around.segment.name == "rue du Moulin"
    assert (around.address or "").endswith("rue du Moulin")


def test_on_the_corner_lot_itself_its_own_address_is_told(session):
    assert told(session, 516, 520) == "3, boulevard des Érables"


@pytest.mark.parametrize(
    ("x", "y", "corner"),
    [
        (500, 500, True), (506, 501, True), (500, 508, True),
        (520, 501, False),  # 20 m on
        (508, 508, False),  # on the sidewalk's corner, on neither roadway
    ],
)  # fmt: skip
def test_where_roadways_meet_the_corner_is_the_place(session, x, y, corner):
    found = queries.around(session, *city.at(x, y)).corner
    assert (found is not None) is corner
    if found is not None:
        assert set(found.split(" / ")) == {"rue du Moulin", "boulevard des Érables"}


def test_it_is_one_statement(session):
    with counted() as sent:
        queries.around(session, *city.at(300, 503), draws=True)
    assert len(sent) == 1


def test_the_point_of_a_corner_is_told_as_one(town: City):
    lon, lat = city.at(500, 501)
    told = town.caller().get(f"/places/reverse?lon={lon}&lat={lat}").json
    assert told["label"] == told["corner"]
    assert set(told["corner"].split(" / ")) == {"rue du Moulin", "boulevard des Érables"}
    assert told["address"]

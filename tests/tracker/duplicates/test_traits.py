"""Who reports, with which answers: compared without a name leaving the table of contacts."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.support.city import City
from tracker.duplicates import traits

CONTACTS = [
    ("Émilie Côté", "Emilie@Exemple.CA", None),
    (None, None, "450-555-0123"),
    ("Zoé", "z@exemple.ca", "450-555-0199"),
    ("O’Neil | fils", None, "450-555-0123"),
]


@pytest.mark.parametrize(("name", "email", "phone"), CONTACTS)
def test_the_database_and_the_application_make_the_same_fingerprint(town: City, name, email, phone):
    query = f"""
        SELECT {traits.REPORTER} FROM (SELECT CAST(:name AS text) AS name, CAST(:email AS text) AS email,
                                              CAST(:phone AS text) AS phone) k
    """
    with town.session() as session:
        kept = session.scalar(text(query), {"name": name, "email": email, "phone": phone})
    assert kept == traits.reporter(name, email, phone)


def test_somebody_who_cannot_be_reached_is_nobody():
    assert traits.reporter("Zoé", None, None) is None


def test_answers_that_say_nothing_of_the_thing_are_left_out():
    told = {"taille": "pneu", "plaque": "ABC 123", "note": "—", "voie": None, "choix": ["b", "a"]}
    assert traits.answers(told) == {"taille": "pneu", "choix": ("a", "b")}
    assert traits.answers(None) == {}

"""Finding a service from the words of a resident: the whole real catalogue, typing mistakes included."""

from __future__ import annotations

import pytest

from tracker import definitions
from tracker.catalogue.files import read_folder
from tracker.web import search


@pytest.fixture(scope="module")
def services() -> dict[str, list[dict]]:
    """The services of the catalogue, as the API lists them, by language."""
    catalogue = read_folder(definitions.DATA / "catalogue")
    return {
        spoken: [
            {
                "code": each.code,
                "name": each.name.in_language(spoken),
                "keywords": getattr(each.keywords, spoken),
            }
            for each in catalogue.services
        ]
        for spoken in ("fr", "en")
    }


@pytest.mark.parametrize(
    ("spoken", "typed", "code"),
    [
        ("fr", "nid de poule", "VOI-NID"),
        ("fr", "nid de poul", "VOI-NID"),
        ("fr", "TROU dans la rue", "VOI-NID"),
        ("fr", "lampadere eteint", "ECL-PAN"),
        ("fr", "poubele publique pleine", "PRO-POU"),
        ("fr", "mon bac a pas été vidé", "DEC-BAC"),
        ("fr", "égout bouché", "EGO-PUI"),
        ("fr", "arbre tombé", "ARB-TOM"),
        ("en", "pothole", "VOI-NID"),
        ("en", "potole", "VOI-NID"),
        ("en", "streetlite", "ECL-PAN"),
        ("en", "water leak", "AQU-FUI"),
        ("en", "graffitti", "PRO-GRA"),
    ],
)
def test_words_and_typing_mistakes_find_the_service(services, spoken, typed, code):
    found = [each["code"] for each in search.find(services[spoken], typed)]
    assert code in found[:3], found


@pytest.mark.parametrize("typed", ["", "   ", "de la", "xyzzy", "?!", "\u202f"])
def test_words_without_meaning_find_nothing(services, typed):
    assert search.find(services["fr"], typed) == []


def test_a_short_word_is_not_taken_for_its_neighbour(services):
    names = [each["name"] for each in search.find(services["fr"], "trou")]
    assert names
    assert not any("Bac" in name for name in names), "« roue » is no « trou »"


def test_every_service_is_found_by_its_own_name(services):
    for spoken, listed in services.items():
        for each in listed:
            assert each["code"] in [one["code"] for one in search.find(listed, each["name"])], (spoken, each)

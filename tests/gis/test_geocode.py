"""Reading which place a text means, against a small town's names."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gis import geocode, placenames
from gis.gazetteer import Gazetteer
from gis.placenames import Spot
from gis.placewords import PlaceWords
from gis.streetwords import normalise_street
from tests.gis.conftest import ROOT

STREETS = (
    "rue du Moulin", "avenue des Moulins", "rue des Érables", "avenue des Érables", "rue du Canal",
    "chemin du Canal",
    "rue Principale", "2e Avenue", "12e Avenue", "rue Saint-Elzéar", "rue Sainte-Claire", "rang du Nord",
    "boulevard de la Grande-Prairie", "rue des Éclusiers", "rue des Éclusiers-du-Roi", "rue de la Gare",
    "rue Lafontaine", "montée Desruisseaux", "route 399", "bretelle de la route 399",
    "rue de l’Étoile-du-Nord",
    "rue Principale Est", "rue Principale Ouest", "rue de la Neige", "rue Notre-Dame", "rue du Grès",
)  # fmt: skip
LANDMARKS = (
    ("park", "parc des Érables"), ("park", "plaines du Coteau"), ("rink", "patinoire, parc des Érables"),
    ("building", "aréna du Bassin"), ("building", "hôtel de ville"), ("building", "caserne nº 1"),
    ("building", "caserne nº 2"), ("building", "bibliothèque Lafontaine"),
    ("building", "piscine des Sarcelles"),
    ("water", "canal des Écluses"), ("park", "Riverside Park"),
)  # fmt: skip


@pytest.fixture(scope="module")
def words() -> PlaceWords:
    return PlaceWords(yaml.safe_load((ROOT / "data" / "places" / "words.yaml").read_text()))


@pytest.fixture(scope="module")
def town(words: PlaceWords) -> Gazetteer:
    spot = Spot(lon=-74.1, lat=45.2, radius_m=50)
    return Gazetteer(
        [placenames.street(name, normalise_street(name)) for name in STREETS]
        + [placenames.landmark(kind, name, name, words=words, spot=spot) for kind, name in LANDMARKS],
        words,
        ignored=["Valbrise", "québec"],
        areas={"1": "Vieux-Bassin", "6": "Coteau-Rouge"},
    )


def first(town: Gazetteer, typed: str) -> tuple[object, ...]:
    readings = geocode.read(typed, town)
    if not readings:
        return ()
    best = readings[0]
    return (
        best.kind,
        *(entry.name for entry in best.entries),
        *((best.civic,) if best.civic is not None else ()),
    )


def first_typed(town: Gazetteer, typed: str) -> tuple[object, ...]:
    best = geocode.read(typed, town, is_typing=True)[0]
    return best.kind, best.entries[0].name, best.civic


@pytest.mark.parametrize(
    ("typed", "street", "civic"),
    [
        ("123, rue du Moulin", "rue du Moulin", 123),
        ("123 r. du moulin, Valbrise (Québec) J6S 1A1", "rue du Moulin", 123),
        ("gros trou devant le 123 moulin", "rue du Moulin", 123),
        ("123 Moulin St", "rue du Moulin", 123),
        ("huge pothole in front of 123 du Moulin street!!", "rue du Moulin", 123),
        ("rue du Moulin, no 123", "rue du Moulin", 123),
        ("rue du Moulin au 123", "rue du Moulin", 123),
        ("123 rue du Moulin app. 4", "rue du Moulin", 123),
        ("123 rue du Moulin #4", "rue du Moulin", 123),
        ("4-123 rue du Moulin", "rue du Moulin", 123),
        ("123 av des moulins", "avenue des Moulins", 123),
        ("12 2e avenue", "2e Avenue", 12),
        ("12, deuxième avenue", "2e Avenue", 12),
        ("12 2nd Ave", "2e Avenue", 12),
        ("2 12e av.", "12e Avenue", 2),
        ("9 St-Elzear", "rue Saint-Elzéar", 9),
        ("9 elzéar", "rue Saint-Elzéar", 9),
        ("9 rue St-Claire", "rue Sainte-Claire", 9),
        ("446 rg du nord", "rang du Nord", 446),
        ("10 boul grandeprairie", "boulevard de la Grande-Prairie", 10),
        ("10 Grand Prairie Blvd", "boulevard de la Grande-Prairie", 10),
        ("10 éclusiers du roi", "rue des Éclusiers-du-Roi", 10),
        ("10 rue des eclusier", "rue des Éclusiers", 10),
        ("10 la fontaine", "rue Lafontaine", 10),
        ("5 montee des ruisseaux", "montée Desruisseaux", 5),
        ("210, de la Gare", "rue de la Gare", 210),
        ("17 Étoile-du-Nord St", "rue de l’Étoile-du-Nord", 17),
        ("30 Principale O.", "rue Principale Ouest", 30),
        ("30 East Principale", "rue Principale Est", 30),
        ("12 reu du Moulin", "rue du Moulin", 12),
        ("12 rue du Mouiln", "rue du Moulin", 12),
        ("12 avenue dees Moulins", "avenue des Moulins", 12),
        ("appelez-moi au 450 555-0123, c’est au 12 rue du Moulin", "rue du Moulin", 12),
        ("le 3 mai à 18h30, 12 rue du Moulin", "rue du Moulin", 12),
        ("190 N-Dame", "rue Notre-Dame", 190),
    ],
)
def test_an_address_is_found_in_what_people_write(town, typed, street, civic):
    assert first(town, typed) == ("address", street, civic)


@pytest.mark.parametrize(
    ("typed", "suffix"),
    [("245A rue du Moulin", "a"), ("245 B rue du Moulin", "b"), ("123-125 rue du Moulin", "125"),
     ("entre le 123 et le 125 rue du Moulin", "125"), ("123 rue du Moulin", None)],
)  # fmt: skip
def test_letters_and_ranges_go_with_the_number(town, typed, suffix):
    assert geocode.read(typed, town)[0].suffix == suffix


@pytest.mark.parametrize(
    "typed",
    [
        "coin Moulin et Principale",
        "Moulin / Principale",
        "at the corner of Moulin and Principale",
        "moulin & principale",
        "angle rue du Moulin et rue Principale",
        "rue du Moulin coin Principale",
        "where Moulin St meets Principale",
        "feu brisé coin r. du Moulin et de la rue Principale",
        "coni moulin et principale",
        "Moulin nad Principale",
    ],
)
def test_a_corner_is_two_streets_and_they_are_no_rivals_of_it(town, typed):
    readings = geocode.read(typed, town)
    assert readings[0].kind == "crossing"
    assert {entry.name for entry in readings[0].entries} == {"rue du Moulin", "rue Principale"}
    assert "street" not in {reading.kind for reading in readings}


@pytest.mark.parametrize(
    ("typed", "streets"),
    [
        ("Principale et 2e", {"rue Principale", "2e Avenue"}),
        ("route 399 et rue du Moulin", {"route 399", "rue du Moulin"}),
        ("sur la 399 à la hauteur de la rue du Moulin", {"route 399", "rue du Moulin"}),
        ("Hwy 399 at Moulin street", {"route 399", "rue du Moulin"}),
    ],
)
def test_a_numbered_street_meets_another(town, typed, streets):
    best = geocode.read(typed, town)[0]
    assert (best.kind, {entry.name for entry in best.entries}) == ("crossing", streets)


def test_a_stretch_lies_between_two_corners(town):
    best = geocode.read("rue Principale entre la 2e et la 12e avenue", town)[0]
    assert [entry.name for entry in best.entries] == ["rue Principale", "2e Avenue", "12e Avenue"]
    assert best.kind == "block"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("banc brisé au parc des Érables", "parc des Érables"),
        ("Érables Park", "parc des Érables"),
        ("prac des erables", "parc des Érables"),
        ("patinoire du parc des Érables", "patinoire, parc des Érables"),
        ("the rink at Érables park", "patinoire, parc des Érables"),
        ("devant l'aréna", "aréna du Bassin"),
        ("across from city hall", "hôtel de ville"),
        ("caserne 2", "caserne nº 2"),
        ("Lafontaine library", "bibliothèque Lafontaine"),
        ("sur les plaines du coteau", "plaines du Coteau"),
        ("riverside park", "Riverside Park"),
    ],
)
def test_a_landmark_is_found_in_either_language(town, typed, name):
    assert first(town, typed) == ("landmark", name)


def test_a_sort_with_an_article_is_the_towns_and_without_one_is_none(town):
    assert first(town, "il y a de la casse à la piscine") == ("landmark", "piscine des Sarcelles")
    assert first(town, "je veux un permis pour une piscine") == ()


@pytest.mark.parametrize(
    ("typed", "kinds", "number"),
    [
        ("lampadaire 4127", ("streetlight",), "4127"),
        ("le lampadaire no 4127 clignote", ("streetlight",), "4127"),
        ("borne-fontaine B-0233", ("hydrant",), "233"),
        ("hydrant no 233", ("hydrant",), "233"),
        ("L-0042", (), "l-42"),
    ],
)
def test_equipment_is_found_by_its_number(town, typed, kinds, number):
    best = geocode.read(typed, town)[0]
    assert (best.kind, best.kinds, best.number) == ("asset", kinds, number)


def test_a_house_number_is_not_a_trees(town):
    assert first(town, "arbre tombé au 279 rue du Moulin") == ("address", "rue du Moulin", 279)
    assert first(town, "streetlight out at 152 rue du Moulin") == ("address", "rue du Moulin", 152)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12",
        "   ",
        "%_'",
        "gros trou dans la rue",
        "ça fait 3 jours que mon bac est pas ramassé",
        "a pothole in the street",
        "my neighbour is noisy",
        "450 555-0123",
        "de la neige partout",
        "il est passé à 7h30",
        "!!!",
        "c’est la 3e fois",
    ],
)
def test_where_no_place_is_named_none_is_read(town, typed):
    assert geocode.read(typed, town) == ()


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("12 canal", {"rue du Canal", "chemin du Canal"}),
        ("12 erables", {"rue des Érables", "avenue des Érables"}),
    ],
)
def test_names_that_differ_by_their_generic_are_equal_rivals(town, typed, names):
    readings = [reading for reading in geocode.read(typed, town) if reading.kind == "address"]
    assert {reading.entries[0].name for reading in readings} == names
    assert len({reading.score for reading in readings}) == 1
    assert readings[0].rivals(readings[1])


def test_the_generic_decides_when_it_is_said(town):
    one, other = geocode.read("12 chemin du Canal", town)[:2]
    assert (one.entries[0].name, other.entries[0].name) == ("chemin du Canal", "rue du Canal")
    assert one.score - other.score > 0.15


def test_a_wrong_article_and_number_are_no_better_than_a_wrong_generic(town):
    """« rue des Moulins »: neither rue du Moulin nor avenue des Moulins may be picked silently."""
    one, other = geocode.read("12 rue des Moulins", town)[:2]
    assert abs(one.score - other.score) < 0.07


def test_a_district_that_is_named_goes_with_the_place(town):
    assert geocode.read("12 rue du Moulin, Vieux-Bassin", town)[0].area == "1"
    assert geocode.read("12 rue du Moulin", town)[0].area is None


def test_the_last_word_is_open_while_it_is_typed(town):
    assert geocode.read("12 rue du Mou", town, is_typing=True)[0].entries[0].name == "rue du Moulin"
    assert geocode.read("p", town, is_typing=True)
    assert first_typed(town, "12 12e a") == ("address", "12e Avenue", 12)
    typed = {reading.entries[0].name for reading in geocode.read("12 rue des É", town, is_typing=True)}
    assert {"rue des Érables", "rue des Éclusiers", "rue des Éclusiers-du-Roi"} <= typed


def test_another_way_to_write_a_name_leads_to_the_street():
    words = PlaceWords({})
    entry = placenames.street("Old Town Mall", "old town mall", written="North Gay Street")
    best = geocode.read("1730 N Gay St", Gazetteer([entry], words))[0]
    assert (best.entries[0].name, best.civic) == ("Old Town Mall", 1730)


@given(st.text(max_size=120), st.booleans())
def test_any_text_is_read_without_failing(town_made_once, typed, is_typing):
    for reading in geocode.read(typed, town_made_once, is_typing=is_typing):
        assert geocode.LEAST <= reading.score < 1.3


@pytest.fixture(scope="module")
def town_made_once(town: Gazetteer) -> Gazetteer:
    return town


@pytest.mark.parametrize(
    "mapping", [{"assets": []}, {"landmarks": {"park": "parc"}}, {"common": ["a"]}, {"named": "x"}]
)
def test_words_of_another_shape_are_refused(mapping):
    with pytest.raises(ValueError, match=r"."):
        PlaceWords(mapping)

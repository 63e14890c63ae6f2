from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import address


@pytest.mark.parametrize(
    ("written", "civic", "suffix", "street"),
    [
        ("245, rue du Moulin", 245, None, "rue moulin"),
        ("245 rue du Moulin, Valbrise (Québec)", 245, None, "rue moulin"),
        ("123 ch. du Canal", 123, None, "chemin canal"),
        ("245A, boul. St-Jean, app. 4", 245, "a", "boulevard saint jean"),
        ("245 B rue des Érables", 245, "b", "rue erables"),
        ("3-245 rue des Érables", 245, None, "rue erables"),
        ("51-53 Calumet St", 51, "53", "rue calumet"),
        ("12, 2e Avenue", 12, None, "avenue 2"),
        ("20 Zamora St  Jamaica Plain  MA  02130", 20, None, "rue zamora"),
        ("501 N FULTON AVE, BALTIMORE, MD, 21223", 501, None, "avenue fulton nord"),
        ("245 E Main St", 245, None, "rue main est"),
        ("no 8, place de l’Église", 8, None, "place eglise"),
        ("10 rue des Arts et Métiers", 10, None, "rue arts et metiers"),
        ("rue Principale", None, None, "rue principale"),
    ],
)
def test_an_address_is_read_in_both_languages(written, civic, suffix, street):
    found = address.parse(written)
    assert (found.civic, found.suffix, found.street_norm, found.cross_norm) == (civic, suffix, street, None)


@pytest.mark.parametrize(
    ("written", "street", "cross"),
    [
        ("coin Érables et Canal", "erables", "canal"),
        ("Main St and 2nd Ave", "rue main", "avenue 2"),
        ("Main St & 2nd Ave", "rue main", "avenue 2"),
        ("rue St-Jean / ch. du Canal", "rue saint jean", "chemin canal"),
        ("à l’angle de la rue Principale et du boulevard du Havre", "rue principale", "boulevard havre"),
        ("INTERSECTION of Groveland St & River St  Mattapan  MA  ", "rue groveland", "rue river"),
        ("2e Avenue et 3e Rue", "avenue 2", "rue 3"),
    ],
)
def test_an_intersection_is_two_streets(written, street, cross):
    found = address.parse(written)
    assert (found.civic, found.street_norm, found.cross_norm) == (None, street, cross)
    assert found.is_intersection


@pytest.mark.parametrize(
    "names",
    [
        ("Rue de l’Église Est", "rue de l'eglise E", "Église St E", "RUE EGLISE EST"),
        ("2e Avenue", "2nd Ave", "avenue 2", "2ème Av."),
        ("boul. Ste-Foy", "Boulevard Sainte-Foy", "boulevard sainte foy"),
        ("ch. du Canal", "Chemin du Canal", "Canal Rd"),
        ("Mgr-Langlois", "Monseigneur Langlois"),
    ],
)
def test_spellings_of_one_street_have_one_form(names):
    assert len({address.normalise_street(name) for name in names}) == 1


def test_confusable_streets_stay_apart():
    assert address.normalise_street("rue des Érables") != address.normalise_street("avenue des Érables")
    assert address.normalise_street("rue du Nord") == "rue nord"


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_for_what_it_made(name):
    once = address.normalise_street(name)
    assert once == once.strip()
    assert "  " not in once


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(written):
    found = address.parse(written)
    assert found.civic is None or found.civic >= 0
    assert address.compare(written, written) is not False


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("245, rue du Moulin", "245 Rue du moulin, Valbrise", True),
        ("245 du Moulin", "245 rue du Moulin", True),
        ("245 rue du Moulin", "247 rue du Moulin", False),
        ("12 rue des Érables", "12 avenue des Érables", False),
        ("12 rue des Érables", "12 rue des Érable", None),
        ("rue du Moulin", "245 rue du Moulin", None),
        ("coin Érables et Canal", "rue du Canal et avenue des Érables", True),
        ("coin Érables et Canal", "coin Érables et Moulin", False),
        ("", "", None),
    ],
)
def test_two_address_texts_are_compared(one, other, same):
    assert address.compare(one, other) is same
    assert address.compare(other, one) is same

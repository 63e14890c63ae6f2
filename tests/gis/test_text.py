from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Éboulis", "eboulis"),
        ("L’Œuvre d'art", "l oeuvre d art"),
        ("NID-DE-POULE", "nid-de-poule"),
        ("garçon naïf", "garcon naif"),
        ("Straße", "straße"),
        ("", ""),
    ],
)
def test_accents_capitals_and_apostrophes_are_folded(written, folded):
    assert text.fold(written) == folded


def test_tokens_separate_words_numbers_and_punctuation():
    assert text.tokens("Le lampadaire no4127, c'est-à-dire!") == [
        "le",
        "lampadaire",
        "no",
        "4127",
        "c",
        "est",
        "a",
        "dire",
    ]


def _alike(lexicon, one, other):
    return text.similarity(lexicon.profile(one), lexicon.profile(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gros nid-de-poule devant l’école", "Huge pothole in front of the school"),
        ("lampadaire éteint, poteau 4127", "streetlight out on pole 4127"),
        ("collecte oubliée, bac brun", "missed compost pickup"),
        ("gros trou coin erables et canal", "Gros trou au coin des Érables et du Canal"),
    ],
)
def test_two_languages_and_spellings_of_one_thing_are_alike(lexicon, one, other):
    assert _alike(lexicon, one, other) > 0.6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gros nid-de-poule devant l’école", "arbre tombé sur la clôture du voisin"),
        ("lampadaire éteint rue du Moulin", "missed garbage collection yesterday"),
        ("chien errant au parc Delpha", "musique forte chez le voisin"),
    ],
)
def test_different_things_are_not_alike(lexicon, one, other):
    assert _alike(lexicon, one, other) < 0.25


def test_a_name_in_common_says_more_than_the_word_everybody_uses(lexicon):
    same_word = _alike(lexicon, "trou devant Tremblay", "trou derrière Gagnon")
    same_name = _alike(lexicon, "trou devant Tremblay", "flaque derrière Tremblay")
    assert same_name > same_word


def test_a_typo_costs_little(lexicon):
    right = _alike(lexicon, "tuyau percé près de chez Gauthier", "tuyau percé près de chez Gauthier")
    wrong = _alike(lexicon, "tuyau percé près de chez Gauthier", "tuyeau percé près de chez Gautier")
    assert right == pytest.approx(1)
    assert wrong > 0.6


def test_a_number_only_one_caller_gives_is_no_disagreement(lexicon):
    assert _alike(lexicon, "lampadaire éteint", "lampadaire éteint 4127") == pytest.approx(1)


def test_short_texts_are_not_telling(lexicon):
    assert not lexicon.profile("trou").is_telling
    assert not lexicon.profile("de la").is_telling
    assert lexicon.profile("trou 4127").is_telling


def test_the_longest_phrase_wins(lexicon):
    assert lexicon.profile("borne d’incendie").concepts == {"hydrant"}
    assert lexicon.profile("Nids de poule").concepts == {"pothole"}


@given(st.text(max_size=200), st.text(max_size=200))
def test_similarity_is_symmetrical_and_within_0_and_1(lexicon, one, other):
    there, back = _alike(lexicon, one, other), _alike(lexicon, other, one)
    assert there == pytest.approx(back)
    assert 0 <= there <= 1


@given(st.text(max_size=200))
def test_a_text_is_like_itself_or_empty(lexicon, written):
    alike = _alike(lexicon, written, written)
    assert alike == 0 or alike == pytest.approx(1)


@pytest.mark.parametrize(
    "mapping", [{}, {"concepts": []}, {"concepts": {"a": "b"}}, {"concepts": {}, "stopwords": []}]
)
def test_a_lexicon_of_another_shape_is_refused(mapping):
    with pytest.raises(ValueError, match="concept"):
        text.Lexicon(mapping)


def test_no_phrase_of_the_lexicon_is_claimed_twice_by_mistake(lexicon):
    # "banc" is a bench and a sandbank; the rest of the file's double entries would be slips.
    profile = lexicon.profile("banc de neige")
    assert profile.concepts == {"snowbank"}

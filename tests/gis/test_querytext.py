"""Cutting what somebody typed into words and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import querytext


def words(typed: str) -> str:
    return " ".join(token.word for token in querytext.cut(typed) if not token.is_sign)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("123, ch. du Canal", "123 ch du canal"),
        ("262cordiers", "262 cordiers"),
        ("12 1/2 rue Labrie", "12 rue labrie"),
        ("12½ rue Labrie", "12 rue labrie"),
        ("1re Avenue", "1 avenue"),
        ("première avenue", "1 avenue"),
        ("borne-fontaine B-0233", "borne fontaine b 233"),
        ("12 rue Labrie, J6S 1A1", "12 rue labrie"),
        ("501 N FULTON AVE, BALTIMORE, MD, 21223", "501 n fulton ave baltimore"),
        ("12 rue Labrie app 3", "12 rue labrie"),
        ("12 rue Labrie, bureau 200", "12 rue labrie"),
        ("trou de 30 cm", "trou de"),
        ("3 semaines", ""),
        ("450 555-0123", ""),
        ("(450) 555-0123", ""),
        ("à 18h30", "a"),
        ("at 7:30 am", "at am"),
        ("N.-D. et L’Œuvre", "notre dame et l oeuvre"),
    ],
)
def test_what_is_no_place_is_left_out(typed, kept):
    assert words(typed) == kept


def test_numbers_keep_their_letter_and_ordinals_are_no_house():
    number, ordinal = querytext.cut("245A 2e")
    assert (number.number, number.letter, number.is_civic) == (245, "a", True)
    assert (ordinal.number, ordinal.is_civic) == (2, False)


@given(st.text(max_size=400))
def test_any_text_is_cut_into_a_bounded_number_of_tokens(typed):
    assert len(querytext.cut(typed)) <= querytext.MOST_TOKENS

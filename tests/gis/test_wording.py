from __future__ import annotations

import pytest

from gis import wording


@pytest.mark.parametrize(
    ("metres", "fr", "en"),
    [
        (0.2, "au même endroit", "at the same place"),
        (8.3, "à 8\u00a0m", "8\u00a0m away"),
        (1234, "à 1,2\u00a0km", "1.2\u00a0km away"),
    ],
)
def test_distances_are_said_in_both_languages(metres, fr, en):
    assert (wording.distance(metres).fr, wording.distance(metres).en) == (fr, en)


@pytest.mark.parametrize(
    ("seconds", "fr", "en"),
    [
        (30, "à l’instant", "just now"),
        (600, "il y a 10\u00a0minutes", "10\u00a0minutes ago"),
        (3600, "il y a 1\u00a0heure", "1\u00a0hour ago"),
        (2 * 86400, "il y a 2\u00a0jours", "2\u00a0days ago"),
        (120 * 86400, "il y a 4\u00a0mois", "4\u00a0months ago"),
    ],
)
def test_delays_are_said_in_both_languages(seconds, fr, en):
    assert (wording.ago(seconds).fr, wording.ago(seconds).en) == (fr, en)


@pytest.mark.parametrize(("language", "said"), [("fr", "oui"), ("en-CA", "yes"), ("de", "oui"), ("", "oui")])
def test_french_is_spoken_to_everybody_who_does_not_ask_for_english(language, said):
    assert wording.Words(fr="oui", en="yes").in_language(language) == said

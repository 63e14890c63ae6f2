"""Nothing a person reads exists in French only, and French is spaced as French is."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parents[3]
ENGLISH = PROJECT / "tracker" / "web" / "locale" / "en" / "LC_MESSAGES"
METHODS = [("tracker/**.py", "python"), ("tracker/**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
# A space that a line may break before : ; ! ? or inside « », and a typewriter's apostrophe.
MISPLACED = re.compile(r" [:;!?]|« | »|\w'\w")


def spoken() -> dict[str, str]:
    """Return every French sentence of the application, with where it is said."""
    found = {}
    for file, line, message, _, _ in extract_from_dir(
        str(PROJECT), METHODS, keywords=KEYWORDS, directory_filter=_is_ours
    ):
        for sentence in message if isinstance(message, tuple) else (message,):
            found[sentence] = f"{file}:{line}"
    return found


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in (".venv", "node_modules", "var", ".git", "tests")


def english() -> dict[str, Message]:
    """Return the English catalogue, by the French sentence."""
    found: dict[str, Message] = {}
    for file in sorted(ENGLISH.glob("*.po")):
        for message in read_po(BytesIO(file.read_bytes())):
            for sentence in message.id if isinstance(message.id, tuple) else (message.id,):
                found[str(sentence)] = message
    return found


@pytest.fixture(scope="module")
def french() -> dict[str, str]:
    return spoken()


def test_every_sentence_has_its_english(french):
    known = english()
    missing = [f"{where} {sentence}" for sentence, where in french.items() if sentence not in known]
    assert missing == []


def test_no_english_sentence_is_empty_or_doubtful():
    texts = {
        sentence: m.string if isinstance(m.string, tuple) else (m.string,)
        for sentence, m in english().items()
    }
    fuzzy = [sentence for sentence, message in english().items() if message.fuzzy]
    assert [sentence for sentence, said in texts.items() if sentence and not all(said)] + fuzzy == []


def test_english_keeps_the_values_of_the_french(french):
    named = re.compile(r"%\((\w+)\)|\{(\w+)\}")
    for sentence, message in english().items():
        if sentence in french and isinstance(message.string, str):
            assert set(named.findall(sentence)) == set(named.findall(message.string)), sentence


def test_french_has_its_own_spaces_and_apostrophes(french):
    wrong = [f"{where} {sentence!r}" for sentence, where in french.items() if MISPLACED.search(sentence)]
    assert wrong == []

"""The reader's language, and that every word exists in both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import text

from tests.support import towns
from tests.support.towns import FakeClock, Place
from tracker import app as composition
from tracker.http import edge, language

SOURCES = Path(composition.__file__).parent
KEYWORDS = {
    **dict.fromkeys(("_", "_l", "gettext", "lazy_gettext"), None),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock) -> Flask:
    app = towns.application(place, watch)

    @app.get("/say")
    def say():
        gettext("Introuvable")  # a word said before the reader is known must not settle the language
        with edge.transaction():
            return f"{language.current()} {gettext('Introuvable')}"

    return app


@pytest.fixture
def agent(place, clock) -> Iterator[dict[str, str]]:
    email = towns.hire(place, "aube", "agent", email="english@aube.test")
    with place.owner.begin() as connection:
        connection.execute(text("UPDATE vigie.staff SET language = 'en' WHERE email = :e"), {"e": email})
    yield {"email": email, "password": towns.PASSWORD}
    with place.owner.begin() as connection:
        connection.execute(text("DELETE FROM vigie.staff WHERE email = :e"), {"e": email})


def test_what_is_said_first_wins(client, agent):
    def said(path="/say", **headers):
        return client.get(path, headers=headers).text[:2]

    assert said() == "fr"
    assert said(**{"Accept-Language": "en-CA,en;q=0.9,fr;q=0.5"}) == "en"
    assert said(**{"Accept-Language": "es,de;q=0.5"}) == "fr"
    client.post("/api/v1/session", json=agent)
    assert said(**{"Accept-Language": "fr"}) == "en"
    client.set_cookie(language.COOKIE, "fr")
    assert said() == "fr"
    assert said("/say?lang=en") == "en"
    assert said("/say?lang=xx") == "fr"


def test_the_answer_says_its_language_and_what_it_depended_on(client):
    answer = client.get("/say", headers={"Accept-Language": "en"})
    assert answer.text == "en Not found"
    assert answer.headers["Content-Language"] == "en"
    assert set(answer.headers["Vary"].split(", ")) == {"Accept-Language", "Cookie"}


def test_a_town_may_have_its_own_languages(place, client):
    change = "UPDATE vigie.jurisdiction SET languages = :languages, revision = revision + 1"
    with place.owner.begin() as connection:
        connection.execute(text(change), {"languages": ["en"]})
    try:
        assert client.get("/say?lang=fr").text == "en Not found"
    finally:
        with place.owner.begin() as connection:
            connection.execute(text(change), {"languages": ["fr", "en"]})


def test_nothing_is_singular_in_french_and_plural_in_english(app):
    for spoken, expected in (("fr", "%(num)d dossier"), ("en", "%(num)d dossiers")):
        with app.test_request_context(f"/?lang={spoken}"):
            app.preprocess_request()
            assert ngettext("%(num)d dossier", "%(num)d dossiers", 0) == expected % {"num": 0}


def test_words_outside_a_request_are_french(app):
    with app.app_context():
        assert gettext("Introuvable") == "Introuvable"
        assert str(lazy_gettext("Introuvable")) == "Introuvable"


def messages(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        method = {".py": "python", ".html": "jinja2.ext:babel_extract"}.get(file.suffix)
        if method:
            for _, message, _, _ in extract_from_file(method, file, keywords=KEYWORDS):
                for each in (message,) if isinstance(message, str) else message:
                    yield each, str(file.relative_to(folder))


def known() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((language.LOCALE_FOLDER / "en" / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, locale="en"):
                if message.id:
                    found.update(zip(_listed(message.id), _listed(message.string), strict=False))
    return found


def _listed(said: object) -> list[str]:
    return [str(each) for each in said] if isinstance(said, list | tuple) else [str(said or "")]


def test_every_french_message_has_its_english():
    english = known()
    missing = sorted({(where, said) for said, where in messages(SOURCES) if not english.get(said)})
    assert not missing, "\n".join(f"{where}: {said!r}" for where, said in missing)


def test_a_message_is_translated_one_way_only_and_keeps_its_parts():
    for french, english in known().items():
        assert sorted(_parts(french)) == sorted(_parts(english)), french


def _parts(said: str) -> list[str]:
    return [part.split(")")[0] for part in said.split("%(")[1:]]


def test_french_spaces_its_signs_as_the_house_does():
    wrong = [
        said for said, _ in messages(SOURCES) if any(sign in said for sign in (" :", " ;", " ?", " !", "'"))
    ]
    assert not wrong

"""A request whose town changed under it is answered by what is so now, whatever its process knew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask import Flask, g, request
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.support import towns
from tests.support.towns import FakeClock, Place
from tracker import db
from tracker.db import PerRevision
from tracker.http import edge
from tracker.web import inner

WRITE = text(
    "INSERT INTO refusal (id, at, reason, service_code) VALUES (gen_random_uuid(), now(), :why, 'y')"
)
RENAME = text("UPDATE vigie.jurisdiction SET name = :name, revision = revision + 1 WHERE code = 'aube'")
NAME = text("SELECT name FROM vigie.jurisdiction WHERE code = 'aube'")


class Watched:
    """What the views below did, and what happens in the middle of one."""

    def __init__(self) -> None:
        self.attempts = 0
        self.meanwhile: Callable[[], object] = lambda: None


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched()


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock, watched: Watched) -> Flask:
    app = towns.application(place, watch)
    reference = PerRevision(lambda session: session.scalar(text("SELECT current_setting('search_path')")))

    @app.get("/silent")
    def silent():
        watched.attempts += 1
        g.seen = "seen" in g
        with edge.transaction() as session:
            return {"name": db.selected(session).name, "seen": g.seen}

    @app.get("/kept")
    def kept():
        watched.attempts += 1
        with edge.transaction() as session:
            return {"path": reference(session), "name": db.selected(session).name}

    @app.post("/write")
    def write():
        watched.attempts += 1
        with edge.transaction() as session:
            session.execute(WRITE, {"why": db.selected(session).name})
        return "written"

    @app.post("/twice")
    def twice():
        watched.attempts += 1
        with edge.transaction() as session:
            session.execute(WRITE, {"why": "once"})
        watched.meanwhile()
        with edge.transaction() as session:
            return db.selected(session).name

    @app.post("/api/v1/renaming")
    def renaming():
        with edge.transaction() as session:
            session.execute(WRITE, {"why": "renaming"})
        watched.meanwhile()
        return {}

    @app.post("/page")
    def page():
        watched.attempts += 1
        assert inner.call("POST", "/renaming").is_ok
        with edge.transaction() as session:
            return db.selected(session).name

    @app.post("/upload")
    def upload():
        watched.attempts += 1
        read = [len(file.stream.read()) for file in request.files.getlist("file")]
        with edge.transaction() as session:
            return {"read": read, "name": db.selected(session).name}

    return app


@pytest.fixture
def town(client: FlaskClient, place: Place, watched: Watched) -> Iterator[Callable[[str], None]]:
    """Renames the town behind the application's back, which knows it already."""
    with place.owner.begin() as connection:
        before = connection.scalar(NAME)
    assert client.get("/silent").status_code == 200
    watched.attempts, watched.meanwhile = 0, lambda: None

    def rename(name: str) -> None:
        with place.owner.begin() as connection:
            connection.execute(RENAME, {"name": name})

    yield rename
    rename(str(before))


def reasons(place: Place) -> list[str]:
    with place.owner.begin() as connection:
        return list(connection.scalars(text("SELECT reason FROM j_aube.refusal ORDER BY at, id")))


def test_a_town_that_is_as_known_is_asked_once(client, town, watched):
    assert client.get("/silent").json["name"]
    assert client.get("/kept").json["name"]
    assert watched.attempts == 2


@pytest.mark.parametrize("path", ["/silent", "/kept"])
def test_an_answer_is_by_what_is_so_now_even_when_nothing_was_asked(client, town, watched, path):
    town("Aube-sur-Eau")
    assert client.get(path).json["name"] == "Aube-sur-Eau"
    assert watched.attempts == 2
    assert client.get(path).json["name"] == "Aube-sur-Eau"
    assert watched.attempts == 3


def test_what_the_first_attempt_kept_for_itself_is_forgotten(client, town):
    town("Aube-des-Bois")
    assert client.get("/silent").json == {"name": "Aube-des-Bois", "seen": False}


def test_nothing_is_written_by_what_was_so_before(client, town, watched, place):
    town("Aube-la-Neuve")
    before = reasons(place)
    assert client.post("/write").status_code == 200
    assert watched.attempts == 2
    assert reasons(place)[len(before) :] == ["Aube-la-Neuve"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/twice", "once"), ("/page", "renaming")],
    ids=["by a transaction", "by the API it asked"],
)
def test_what_was_kept_is_never_done_again(client, town, watched, place, path, kept):
    watched.meanwhile = lambda: town("Aube-du-Soir")
    before = reasons(place)
    assert client.post(path).text == "Aube-du-Soir"
    assert watched.attempts == 1
    assert reasons(place)[len(before) :] == [kept]


def test_files_are_read_from_their_beginning_again(client, town, watched):
    town("Aube-aux-Files")
    files = [(BytesIO(b"one"), "one.txt"), (BytesIO(b"twelve"), "two.txt")]
    answer = client.post("/upload", data={"file": files})
    assert answer.json == {"read": [3, 6], "name": "Aube-aux-Files"}
    assert watched.attempts == 2


def test_a_town_that_is_gone_is_not_found(client, town, place):
    with place.owner.begin() as connection:
        connection.execute(text("UPDATE vigie.jurisdiction SET code = 'ailleurs' WHERE code = 'aube'"))
    try:
        for path in ("/silent", "/kept"):
            assert client.get(path).status_code == 404
    finally:
        with place.owner.begin() as connection:
            connection.execute(text("UPDATE vigie.jurisdiction SET code = 'aube' WHERE code = 'ailleurs'"))

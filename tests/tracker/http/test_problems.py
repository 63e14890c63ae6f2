"""Every failure is a problem: its status, its stable name, its words in the reader's language."""

from __future__ import annotations

import marshmallow
import pytest
from flask import Flask
from marshmallow import fields, validate
from sqlalchemy import text
from werkzeug.exceptions import default_exceptions

from tests.support import towns
from tests.support.towns import FakeClock, Place
from tracker import db
from tracker.http import edge, errors, openapi, statuses


class Spilt(Exception):
    """Somebody's milk was spilt."""

    litres = 2


class SpiltAgain(Spilt):
    """It was spilt again."""


class Where(marshmallow.Schema):
    lon = fields.Float(required=True, validate=validate.Range(min=-180, max=180))


class Body(marshmallow.Schema):
    location = fields.Nested(Where, required=True)
    tags = fields.List(fields.Integer())


class Query(marshmallow.Schema):
    limit = fields.Integer(validate=validate.Range(min=1, max=200))


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock) -> Flask:
    app = towns.application(place, watch)
    _add_failures(app)
    blueprint = openapi.Blueprint("trial", __name__)

    @blueprint.route("/body", methods=["POST"])
    @blueprint.arguments(Body)
    def body(given):
        return "ok"

    @blueprint.route("/query")
    @blueprint.arguments(Query, location="query")
    def query(given):
        return "ok"

    app.register_blueprint(blueprint)
    return app


def _add_failures(app: Flask) -> None:
    @app.get("/abort/<int:code>")
    def aborted(code):
        raise default_exceptions[code]

    @app.get("/unexpected")
    def unexpected():
        raise RuntimeError("the password is hunter2")

    @app.get("/spilt")
    def spilt():
        raise SpiltAgain

    @app.get("/nul")
    def nul():
        with edge.transaction() as session:
            session.execute(text("SELECT CAST(:word AS text)"), {"word": "a\0b"})
        return ""

    @app.get("/sql/<state>")
    def sql(state):
        with edge.transaction() as session:
            session.execute(text(f"DO $$BEGIN RAISE EXCEPTION 'a secret' USING ERRCODE = '{state}'; END$$"))
        return ""


def problem(answer):
    assert answer.content_type == "application/problem+json"
    told = answer.json
    assert told["status"] == answer.status_code
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= told.keys()
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert answer.headers["Cache-Control"] == "no-store"
    return told


@pytest.mark.parametrize("code", sorted(code for code in default_exceptions if code >= 400))
def test_every_status_of_http_is_answered_as_a_problem(client, code):
    told = problem(client.get(f"/abort/{code}"))
    assert told["status"] == code
    assert told["type"].startswith("/problems/")


@pytest.mark.parametrize(
    ("code", "french", "english"),
    [(404, "Introuvable", "Not found"), (405, "Méthode refusée", "Method not allowed")],
)
def test_the_words_are_in_the_readers_language(client, code, french, english):
    for header, expected in (("fr-CA", french), ("en", english), ("de", french)):
        answer = client.get(f"/abort/{code}", headers={"Accept-Language": header})
        assert problem(answer)["title"] == expected
        assert answer.headers["Content-Language"] == ("en" if expected == english else "fr")
        assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("status", sorted(statuses.STATUSES))
def test_each_status_has_different_words_in_both_languages(app, status):
    words = []
    for language in ("fr", "en"):
        with app.test_request_context(f"/?lang={language}"):
            app.preprocess_request()
            words.append(str(statuses.of(status).detail))
    assert words[0] != words[1]


def test_nothing_at_an_address_and_a_method_refused(client):
    assert problem(client.get("/nothing/here"))["type"] == "/problems/not-found"
    answer = client.put("/api/v1/session")
    assert problem(answer)["type"] == "/problems/method-not-allowed"
    assert "POST" in answer.headers["Allow"]


def test_what_is_wrong_is_pointed_at_in_the_body(client):
    body = {"location": {"lon": 200}, "tags": [1, "x"], "more": 1}
    told = problem(client.post("/body", json=body, headers={"Accept-Language": "en"}))
    assert told["type"] == "/problems/invalid-request"
    assert {each["pointer"]: each["detail"] for each in told["errors"]} == {
        "/location/lon": "This must be between -180 and 180.",
        "/tags/1": "This must be a number.",
        "/more": "Unknown member.",
    }


def test_a_missing_member_is_named_in_french(client):
    told = problem(client.post("/body", json={}))
    assert told["errors"] == [{"detail": "Cette donnée est requise.", "pointer": "/location"}]


def test_a_wrong_parameter_is_named(client):
    told = problem(client.get("/query?limit=900"))
    assert told["errors"] == [{"detail": "Ce doit être entre 1 et 200.", "parameter": "limit"}]


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"\xff\xfe", b'"\\ud800"', b"[" * 5000])
def test_what_is_not_json_is_a_400(client, body):
    answer = client.post("/body", data=body, content_type="application/json")
    assert problem(answer)["status"] == 400


def test_a_body_in_another_format_is_a_415(client):
    answer = client.post("/body", data="a=b", content_type="application/x-www-form-urlencoded")
    assert problem(answer)["type"] == "/problems/unsupported-media-type"


def test_an_upload_over_the_limit_is_a_413_which_tells_the_limit(place, clock):
    client = towns.application(place, clock, upload_limit_bytes=1 << 20).test_client()
    answer = client.post("/api/v1/reports", data=b" " * (1 << 20) + b"{}", content_type="application/json")
    told = problem(answer)
    assert (told["type"], told["limit_bytes"]) == ("/problems/too-large", 1 << 20)
    assert "1\u00a0Mo" in told["detail"] or "1 Mo" in told["detail"]


def test_a_body_without_a_length_is_a_411(client):
    answer = client.post("/body", headers={"Transfer-Encoding": "chunked"}, content_type="application/json")
    assert problem(answer)["type"] == "/problems/length-required"


def test_what_is_unexpected_is_told_without_its_words_and_logged_with_them(client, capsys):
    answer = client.get("/unexpected", headers={"X-Request-ID": "abc-12345"})
    told = problem(answer)
    assert (told["status"], told["type"], told["request_id"]) == (
        500,
        "/problems/internal-error",
        "abc-12345",
    )
    assert "hunter2" not in answer.text
    logged = capsys.readouterr().out
    assert "abc-12345" in logged
    assert "hunter2" in logged


def test_an_error_is_answered_by_its_own_class_or_the_one_above_in_every_member(client):
    errors.register(
        Spilt, 409, "spilt", message=lambda error: f"{error.litres} l", extra=lambda _: {"retry_after": 7}
    )
    answer = client.get("/spilt")
    told = problem(answer)
    assert (told["type"], told["title"], told["detail"]) == ("/problems/spilt", "Conflit", "2 l")
    assert (told["retry_after"], answer.headers["Retry-After"]) == (7, "7")
    errors.register(SpiltAgain, 410, "spilt-again")
    assert problem(client.get("/spilt"))["type"] == "/problems/spilt-again"


def test_a_status_that_http_does_not_know_cannot_be_registered():
    with pytest.raises(ValueError, match="999"):
        errors.register(Spilt, 999, "spilt")


def test_a_text_that_the_database_cannot_keep_is_a_422(client):
    assert problem(client.get("/nul"))["type"] == "/problems/invalid-text"


@pytest.mark.parametrize(
    ("state", "status", "kind"),
    [
        ("55P03", 503, "busy"),
        ("40001", 503, "busy"),
        ("40P01", 503, "busy"),
        ("57P01", 503, "unavailable"),
        ("53300", 503, "unavailable"),
        ("25006", 503, "unavailable"),
        ("22P05", 422, "invalid-text"),
        ("42P01", 500, "internal-error"),
        ("23505", 500, "internal-error"),
    ],
)
def test_the_databases_states_become_what_a_client_can_do_about_them(client, state, status, kind):
    answer = client.get(f"/sql/{state}")
    told = problem(answer)
    assert (told["status"], told["type"]) == (status, f"/problems/{kind}")
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_a_503(place, clock):
    engine = db.make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    client = towns.application(towns.moved(place, engine), clock).test_client()
    for path in ("/api/v1/session", "/health/ready"):
        answer = client.get(path)
        assert problem(answer)["type"] == "/problems/unavailable"
        assert answer.headers["Retry-After"] == "2"
    assert client.get("/health/live").status_code == 200


def test_connections_that_were_cut_are_replaced(client, place):
    assert client.get("/api/v1/services").status_code == 200
    with place.owner.begin() as connection:
        cut = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE usename = :who AND datname = current_database()"""
        connection.execute(text(cut), {"who": place.app.url.username})
    first = client.get("/api/v1/services")
    assert first.status_code in (200, 503)
    assert client.get("/api/v1/services").status_code == 200


def test_a_program_reads_what_a_problem_means_and_so_does_a_person(client):
    told = client.get("/problems/token-expired", headers={"Accept": "application/json"})
    assert (told.json["status"], told.json["title"]) == (401, "Jeton expiré")
    page = client.get("/problems/too-large", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.content_type.startswith("text/html")
    assert "Too large" in page.text
    assert problem(client.get("/problems/made-up", headers={"Accept": "application/json"}))["status"] == 404


def test_a_redirect_is_not_a_failure(place, clock):
    app = towns.application(place, clock)
    app.add_url_rule("/folder/", view_func=lambda: "in")
    answer = app.test_client().get("/folder")
    assert answer.status_code == 308


def test_the_kinds_of_problem_have_one_status_each():
    seen: dict[str, int] = {each.slug: code for code, each in statuses.STATUSES.items()}
    for each in errors.known():
        assert seen.setdefault(each.slug, each.status) == each.status, each.slug

"""The request's transaction: its jurisdiction, its end, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Request, jsonify, url_for
from sqlalchemy import Engine, event, text
from werkzeug.test import EnvironBuilder

from tests.support import towns
from tests.support.towns import FakeClock, Place
from tracker import db
from tracker.http import edge, hosting
from tracker.prepared import Prepared

WRITE = text("INSERT INTO refusal (id, at, reason, service_code) VALUES (gen_random_uuid(), now(), 'x', 'y')")
COUNT = text("SELECT count(*) FROM refusal")


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock) -> Flask:
    app = towns.application(place, watch)

    @app.get("/who")
    def who():
        with edge.transaction() as session:
            schema = session.scalar(text("SELECT current_schema()"))
            return jsonify(
                schema=schema, code=edge.jurisdiction(), role=edge.actor().role, here=url_for("who")
            )

    @app.post("/write")
    def write():
        with edge.transaction() as session:
            session.execute(WRITE)
            return "written"

    @app.post("/fail")
    def fail():
        with edge.transaction() as session:
            session.execute(WRITE)
            raise RuntimeError("after writing")

    @app.get("/twice")
    def twice():
        for _ in range(2):
            with edge.transaction() as session:
                session.execute(COUNT)
        return edge.actor().role

    return app


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    def noted(self: Prepared, _values: Mapping[str, Any], _result: object) -> None:
        statements.append(self.text)

    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "_arrived", noted)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)


def rows(place: Place) -> int:
    with place.owner.begin() as connection:
        return int(connection.execute(text("SELECT count(*) FROM j_aube.refusal")).scalar_one())


def test_a_view_that_ends_well_commits(client, place):
    before = rows(place)
    assert client.post("/write").status_code == 200
    assert rows(place) == before + 1


def test_a_view_that_raises_leaves_nothing_behind(client, place):
    before = rows(place)
    assert client.post("/fail").status_code == 500
    assert rows(place) == before


def test_a_citizen_costs_one_statement_which_chooses_the_town(client, place):
    client.get("/who")
    with counted(place.app) as statements:
        client.get("/who")
    assert len(statements) == 2  # the choice of town, and the view's own
    assert "set_config('role'" in statements[0]


def test_credentials_cost_one_statement_more_and_are_looked_up_once_per_request(client, place, clock):
    secret = towns.token_for(place, "aube", "agent", at=clock())
    client.get("/twice")
    with counted(place.app) as statements:
        assert client.get("/twice", headers={"Authorization": f"Bearer {secret}"}).text == "agent"
    assert sum("api_token" in each for each in statements) == 1
    assert len(statements) == 1 + 2 + 2


def test_the_only_town_hosted_needs_no_name(client):
    assert client.get("/who").json["schema"] == "j_aube"


def test_a_path_prefix_names_the_town_and_stays_in_the_links(client):
    told = client.get("/j/aube/who").json
    assert told == {"schema": "j_aube", "code": "aube", "role": "citizen", "here": "/j/aube/who"}


@pytest.mark.parametrize("path", ["/j/nowhere/who", "/who?jurisdiction_id=nowhere", "/j/vigie/who"])
def test_a_town_that_nobody_hosts_is_a_404_of_its_own(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-jurisdiction")


def test_a_name_cannot_smuggle_sql_or_another_schema(client):
    for name in ("aube'; DROP SCHEMA j_aube --", 'j_aube", vigie', "AUBE", "%61ube%00"):
        assert client.get("/who", query_string={"jurisdiction_id": name}).status_code == 404


@pytest.fixture
def two(new_database, tmp_path) -> Iterator[Place]:
    with towns.opened(new_database(), tmp_path, "aube", "brume") as opened:
        yield opened


def test_among_several_towns_the_query_the_host_or_the_setting_decides(two, clock):
    app = towns.application(two, clock)

    @app.get("/code")
    def code():
        return edge.jurisdiction()

    client = app.test_client()
    assert client.get("/code", headers={"Host": "brume.test:8311"}).text == "brume"
    assert client.get("/code", headers={"Host": "BRUME.test"}).text == "brume"
    assert client.get("/code?jurisdiction_id=aube", headers={"Host": "brume.test"}).text == "aube"
    assert client.get("/j/brume/code?jurisdiction_id=aube").text == "brume"
    untold = client.get("/code")
    assert (untold.status_code, untold.get_json()["type"]) == (404, "/problems/jurisdiction-not-given")

    app = towns.application(two, clock, default_jurisdiction="brume")
    app.add_url_rule("/code", view_func=code)
    assert app.test_client().get("/code").text == "brume"
    assert app.test_client().get("/code", headers={"Host": "aube.test"}).text == "aube"


def test_a_forwarded_host_is_believed_only_when_a_proxy_is_declared(two, clock):
    headers = {"Host": "aube.test", "X-Forwarded-Host": "brume.test"}
    for hops, expected in ((0, "aube"), (1, "brume")):
        app = towns.application(two, clock, forwarded_hops=hops)
        app.add_url_rule("/code", view_func=edge.jurisdiction)
        assert app.test_client().get("/code", headers=headers).text == expected


def test_a_new_town_is_served_without_a_restart(two):
    seconds = [100.0]
    hosts = hosting.Hosting(two.app, None, now=lambda: seconds[0])
    request = Request(EnvironBuilder(path="/", query_string={"jurisdiction_id": "cime"}).get_environ())
    with pytest.raises(db.JurisdictionUnknown):
        hosts.code_for(request)
    towns.found(two, "cime")
    seconds[0] += hosting.SHORTEST_S
    assert hosts.code_for(request) == "cime"


def test_towns_are_not_read_again_for_every_request(two):
    hosts = hosting.Hosting(two.app, None, now=lambda: 100.0)
    known, unknown = (
        Request(EnvironBuilder(path="/", query_string={"jurisdiction_id": code}).get_environ())
        for code in ("aube", "nowhere")
    )
    with counted(two.app) as statements:
        for _ in range(5):
            assert hosts.code_for(known) == "aube"
            with pytest.raises(db.JurisdictionUnknown):
                hosts.code_for(unknown)
    assert len(statements) == 1

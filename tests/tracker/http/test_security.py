"""What browsers are told with every answer."""

from __future__ import annotations

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from tests.support import towns
from tracker.http import security

PATHS = ["/health/live", "/nothing", "/api/v1/session", "/api/docs", "/static/css/base.css"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_protected(client, path):
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers.getlist("Content-Security-Policy") == [policy]


def test_https_is_asked_for_only_where_it_is_spoken(client, place, clock):
    assert "Strict-Transport-Security" not in client.get("/health/live").headers
    secure = towns.application(place, clock, is_secure=True).test_client()
    assert "max-age=31536000" in secure.get("/health/live").headers["Strict-Transport-Security"]


def test_a_view_may_choose_its_own(place, clock):
    app = towns.application(place, clock)
    app.add_url_rule("/own", view_func=lambda: ("", {"Referrer-Policy": "no-referrer"}))
    headers = app.test_client().get("/own").headers
    assert headers.getlist("Referrer-Policy") == ["no-referrer"]


def test_an_import_map_is_allowed_by_its_exact_text(app, place):
    security.allow_inline(app, '{"imports":{}}')
    wsgi = security.Headers(Response("bare"), app, place.settings)
    policy = Client(wsgi).get("/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy

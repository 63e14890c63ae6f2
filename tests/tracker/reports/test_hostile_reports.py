"""Whatever is sent, the answer is a report taken whole or a clear 4xx with nothing written."""

from __future__ import annotations

import copy
import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import city
from tests.support.city import City

PROBLEM = "application/problem+json"
NASTY: tuple[object, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**30, 1e308, -1e308, 1e-320, "", " ", "0", "\x00", "a\x00b",
    "x" * 9_000, "\u202eאבג", "\ufffe", "<script>alert(1)</script>", "'; DROP TABLE report; --",
    "%s %(x)s {0}", "NaN", "Infinity", "-74.13", "９", "²", [], [[]], [None], ["a", 1], {}, {"a": {"b": []}},
    {"": ""}, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-05-04",
    "2026-02-30T00:00:00Z", "VOI-NID", "LC-2026-00001", "gps", "unknown", "asset",
)  # fmt: skip
FULL: dict[str, Any] = {
    "service_code": "VOI-NID",
    "location": {
        **city.pin(300, 502),
        "address": "30, rue du Moulin",
        "asset": {"kind": "park", "code": "P-1"},
    },
    "description": "Un trou",
    "answers": {"taille": "pneu", "voie": "auto"},
    "language": "fr",
    "contact": dict(city.CONTACT),
    "occurred_at": "2026-05-04T12:00:00Z",
    "case_number": None,
    "channel": "web",
    "on_behalf": False,
}
PATHS = (
    *((name,) for name in FULL),
    *(("location", name) for name in ("lon", "lat", "accuracy_m", "method", "address", "asset")),
    *(("location", "asset", name) for name in ("kind", "code")),
    *(("answers", name) for name in ("taille", "voie", "inconnue", "\x00", "a/b~c")),
    *(("contact", name) for name in ("name", "email", "phone")),
    ("more",),
)


@st.composite
def spoiled(draw):
    report = copy.deepcopy(FULL)
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True)):
        within = report
        for name in path[:-1]:
            within = within[name] if isinstance(within.get(name), dict) else within.setdefault(name + "?", {})
        if draw(st.integers(0, 5)) == 0:
            within.pop(path[-1], None)
        else:
            nasty = draw(st.sampled_from(NASTY) | st.floats(allow_nan=False) | st.text(max_size=20))
            within[path[-1]] = copy.deepcopy(nasty)  # which a later path may fill
    return report


def as_bytes(report) -> bytes:
    """Write JSON as another program might: numbers of any size, escapes that are no characters."""
    return json.dumps(report).encode()


def check(town: City, path: str, body: bytes) -> int:
    """Send it and check that it was taken whole or refused with nothing written; return the status."""
    before = town.counts()
    answer = town.caller().post(path, body)
    change = city.grown(before, town.counts())
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        assert answer.status_code == (201 if path == "/reports" else 200)
        assert path == "/reports" or not change
    else:
        assert answer.content_type == PROBLEM
        assert answer.json["type"].startswith("/problems/")
        assert answer.json["status"] == answer.status_code
        assert change in ({}, {"refusal": 1}), change
    return answer.status_code


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=spoiled())
def test_a_spoiled_report_is_refused_clearly_or_taken_whole(town: City, report):
    body = as_bytes(report)
    check(town, "/reports", body)
    check(town, "/duplicates", body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b'{"service_code": NaN}',
        b'{"service_code": Infinity}',
        b'{"description": "\\ud800"}',
        b'{"description": "\xff"}',
        b'{"location": {"lon": 1e999}}',
        b"[" * 5_000,
        b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        orjson.dumps(FULL)[:-3],
        "{\u0000}".encode(),
    ],
)
def test_what_is_no_report_at_all_is_refused(town: City, body):
    assert check(town, "/reports", body) in (400, 422)


@pytest.mark.parametrize(
    "said",
    [
        "\u202eאבג مرحبا",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE report; --",
        "%s {0} \u2028 \\",
        "🚧" * 500,
    ],
)
def test_words_are_kept_exactly_as_they_were_said(town: City, said):
    number = town.report(description=said)["number"]
    told = town.caller("agent").get(f"/cases/{number}").json
    assert told["reports"][0]["description"] == said
    assert town.caller("agent").get("/cases").json["cases"][0]["summary"] == said[:280]


@pytest.mark.parametrize(
    "change",
    [
        {"description": "a\x00b"},
        {"service_code": "VOI\x00-NID"},
        {"answers": {"taille": "pneu\x00"}},
        {"answers": {"taille": "inconnu"}},
        {"answers": {"taille": "pneu", "inconnue": "x"}},
        {"answers": {"taille": {"a": 1}}},
        {"answers": {"taille": ["pneu"]}},
        {"answers": ["pneu"]},
        {"location": city.pin(300, 502, accuracy_m=-1)},
        {"location": {"lon": 1e308, "lat": 45.25}},
        {"location": {"lon": "x", "lat": 45.25}},
        {"location": {"lon": True, "lat": 45.25}},
        {"occurred_at": "hier"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "2026-05-04T12:00:00"},
        {"language": "es"},
        {"contact": {"email": "pas-un-courriel"}},
        {"contact": {"phone": "<b>"}},
        {"unheard_of": 1},
    ],
)
def test_each_thing_that_cannot_be_meant_is_refused_with_its_pointer(town: City, change):
    before = town.counts()
    answer = town.caller().post("/reports", city.sample("field_work") | change)
    assert answer.status_code == 422, answer.text
    assert answer.json["errors"]
    assert all(fault["detail"] and fault["pointer"].startswith("/") for fault in answer.json["errors"])
    assert town.counts() == before

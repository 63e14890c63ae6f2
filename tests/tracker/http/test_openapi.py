"""The API's description: complete, true, and readable without leaving the machine."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tracker.http import errors, statuses

SAFE = ("get", "head", "options")


@pytest.fixture
def spec(client):
    return client.get("/api/openapi.json").json


def operations(spec):
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield path, method, operation


def test_every_address_of_the_api_is_described(app, spec):
    described = {(path, method) for path, method, _ in operations(spec)}
    served = {
        (re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served


def test_every_operation_says_what_it_does_and_how_it_can_fail(spec):
    for path, method, operation in operations(spec):
        told = {str(status) for status in operation["responses"]}
        assert operation.get("summary"), (path, method)
        assert any(status.startswith("2") for status in told), (path, method)
        assert {"404", "500", "503", "default"} <= told, (path, method)
        if method == "post":
            assert {"422"} <= told or "requestBody" not in operation, (path, method)


def test_every_failure_is_described_as_a_problem(spec):
    for path, method, operation in operations(spec):
        for status, answer in operation["responses"].items():
            if status != "default" and int(status) >= 400:
                answer = _resolved(spec, answer)
                assert set(answer["content"]) == {"application/problem+json"}, (path, method, status)


def test_every_reference_leads_somewhere(spec):
    def walk(value):
        if isinstance(value, dict):
            if "$ref" in value:
                assert _resolved(spec, value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(spec)


def _resolved(spec, value):
    if "$ref" not in value:
        return value
    for step in value["$ref"].removeprefix("#/").split("/"):
        spec = spec[step]
    return spec


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given["id"]} if given.get("id") else set()
        self.addresses += [given[name] for name in ("href", "src") if given.get(name)]


@pytest.fixture
def page(client):
    links = Links()
    links.feed(client.get("/api/docs").text)
    return links


def test_the_page_stands_on_local_files_only(client, page):
    assert all(address.startswith(("/", "#")) for address in page.addresses)
    ours = {each for each in page.addresses if each.startswith("/api")}
    assert len(ours) >= 2
    for address in ours:
        with client.get(address) as answer:
            assert answer.status_code == 200


def test_the_page_names_every_operation_schema_and_problem(client, spec, page):
    shown = client.get("/api/docs", headers={"Accept-Language": "en"}).text
    for path, method, _ in operations(spec):
        assert f'<span class="method {method}">{method.upper()}</span> <code>{path}</code>' in shown
    assert {f"schema-{name}" for name in spec["components"]["schemas"]} <= page.anchors
    slugs = {each.slug for each in errors.known()} | {each.slug for each in statuses.STATUSES.values()}
    assert all(f"<code>{slug}</code>" in shown for slug in slugs)


def test_links_within_the_page_lead_to_its_parts(page):
    assert {each[1:] for each in page.addresses if each.startswith("#")} <= page.anchors


def test_every_problem_has_its_page(client):
    for slug in {each.slug for each in errors.known()}:
        assert client.get(f"/problems/{slug}", headers={"Accept": "application/json"}).json["title"]

"""Every address of the API's own description, asked a few hundred odd things by everybody: never a 5xx.

What comes back is always a status that the description has, and a failure is always a problem.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from tests.support import city, pictures
from tests.support.city import City

ROUNDS = 40
ROLES = ("citizen", "agent", "dispatcher", "crew", "inspector", "supervisor", "clerk", "admin")
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**64, 10**40, 1e308, -0.0, 1e-300, "", " ", "0", "a\x00b", "\x00", "x" * 3_000,
    "é", "\u202eאבג", "\U0001f6a7", "<b>", "'; --", "%", "\\", "*", "..", "²", "NaN", "-1e999", "null", "[]",
    [], [[]], [None], {}, {"": {}}, {"a": [1]}, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-13-45", "LC-2026-00001", "VOI-NID", "E1", "accept", "true",
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "If-Match": ('"v1"', '"v2"', "*", '"x"', "", '"²"', 'W/"v1"', '"v1", "v2"'),
    "If-None-Match": ('"v1"', "*", "x"),
    "Idempotency-Key": ("k1", "k2", "a b", "x" * 300, "é"),
    "Accept": ("application/json", "application/geo+json", "text/html", "*/*", "x", ""),
    "Accept-Language": ("en", "fr", "de", "x" * 300, ";q=,", "*"),
    "Content-Type": (
        "application/json",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    ),
    "Range": ("bytes=0-1", "bytes=9-1", "x"),
    "Host": ("localhost", "lac.test", "nowhere.test", "[::1]"),
    "Cookie": ("vigie=x", "vigie_lang=de", "=;="),
    "X-Request-ID": ("abcdefgh", "\x7f", "x" * 99),
    "Authorization": ("Basic x", "Bearer ", "Bearer é"),
}


@pytest.fixture
def known(town: City) -> dict[str, list[Any]]:
    """Things that exist, by the name of the parameter they fit."""
    photos = [("p.jpg", pictures.taken_at())]
    report = city.sample("field_work") | {"contact": city.CONTACT}
    told = [town.caller().post_form("/reports", {"report": report}, photos).json]
    told += [town.report(family) for family in ("field_work", "inspection", "question", "contestation")]
    numbers = [each["number"] for each in told]
    link = town.caller("dispatcher").post(f"/cases/{numbers[1]}/merge", {"into": numbers[0]}).json["id"]
    return {
        "number": numbers,
        "report_number": numbers,
        "secret": [each["secret"] for each in told],
        "link_id": [link],
        "token_id": ["00000000-0000-0000-0000-000000000000"],
        "photo_id": [told[0]["photos"][0]["id"]],
        "document_id": ["00000000-0000-0000-0000-000000000000"],
        "code": ["VOI-NID", "INF-GEN"],
        "layer": ["cases", "streets", "districts"],
        "z": [0, 14, 30, -1],
        "x": [0, 4820, 2**40],
        "y": [0, 5860, -1],
    }


BODIES: tuple[dict[str, Any], ...] = (
    city.sample("field_work"),
    city.sample("question"),
    {"transition": "accept", "inputs": {}, "device_at": "2026-05-04T12:00:00Z", "lon": -74.1, "lat": 45.2},
    {"transition": "hold", "inputs": {"reason": "weather", "review_on": "2026-05-09"}},
    {"transition": "mark_duplicate", "inputs": {"parent": "LC-2026-00001"}},
    {"transition": "requalify", "inputs": {"service_code": "VOI-TRO"}},
    {"into": "LC-2026-00001"},
    {"report_number": "LC-2026-00001"},
    {"label": "x", "role": "crew", "crew": "E1", "days": 3},
    {"email": "agent@lac.test", "password": "correct horse battery"},
)


def spoiled(random: Random, value: Any) -> Any:
    """Return a body with something in it replaced, dropped or added."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(list(value))
        changed = dict(value)
        if random.random() < 0.15:
            del changed[name]
        else:
            changed[name] = spoiled(random, value[name])
        return changed
    return random.choice(ODD)


def written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def ask(town: City, random: Random, method: str, path: str, parameters: list[Any], known: Any):
    """Ask one address something and return the answer with what was asked."""
    query = []
    for each in parameters:
        if each["in"] == "path":
            fitting = known.get(each["name"], [])
            value = random.choice(fitting if fitting and random.random() < 0.75 else ODD)
            path = path.replace("{" + each["name"] + "}", quote(written(value), safe="") or "-")
        elif each["in"] == "query" and random.random() < 0.5:
            query.append(f"{each['name']}={quote(written(random.choice(ODD)))}")
    headers = {name: random.choice(values) for name, values in HEADERS.items() if random.random() < 0.15}
    if random.random() < 0.6:
        headers["If-Match"] = random.choice(('"v1"', '"v2"', '"v3"'))
    body = random.choice(BODIES)
    for _ in range(random.randint(0, 3)):
        body = spoiled(random, body)
    data = (
        None
        if method in ("get", "delete")
        else json.dumps(body).encode()[: random.choice((None, None, None, 9))]
    )
    who = town.caller(random.choice(ROLES))
    said = {**who.headers, "Content-Type": "application/json", **headers}
    with who.client.open(f"{path}?{'&'.join(query)}", method=method, data=data, headers=said) as answer:
        return (
            answer.status_code,
            answer.content_type,
            answer.get_data(),
            (method, path, query, headers, data),
        )


def test_nothing_that_is_asked_is_a_surprise(town: City, known):
    description = town.caller().get("!/api/openapi.json").json
    random = Random(20260504)
    surprises = []
    for path, offered in description["paths"].items():
        shared = offered.get("parameters", [])
        for method, operation in offered.items():
            if method == "parameters":
                continue
            parameters = [each for each in (*shared, *operation.get("parameters", [])) if "in" in each]
            for _ in range(ROUNDS):
                status, content_type, body, asked = ask(town, random, method, path, parameters, known)
                answers = operation["responses"]
                if status >= 500 or (str(status) not in answers and status not in (304, 206, 416)):
                    surprises.append((status, asked, body[:300]))
                elif status >= 400 and content_type != "application/problem+json":
                    surprises.append((content_type, asked, body[:300]))
    assert not surprises, "\n".join(map(str, surprises[:12])) + f"\n{len(surprises)} in all"

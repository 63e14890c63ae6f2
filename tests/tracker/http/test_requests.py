"""What is noted of each request: an id, a line without anything personal, a measure."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys

import pytest
import structlog

from tests.support import towns
from tracker.http import requests

SECRET = "kYb4rUQm0iGzS1H1ZyAqQA"


@pytest.fixture
def lines(monkeypatch) -> io.BytesIO:
    """Catch the log's lines as the server would write them."""
    written = io.BytesIO()
    logger = structlog.wrap_logger(
        structlog.BytesLogger(written),
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer(requests._line)],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )
    monkeypatch.setattr(requests, "log", logger)
    return written


@pytest.mark.parametrize("given", ["abcdefgh", "0123456789abcdef0123456789abcdef", "a.b-c_d-1"])
def test_an_id_given_from_outside_is_kept(client, given):
    assert client.get("/health/live", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["short", "x" * 65, "has space", "<script>aaa", "é" * 10, ""])
def test_an_id_that_could_do_harm_is_replaced(client, given):
    headers = {"X-Request-ID": given.encode().decode("latin-1")}
    assert re.fullmatch(r"[0-9a-f]{32}", client.get("/health/live", headers=headers).headers["X-Request-ID"])


def test_each_request_is_one_line_without_anything_personal(client, lines, place, clock):
    secret = towns.token_for(place, "aube", "agent", at=clock())
    client.get(
        f"/api/v1/tracking/AU-2026-00001/{SECRET}?q=Tremblay",
        headers={"Authorization": f"Bearer {secret}", "User-Agent": "somebody's phone", "Cookie": "a=secret"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    noted = lines.getvalue().decode()
    assert noted.count("\n") == 1
    line = json.loads(noted)
    assert line.keys() == {
        "event", "level", "request_id", "method", "route", "status", "ms", "jurisdiction", "role",
    }  # fmt: skip
    assert (line["route"], line["role"]) == ("/api/v1/tracking/<number>/<secret>", "agent")
    for personal in (SECRET, secret, "Tremblay", "203.0.113", "phone", "AU-2026"):
        assert personal not in noted


def test_health_checks_do_not_fill_the_log(client, lines):
    client.get("/health/live")
    client.get("/health/ready")
    assert not lines.getvalue()


def test_measures_are_by_pattern_so_that_strangers_cannot_fill_the_memory(client):
    for number in range(20):
        client.get(f"/nothing/{number}")
        client.get(f"/api/v1/tracking/AU-2026-{number:05}/{SECRET}")
    client.open("/health/live", method="BREW")
    told = client.get("/metrics").text
    assert 'route="/api/v1/tracking/<number>/<secret>",status="404"' in told
    assert "nothing/1" not in told
    assert SECRET not in told
    assert "BREW" not in told
    assert re.search(r'vigie_http_request_seconds_count\{method="GET",route="-",status="404"\} [1-9]', told)


def test_measures_are_for_this_machine_and_for_administrators(client, place, clock):
    far = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", **far).status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    for role, status in (("agent", 403), ("admin", 200)):
        secret = towns.token_for(place, "aube", role, at=clock())
        assert (
            client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}, **far).status_code == status
        )


def test_ready_means_that_the_tables_are_those_of_this_program(client, place):
    assert client.get("/health/ready").json["status"] == "ok"
    with place.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE vigie.alembic_version SET version_num = '0000'")
    try:
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json["status"]) == (503, "behind")
    finally:
        with place.owner.begin() as connection:
            connection.exec_driver_sql("UPDATE vigie.alembic_version SET version_num = '0001'")


def test_logs_of_the_program_and_of_its_libraries_are_lines_of_json():
    program = (
        "import logging, structlog\n"
        "from tracker.http import requests\n"
        "requests.configure_logging()\n"
        "structlog.get_logger('vigie').info('ours', place='Érables')\n"
        "logging.getLogger('library').warning('theirs %s', 1)\n"
        "try:\n    1 / 0\n"
        "except ZeroDivisionError:\n    structlog.get_logger('vigie').exception('failed')\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ours, theirs, failed = (json.loads(line) for line in ran.stderr.splitlines())
    assert (ours["event"], ours["place"], ours["level"]) == ("ours", "Érables", "info")
    assert (theirs["event"], theirs["level"]) == ("theirs 1", "warning")
    assert "ZeroDivisionError" in failed["exception"]
    assert ran.stdout == ""

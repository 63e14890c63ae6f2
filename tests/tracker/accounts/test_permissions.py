"""The permission matrix, against a table of its own: one line per operation, one column per role."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support import towns
from tracker import app as composition
from tracker.accounts import permissions
from tracker.http import edge

COLUMNS = [
    "citizen",
    "partner",
    "agent",
    "dispatcher",
    "crew",
    "inspector",
    "supervisor",
    "clerk",
    "admin",
    "system",
]
TABLE = """
                         cit par age dis cre ins sup cle adm sys
service.list              x   x   x   x   x   x   x   x   x   x
place.search              x   x   x   x   x   x   x   x   x   x
district.list             x   x   x   x   x   x   x   x   x   x
photo.read                x   x   x   x   x   x   x   x   x   x
duplicate.search          x   x   x   x   x   x   x   x   x   x
report.create             x   x   x   x   x   x   x   x   x   x
report.create_on_behalf   .   .   x   x   .   .   x   .   x   .
report.channel.choose     .   .   x   x   x   x   x   .   x   .
report.contact.read       .   .   x   x   .   x   x   .   .   .
tracking.read             x   x   x   x   x   x   x   x   x   x
tracking.transition       x   x   x   x   x   x   x   x   x   x
crew.list                 .   .   x   x   x   x   x   x   x   x
case.list                 .   .   x   x   x   x   x   x   x   x
case.read                 .   .   x   x   x   x   x   x   x   x
case.history              .   .   x   x   x   x   x   x   x   x
case.transition           .   .   x   x   x   x   x   x   x   x
case.relate               .   .   .   .   .   .   .   x   .   .
booking.read              x   x   x   x   x   x   x   x   x   x
booking.begin             x   x   x   x   x   x   x   x   x   x
payment.record            .   .   x   .   .   .   x   x   .   x
letter.read               .   .   x   x   .   x   x   x   x   x
workflow.read             .   .   x   x   x   x   x   x   x   x
workflow.edit             .   .   .   .   .   .   .   .   x   x
case.link                 .   .   x   x   .   .   x   .   x   x
case.merge                .   .   x   x   .   .   x   .   x   x
case.follow               .   .   x   x   x   x   x   x   x   .
thread.read               .   .   x   x   x   x   x   x   x   .
thread.write              .   .   x   x   x   x   x   x   .   .
notice.read               .   .   x   x   x   x   x   x   x   .
template.manage           .   .   .   .   .   .   .   .   x   .
surge.list                .   .   x   x   .   x   x   .   x   x
surge.decide              .   .   x   x   .   .   x   .   x   x
duty.list                 .   .   x   x   .   .   x   .   x   x
duty.manage               .   .   .   .   .   .   x   .   x   x
escalation.list           .   .   .   x   .   .   x   .   x   x
page.list                 .   .   x   x   .   .   x   .   x   x
page.acknowledge          .   .   x   x   x   x   x   .   x   x
storm.list                .   .   x   x   .   x   x   .   x   x
storm.declare             .   .   .   .   .   .   x   .   x   x
storm.operate             .   .   .   x   .   .   x   .   x   x
triage.read               .   .   .   x   .   .   x   .   x   x
triage.draft              .   .   .   x   .   .   x   .   x   x
triage.activate           .   .   .   .   .   .   x   .   x   x
queue.read                .   .   x   x   x   x   x   x   x   x
queue.order               .   .   .   x   .   .   x   .   x   x
crew.hours                .   .   .   x   .   .   x   .   x   x
boundary.read             .   .   .   x   .   .   x   .   x   x
boundary.activate         .   .   .   .   .   .   x   .   x   x
hold.list                 .   .   .   .   .   .   x   x   .   x
hold.change               .   .   .   .   .   .   .   x   .   x
certificate.issue         .   .   .   .   .   .   x   x   .   x
certificate.check         x   x   x   x   x   x   x   x   x   x
privacy.act               .   .   .   .   .   .   .   x   .   x
privacy.register          .   .   .   .   .   .   x   x   x   x
import.run                .   .   .   .   .   .   .   .   x   x
token.manage              .   .   .   .   .   .   .   .   x   .
account.manage            .   .   .   .   .   .   .   .   x   .
webhook.manage            .   .   .   .   .   .   .   .   x   .
metrics.read              .   .   .   .   .   .   .   .   x   x
"""
EXPECTED = {
    (line.split()[0], role): mark == "x"
    for line in TABLE.strip().splitlines()[1:]
    for role, mark in zip(COLUMNS, line.split()[1:], strict=True)
}
SOURCES = Path(composition.__file__).parent


@pytest.mark.parametrize(("operation", "role"), EXPECTED)
def test_each_role_may_do_exactly_what_the_table_says(operation, role):
    assert permissions.may(role, operation) == EXPECTED[operation, role]


def test_the_table_has_every_operation_and_every_role():
    assert {operation for operation, _ in EXPECTED} == set(permissions.MATRIX)
    assert set(COLUMNS) == set(permissions.ROLES)


def test_an_operation_that_does_not_exist_is_a_mistake_rather_than_a_right():
    with pytest.raises(KeyError):
        permissions.may("admin", "case.destroy")


def test_every_operation_that_the_code_asks_for_is_in_the_matrix():
    asked = {
        name
        for file in SOURCES.rglob("*.py")
        for name in re.findall(r"""edge\.(?:require|may)\(\s*"([^"]+)"\s*\)""", file.read_text("utf-8"))
    }
    assert asked
    assert asked <= set(permissions.MATRIX)


@pytest.mark.parametrize("role", COLUMNS)
def test_the_edge_refuses_over_http_what_the_matrix_refuses(place, clock, role):
    app = towns.application(place, clock, default_jurisdiction="aube")

    @app.get("/try/<operation>")
    def attempt(operation):
        with edge.transaction():
            edge.require(operation)
        return "done"

    headers = {}
    if role != "citizen":
        headers["Authorization"] = f"Bearer {towns.token_for(place, 'aube', role, at=clock())}"
    client = app.test_client()
    refused = 401 if role == "citizen" else 403
    for operation in permissions.MATRIX:
        expected = 200 if EXPECTED[operation, role] else refused
        assert client.get(f"/try/{operation}", headers=headers).status_code == expected, operation

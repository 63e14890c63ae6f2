"""The history cannot be rewritten by the application, and is found out when the owner rewrites it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support import chain
from tests.support.city import City
from tracker import events

CASE = UUID("01930000-0000-7000-8000-000000000000")
REWRITES = (
    "UPDATE event SET actor = 'nobody'",
    "UPDATE event SET payload = '{}' WHERE seq = 1",
    "DELETE FROM event",
    "DELETE FROM event WHERE seq = 2",
    "TRUNCATE event",
    'TRUNCATE event, "case" CASCADE',
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("statement", REWRITES)
@pytest.mark.parametrize("who", ["the application", "the owner"])
def test_nobody_changes_or_removes_an_event(town: City, statement, who):
    town.report()
    with pytest.raises(DBAPIError, match="append-only|permission denied"):
        (as_application if who == "the application" else as_owner)(town, statement)
    with town.session() as session:
        assert chain.broken(session) == []


def as_application(town: City, statement: str) -> None:
    with town.session() as session:
        session.execute(text(statement))


def as_owner(town: City, *statements: str) -> None:
    with town.place.owner.begin() as connection:
        for statement in (f"SET LOCAL search_path = j_{town.code}, public", *statements):
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE event SET actor = 'citizen' WHERE seq = 3",
        "UPDATE event SET at = at - interval '1 day' WHERE seq = 3",
        "UPDATE event SET device_at = at WHERE seq = 3",
        "UPDATE event SET payload = jsonb_set(payload, '{to}', '\"refused\"') WHERE seq = 3",
        "UPDATE event SET kind = 'entered' WHERE seq = 3",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event WHERE seq = 3",
        "UPDATE event SET hash = sha256(hash) WHERE seq = 3",
        'UPDATE "case" SET last_seq = 2',
    ],
)
def test_what_the_owner_forges_with_the_seal_lifted_is_found_out(town: City, forgery):
    number = town.report()["number"]
    assert town.caller("dispatcher").move(number, "accept").status_code == 200
    with town.session() as session:
        assert chain.broken(session) == []
    as_owner(town, "SET LOCAL session_replication_role = replica", forgery)
    with town.session() as session:
        assert chain.broken(session) != []


@settings(deadline=None)
@given(payload=st.dictionaries(TEXT, JSON, max_size=4))
def test_every_part_of_a_fact_is_bound_to_its_seal(payload):
    fact = events.Fact(kind="moved", actor="staff:1", at=datetime(2026, 5, 4, tzinfo=UTC), payload=payload)

    def seal(fact: events.Fact = fact, *, case: UUID = CASE, seq: int = 3, after: bytes = events.NO_HASH):
        return events.digest_of(case, seq, fact, after)

    assert seal() == seal(replace(fact, payload=dict(reversed(payload.items()))))
    others = {
        seal(case=UUID(int=1)),
        seal(seq=4),
        seal(after=bytes(31) + b"\x01"),
        seal(replace(fact, kind="entered")),
        seal(replace(fact, actor="staff:2")),
        seal(replace(fact, at=fact.at + timedelta(microseconds=1))),
        seal(replace(fact, device_at=fact.at)),
        seal(replace(fact, payload={**payload, "more than eight": 1})),
    }
    assert len(others) == 8
    assert seal() not in others

"""The same cases joined in every direction at once, with moves and new reports: nothing is ever corrupt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import chain, city, scale, towns
from tests.support.caller import Answer, Caller
from tests.support.city import City
from tracker.cases import facts, links, numbers, queries, service
from tracker.cases.models import CaseRow

ROUNDS = scale.trials(whole=200, usual=60)
UNDERSTOOD = {200, 201, 404, 409, 412, 422}
CYCLES = text("""
    WITH RECURSIVE up AS (
        SELECT id, parent_id, 1 AS depth FROM "case" WHERE parent_id IS NOT NULL
        UNION ALL
        SELECT up.id, c.parent_id, depth + 1 FROM up JOIN "case" c ON c.id = up.parent_id
        WHERE c.parent_id IS NOT NULL AND depth < 9
    ) SELECT max(depth) FROM up
""")
PLACED = text('SELECT count(*), count(c.id) FROM report r LEFT JOIN "case" c ON c.id = r.case_id')

Deed = Callable[[Caller], Answer]


@pytest.fixture
def crowd(town: City) -> list[Caller]:
    """Eight dispatchers, each with a client of their own: eight connections at once."""
    app = towns.application(town.place, town.clock)
    return [Caller(app.test_client(), town.tokens["dispatcher"], "fr") for _ in range(8)]


def at_once(pool: ThreadPoolExecutor, crowd: Sequence[Caller], deeds: Sequence[Deed]) -> list[Answer]:
    """Do several things at the same moment, each by somebody else."""
    start = Barrier(len(deeds))

    def act(who: Caller, deed: Deed) -> Answer:
        start.wait()
        return deed(who)

    return list(pool.map(act, crowd[: len(deeds)], deeds))


def joined(who: Caller, *, one: str, into: str) -> Answer:
    return who.post(f"/cases/{one}/merge", {"into": into})


def posted(who: Caller, *, path: str) -> Answer:
    return who.post(path)


def joins(random: Random, numbers: list[str]) -> list[Deed]:
    """Return every direction among three cases, a move, a report that attaches and one that is moved."""
    a, b, c = numbers
    pairs = [(a, b), (b, a), (a, c), (b, c), (c, a)]
    merges: list[Deed] = [partial(joined, one=one, into=into) for one, into in pairs]
    chosen = random.choice(numbers)
    others: list[Deed] = [
        lambda who: who.post("/reports", city.sample("field_work") | {"case_number": chosen}),
        lambda who: who.move(random.choice(numbers), "accept"),
        lambda who: who.post(f"/cases/{b}/reports", {"report_number": a}),
    ]
    deeds = merges + others
    random.shuffle(deeds)
    return deeds


def undoings(random: Random, links_made: list[Any], numbers: list[str]) -> list[Deed]:
    """Return the undoing of each join, twice, beside new joins and a report."""
    a, b, c = numbers
    paths = [link["undo"].removeprefix("/api/v1") for link in links_made * 2]
    undo: list[Deed] = [partial(posted, path=path) for path in paths]
    more: list[Deed] = [
        lambda who: who.post(f"/cases/{c}/merge", {"into": b}),
        lambda who: who.post(f"/cases/{b}/merge", {"into": a}),
        lambda who: who.post("/reports", city.sample("field_work") | {"case_number": a}),
    ]
    deeds = undo + more
    random.shuffle(deeds)
    return deeds[:8]


def rounds(town: City, crowd: list[Caller], count: int, seed: int) -> dict[int, int]:
    """Let eight people loose on three fresh cases, again and again; return how they were answered."""
    random, told = Random(seed), dict[int, int]()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(count):
            numbers = [town.report()["number"] for _ in range(3)]
            answers = at_once(pool, crowd, joins(random, numbers))
            made = [one.json for one in answers if one.status_code == 200 and "undo" in one.json]
            answers += at_once(pool, crowd, undoings(random, made, numbers))
            for each in answers:
                told[each.status_code] = told.get(each.status_code, 0) + 1
            assert set(told) <= UNDERSTOOD, told
    with town.session() as session:
        chain.check_sound(session)
        assert (session.scalar(CYCLES) or 1) == 1
        placed = session.execute(PLACED).one()
        assert placed[0] == placed[1]
    return told


def test_hundreds_of_rounds_in_every_direction_corrupt_nothing(town: City, crowd):
    told = rounds(town, crowd, ROUNDS, seed=5)
    assert told[200] > ROUNDS
    assert told[409] + told[422] > ROUNDS


def test_without_an_order_of_locks_it_would_be_seen(town: City, crowd, monkeypatch):
    def as_asked(session, number, into, expected):
        number, into = numbers.normal(number), numbers.normal(into)
        return service.lock(session, number), service.lock(session, into)

    monkeypatch.setattr(links, "_both", as_asked)
    with pytest.raises(AssertionError, match="503"):
        rounds(town, crowd, 60, seed=5)


def test_without_the_guard_against_chains_it_would_be_seen(town: City, crowd, monkeypatch):
    gather = facts.gather

    def blind(session, case, move):
        return replace(gather(session, case, move), children=0)

    monkeypatch.setattr(facts, "gather", blind)
    with pytest.raises(AssertionError):
        rounds(town, crowd, 20, seed=5)


def test_without_a_lock_it_would_be_seen(town: City, crowd, monkeypatch):
    def unlocked(session, number, *, expected=None):
        found: CaseRow = queries.case(session, number)
        return found

    monkeypatch.setattr(service, "lock", unlocked)
    with pytest.raises(AssertionError):
        rounds(town, crowd, 60, seed=5)

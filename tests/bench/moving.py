"""Scenario: dispatchers accept cases, each with the version it was read at (`If-Match`)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from tests.bench import blocks, ceiling
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.capture import Substitutes, script
from tests.bench.client import request
from tests.bench.place import CODE
from tests.bench.reading import NUMBER
from tracker import db

GOAL = Goal(per_s=300.0)
BODY = {"transition": "accept", "inputs": {}}


def measure(bench: Bench) -> Result:
    """Measure accepting received cases over HTTP against pgbench moving any case with the same statements."""
    waiting = _waiting(bench)
    number, version = waiting.pop()
    headers = bench.inside.headers | {"If-Match": f'"v{version}"'}
    sent, _ = bench.inside.ask("POST", _path(number), headers=headers, json=BODY)
    using = Substitutes(
        prologue=(f"\\set i 2 * random(1, {bench.place.size.cases // 2})",),
        values={number: NUMBER},
        # Each move continues the chain of the case it locked.
        names={"seq": "{last_seq} + 1", "last_seq": "{last_seq} + 1", "case_last_seq": "{last_seq} + 1"},
    )
    top = ceiling.write(
        bench.folder, "move", bench.place.dsn, script(sent, using), clients=bench.plan.clients
    )
    work = Work(
        name="accept a case", requests=_moves(bench, waiting), status=200, statements=len(sent), goal=GOAL
    )
    return blocks.compare(bench.server, work, bench.plan, top.run)


def _waiting(bench: Bench) -> list[tuple[str, int]]:
    """Return cases to accept, with their versions: the odd numbers, the even ones are pgbench's."""
    query = text("""SELECT number, version FROM "case" WHERE status = 'received' AND workflow = 'field_work'
                    AND CAST(right(number, 1) AS int) % 2 = 1 ORDER BY md5(number)""")
    with db.transaction(bench.place.app, CODE) as session:
        return [(row.number, row.version) for row in session.execute(query)]


def _moves(bench: Bench, waiting: list[tuple[str, int]]) -> Iterator[bytes]:
    for number, version in waiting:
        headers = bench.inside.headers | {"If-Match": f'"v{version}"'}
        yield request("POST", _path(number), headers=headers, body=BODY)


def _path(number: str) -> str:
    return f"/api/v1/cases/{number}/transitions"

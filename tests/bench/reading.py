"""Scenarios: one case is read, by a dispatcher and by the person who reported it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.bench import blocks, cases, ceiling
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.capture import Substitutes, script
from tests.bench.client import request

GOAL = Goal(per_s=380.0)
NUMBER = f"('{cases.PREFIX}-{cases.YEAR}-' || lpad(:i, 5, '0'))"
SECRET = "sha256(convert_to('bench-' || lpad(:i, 16, '0'), 'UTF8'))"


def measure_staff(bench: Bench) -> Result:
    """Measure reading any case as a dispatcher."""
    sample = cases.number_of(7)
    sent, _ = bench.inside.ask("GET", _case_path(7), headers=bench.inside.headers)
    using = Substitutes(prologue=(_any_case(bench),), values={sample: NUMBER})
    top = ceiling.write(
        bench.folder, "read", bench.place.dsn, script(sent, using), clients=bench.plan.clients
    )
    work = Work(name="read a case", requests=_reads(bench), status=200, statements=len(sent), goal=GOAL)
    return blocks.compare(bench.server, work, bench.plan, top.run)


def measure_public(bench: Bench) -> Result:
    """Measure following any report by its number and secret."""
    sent, _ = bench.inside.ask("GET", _tracking_path(7))
    secret_hash = next(each.values["secret_hash"] for each in sent if "secret_hash" in each.values)
    using = Substitutes(
        prologue=(_any_case(bench),),
        values={cases.number_of(7): NUMBER, "\\x" + bytes(secret_hash).hex(): SECRET},
    )
    top = ceiling.write(
        bench.folder, "track", bench.place.dsn, script(sent, using), clients=bench.plan.clients
    )
    work = Work(name="follow a report", requests=_tracks(bench), status=200, statements=len(sent), goal=GOAL)
    return blocks.compare(bench.server, work, bench.plan, top.run)


def _any_case(bench: Bench) -> str:
    return f"\\set i random(1, {bench.place.size.cases})"


def _reads(bench: Bench) -> Iterator[bytes]:
    random = Random(1)
    while True:
        yield request(
            "GET", _case_path(random.randint(1, bench.place.size.cases)), headers=bench.inside.headers
        )


def _tracks(bench: Bench) -> Iterator[bytes]:
    random = Random(2)
    while True:
        yield request("GET", _tracking_path(random.randint(1, bench.place.size.cases)))


def _case_path(serial: int) -> str:
    return f"/api/v1/cases/{cases.number_of(serial)}"


def _tracking_path(serial: int) -> str:
    return f"/api/v1/tracking/{cases.number_of(serial)}/{cases.secret_of(serial)}"

"""Blocks of ours and of the ceiling, taken in turns in one run, so that a noisy neighbour slows both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from tests.bench import client
from tests.bench.client import Measure
from tests.bench.serving import Server

_LONGEST_BLOCK_S = 60.0
NOISY = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How long and how often to measure, and with how many connections."""

    rounds: int = 5
    seconds: float = 3.0
    clients: int = 16
    warm_s: float = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """What is promised: a rate and a ratio at least, milliseconds and statements at most."""

    per_s: float | None = None
    ratio: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    statements: int | None = None


@dataclass(kw_only=True, slots=True)
class Result:
    """One line of the table. Rates are medians of blocks; processor time is per request."""

    name: str
    goal: Goal = field(default_factory=Goal)
    clients: int = 1
    requests: int = 0
    per_s: float = 0.0
    rates: list[float] = field(default_factory=list)
    ceiling_per_s: float | None = None
    ceilings: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    statements: int | None = None
    server_cpu_ms: float | None = None
    database_cpu_ms: float | None = None
    client_cpu_ms: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return median(self.ratios) if self.ratios else None

    @property
    def spread(self) -> float | None:
        """How far apart the ceilings are, as a share of their median."""
        if len(self.ceilings) < 2:
            return None
        return (max(self.ceilings) - min(self.ceilings)) / median(self.ceilings)

    @property
    def is_noisy(self) -> bool:
        return (self.spread or 0.0) > NOISY

    @property
    def misses(self) -> list[str]:
        """Return the parts of the goal that were not reached."""
        goal = self.goal
        checks = (
            ("per_s", goal.per_s is not None and self.per_s < goal.per_s),
            ("ratio", goal.ratio is not None and (self.ratio or 0.0) < goal.ratio),
            ("p95_ms", goal.p95_ms is not None and (self.p95_ms or 0.0) > goal.p95_ms),
            ("p99_ms", goal.p99_ms is not None and (self.p99_ms or 0.0) > goal.p99_ms),
            ("statements", goal.statements is not None and (self.statements or 0) > goal.statements),
        )
        return [name for name, missed in checks if missed]

    def as_mapping(self) -> dict[str, Any]:
        derived = {
            "ratio": self.ratio,
            "spread": self.spread,
            "is_noisy": self.is_noisy,
            "misses": self.misses,
        }
        return asdict(self) | derived


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Requests to measure and the status each must be answered with."""

    name: str
    requests: Iterator[bytes]
    status: int
    statements: int
    goal: Goal = field(default_factory=Goal)


class Refused(Exception):
    """The server did not answer what a scenario expects, so its speed says nothing."""


def compare(server: Server, work: Work, plan: Plan, ceiling: Callable[[float], float]) -> Result:
    """Measure ours between two ceilings, as often as the plan says. Raises Refused."""
    result = Result(name=work.name, goal=work.goal, clients=plan.clients, statements=work.statements)
    _block(server, work, plan, plan.warm_s)
    ceiling(1.0)
    measured: list[Measure] = []
    cpu, cpu_db = 0.0, 0.0
    before = ceiling(plan.seconds)
    result.ceilings.append(before)
    for _ in range(plan.rounds):
        began, began_db = server.cpu_s(), server.database_cpu_s()
        measured.append(_block(server, work, plan, plan.seconds))
        cpu, cpu_db = cpu + server.cpu_s() - began, cpu_db + server.database_cpu_s() - began_db
        after = ceiling(plan.seconds)
        result.ceilings.append(after)
        result.ratios.append(measured[-1].per_s / ((before + after) / 2))
        before = after
    result.ceiling_per_s = median(result.ceilings)
    return _told(result, measured, cpu, cpu_db)


def alone(server: Server, work: Work, plan: Plan) -> Result:
    """Measure ours without a ceiling. Raises Refused."""
    return in_turns([(server, work)], plan)[0]


def in_turns(works: Sequence[tuple[Server, Work]], plan: Plan) -> list[Result]:
    """Measure several, block by block in turns, so that a noisy neighbour slows all. Raises Refused."""
    measured: list[list[Measure]] = [[] for _ in works]
    cpu, cpu_db = [0.0] * len(works), [0.0] * len(works)
    for server, work in works:
        _block(server, work, plan, min(plan.warm_s, plan.seconds))
    for _ in range(plan.rounds):
        for place, (server, work) in enumerate(works):
            began, began_db = server.cpu_s(), server.database_cpu_s()
            measured[place].append(_block(server, work, plan, plan.seconds))
            cpu[place] += server.cpu_s() - began
            cpu_db[place] += server.database_cpu_s() - began_db
    return [
        _told(
            Result(name=work.name, goal=work.goal, clients=plan.clients, statements=work.statements),
            measured[place],
            cpu[place],
            cpu_db[place],
        )
        for place, (_, work) in enumerate(works)
    ]


def _block(server: Server, work: Work, plan: Plan, seconds: float) -> Measure:
    """Measure one block; one too short for a single answer of a loaded machine is taken again, longer."""
    measure = client.drive(server.port, work.requests, clients=plan.clients, seconds=seconds)
    while not measure.statuses and seconds < _LONGEST_BLOCK_S:
        seconds *= 4
        measure = client.drive(server.port, work.requests, clients=plan.clients, seconds=seconds)
    if set(measure.statuses) != {work.status}:
        said = measure.sample[-800:].decode(errors="replace")
        raise Refused(f"{work.name}: {dict(measure.statuses)} instead of {work.status}\n{said}")
    return measure


def _told(result: Result, measured: Sequence[Measure], cpu: float, cpu_db: float) -> Result:
    result.rates = [each.per_s for each in measured]
    result.per_s = median(result.rates)
    latencies = sorted(each for block in measured for each in block.latencies)
    result.requests = len(latencies)
    result.p50_ms, result.p95_ms, result.p99_ms = (
        percentile_ms(latencies, share) for share in (0.5, 0.95, 0.99)
    )
    result.server_cpu_ms = 1000 * cpu / result.requests
    result.database_cpu_ms = 1000 * cpu_db / result.requests
    result.client_cpu_ms = 1000 * sum(each.cpu_s for each in measured) / result.requests
    return result


def percentile_ms(ordered: Sequence[float], share: float) -> float:
    """Return a percentile of ordered seconds, in milliseconds (the nearest rank)."""
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

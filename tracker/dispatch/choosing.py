"""The crew for a case (domain.md §6 ⑤–⑦): eligible ones scored, the others with why they were passed over.

Pure over a `Desk` and a `Board`: the same case on the same two always goes the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing import crews
from routing.crews import Job, Neighbour, Refusal, Standing, Terms
from tracker.catalogue.definitions import Service
from tracker.dispatch import pools, standings
from tracker.dispatch.board import Board, CrewNow, Task
from tracker.dispatch.desk import CrewRef, Desk
from tracker.dispatch.pools import Pool, Setting
from tracker.dispatch.ruleset import RuleSet
from tracker.dispatch.standings import When

DISTRICT, SCORE, TIER = "district", "score", "tier"
"""Why a crew was passed over besides its refusals: serves elsewhere, scores worse, is of a later group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """A crew that was not chosen, and why; `terms` when it was eligible."""

    crew: CrewRef
    rule: str
    refusal: Refusal | None = None
    terms: Terms | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The crew chosen with its terms, the rule, and all that were passed over, in order of code.

    `rivals` counts the eligible crews of its group; `with_task` is the task it is best done together with.
    """

    pool: Pool
    crew: CrewRef | None
    terms: Terms | None = None
    standing: Standing | None = None
    passed: tuple[Passed, ...] = ()
    rivals: int = 0
    equipment: frozenset[str] = frozenset()
    with_task: Neighbour | None = None


def job_of(rules: RuleSet, service: Service, setting: Setting, pool: Pool, due: datetime) -> Job:
    """Return what is to be done; equipment is what the service needs and what the rule adds."""
    base = rules.services.get(service.code)
    usual = base.equipment if base is not None else frozenset[str]()
    # An exception says for itself what its job needs.
    equipment = pool.outcome.equipment if pool.rule.startswith("rule.") else usual
    return Job(
        asked=setting.received_at,
        due=due,
        minutes=service.duration_min,
        skill=service.skill,
        equipment=equipment,
        priority=service.priority,
    )


def choose(
    desk: Desk, board: Board, service: Service, setting: Setting, due: datetime, rules: RuleSet | None = None
) -> Choice:
    """Choose the crew of a case due at `due`; under other rules than the desk's own when given."""
    laws = rules or desk.rules
    pool = pools.pool_of(desk, laws, service, setting)
    job = job_of(laws, service, setting, pool, due)
    when = standings.When.of(desk, job, setting)
    passed = [Passed(crew=crew, rule=DISTRICT) for crew in pool.outside]
    for at, tier in enumerate(pool.tiers):
        found: list[tuple[float, str, CrewRef, Standing, Terms]] = []
        for crew in tier:
            stands = standings.standing(laws, crew, board.of(crew.id), job, setting, when)
            refused = crews.refusal(job, stands, laws.limits)
            if refused is not None:
                passed.append(Passed(crew=crew, rule=refused.rule, refusal=refused))
                continue
            terms = crews.terms(
                job, stands, setting.decided_at, laws.weights, farthest_min=laws.travel.farthest_min
            )
            # A billionth apart is the same score: then the lowest code, whatever the order of sums.
            found.append((round(terms.total, 9), crew.code, crew, stands, terms))
        if found:
            found.sort(key=lambda each: each[:2])
            *_, crew, stands, terms = found[0]
            passed += [Passed(crew=other[2], rule=SCORE, terms=other[4]) for other in found[1:]]
            passed += [Passed(crew=other, rule=TIER) for later in pool.tiers[at + 1 :] for other in later]
            return Choice(
                pool=pool,
                crew=crew,
                terms=terms,
                standing=stands,
                passed=_in_order(passed),
                rivals=len(found),
                equipment=job.equipment,
                with_task=_batch(laws, board.of(crew.id), setting, when),
            )
    return Choice(pool=pool, crew=None, passed=_in_order(passed), equipment=job.equipment)


def _in_order(passed: list[Passed]) -> tuple[Passed, ...]:
    return tuple(sorted(passed, key=lambda each: each.crew.code))


def _batch(rules: RuleSet, now: CrewNow, setting: Setting, when: When) -> Neighbour | None:
    """Return the crew's task that this case is on the way of: the same thing or street first."""
    if setting.lon is None or setting.lat is None or not now.tasks:
        return None
    within = rules.travel.batch_min
    near = [
        Neighbour(key=task.number, extra_min=extra, shares=_shared(task, setting))
        for task in now.next
        if (extra := rules.travel.minutes(standings.metres(setting, when, *task.spot))) < within
    ]
    return crews.batch(near, within_min=within) if near else None


def _shared(task: Task, setting: Setting) -> str | None:
    if task.asset_id is not None and task.asset_id == setting.asset_id:
        return "asset"
    if task.segment_id is not None and task.segment_id == setting.segment_id:
        return "segment"
    return None

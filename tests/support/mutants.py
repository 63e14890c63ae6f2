"""Faults to put into a worker, which the month must notice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tracker import db
from tracker.cases import families
from tracker.dispatch import desk as desks
from tracker.jobs import firing as jobs
from tracker.prepared import Prepared
from tracker.timers import acting, deriving, firing, queries

_DELETE = Prepared("DELETE FROM timer WHERE id = :id")
A_MOMENT_S = 0.1


def none() -> None:
    """No fault."""


def removal_apart() -> None:
    """Take a timer off in a transaction of its own, before what it does."""
    _fire_in_two(_remove, _do)


def action_apart() -> None:
    """Commit what a timer does before it is taken off, and believe its row whatever the history says."""
    firing.__dict__["queries"] = SimpleNamespace(known=queries.known, wanted=_forgetful)
    _fire_in_two(_do, _remove)


def _fire_in_two(*steps: Callable[[Any, str, Any, Any], None]) -> None:
    def fire_due(engine: Any, code: str, *, now: Any) -> Any:
        with db.transaction(engine, code) as session:
            timers = firing.claim(session, now=now, most=jobs.BATCH)
        for timer in timers:
            for step in steps:
                step(engine, code, timer, now)
                time.sleep(random.uniform(0, A_MOMENT_S))
        return [firing.Fired(name=each.name, case_id=each.case_id, outcome="fired") for each in timers]

    jobs.__dict__["fire_due"] = fire_due


def _do(engine: Any, code: str, timer: Any, now: Any) -> None:
    wanted = firing.__dict__["queries"].wanted
    with db.transaction(engine, code) as session:
        known = queries.known(session, [timer.case_id])[0]
        standing = {each.id_for(timer.case_id): each for each in wanted(session, known)}
        if timer.id in standing:
            acting.act(session, acting.Due(known=known, timer=standing[timer.id], now=now))


def _remove(engine: Any, code: str, timer: Any, now: Any) -> None:
    with db.transaction(engine, code) as session:
        _DELETE.run(session, {"id": timer.id})


def _forgetful(session: Any, case: Any) -> Any:
    """Work out a case's timers as if none had ever fired."""
    events = tuple(event for event in case.subject.events if event.kind != "timer_fired")
    machine = families.current(session).machine(case.row.workflow, case.row.workflow_version)
    return deriving.standing(replace(case.subject, events=events), machine, desks.current(session).calendar)


APPLY: dict[str, Callable[[], None]] = {
    "": none,
    "removal apart": removal_apart,
    "action apart": action_apart,
}

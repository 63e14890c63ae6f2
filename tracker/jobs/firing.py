"""Firing timers that are due: a few in one transaction, each under a savepoint of its own."""

import time
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker import db
from tracker.jobs import measures
from tracker.timers import firing
from tracker.timers.firing import Fired

BATCH = 20
# People wait for the cases that a batch holds: one that takes longer than this is committed as far as it got.
LONGEST_S = 0.5
log = structlog.get_logger()


def fire_due(engine: Engine, code: str, *, now: datetime, most: int = BATCH) -> list[Fired]:
    """Fire up to `most` timers of one jurisdiction, those due longest first; return what became of each.

    Empty when nothing is due. What they do and their removal are one transaction, at most one timer of each
    case in it. One that fails is tried again later and then parked, with its error, and harms no other.
    """
    told: list[tuple[Fired, Exception | None]] = []
    with db.transaction(engine, code) as session:
        began = time.monotonic()
        for timer in firing.claim(session, now=now, most=most):
            if told and time.monotonic() - began > LONGEST_S:
                break
            told.append(_fire(session, timer, now))
    for fired, failure in told:
        _measure(code, fired, failure)
    return [fired for fired, _ in told]


def _fire(session: Session, timer: Any, now: datetime) -> tuple[Fired, Exception | None]:
    """Fire one timer; what went wrong is returned too, nothing of what it did being written then."""
    savepoint = session.begin_nested()
    try:
        fired = firing.fire(session, timer, now=now)
        session.flush()
        savepoint.commit()
    except Exception as error:
        if session.connection().invalidated:  # the server is gone: nothing can be noted, all is as it was
            raise
        savepoint.rollback()
        session.expire_all()
        return firing.postpone(session, timer, now=now, error=f"{type(error).__name__}: {error}"), error
    return fired, None


def _measure(code: str, fired: Fired, failure: Exception | None) -> None:
    if fired.outcome == "dropped":
        measures.DROPPED.labels(code).inc()
    elif failure is not None:
        measures.FIRE_FAILED.labels(code).inc()
        log.error(
            "timer.failed",
            jurisdiction=code,
            timer=fired.name,
            case_id=str(fired.case_id),
            parked=fired.outcome == "parked",
            exc_info=failure,
        )
    else:
        measures.FIRED.labels(code, fired.name).inc()
        log.info("timer.fired", jurisdiction=code, timer=fired.name, case_id=str(fired.case_id))

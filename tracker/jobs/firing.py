"""Firing timers that are due, one transaction each."""

from datetime import datetime

import structlog
from sqlalchemy import Engine

from tracker import db
from tracker.jobs import measures
from tracker.timers import firing
from tracker.timers.firing import Fired

log = structlog.get_logger()


def fire_next(engine: Engine, code: str, *, now: datetime) -> Fired | None:
    """Fire the timer of one jurisdiction that has been due longest; return what became of it.

    None when nothing is due. What it does and its removal are one transaction. A timer that fails is tried
    again later and then parked, with its error.
    """
    fired: Fired | None = None
    failure: Exception | None = None
    with db.transaction(engine, code) as session:
        timer = firing.claim(session, now=now)
        if timer is None:
            return None
        savepoint = session.begin_nested()
        try:
            fired = firing.fire(session, timer, now=now)
            session.flush()
            savepoint.commit()
        except Exception as error:
            if session.connection().invalidated:
                raise
            savepoint.rollback()
            session.expire_all()
            failure = error
            fired = firing.postpone(session, timer, now=now, error=f"{type(error).__name__}: {error}")
    _measure(code, fired, failure)
    return fired


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

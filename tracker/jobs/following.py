"""Following facts: what the outbox holds is handed, in order, to all who follow, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker import db, outbox
from tracker.jobs import measures
from tracker.jobs.followers import FOLLOWERS, Follower
from tracker.outbox import Claimed

BATCH = 200
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What one turn did. `is_ours` is false when another worker had the turn."""

    followed: int = 0
    postponed: int = 0
    parked: int = 0
    is_ours: bool = True


def follow(
    engine: Engine,
    code: str,
    *,
    now: datetime,
    followers: Sequence[Follower] = FOLLOWERS,
    most: int = BATCH,
) -> Tally:
    """Follow up to `most` waiting facts of one jurisdiction and take them off, in the same transaction.

    A case whose facts cannot be followed is tried again later and then parked, alone.
    """
    with db.transaction(engine, code) as session:
        if not outbox.take_turn(session):
            return Tally(is_ours=False)
        claimed = outbox.claim(session, now=now, most=most)
        if not claimed:
            return Tally()
        if _hand(session, claimed, followers, now) is None:
            outbox.done(session, claimed)
            tally = Tally(followed=len(claimed))
        else:
            tally = _one_case_at_a_time(session, claimed, followers, now)
    measures.FOLLOWED.labels(code).inc(tally.followed)
    measures.FOLLOW_FAILED.labels(code).inc(tally.postponed)
    measures.FOLLOW_PARKED.labels(code).inc(tally.parked)
    return tally


def _hand(
    session: Session, claimed: Sequence[Claimed], followers: Sequence[Follower], now: datetime
) -> Exception | None:
    """Hand facts to everybody; return what went wrong, nothing of it being written then."""
    facts = [each.fact for each in claimed]
    savepoint = session.begin_nested()
    try:
        for follower in followers:
            follower(session, facts, now)
        session.flush()
        savepoint.commit()
    except Exception as error:
        if session.connection().invalidated:  # the server is gone: nothing can be noted, all is as it was
            raise
        savepoint.rollback()
        session.expire_all()
        return error
    return None


def _one_case_at_a_time(
    session: Session, claimed: Sequence[Claimed], followers: Sequence[Follower], now: datetime
) -> Tally:
    by_case: dict[object, list[Claimed]] = {}
    for each in claimed:
        by_case.setdefault(each.fact.case_id, []).append(each)
    followed = postponed = parked = 0
    for facts in by_case.values():
        error = _hand(session, facts, followers, now)
        if error is None:
            outbox.done(session, facts)
            followed += len(facts)
            continue
        # The first alone is put off: it holds back those after it.
        is_parked = outbox.postpone(session, facts[:1], now=now, error=f"{type(error).__name__}: {error}")
        postponed, parked = postponed + 1, parked + is_parked
        first = facts[0].fact
        log.error(
            "follow.failed", case_id=str(first.case_id), seq=first.seq, parked=is_parked, exc_info=error
        )
    return Tally(followed=followed, postponed=postponed, parked=parked)

"""Putting a crew's cases in order by hand. The history of each case that moves says who did and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from tracker.cases import history
from tracker.cases import service as cases
from tracker.cases.models import CaseRow
from tracker.dispatch.desk import CrewRef
from tracker.events import Fact
from tracker.queues import errors, queries
from tracker.queues.models import CrewOrder
from tracker.queues.queries import Queue

PLACED = "order_set"
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(CAST(CAST('crew_order' AS regclass) AS oid)::int, :crew)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordering:
    """Which cases come first, in this order; those not named follow by themselves. None named: as reckoned.

    `expected` are the tags of the queue that was looked at, None for whichever it is.
    """

    numbers: Sequence[str]
    reason: str
    actor: str
    at: datetime
    hidden: Sequence[str] = ()
    expected: frozenset[str] | None = None


def put_in_order(session: Session, crew: CrewRef, asked: Ordering) -> Queue:
    """Place a crew's cases, note it in the history of each one whose place changes, and return the queue.

    The versions of the cases stay: who works on one has still seen it as it is. The caller commits.
    Raises NamedTwice, NotInQueue, QueueChanged.
    """
    session.execute(_TAKE_TURNS, {"crew": crew.id})
    before = queries.of(session, crew, at=asked.at, hidden=asked.hidden)
    if asked.expected is not None and before.tag not in asked.expected:
        raise errors.QueueChanged
    if len(set(asked.numbers)) < len(asked.numbers):
        raise errors.NamedTwice
    there = {row["number"] for row in before.rows}
    if gone := [number for number in asked.numbers if number not in there]:
        raise errors.NotInQueue(gone)
    wanted = {number: place for place, number in enumerate(asked.numbers, start=1)}
    if wanted == before.places:
        return before
    _keep(session, crew, before.places, wanted, asked)
    return queries.of(session, crew, at=asked.at, hidden=asked.hidden)


def _keep(
    session: Session, crew: CrewRef, before: Mapping[str, int], wanted: Mapping[str, int], asked: Ordering
) -> None:
    named = sorted(number for number in {*before, *wanted} if before.get(number) != wanted.get(number))
    moved = {number: cases.lock(session, number) for number in sorted({*named, *wanted})}
    if gone := [number for number in wanted if not _is_of(moved[number], crew)]:
        raise errors.NotInQueue(gone)  # ended while its lock was waited for
    session.execute(delete(CrewOrder).where(CrewOrder.crew_id == crew.id))
    session.add_all(
        CrewOrder(case_id=moved[number].id, crew_id=crew.id, place=place, set_by=asked.actor, set_at=asked.at)
        for number, place in wanted.items()
    )
    session.flush()
    texts = {"reason": asked.reason} if asked.reason else {}
    for number in named:
        payload = {"crew": crew.code, "from": before.get(number), "to": wanted.get(number)}
        fact = Fact(kind=PLACED, actor=asked.actor, at=asked.at, payload=payload, texts=texts)
        history.note(session, moved[number], fact)


def _is_of(case: CaseRow, crew: CrewRef) -> bool:
    return case.is_open and case.crew_id == crew.id and case.status in queries.GIVEN

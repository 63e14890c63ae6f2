"""The weekly rota, and pages: who is called about a danger, one after another, until somebody answers."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import history
from tracker.cases import queries as cases
from tracker.cases import service as locking
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.events import Fact
from tracker.notify import duty
from tracker.notify.duty import Summons
from tracker.oncall import domains, errors, queries
from tracker.oncall.models import DutyRow, PageCall, PageRow
from tracker.prepared import Prepared

FRIDAY, HANDOVER = 5, time(16, 0)
TEST_STEPS = (("second", timedelta(minutes=10)), ("supervisor", timedelta(minutes=20)))
"""A test page nobody answers goes on to the second and the supervisor; no director is woken for a test."""

TEST_ENDS = timedelta(hours=2)

_END = Prepared("""
    UPDATE page p SET ended_at = :now FROM "case" c
    WHERE p.case_id = c.id AND c.id = ANY(:ids) AND p.ended_at IS NULL AND c.status_since >= p.opened_at
""")


def set_turn(session: Session, turn: DutyRow) -> DutyRow:
    """Say who answers for a domain from a Friday on, in place of what was said of that turn before.

    Raises NotAFriday, UnknownTurn, NotReachable, RankOfAll.
    """
    if turn.starts_on.isoweekday() != FRIDAY:
        raise errors.NotAFriday
    if turn.domain not in (*domains.DOMAINS, domains.ALL) or turn.rank not in domains.RANKS:
        raise errors.UnknownTurn
    if turn.domain == domains.ALL and turn.rank in ("first", "second"):
        raise errors.RankOfAll
    if not (turn.phone or turn.email or turn.staff_id):
        raise errors.NotReachable
    names = ("id", "domain", "rank", "starts_on", "name", "phone", "email", "staff_id")
    values = {name: getattr(turn, name) for name in names}
    changed = {name: values[name] for name in ("name", "phone", "email", "staff_id")}
    statement = insert(DutyRow).values(values).on_conflict_do_update(constraint="duty_turn_key", set_=changed)
    session.execute(statement)
    session.flush()
    return queries.turn(session, turn.domain, turn.rank, turn.starts_on)


def week_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the Friday whose handover (16:00 local) began the turn of a moment."""
    local = moment.astimezone(zone)
    friday = local.date() - timedelta(days=(local.isoweekday() - FRIDAY) % 7)
    if local.isoweekday() == FRIDAY and local.time() < HANDOVER:
        friday -= timedelta(days=7)
    return friday


def open_page(session: Session, case: Any, now: datetime) -> PageRow:
    """Page whoever is on duty about a case; a page of it that is open already is that page.

    `case` has the columns id, department and service_id. The caller holds the case's lock.
    """
    known = queries.open_page_of(session, case.id)
    if known is not None:
        return known
    skill = catalogue.version(session, case.service_id).skill
    page = _page(session, domains.domain_of(case.department, skill), now, case_id=case.id)
    call(session, page, "first", now)
    return page


def call_for_case(session: Session, case_id: UUID, rank: str, now: datetime) -> PageRow | None:
    """Call the next person about a case's open page; nobody when somebody has answered it."""
    page = queries.open_page_of(session, case_id, lock=True)
    if page is None or page.acknowledged_at is not None:
        return None
    call(session, page, rank, now)
    return page


def call(session: Session, page: PageRow, rank: str, now: datetime) -> None:
    """Call the person of a rank, once. That nobody is on duty is written down too."""
    zone = ZoneInfo(selected(session).zone)
    person = queries.on_duty(session, page.domain, rank, week_of(now, zone))
    values = {
        "page_id": page.id,
        "rank": rank,
        "at": now,
        "name": person.name if person else None,
        "phone": person.phone if person else None,
        "email": person.email if person else None,
        "staff_id": person.staff_id if person else None,
    }
    called = session.execute(
        insert(PageCall).values(values).on_conflict_do_nothing().returning(PageCall.rank)
    )
    if called.first() is None or person is None:
        return
    summons = Summons(
        page_id=page.id,
        secret=page.secret,
        rank=rank,
        case_id=page.case_id,
        phone=person.phone,
        email=person.email,
        staff_id=person.staff_id,
    )
    duty.call(session, summons, now)


def acknowledge(
    session: Session, page_id: UUID, *, by: str, now: datetime, secret: str | None = None
) -> PageRow:
    """Take a page: nobody else is called about it. Answering twice changes nothing.

    `secret` is checked when given (the link in the call). Raises PageNotFound.
    """
    page = queries.page(session, page_id)
    if page is None or (secret is not None and secret != page.secret):
        raise errors.PageNotFound
    # The case first, as a timer that calls the next person does: the two take turns.
    case = locking.lock(session, cases.by_id(session, page.case_id).number) if page.case_id else None
    session.refresh(page, with_for_update=True)
    if page.acknowledged_at is not None:
        return page
    page.acknowledged_at, page.acknowledged_by = now, by
    page.ended_at = page.ended_at or now
    if case is not None:
        fact = Fact(kind="page_acknowledged", actor=by, at=now, payload={"page": str(page.id)})
        history.note(session, case, fact)
    session.flush()
    return page


def hand_over(session: Session, now: datetime) -> int:
    """Page the new turn of every domain that has one, to see that they are reached; return how many."""
    zone = ZoneInfo(selected(session).zone)
    paged = 0
    for domain in domains.DOMAINS:
        if queries.on_duty(session, domain, "first", week_of(now, zone)) is not None:
            call(session, _page(session, domain, now, case_id=None), "first", now)
            paged += 1
    return paged


def call_unanswered_tests(session: Session, now: datetime) -> int:
    """Go on with the test pages nobody answered; end those of hours ago. Return how many were called."""
    called = 0
    open_ones = select(PageRow).where(PageRow.case_id.is_(None), PageRow.ended_at.is_(None))
    for page in session.scalars(open_ones.with_for_update(skip_locked=True)):
        ranks = set(session.scalars(select(PageCall.rank).where(PageCall.page_id == page.id)))
        for rank, after in TEST_STEPS:
            if rank not in ranks and now >= page.opened_at + after:
                call(session, page, rank, now)
                called += 1
    ended = update(PageRow).where(
        PageRow.case_id.is_(None), PageRow.ended_at.is_(None), PageRow.opened_at <= now - TEST_ENDS
    )
    session.execute(ended.values(ended_at=now))
    return called


def end_pages(session: Session, case_ids: Sequence[UUID], now: datetime) -> None:
    """End the pages of those of these cases that have moved on since: they are in somebody's hands."""
    _END.run(session, {"ids": list(case_ids), "now": now})


def _page(session: Session, domain: str, now: datetime, *, case_id: UUID | None) -> PageRow:
    page = PageRow(id=ids.new_id(), case_id=case_id, domain=domain, opened_at=now, secret=ids.new_secret())
    session.add(page)
    session.flush()
    return page

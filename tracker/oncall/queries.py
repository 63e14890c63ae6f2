"""Named reads of the rota and of pages."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from tracker.oncall import domains
from tracker.oncall.models import DutyRow, PageCall, PageRow


def turn(session: Session, domain: str, rank: str, starts_on: date) -> DutyRow:
    """Return one turn, which must exist."""
    wanted = select(DutyRow).where(
        DutyRow.domain == domain, DutyRow.rank == rank, DutyRow.starts_on == starts_on
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def on_duty(session: Session, domain: str, rank: str, week: date) -> DutyRow | None:
    """Return who has a rank in the week of a Friday: the last whose turn began by then.

    A week nobody was named for is the last one's still: somebody is always called. The domain's own person
    comes before whoever answers for all.
    """
    wanted = select(DutyRow).where(
        DutyRow.domain.in_((domain, domains.ALL)), DutyRow.rank == rank, DutyRow.starts_on <= week
    )
    ordered = wanted.order_by((DutyRow.domain == domains.ALL), DutyRow.starts_on.desc()).limit(1)
    return session.scalars(ordered).one_or_none()


def rota(session: Session, since: date) -> Sequence[DutyRow]:
    """Return the turns from a Friday on and, of each place, the last that began before it."""
    later = aliased(DutyRow)
    followed = exists().where(
        later.domain == DutyRow.domain,
        later.rank == DutyRow.rank,
        later.starts_on > DutyRow.starts_on,
        later.starts_on < since,
    )
    wanted = select(DutyRow).where((DutyRow.starts_on >= since) | ~followed)
    return session.scalars(wanted.order_by(DutyRow.domain, DutyRow.rank, DutyRow.starts_on)).all()


def page(session: Session, page_id: UUID) -> PageRow | None:
    """Return a page."""
    return session.get(PageRow, page_id)


def open_page_of(session: Session, case_id: UUID, *, lock: bool = False) -> PageRow | None:
    """Return the page of a case that has not ended."""
    wanted = select(PageRow).where(PageRow.case_id == case_id, PageRow.ended_at.is_(None))
    wanted = wanted.execution_options(populate_existing=True)
    return session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()


def recent(session: Session, limit: int) -> Sequence[PageRow]:
    """Return pages, the newest first."""
    return session.scalars(
        select(PageRow).order_by(PageRow.opened_at.desc(), PageRow.id.desc()).limit(limit)
    ).all()


def calls(session: Session, page_ids: Sequence[UUID]) -> dict[UUID, list[PageCall]]:
    """Return who was called, by page, in order."""
    found: dict[UUID, list[PageCall]] = {each: [] for each in page_ids}
    rows = select(PageCall).where(PageCall.page_id.in_(page_ids)).order_by(PageCall.at, PageCall.rank)
    for row in session.scalars(rows):
        found[row.page_id].append(row)
    return found

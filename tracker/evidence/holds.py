"""Holds: while one stands, nothing of a case, or of a place in a period, is erased or anonymised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import queries as cases
from tracker.evidence import errors
from tracker.evidence.models import HoldRow

# A hold of a case also covers the reports that a merge moved into another; one of a place whatever lies there
# by
# the case's position or by a report's own. `c` and `r` are the case and the report of the statement around
# it.
STANDS = """
    h.released_at IS NULL AND (
        h.case_id = c.id OR h.case_id IN (SELECT k.id FROM "case" k WHERE k.parent_id = c.id)
        OR (h.geom IS NOT NULL
            AND (h.from_at IS NULL OR coalesce(c.closed_at, 'infinity') >= h.from_at)
            AND (h.to_at IS NULL OR c.opened_at < h.to_at)
            AND (ST_DWithin(h.geom::geography, c.geom::geography, h.radius_m)
                 OR ST_DWithin(h.geom::geography, r.geom::geography, h.radius_m))))
"""
HELD = f"EXISTS (SELECT 1 FROM hold h WHERE {STANDS})"  # noqa: S608 -- composed of constants
_OF_REPORT = text(f"""
    SELECT h.reason FROM report r JOIN "case" c ON c.id = r.case_id, hold h
    WHERE r.id = :report_id AND ({STANDS}) ORDER BY h.placed_at, h.id
""")  # noqa: S608 -- composed of constants
_LISTED = text("""
    SELECT h.id, h.reason, h.placed_by, h.placed_at, h.released_at, h.released_by, h.from_at, h.to_at,
    h.radius_m,
           ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat, c.number AS case_number
    FROM hold h LEFT JOIN "case" c ON c.id = h.case_id
    WHERE (:released OR h.released_at IS NULL) AND (CAST(:id AS uuid) IS NULL OR h.id = CAST(:id AS uuid))
    ORDER BY h.placed_at DESC, h.id LIMIT :limit
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """A place (EPSG:4326) and how far around it, in a period of which either end may be open."""

    lon: float
    lat: float
    radius_m: float
    from_at: datetime | None = None
    to_at: datetime | None = None


def place(
    session: Session, *, reason: str, by: str, at: datetime, case_number: str | None, around: Around | None
) -> UUID:
    """Forbid to erase a case, or what happened around a place. Raises CaseNotFound; ValueError for
    neither.
    """
    if (case_number is None) == (around is None):
        raise ValueError("a case or a place")
    row = HoldRow(id=ids.new_id(), reason=reason, placed_by=by, placed_at=at)
    if case_number is not None:
        row.case_id = cases.case(session, case_number).id
    else:
        assert around is not None
        row.geom = func.ST_SetSRID(func.ST_MakePoint(around.lon, around.lat), 4326)
        row.radius_m, row.from_at, row.to_at = around.radius_m, around.from_at, around.to_at
    session.add(row)
    session.flush()
    return row.id


def release(session: Session, hold_id: UUID, *, by: str, at: datetime) -> None:
    """Lift a hold; it stays in the list as released. Raises HoldNotFound."""
    row = session.scalars(select(HoldRow).where(HoldRow.id == hold_id).with_for_update()).one_or_none()
    if row is None or row.released_at is not None:
        raise errors.HoldNotFound
    row.released_at, row.released_by = at, by
    session.flush()


def listed(session: Session, *, released: bool = False, limit: int = 200) -> Sequence[Any]:
    """Return the holds that stand, with those released if asked, the newest first."""
    return session.execute(_LISTED, {"released": released, "limit": limit, "id": None}).all()


def one(session: Session, hold_id: UUID) -> Any:
    """Return a hold as `listed` gives it, released or not."""
    return session.execute(_LISTED, {"released": True, "limit": 1, "id": hold_id}).one()


def check_free(session: Session, report_id: UUID) -> None:
    """Check that no hold covers a report. Raises OnHold."""
    reasons = tuple(session.scalars(_OF_REPORT, {"report_id": report_id}))
    if reasons:
        raise errors.OnHold(reasons)

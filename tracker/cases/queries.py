"""Named reads of one case: the row, its reports with photos, the cases it may repeat."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from tracker.cases import errors, numbers
from tracker.cases.models import CaseRow

_REPORTS = text("""
    SELECT r.id, r.number, r.description, r.answers, r.language, r.channel, r.received_at, r.occurred_at,
           r.link, r.location_method, r.accuracy_m, r.address_text, k.name, k.email, k.phone,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind,
                       'width', p.width, 'height', p.height) ORDER BY p.id)
                     FROM photo p WHERE p.report_id = r.id), '[]') AS photos
    FROM report r LEFT JOIN contact k ON k.report_id = r.id
    WHERE r.case_id = :id ORDER BY r.received_at, r.id
""")
_PHOTOS = text("""
    SELECT p.id, p.kind, p.width, p.height, p.added_at FROM photo p
    WHERE p.case_id = :id OR p.report_id IN (SELECT r.id FROM report r WHERE r.case_id = :id)
    ORDER BY p.added_at, p.id
""")
_LOOKALIKES = text("""
    SELECT DISTINCT ON (other.id) other.number, other.service_code, other.status, other.workflow,
           other.workflow_version, other.outcome, other.opened_at, other.reports_count, other.place_text,
           d.probability, d.distance_m, d.terms
    FROM report r JOIN duplicate_candidate d ON d.report_id = r.id JOIN "case" other ON other.id = d.case_id
    WHERE r.case_id = :id AND other.id <> :id AND other.parent_id IS NULL
    ORDER BY other.id, d.probability DESC
""")
_TRACKED = text("""
    SELECT r.id AS report_id, r.number, r.received_at, r.language, r.description, r.case_id, r.link
    FROM report r WHERE r.number = :number AND r.secret_hash = :secret_hash
""")
_LINKS = text("""
    SELECT l.id, l.kind, l.at, l.actor, l.undone_at, f.number AS from_number, i.number AS into_number
    FROM link_change l JOIN "case" f ON f.id = l.from_case_id JOIN "case" i ON i.id = l.into_case_id
    WHERE l.from_case_id = :id OR l.into_case_id = :id ORDER BY l.at DESC
""")


def case(session: Session, number: str) -> CaseRow:
    """Return a case by its number. Raises CaseNotFound."""
    found = session.scalars(select(CaseRow).where(CaseRow.number == numbers.normal(number))).one_or_none()
    if found is None:
        raise errors.CaseNotFound(number)
    return found


def by_id(session: Session, case_id: UUID) -> CaseRow:
    """Return a case by its identifier. Raises CaseNotFound."""
    found = session.get(CaseRow, case_id)
    if found is None:
        raise errors.CaseNotFound(str(case_id))
    return found


def reports(session: Session, case_id: UUID) -> Sequence[RowMapping]:
    """Return the reports of a case with contact and photos, the first one first."""
    return session.execute(_REPORTS, {"id": case_id}).mappings().all()


def photos(session: Session, case_id: UUID) -> Sequence[RowMapping]:
    """Return every photo of a case and of its reports, the oldest first."""
    return session.execute(_PHOTOS, {"id": case_id}).mappings().all()


def lookalikes(session: Session, case_id: UUID) -> list[RowMapping]:
    """Return the cases that reports of this one were scored against, the most probable first."""
    rows = session.execute(_LOOKALIKES, {"id": case_id}).mappings().all()
    return sorted(rows, key=lambda row: -row["probability"])


def links(session: Session, case_id: UUID) -> Sequence[RowMapping]:
    """Return the changes of links that touch a case, the newest first."""
    return session.execute(_LINKS, {"id": case_id}).mappings().all()


def tracked(session: Session, number: str, secret_hash: bytes) -> RowMapping | None:
    """Return the report that a number and the hash of its secret open, if they do."""
    return (
        session.execute(_TRACKED, {"number": numbers.normal(number), "secret_hash": secret_hash})
        .mappings()
        .one_or_none()
    )


def position(session: Session, case_id: UUID) -> tuple[float, float] | None:
    """Return a case's longitude and latitude, EPSG:4326."""
    row = session.execute(
        text('SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat FROM "case" WHERE id = :id'), {"id": case_id}
    ).one()
    return (row.lon, row.lat) if row.lon is not None else None

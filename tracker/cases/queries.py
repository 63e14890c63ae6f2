"""Named reads of one case: the row to change, or all there is to show of it in one statement."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.cases import errors, listing, numbers
from tracker.cases.models import CaseRow
from tracker.prepared import Prepared

T = TypeVar("T")

_CASE = select(CaseRow).where(CaseRow.number == bindparam("number"))
# Nobody changes a case's key, so the lock lets others refer to it meanwhile (a report compared with it): two
# people joining reports to two cases that resemble each other would otherwise wait for one another.
_LOCKED = _CASE.with_for_update(key_share=True).execution_options(populate_existing=True)

_REPORTS = """
    SELECT r.number, r.service_code, r.description, r.answers, r.language, r.channel, r.received_at,
           r.occurred_at, r.link, r.location_method, r.accuracy_m, r.address_text, r.placement,
           k.name, k.email, k.phone,
           coalesce((SELECT json_agg(json_build_object('id', p.id, 'kind', p.kind,
                       'width', p.width, 'height', p.height) ORDER BY p.id)
                     FROM photo p WHERE p.report_id = r.id), '[]') AS photos
    FROM report r LEFT JOIN contact k ON k.report_id = r.id
    WHERE r.case_id = c.id ORDER BY r.received_at, r.id
"""
_PHOTOS = """
    SELECT p.id, p.kind, p.width, p.height, p.added_at FROM photo p
    WHERE p.case_id = c.id OR p.report_id IN (SELECT r.id FROM report r WHERE r.case_id = c.id)
    ORDER BY p.added_at, p.id
"""
_LOOKALIKES = """
    SELECT * FROM (
        SELECT DISTINCT ON (other.id) other.number, other.service_code, other.status, other.workflow,
               other.workflow_version, other.outcome, other.opened_at, other.reports_count, other.place_text,
               d.probability, d.distance_m, d.terms
        FROM report r
        JOIN duplicate_candidate d ON d.report_id = r.id JOIN "case" other ON other.id = d.case_id
        WHERE r.case_id = c.id AND other.id <> c.id AND other.parent_id IS NULL
        ORDER BY other.id, d.probability DESC
    ) once ORDER BY probability DESC
"""
_LINKS = """
    SELECT l.id, l.kind, l.at, l.actor, l.undone_at, f.number AS from_number, i.number AS into_number
    FROM link_change l JOIN "case" f ON f.id = l.from_case_id JOIN "case" i ON i.id = l.into_case_id
    WHERE l.from_case_id = c.id OR l.into_case_id = c.id ORDER BY l.at DESC
"""

_MARKS = "SELECT m.name, m.facts, m.at FROM case_mark m WHERE m.case_id = c.id ORDER BY m.at, m.name"


def _listed(query: str) -> str:
    return f"coalesce((SELECT json_agg(x) FROM ({query}) x), '[]')"  # noqa: S608 -- composed of constants


_WHOLE = Prepared(f"""
    SELECT {listing.COLUMNS}, c.triage, c.pauses,
           (SELECT parent.number FROM "case" parent WHERE parent.id = c.parent_id) AS parent,
           (SELECT s.class FROM street_segment s WHERE s.id = c.segment_id) AS road_class,
           {_listed(_MARKS)} AS marks,
           {_listed(_REPORTS)} AS reports, {_listed(_PHOTOS)} AS photos,
           {_listed(_LOOKALIKES)} AS lookalikes, {_listed(_LINKS)} AS links
    FROM "case" c WHERE c.number = :number
""")  # noqa: S608 -- composed of constants
_GLANCE = Prepared('SELECT workflow, crew_id FROM "case" WHERE number = :number')
_NUMBERED = """
    SELECT r.id, r.number, r.received_at, r.description, c.number AS case_number, r.address_text,
           ST_X(r.geom) AS lon, ST_Y(r.geom) AS lat
    FROM report r JOIN "case" c ON c.id = r.case_id
    WHERE r.number = :number
"""
_TRACKED = Prepared(f"{_NUMBERED} AND r.secret_hash = :secret_hash")
_BY_NUMBER = Prepared(_NUMBERED)


def case(session: Session, number: str) -> CaseRow:
    """Return a case by its number. Raises CaseNotFound."""
    return _found(session.scalars(_CASE, {"number": numbers.normal(number)}).one_or_none(), number)


def locked(session: Session, number: str) -> CaseRow:
    """Return a case as it stands, locked until the end of the transaction. Raises CaseNotFound."""
    return _found(session.scalars(_LOCKED, {"number": numbers.normal(number)}).one_or_none(), number)


def by_id(session: Session, case_id: UUID) -> CaseRow:
    """Return a case by its identifier. Raises CaseNotFound."""
    return _found(session.get(CaseRow, case_id), str(case_id))


def glance(session: Session, number: str) -> Any:
    """Return what decides who may see a case: its workflow and crew. Raises CaseNotFound."""
    return _found(_GLANCE.one_or_none(session, {"number": numbers.normal(number)}), number)


def whole(session: Session, number: str) -> Any:
    """Return a case with its reports, photos, lookalikes and links as JSON has them. Raises CaseNotFound.

    Reports come first one first, photos the oldest, lookalikes the most probable, links the newest first.
    """
    return _found(_WHOLE.one_or_none(session, {"number": numbers.normal(number)}), number)


def tracked(session: Session, number: str, secret_hash: bytes) -> Any:
    """Return the report that a number and the hash of its secret open, with its case's number, if they do."""
    values = {"number": numbers.normal(number), "secret_hash": secret_hash}
    return _TRACKED.one_or_none(session, values)


def numbered(session: Session, number: str) -> Any:
    """Return the report of a number with its case's, whoever asks, if there is one."""
    return _BY_NUMBER.one_or_none(session, {"number": numbers.normal(number)})


def _found(case: T | None, number: str) -> T:
    if case is None:
        raise errors.CaseNotFound(number)
    return case

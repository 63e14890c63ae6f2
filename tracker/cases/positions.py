"""Where a case is: the inverse-variance mean of its reports, counted anew when reports come or go."""

from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases.models import CaseRow

# Degrees may be averaged: the reports of one thing are tens of metres apart.
_RECOUNT = text("""
    UPDATE "case" c SET
        geom = coalesce(m.geom, c.geom), geom_accuracy_m = coalesce(m.accuracy_m, c.geom_accuracy_m),
        last_report_at = coalesce(m.last_at, c.last_report_at)
    FROM (
        SELECT ST_SetSRID(ST_MakePoint(sum(ST_X(r.geom) / v.variance) / sum(1 / v.variance),
                                       sum(ST_Y(r.geom) / v.variance) / sum(1 / v.variance)), 4326) AS geom,
               sqrt(1 / sum(1 / v.variance)) AS accuracy_m,
               (SELECT max(received_at) FROM report WHERE case_id = :id) AS last_at
        FROM report r, LATERAL (SELECT greatest(coalesce(r.accuracy_m, 15), 1) ^ 2 AS variance) v
        WHERE r.case_id = :id AND r.geom IS NOT NULL
    ) m WHERE c.id = :id
""")
_SNAPSHOT = text("""
    SELECT encode(ST_AsEWKB(c.geom), 'hex') AS geom, c.geom_accuracy_m,
           c.last_report_at::text AS last_report_at,
           (SELECT coalesce(jsonb_agg(r.id ORDER BY r.id), '[]') FROM report r
            WHERE r.case_id = c.id) AS reports
    FROM "case" c WHERE c.id = :id
""")
_RESTORE = text("""
    UPDATE "case" SET geom = ST_GeomFromEWKB(decode(CAST(:geom AS text), 'hex')),
        geom_accuracy_m = CAST(:geom_accuracy_m AS float8),
        last_report_at = CAST(:last_report_at AS timestamptz)
    WHERE id = :id
""")

# The place a case had with the same reports before any change that is known: undoing in another order than
# the changes were made in ends there too.
_ONCE = text("""
    SELECT place FROM (
        SELECT at, id, CASE WHEN from_case_id = :id THEN before -> 'from_place'
                            ELSE before -> 'into_place' END AS place
        FROM link_change WHERE from_case_id = :id OR into_case_id = :id
    ) known WHERE place -> 'reports' = CAST(:reports AS jsonb) ORDER BY at, id LIMIT 1
""")


def recount(session: Session, case: CaseRow) -> None:
    """Place a case at the mean of the reports it holds now; without any it stays where it was."""
    session.flush()
    session.execute(_RECOUNT, {"id": case.id})
    session.refresh(case)


def snapshot(session: Session, case: CaseRow) -> dict[str, Any]:
    """Return where a case is and of which reports, to give back exactly."""
    session.flush()
    return dict(session.execute(_SNAPSHOT, {"id": case.id}).mappings().one())


def give_back(session: Session, case: CaseRow, kept: dict[str, Any]) -> None:
    """Place a case where it was with the reports it holds again; never so before, at their mean."""
    reports = snapshot(session, case)["reports"]
    if reports != kept["reports"]:
        values = {"id": case.id, "reports": orjson.dumps(reports).decode()}
        once = session.execute(_ONCE, values).scalar_one_or_none()
        if once is None:
            recount(session, case)
            return
        kept = once
    values = {name: kept[name] for name in ("geom", "geom_accuracy_m", "last_report_at")}
    session.execute(_RESTORE, {"id": case.id, **values})
    session.refresh(case)

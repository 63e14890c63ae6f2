"""The list of cases: filters, keyset paging, one statement whatever the filters."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from gis import text as words
from tracker.cases import errors

COLUMNS = """
    c.id, c.number, c.service_id, c.service_code, c.workflow, c.workflow_version, c.status, c.is_open,
    c.outcome, c.priority, c.place_text, c.district_id, c.crew_id, c.department, c.respond_by, c.resolve_by,
    c.opened_at,
    c.updated_at, c.reports_count, c.version, c.summary, c.is_public, c.planned_for, c.reason,
    c.paused_since, c.suspended_since,
    c.completed_at, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
"""
# The same, as the public may know it: what points at a home is on its street, not at its door.
PUBLIC_COLUMNS = (
    COLUMNS.replace("c.place_text", "coalesce(c.public_place, c.place_text) AS place_text")
    .replace("ST_X(c.geom)", "ST_X(coalesce(c.public_geom, c.geom))")
    .replace("ST_Y(c.geom)", "ST_Y(coalesce(c.public_geom, c.geom))")
)
_ENVELOPE = "ST_MakeEnvelope(:w, :s, :e, :n, 4326)"

# A clock that is held is as late as it was when it stopped.
LATE = "c.resolve_by < :{} AND coalesce(c.resolve_by < least(c.paused_since, c.suspended_since), true)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A way to go through the cases: the columns that make the key, and the direction."""

    keys: tuple[str, ...]
    descending: bool

    @property
    def sql(self) -> str:
        direction = " DESC" if self.descending else ""
        return ", ".join(f"c.{key}{direction}" for key in self.keys)

    @property
    def compare(self) -> str:
        left = ", ".join(f"c.{key}" for key in self.keys)
        right = ", ".join(f"CAST(:k_{key} AS {_TYPES[key]})" for key in self.keys)
        return f"({left}) {'<' if self.descending else '>'} ({right})"


_TYPES = {"opened_at": "timestamptz", "resolve_by": "timestamptz", "priority": "smallint", "id": "uuid"}

ORDERS: Mapping[str, Order] = {
    "newest": Order(keys=("opened_at", "id"), descending=True),
    "due": Order(keys=("resolve_by", "id"), descending=False),
    "priority": Order(keys=("priority", "resolve_by", "id"), descending=False),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a list of cases is narrowed to; None and empty mean everything. The box is EPSG:4326."""

    statuses: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    districts: tuple[int, ...] = ()
    crews: tuple[int, ...] = ()
    priority: int | None = None
    is_open: bool | None = None
    late_at: datetime | None = None
    box: tuple[float, float, float, float] | None = None
    query: str = ""
    public_only: bool = False
    has_lookalike: bool = False
    hidden_families: tuple[str, ...] = ()
    mark: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page and the place to go on from."""

    rows: list[RowMapping]
    next: str | None


# A plan made once for all values cannot know that one word is in every case and another in ten: measured at
# 100,000 cases, 48 ms against 1.
_PLAN_FOR_THESE_VALUES = text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")


def page(session: Session, filters: Filters, *, order: str, limit: int, after: str | None) -> Page:
    """Return one page of cases. Raises FilterInvalid, CursorInvalid."""
    how = ORDERS.get(order)
    if how is None:
        raise errors.FilterInvalid("order", order)
    clauses, values = _clauses(filters)
    if how.keys[0] != "opened_at":
        if filters.is_open is False:  # what is finished is not due any more
            raise errors.FilterInvalid("order", order)
        clauses.append("c.is_open")
    if after is not None:
        clauses.append(how.compare)
        values |= _place(after, how)
    where = " AND ".join(clauses) or "true"
    # The choice of clauses is ours; every value from outside is a bound parameter.
    statement = text(
        f'SELECT {COLUMNS} FROM "case" c WHERE {where} ORDER BY {how.sql} LIMIT :limit'  # noqa: S608 -- constants
    )
    session.execute(_PLAN_FOR_THESE_VALUES)
    rows = list(session.execute(statement, {**values, "limit": limit + 1}).mappings())
    more = len(rows) > limit
    return Page(rows=rows[:limit], next=_cursor(rows[limit - 1], how) if more else None)


def nearest_public(
    session: Session, filters: Filters, lon: float, lat: float, *, limit: int
) -> list[RowMapping]:
    """Return the public cases nearest to a point (EPSG:4326), the nearest first, where the public is shown
    them.

    What points at a home is found, measured and told by its public position alone: a box moved about must not
    tell where it really is.
    """
    clauses, values = _clauses(replace(filters, public_only=True, box=None))
    halves = [
        f"""(SELECT {PUBLIC_COLUMNS}, c.{place} <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS apart
             FROM "case" c WHERE {" AND ".join([*clauses, own, f"c.{place} && {_ENVELOPE}"])}
             ORDER BY apart, c.id LIMIT :limit)"""  # noqa: S608 -- constants
        for place, own in (("geom", "c.public_geom IS NULL"), ("public_geom", "c.public_geom IS NOT NULL"))
    ]
    statement = text(f"{' UNION ALL '.join(halves)} ORDER BY apart, id LIMIT :limit")
    values |= {"lon": lon, "lat": lat, "limit": limit, **_box(filters.box)}
    return list(session.execute(statement, values).mappings())


def counts(session: Session, filters: Filters, *, now: datetime) -> RowMapping:
    """Return how many cases there are in all, open, late, new, and possibly repeated."""
    clauses, values = _clauses(filters)
    where = " AND ".join(["c.is_open", *clauses])
    statement = text(
        f"""SELECT count(*) AS open, count(*) FILTER (WHERE {LATE.format("now")}) AS late,
                   count(*) FILTER (WHERE c.status IN ('received', 'reopened')) AS to_triage,
                   count(*) FILTER (WHERE c.priority = 1) AS urgent
            FROM "case" c WHERE {where}"""  # noqa: S608 -- constants
    )
    return session.execute(statement, {**values, "now": now}).mappings().one()


def _clauses(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    chosen: list[tuple[bool, str, dict[str, Any]]] = [
        (bool(filters.statuses), "c.status = ANY(:statuses)", {"statuses": list(filters.statuses)}),
        (bool(filters.services), "c.service_code = ANY(:services)", {"services": list(filters.services)}),
        (bool(filters.districts), "c.district_id = ANY(:districts)", {"districts": list(filters.districts)}),
        (bool(filters.crews), "c.crew_id = ANY(:crews)", {"crews": list(filters.crews)}),
        (filters.priority is not None, "c.priority = :priority", {"priority": filters.priority}),
        (filters.is_open is True, "c.is_open", {}),
        (filters.is_open is False, "NOT c.is_open", {}),
        (
            filters.late_at is not None,
            f"c.is_open AND {LATE.format('late_at')}",
            {"late_at": filters.late_at},
        ),
        (filters.public_only, "c.is_public AND c.parent_id IS NULL", {}),
        (
            bool(filters.hidden_families),
            "c.workflow <> ALL(:hidden)",
            {"hidden": list(filters.hidden_families)},
        ),
        (filters.has_lookalike, _LOOKALIKE, {}),
        (filters.mark is not None, _MARKED, {"mark": filters.mark}),
        (filters.box is not None, f"c.geom && {_ENVELOPE}", _box(filters.box)),
        (
            bool(filters.query.strip()),
            "c.search @@ to_tsquery('simple', :query)" if words.tokens(filters.query) else "false",
            {"query": _tsquery(filters.query)},
        ),
    ]
    clauses = [clause for wanted, clause, _ in chosen if wanted]
    values: dict[str, Any] = {}
    for wanted, _, bound in chosen:
        if wanted:
            values |= bound
    return clauses, values


_MARKED = "EXISTS (SELECT FROM case_mark m WHERE m.case_id = c.id AND m.name = :mark)"
_LOOKALIKE = """EXISTS (
    SELECT 1 FROM report r JOIN duplicate_candidate d ON d.report_id = r.id
    JOIN "case" other ON other.id = d.case_id
    WHERE r.case_id = c.id AND other.id <> c.id AND other.is_open AND d.probability >= 0.75
)"""


def _box(box: tuple[float, float, float, float] | None) -> dict[str, float]:
    if box is None:
        return {}
    west, south, east, north = box
    return {"w": west, "s": south, "e": east, "n": north}


def _tsquery(query: str) -> str:
    """Return a search where every word may be the beginning of one; a number typed in full is found too."""
    tokens = words.tokens(query)
    return " & ".join(f"{token}:*" for token in tokens)


def _cursor(row: RowMapping, order: Order) -> str:
    values = [row[key].isoformat() if isinstance(row[key], datetime) else str(row[key]) for key in order.keys]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _place(cursor: str, order: Order) -> dict[str, Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise errors.CursorInvalid from None
    if not isinstance(values, list) or len(values) != len(order.keys):
        raise errors.CursorInvalid
    return {f"k_{key}": _typed(key, value) for key, value in zip(order.keys, values, strict=True)}


def _typed(key: str, value: object) -> object:
    try:
        match _TYPES[key]:
            case "timestamptz":
                return datetime.fromisoformat(str(value))
            case "smallint":
                if not -32_768 <= int(str(value)) <= 32_767:
                    raise errors.CursorInvalid
                return int(str(value))
            case _:
                return UUID(str(value))
    except ValueError:
        raise errors.CursorInvalid from None

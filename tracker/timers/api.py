"""What runs late, by level, and places where the same comes back, over HTTP."""

from typing import Any

import orjson
from flask import Response
from sqlalchemy import text

from tracker.cases import families
from tracker.catalogue import queries as catalogue
from tracker.http import edge, language, openapi
from tracker.timers import promising, schemas, words

blp = openapi.Blueprint(
    "timers", __name__, url_prefix=openapi.PREFIX, description="What runs late, and what keeps coming back."
)
# The municipal court's files are the clerk's: none of them is in a list.
_ESCALATIONS = text("""
    SELECT c.number, c.service_code, c.place_text, c.department, c.resolve_by, e.at, e.promised_for, e.reason
    FROM escalation e JOIN "case" c ON c.id = e.case_id
    WHERE e.level = :level AND e.at >= :since AND c.is_open AND c.workflow <> ALL(:sealed)
    ORDER BY c.resolve_by, c.id LIMIT :limit
""")
_CAUSES = text("""
    SELECT k.service_code, s.name AS street, k.cases, k.first_at, k.last_at
    FROM cause k LEFT JOIN street_segment s ON s.id = k.segment_id
    WHERE k.settled_at IS NULL ORDER BY k.cases DESC, k.last_at DESC, k.id LIMIT 500
""")


@blp.route("/escalations")
@blp.arguments(schemas.EscalationQuery, location="query")
@openapi.documented(200, schemas.EscalationList)
@openapi.problems(401, 403, 404, 422)
def list_escalations(given: dict[str, Any]) -> Response:
    """List the open cases that were told of to a level: the director's weekly list, the council's report."""
    with edge.transaction() as session:
        edge.require("escalation.list")
        since = given["since"] or edge.clock() - schemas.A_WEEK
        values = given | {"since": since, "sealed": list(families.SEALED)}
        spoken = language.current()
        services = catalogue.current(session).catalogue
        cases = [
            {
                "number": row.number,
                "service": _name(services, row.service_code, spoken),
                "place": row.place_text,
                "department": row.department,
                "resolve_by": row.resolve_by,
                "at": row.at,
                "promised_for": row.promised_for,
                "reason": _reason(row.reason, spoken),
            }
            for row in session.execute(_ESCALATIONS, values)
        ]
    label = words.LEVELS[given["level"]].said_in(spoken)
    return _json({"level": given["level"], "label": label, "cases": cases})


@blp.route("/causes")
@openapi.documented(200, schemas.CauseList)
@openapi.problems(401, 403, 404)
def list_causes() -> Response:
    """List the stretches of street where a service was asked for at least four times in 90 days."""
    with edge.transaction() as session:
        edge.require("escalation.list")
        services, spoken = catalogue.current(session).catalogue, language.current()
        causes = [
            {
                "service": _name(services, row.service_code, spoken),
                "street": row.street,
                "cases": row.cases,
                "first_at": row.first_at,
                "last_at": row.last_at,
            }
            for row in session.execute(_CAUSES)
        ]
    return _json({"causes": causes})


def _name(services: Any, code: str, spoken: str) -> str:
    return str(services.service(code).name.in_language(spoken)) if code in services else code


def _reason(code: str | None, spoken: str) -> str | None:
    said = promising.REASONS.get(code or "")
    return said.said_in(spoken) if said is not None else None


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), 200, content_type="application/json")

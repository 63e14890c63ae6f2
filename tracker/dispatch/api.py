"""Crews over HTTP."""

import orjson
from flask import Response
from flask_smorest import Blueprint

from tracker.dispatch import desk, schemas
from tracker.http import edge, openapi

blp = Blueprint("dispatch", __name__, url_prefix=openapi.PREFIX, description="Who does the work.")


@blp.route("/crews")
@openapi.documented(200, schemas.CrewList)
@openapi.problems(401, 403, 404)
def list_crews() -> Response:
    """List the active crews with what they can do and where."""
    with edge.transaction() as session:
        edge.require("crew.list")
        crews = desk.current(session).crews
    told = [
        {
            "code": crew.code,
            "name": crew.name,
            "department": crew.department,
            "kind": crew.kind,
            "skills": sorted(crew.skills),
            "districts": sorted(crew.districts),
        }
        for crew in crews
    ]
    return Response(orjson.dumps({"crews": told}), 200, content_type="application/json")

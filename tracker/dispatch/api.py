"""Crews over HTTP."""

import orjson
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from tracker.dispatch import desk
from tracker.http import edge, openapi

blp = Blueprint("dispatch", __name__, url_prefix=openapi.PREFIX, description="Who does the work.")


class CrewTold(Schema):
    """A crew."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    department = fields.String(required=True)
    kind = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    districts = fields.List(fields.String(), required=True)


class CrewList(Schema):
    """Active crews."""

    crews = fields.List(fields.Nested(CrewTold), required=True)


@blp.route("/crews")
@openapi.documented(200, CrewList)
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

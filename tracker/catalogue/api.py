"""The catalogue over HTTP."""

from typing import Any

import orjson
from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound

from tracker.catalogue import queries
from tracker.catalogue.definitions import Question, Service
from tracker.db import selected
from tracker.http import edge, language, openapi

blp = Blueprint("catalogue", __name__, url_prefix=openapi.PREFIX, description="What can be reported.")


class ServiceDetail(Schema):
    """A service, with the questions it asks."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    group = fields.String(required=True)
    keywords = fields.List(fields.String(), required=True)
    priority = fields.Integer(required=True)
    workflow = fields.String(required=True)
    location = fields.Dict(required=True)
    questions = fields.List(fields.Dict(), required=True)
    emergency = fields.String(allow_none=True)
    read_first = fields.List(fields.String(), required=True)
    deadline = fields.Dict(allow_none=True)
    season = fields.Dict(allow_none=True)
    needs_contact = fields.Boolean(required=True)


class GroupDetail(Schema):
    """A group of services."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    services = fields.List(fields.Nested(ServiceDetail), required=True)


class CatalogueDetail(Schema):
    """Every group in order."""

    groups = fields.List(fields.Nested(GroupDetail), required=True)


@blp.route("/services")
@openapi.documented(200, CatalogueDetail)
@openapi.problems(404)
def list_services() -> Response:
    """List the groups and services, in the reader's language."""
    with edge.transaction() as session:
        town, loaded, said = selected(session), queries.current(session), language.current()
    etag = f"{town.code}-{town.revision}-{said}"
    if etag in request.if_none_match:
        return Response(status=304)
    groups = [
        {
            "code": group.code,
            "name": group.name.in_language(said),
            "services": [as_service(each, said) for each in loaded.catalogue.in_group(group.code)],
        }
        for group in loaded.catalogue.groups
    ]
    response = Response(orjson.dumps({"groups": groups}), 200, content_type="application/json")
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blp.route("/services/<code>")
@openapi.documented(200, ServiceDetail)
@openapi.problems(404, 422)
def read_service(code: str) -> Response:
    """Read one service."""
    with edge.transaction() as session:
        loaded, said = queries.current(session), language.current()
    if code not in loaded.catalogue:
        raise NotFound
    body = as_service(loaded.catalogue.service(code), said)
    return Response(orjson.dumps(body), 200, content_type="application/json")


def as_service(service: Service, said: str) -> dict[str, Any]:
    """Return a service in a language."""
    season = service.season
    return {
        "code": service.code,
        "name": service.name.in_language(said),
        "description": service.description.in_language(said),
        "group": service.group,
        "keywords": [*service.keywords.fr, *service.keywords.en],
        "priority": service.priority,
        "workflow": service.workflow,
        "location": {
            "kind": service.location.kind,
            "asset_kind": service.location.asset_kind,
            "required": service.location.is_required,
        },
        "questions": [_question(each, said) for each in service.questions],
        "emergency": service.emergency.in_language(said) if service.emergency else None,
        "read_first": [each.in_language(said) for each in service.read_first],
        "deadline": {"question": service.deadline.question, "days": service.deadline.days}
        if service.deadline
        else None,
        "season": {"from": season.start, "to": season.end, "note": season.note.in_language(said)}
        if season
        else None,
        "needs_contact": service.needs_contact,
    }


def _question(question: Question, said: str) -> dict[str, Any]:
    return {
        "code": question.code,
        "datatype": question.datatype,
        "required": question.required,
        "label": question.label.in_language(said),
        "options": [{"code": each.code, "label": each.label.in_language(said)} for each in question.options],
    }

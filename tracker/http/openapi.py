"""The API's description: OpenAPI from the views, every failure a problem."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import flask
import flask_smorest
import marshmallow
import orjson
from flask import Flask
from marshmallow import fields
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from tracker.http import answers

# A token that does not hold is refused wherever it is shown; a NUL in an address is no text.
ANYWHERE = (401, 404, 422, 500, 503)

F = TypeVar("F", bound=Callable[..., Any])

PREFIX = "/api/v1"


class Fault(marshmallow.Schema):
    """One thing that is wrong with the data: where, and what."""

    detail = fields.String(required=True)
    pointer = fields.String(
        metadata={"description": "JSON Pointer into the body", "example": "/location/lon"}
    )
    parameter = fields.String(metadata={"description": "name of the query or path parameter"})


class Problem(marshmallow.Schema):
    """A failure (RFC 9457). `type` is stable and leads to a page about it; the texts are for people."""

    type = fields.String(
        required=True, metadata={"example": "/problems/not-found", "format": "uri-reference"}
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(Fault))


class _Parser(FlaskParser):
    """Reads JSON, and says so to whoever sent something else instead of calling every member missing."""

    def load_json(self, req: flask.Request, schema: Any) -> Any:
        raw = req.get_data()
        if not raw:
            return missing
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            return self._handle_invalid_json_error(error, req)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A part of the API."""

    ARGUMENTS_PARSER = _Parser()


class VigieApi(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest, with the application's own answers to failures."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave failures to `tracker.http.handlers`."""

    def _register_responses(self) -> None:
        """Describe every failure as what it is here, problem+json."""
        content = {answers.MEDIA_TYPE: {"schema": Problem}}
        for status in HTTPStatus:
            described = {"description": status.phrase} | ({"content": content} if status >= 400 else {})
            self.spec.components.response(status.name, described, lazy=True)
        default = {"description": "Any other failure", "content": content}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, default, lazy=True)


def init_app(app: Flask) -> VigieApi:
    """Return the API, to register blueprints on."""
    app.config.update(
        API_TITLE="Vigie",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Report, locate, assign and finish what people tell a municipality. "
                "Texts are in the language of `?lang=` or Accept-Language, French by default. "
                "Failures are application/problem+json.",
                "license": {"name": "AGPL-3.0-or-later", "url": "https://www.gnu.org/licenses/agpl-3.0.html"},
            },
            "servers": [{"url": "/"}],
            "components": {
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-vigie"},
                }
            },
        },
    )
    return VigieApi(app)


def documented(
    status: int, schema: Any, *, content_type: str | None = None, description: str = ""
) -> Callable[[F], F]:
    """Document an answer without touching it: the view returns its bytes itself.

    Without a schema the body is bytes of `content_type`, or there is none.
    """
    described: dict[str, Any] = {
        "description": description or HTTPStatus(status).phrase,
        "content_type": content_type,
    }
    if schema is not None:
        described["schema"] = schema() if isinstance(schema, type) else schema
    elif content_type is not None:
        described["schema"] = {"type": "string", "format": "binary"}
    return _noted(status, described)


def problems(*statuses: int) -> Callable[[F], F]:
    """Document the failures that a view may answer with."""

    def decorate(view: F) -> F:
        for status in sorted({*statuses, *ANYWHERE}):
            view = _noted(
                status,
                {
                    "schema": Problem(),
                    "description": HTTPStatus(status).phrase,
                    "content_type": answers.MEDIA_TYPE,
                },
            )(view)
        return view

    return decorate


def _noted(status: int, doc: dict[str, Any]) -> Callable[[F], F]:
    def decorate(view: F) -> F:
        notes = view.__dict__.setdefault("_apidoc", {})
        notes.setdefault("response", {}).setdefault("responses", {}).setdefault(status, []).append(dict(doc))
        return view

    return decorate


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same key and body get the same answer, once and for all",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "example": '"v3"'},
    "description": "The version the change is meant for, as told by ETag",
}

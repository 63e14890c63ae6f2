"""Problems as answers: application/problem+json for programs, a page for people where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Response, current_app, g, request

from tracker.http import state

MEDIA_TYPE = "application/problem+json"
PAGE_EXTENSION = "vigie.problem_page"
_OWN_HEADERS = frozenset({"content-type", "content-length"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A failure, ready to be told in the reader's language."""

    status: int
    slug: str
    title: str
    detail: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def body_of(answered: Answered) -> dict[str, Any]:
    """Return the members of the problem (RFC 9457), its extra ones last."""
    body: dict[str, Any] = {
        "type": f"/problems/{answered.slug}",
        "title": answered.title,
        "status": answered.status,
        "detail": answered.detail,
        "instance": request.script_root + request.path,
    }
    if "state" in g:
        body["request_id"] = state.current().request_id
    return {**body, **answered.extra}


def respond(answered: Answered) -> Response:
    """Return the answer to a failure, as a page when a person's browser asks and the application has one."""
    page = current_app.extensions.get(PAGE_EXTENSION)
    if page is not None and _is_for_a_person():
        response: Response = current_app.make_response(page(body_of(answered)))
        response.status_code = answered.status
    else:
        content = orjson.dumps(body_of(answered), default=str)
        response = Response(content, answered.status, content_type=MEDIA_TYPE)
    for name, value in answered.headers.items():
        if name.lower() not in _OWN_HEADERS:
            response.headers[name] = value
    if "retry_after" in answered.extra:
        response.headers["Retry-After"] = str(answered.extra["retry_after"])
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_for_a_person() -> bool:
    if request.path.startswith("/api/"):
        return False
    best = request.accept_mimetypes.best_match((MEDIA_TYPE, "application/json", "text/html"))
    return best == "text/html"

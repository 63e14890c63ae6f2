"""From any exception to an answer. Nothing unexpected is ever told; it is logged under the request's id."""

from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from tracker.config import MEGABYTE
from tracker.http import answers, database, errors, state, statuses, validation

SERVER_ERROR = 500

log = structlog.get_logger("vigie.http")


def init_app(app: Flask) -> None:
    """Answer every failure of the application as a problem."""
    app.register_error_handler(Exception, answer)
    app.register_error_handler(HTTPException, answer)


def answer(error: Exception) -> AnyResponse | HTTPException:
    """Return the problem that an exception is answered with; redirects pass as they are."""
    if isinstance(error, HTTPException):
        if error.response is not None or error.code is None or error.code < 400:
            return error
        return answers.respond(_of_http(error))
    problem = errors.find(error)
    if problem is not None:
        return _registered(error, problem)
    told = database.told(error)
    if told is not None:
        _note(error, told.status)
        return answers.respond(told)
    _note(error, SERVER_ERROR)
    return answers.respond(plain(SERVER_ERROR))


def plain(code: int, detail: str = "", **extra: Any) -> answers.Answered:
    """Return a status as a problem in the reader's language."""
    known = statuses.of(code)
    return answers.Answered(
        status=code,
        slug=known.slug,
        title=str(known.title),
        detail=detail or str(known.detail),
        extra=extra,
    )


def _registered(error: Exception, problem: errors.Problem) -> Response:
    known = statuses.of(problem.status)
    told = answers.Answered(
        status=problem.status,
        slug=problem.slug,
        title=str(problem.title or known.title),
        detail=problem.message(error) if problem.message is not None else str(known.detail),
        extra=problem.extra(error) if problem.extra is not None else {},
        headers=_challenge(problem.status),
    )
    if problem.status >= SERVER_ERROR:
        _note(error, problem.status)
    return answers.respond(told)


def _challenge(status: int) -> dict[str, str]:
    return {"WWW-Authenticate": 'Bearer realm="Vigie"'} if status == 401 else {}


def _of_http(error: HTTPException) -> answers.Answered:
    code = error.code or SERVER_ERROR
    if isinstance(error, RequestEntityTooLarge):
        return too_large()
    found = validation.faults(error)
    base = plain(code, errors=found) if found else plain(code)
    headers = dict(error.get_headers()) | _challenge(code)
    if code >= SERVER_ERROR:
        _note(error.__cause__ or error, code)
    return answers.Answered(
        status=code, slug=base.slug, title=base.title, detail=base.detail, extra=base.extra, headers=headers
    )


def too_large() -> answers.Answered:
    """Return the refusal of an upload over the limit, with the limit."""
    limit = request.max_content_length or state.parts().settings.upload_limit_bytes
    detail = _("L’envoi dépasse la limite de %(megabytes)d Mo.", megabytes=limit // MEGABYTE)
    return plain(413, detail, limit_bytes=limit)


def _note(error: BaseException, status: int) -> None:
    """Log a failure of ours, with its trace, under the request's id."""
    request_id = state.current().request_id if "state" in g else None
    trace = (type(error), error, error.__traceback__)
    log.error("request_failed", request_id=request_id, status=status, method=request.method, exc_info=trace)

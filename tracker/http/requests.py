"""Every request's id, and one line of log about it without anything personal.

The line has the route's pattern rather than its path: a tracking page's secret is in the path. It has neither
address nor query nor account.
"""

import logging
import re
import sys
from time import perf_counter
from typing import Any
from uuid import uuid4

import orjson
import structlog
from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge

from tracker.http import metrics, state

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = frozenset({"static", "health.live", "health.ready", "metrics.metrics"})

log = structlog.get_logger("vigie.http")


class NoFlaskSession(SessionInterface):
    """Flask's session in a signed cookie: not used, ours are in the database, so none is opened or saved."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return self.make_null_session(app)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing can be in it."""


def init_app(app: Flask) -> None:
    """Number, measure and log every request of the application."""
    app.session_interface = NoFlaskSession()
    app.before_request(_begin)
    # Flask runs these in reverse order: what is registered first has the last word.
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(HEADER)
    taken = given if given is not None and _ACCEPTED.fullmatch(given) else uuid4().hex
    g.state = state.State(request_id=taken)
    _refuse_endless()


def _refuse_endless() -> None:
    """Refuse a body that is too large, or does not say how large it is, before any of it is read."""
    length = request.content_length
    if length is None:
        if "chunked" in request.headers.get("Transfer-Encoding", ""):
            raise LengthRequired
    elif length > (request.max_content_length or length):
        raise RequestEntityTooLarge


def _end(response: Response) -> Response:
    now = state.current()
    response.headers[HEADER] = now.request_id
    took_s = perf_counter() - now.began
    route = request.url_rule.rule if request.url_rule is not None else "-"
    metrics.observe(request.method, route, response.status_code, took_s)
    if request.endpoint not in _QUIET:
        log.info(
            "request",
            request_id=now.request_id,
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(took_s * 1000, 2),
            jurisdiction=now.jurisdiction,
            role=now.actor.role,
        )
    return response


def configure_logging(level: str = "INFO") -> None:
    """Write logs as JSON lines on stderr: ours through structlog, the libraries' through the standard one."""
    number = logging.getLevelNamesMapping()[level]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_line)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    renderer = structlog.processors.JSONRenderer(serializer=lambda value, **_: _line(value).decode())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def _line(value: Any, **_: Any) -> bytes:
    return orjson.dumps(value, default=str)

"""The public API, asked from inside: pages stand on the same contract as everybody else's program.

A page asks `call("GET", "/cases/VB-2026-00001")` and receives the status and the JSON that a client over
the network would. Rights, idempotency, validation and languages are therefore decided in one place only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tracker.http import csrf, edge, hosting, language

API = "/api/v1"
# What the reader's own request says about who they are and where they come from.
_CARRIED = (
    "HTTP_COOKIE",
    "HTTP_HOST",
    "HTTP_ORIGIN",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_USER_AGENT",
    "REMOTE_ADDR",
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "wsgi.url_scheme",
    hosting.ENVIRON_KEY,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the API answered; `body` is the JSON, or an empty mapping, `content` the bytes."""

    status: int
    body: Any
    headers: Headers = field(default_factory=Headers)
    content: bytes = b""

    @property
    def is_ok(self) -> bool:
        return self.status < 400

    @property
    def problem(self) -> str:
        """Return the last word of the problem's type, empty when there is none."""
        return str(self.body.get("type", "")).rpartition("/")[2] if isinstance(self.body, dict) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Photos:
    """Pictures and documents sent beside a JSON part named `part`, empty or not."""

    part: str
    files: Sequence[FileStorage]
    documents: Sequence[FileStorage] = ()


def call(
    method: str,
    path: str,
    *,
    body: Mapping[str, Any] | None = None,
    photos: Photos | None = None,
    raw: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask the API in the name of the reader of this page, within the same process."""
    if method not in edge.SAFE_METHODS:
        edge.keep_from_here()
    builder = EnvironBuilder(
        path=API + path.partition("?")[0],
        query_string=_query(path.partition("?")[2]),
        method=method,
        headers=Headers(_headers() | dict(headers or {})),
        **({"data": raw} if raw is not None else _payload(body, photos)),
    )
    environ = builder.get_environ()
    environ.update({key: request.environ[key] for key in _CARRIED if key in request.environ})
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy hides the application
    # A new application context, so that the two requests do not share their `g`.
    with app.app_context():
        chunks, status, answered = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    builder.close()
    content = b"".join(chunks)
    return Answer(
        status=int(status.split(" ", 1)[0]), body=_parsed(content), headers=answered, content=content
    )


def _query(given: str) -> str:
    """Add the page's language, so that `?lang=` and the cookie mean the same on both sides."""
    spoken = f"lang={language.current()}"
    return f"{given}&{spoken}" if given else spoken


def _headers() -> dict[str, str]:
    found = {"Accept": "application/json", "X-Request-Id": edge.request_id()}
    proof = request.headers.get(csrf.HEADER) or request.form.get(csrf.FIELD)
    if request.method in edge.SAFE_METHODS:
        # A page that is only looked at may ask questions by POST (what looks like it?): nothing changes.
        proof = edge.csrf_token()
    return {**found, csrf.HEADER: proof} if proof else found


def _payload(body: Mapping[str, Any] | None, photos: Photos | None) -> dict[str, Any]:
    if body is None:
        return {}
    if photos is None or not (photos.files or photos.documents):
        return {"json": dict(body)}
    text = json.dumps(dict(body), default=str)
    return {"data": {photos.part: text, "photos": list(photos.files), "documents": list(photos.documents)}}


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {}

"""Which jurisdiction a request is for: its path, its query, its host, or the only one there is."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Request
from sqlalchemy import Engine, text

from tracker import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/j/"
ENVIRON_KEY = "vigie.jurisdiction"
KEPT_S = 15.0
# A name that is not found is looked for again at once, but not for every request of a passing robot.
SHORTEST_S = 1.0

_READ = text("""
    SELECT (SELECT array_agg(code ORDER BY code) FROM vigie.jurisdiction) AS codes,
           (SELECT jsonb_object_agg(name, jurisdiction_code) FROM vigie.host) AS hosts
""")


class JurisdictionNotGiven(Exception):
    """Several jurisdictions are hosted here and the request does not say which one it is for."""


@dataclass(frozen=True, slots=True)
class _Known:
    codes: frozenset[str] = frozenset()
    hosts: dict[str, str] = field(default_factory=dict)
    read_at: float = float("-inf")


class Hosting:
    """The jurisdictions and host names served here, read again every few seconds."""

    def __init__(
        self, engine: Engine, default: str | None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._now = now
        self._default = default
        self._known = _Known()
        self._lock = Lock()

    def code_for(self, request: Request) -> str:
        """Return the code of the jurisdiction a request is for.

        Raises JurisdictionUnknown for a code that nobody has, JurisdictionNotGiven when none is told.
        """
        named = request.environ.get(ENVIRON_KEY) or request.args.get("jurisdiction_id")
        if named:
            return self._checked(named)
        host = request.host.partition(":")[0].lower()
        found = self._search(host, KEPT_S) or self._search(host, SHORTEST_S)
        if found is None:
            raise JurisdictionNotGiven
        return found

    def _checked(self, code: str) -> str:
        if code in self._read(KEPT_S).codes or code in self._read(SHORTEST_S).codes:
            return code
        raise db.JurisdictionUnknown(code)

    def _search(self, host: str, kept_s: float) -> str | None:
        known = self._read(kept_s)
        if host in known.hosts:
            return known.hosts[host]
        if self._default is not None:
            return self._default
        return next(iter(known.codes)) if len(known.codes) == 1 else None

    def _read(self, kept_s: float) -> _Known:
        if self._now() - self._known.read_at < kept_s:
            return self._known
        with self._lock:
            if self._now() - self._known.read_at >= kept_s:
                with db.transaction(self._engine) as session:
                    row = session.execute(_READ).one()
                self._known = _Known(frozenset(row.codes or ()), row.hosts or {}, self._now())
        return self._known


class PathPrefix:
    """WSGI middleware: `/j/<code>/x` is `/x` of that jurisdiction, and links made there keep the prefix."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[Any]:
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            code, slash, rest = path[len(PREFIX) :].partition("/")
            if code:
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + PREFIX + code
                environ["PATH_INFO"] = slash + rest or "/"
                environ[ENVIRON_KEY] = code
        return self._app(environ, start_response)

"""What every answer tells browsers about what it may do."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Flask

from tracker.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

YEAR_S = 31_536_000
EXTENSION = "vigie.inline_scripts"

_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def allow_inline(app: Flask, script: str) -> None:
    """Let pages carry one inline script, an import map, by its exact text (CSP3 §2.3.1 hash-source)."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    app.extensions.setdefault(EXTENSION, []).append(f"'sha256-{digest}'")


class Headers:
    """WSGI middleware which adds the headers to every answer; those that a view chose stay."""

    def __init__(self, wsgi: "WSGIApplication", app: Flask, settings: Settings) -> None:
        hashes = "".join(" " + one for one in app.extensions.get(EXTENSION, ()))
        self._wsgi = wsgi
        self._headers = [
            ("Content-Security-Policy", _POLICY.format(hashes=hashes)),
            ("X-Content-Type-Options", "nosniff"),
            # A tracking address holds its secret: it must not travel to another site.
            ("Referrer-Policy", "same-origin"),
            ("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=()"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        if settings.is_secure:
            policy = f"max-age={YEAR_S}; includeSubDomains"
            self._headers.append(("Strict-Transport-Security", policy))

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            headers += [one for one in self._headers if one[0].lower() not in present]
            return start_response(status, headers, *rest)

        return self._wsgi(environ, start)

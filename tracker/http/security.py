"""What every answer tells browsers about what it may do."""

from base64 import b64encode
from hashlib import sha256

from flask import Flask, Response

from tracker.config import Settings

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


def init_app(app: Flask, settings: Settings) -> None:
    """Send the headers with every answer. Call it last: the policy is written once."""
    hashes = "".join(" " + one for one in app.extensions.get(EXTENSION, ()))
    headers = [
        ("Content-Security-Policy", _POLICY.format(hashes=hashes)),
        ("X-Content-Type-Options", "nosniff"),
        # A tracking address holds its secret: it must not travel to another site.
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if settings.is_secure:
        headers.append(("Strict-Transport-Security", f"max-age={YEAR_S}; includeSubDomains"))

    def protect(response: Response) -> Response:
        for name, value in headers:
            response.headers.setdefault(name, value)
        return response

    app.after_request(protect)

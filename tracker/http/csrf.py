"""Proof that a change was asked from our own pages, for browsers which send their cookie by themselves."""

from hmac import compare_digest
from urllib.parse import urlsplit

from flask import request

from tracker.accounts import errors

HEADER = "X-CSRF-Token"
FIELD = "csrf"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def check(expected: str) -> None:
    """Check a change made under a session's cookie. Raises ForgerySuspected."""
    check_origin()
    given = request.headers.get(HEADER)
    if given is None and request.mimetype in _FORMS:
        given = request.form.get(FIELD)
    if given is None or not compare_digest(given.encode(), expected.encode()):
        raise errors.ForgerySuspected


def check_origin() -> None:
    """Check that a browser was not sent here by another site. Raises ForgerySuspected.

    Browsers say where a request comes from with `Sec-Fetch-Site` (W3C Fetch Metadata) or `Origin`; a program
    which sends neither carries no cookie of somebody else's.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise errors.ForgerySuspected
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise errors.ForgerySuspected

"""The services of the town, as the API lists them in the reader's language."""

from typing import Any

from flask import abort, g

from tracker.http import edge, language
from tracker.web import inner

# The last list of each town and language, with its ETag: the API says whether it still holds.
_KEPT: dict[tuple[str, str], tuple[str, list[dict[str, Any]]]] = {}


def groups() -> list[dict[str, Any]]:
    """Return the groups with their services, in the catalogue's order, asked for once per page."""
    kept = g.get("service_groups")
    if kept is None:
        kept = g.service_groups = _groups()
    return list(kept)


def services() -> dict[str, dict[str, Any]]:
    """Return every service by its code."""
    return {service["code"]: service for group in groups() for service in group["services"]}


def service(code: str) -> dict[str, Any]:
    """Return a service, or answer that there is none."""
    found = services().get(code)
    if found is None:
        abort(404)
    return found


def _groups() -> list[dict[str, Any]]:
    key = (edge.jurisdiction(), language.current())
    etag, known = _KEPT.get(key, ("", []))
    answer = inner.call("GET", "/services", headers={"If-None-Match": etag} if etag else {})
    if answer.status == 304:
        return known
    if not answer.is_ok:
        return []
    found: list[dict[str, Any]] = answer.body["groups"]
    _KEPT[key] = (answer.headers.get("ETag", ""), found)
    return found

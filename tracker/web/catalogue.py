"""The services of the town, as the API lists them in the reader's language."""

from typing import Any

from flask import abort, g

from tracker.web import inner


def groups() -> list[dict[str, Any]]:
    """Return the groups with their services, in the catalogue's order, read once per page."""
    kept = g.get("service_groups")
    if kept is None:
        answer = inner.call("GET", "/services")
        kept = g.service_groups = answer.body.get("groups", []) if answer.is_ok else []
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

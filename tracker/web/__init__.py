"""Server-rendered faces over the public API."""

from tracker.web.faces import register

__all__ = ["register"]

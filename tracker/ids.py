"""Identifiers and secrets made by the application."""

import hashlib
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

SECRET_BYTES = 16


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562 §5.7): sorted by creation, so that B-trees grow at their right edge."""
    return uuid7()


def new_secret() -> str:
    """Return 128 random bits as URL-safe text, the key of a tracking page or a session."""
    return secrets.token_urlsafe(SECRET_BYTES)


def fingerprint(secret: str) -> bytes:
    """Return the SHA-256 of a secret: what the database keeps in its place."""
    return hashlib.sha256(secret.encode()).digest()

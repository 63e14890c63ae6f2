"""Failures of the database that a client should understand: it is away, it is busy, it cannot hold a text."""

from flask_babel import gettext as _
from sqlalchemy import exc

from tracker.http.answers import Answered

RETRY_AFTER_S = 2
# Classes of SQLSTATE: 08 connection lost, 53 out of resources (too many connections), 57P shutting down.
_AWAY = ("08", "53", "57P")
# 40001 serialization failure, 40P01 deadlock, 55P03 lock not available: trying again may well succeed.
_BUSY = frozenset({"40001", "40P01", "55P03"})
# 22021 character not in repertoire, 22P05 untranslatable character: a NUL in a text.
_BAD_TEXT = frozenset({"22021", "22P05"})
# 25006: a standby that has not been promoted.
_READ_ONLY = "25006"


def told(error: BaseException) -> Answered | None:
    """Return what to answer when the database failed in a way that is nobody's mistake in the code."""
    if isinstance(error, exc.TimeoutError):
        return _away()
    if not isinstance(error, exc.DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state in _BUSY:
        return _busy()
    if state in _BAD_TEXT or (state is None and "NUL (0x00)" in str(error.orig)):
        return _bad_text()
    is_lost = state is None and isinstance(error, exc.OperationalError | exc.InterfaceError)
    if is_lost or error.connection_invalidated or state == _READ_ONLY or (state or "").startswith(_AWAY):
        return _away()
    return None


def _away() -> Answered:
    return Answered(
        status=503,
        slug="unavailable",
        title=_("Service momentanément indisponible"),
        detail=_("La base de données ne répond pas. Essayez de nouveau dans quelques secondes."),
        extra={"retry_after": RETRY_AFTER_S},
    )


def _busy() -> Answered:
    return Answered(
        status=503,
        slug="busy",
        title=_("Occupé"),
        detail=_("Quelqu’un d’autre change la même chose en ce moment. Essayez de nouveau."),
        extra={"retry_after": 1},
    )


def _bad_text() -> Answered:
    return Answered(
        status=422,
        slug="invalid-text",
        title=_("Texte invalide"),
        detail=_("Un texte contient un caractère qui ne peut pas être conservé."),
    )

"""The only table from an error to an HTTP status and a problem type (RFC 9457).

Each feature adds its own facts from a `problems.py` which `create_app` calls. The texts are made when
the problem is answered, so that they are in the reader's language. An extra member named
`retry_after` is also sent as the `Retry-After` header.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Message = Callable[[Any], str]
Extra = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One kind of failure as the outside sees it: its status, its stable name and its words."""

    status: int
    slug: str
    title: Any = None
    message: Message | None = None
    extra: Extra | None = None


_TABLE: dict[type[BaseException], Problem] = {}


# Six parameters: this is the one line that every feature writes for each of its errors.
def register(
    error: type[BaseException],
    status: int,
    slug: str,
    *,
    title: Any = None,
    message: Message | None = None,
    extra: Extra | None = None,
) -> None:
    """Say how an error class, and those under it, are answered.

    `title` is the same at every occurrence (a lazy string; by default the status's own), `message(error)` the
    sentence about this one and `extra(error)` more members. Messages are written here, never taken from
    `str(error)`. Raises ValueError for a status that is not one of HTTP's.
    """
    problem = Problem(status=HTTPStatus(status), slug=slug, title=title, message=message, extra=extra)
    _TABLE[error] = problem


def find(error: BaseException) -> Problem | None:
    """Return how an error is answered: by its own class, else by the nearest class above it."""
    return next((_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE), None)


def known() -> Iterator[Problem]:
    """Return every problem of the table."""
    yield from _TABLE.values()

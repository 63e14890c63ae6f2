"""Statements of the hot paths: written once with `:names`, prepared by PostgreSQL, sent by psycopg itself.

They run on the session's own connection, inside its transaction. What SQLAlchemy does for a statement
(compile, bind, wrap the result) costs three times what psycopg needs to send it, and intake sends several
(docs/benchmarks.md). Everything that is not on a hot path stays with SQLAlchemy.
"""

import re
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import exc
from sqlalchemy.orm import Session

# A name after a colon; `::` is a cast.
_NAME = re.compile(r"(?<![:\w]):(\w+)")


class Prepared:
    """One statement. Its text must be ours: only values come from outside, and these are bound."""

    def __init__(self, query: str) -> None:
        places: dict[str, int] = {}

        def numbered(match: re.Match[str]) -> str:
            return f"${places.setdefault(match[1], len(places) + 1)}"

        self.text = query
        # As bytes: psycopg takes them as they are, and their hash, which finds the plan, is reckoned once.
        self._query = _NAME.sub(numbered, query).encode()
        self._names = tuple(places)

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Run it and return the rows, their columns as attributes. Raises sqlalchemy.exc.DBAPIError."""
        return self._run(session, values).fetchall()

    def one_or_none(self, session: Session, values: Mapping[str, Any]) -> Any:
        """Run it and return its first row, if there is one. Raises sqlalchemy.exc.DBAPIError."""
        return self._run(session, values).fetchone()

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run it and return how many rows it touched. Raises sqlalchemy.exc.DBAPIError."""
        return self._run(session, values).rowcount

    def _run(self, session: Session, values: Mapping[str, Any]) -> psycopg.RawCursor[Any]:
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        cursor = psycopg.RawCursor(connection, row_factory=namedtuple_row)
        try:
            return cursor.execute(self._query, [values[name] for name in self._names], prepare=True)
        except psycopg.Error as error:
            # The edge tells failures of the database by SQLAlchemy's classes, wherever they arise.
            raise exc.DBAPIError.instance(self.text, None, error, psycopg.Error) from error

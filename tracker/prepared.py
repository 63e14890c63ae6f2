"""Statements of the hot paths: written once with `:names`, prepared by PostgreSQL, sent past SQLAlchemy.

They run on the session's own connection, inside its transaction. What SQLAlchemy and psycopg's cursors do for
a statement (compile, bind, wait, wrap the result) costs several times what it takes to send it, and intake
sends several (docs/benchmarks.md). Everything that is not on a hot path stays with SQLAlchemy.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection, Engine, event, exc
from sqlalchemy.orm import Session

from tracker.wire import Parcel, Wire

# A name after a colon; `::` is a cast.
_NAME = re.compile(r"(?<![:\w]):(\w+)")
# After these psycopg deallocates every statement of the connection.
_UNDOING = re.compile(r"\s*(?:drop|alter|rollback|deallocate|discard)\b", re.IGNORECASE)
_KEPT, _WATCHED = "prepared.wire", "prepared.watched"


class Prepared:
    """One statement. Its text must be ours: only values come from outside, and these are bound."""

    def __init__(self, query: str) -> None:
        places: dict[str, int] = {}

        def numbered(match: re.Match[str]) -> str:
            return f"${places.setdefault(match[1], len(places) + 1)}"

        self.text = query
        self._query = _NAME.sub(numbered, query).encode()
        self._names = tuple(places)
        self._row: Callable[[Sequence[Any]], Any] | None = None

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Run it and return the rows, their columns as attributes. Raises sqlalchemy.exc.DBAPIError."""
        wire = _wire(session)
        return self._rows(wire, self._send(wire, values))

    def one_or_none(self, session: Session, values: Mapping[str, Any]) -> Any:
        """Run it and return its first row, if there is one. Raises sqlalchemy.exc.DBAPIError."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run it and return how many rows it touched. Raises sqlalchemy.exc.DBAPIError."""
        return self._send(_wire(session), values).command_tuples or 0

    def later(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run it with the next statement of the transaction, at the latest with the commit.

        For writes whose outcome decides nothing: a failure is raised where they are sent.
        """
        wire = _wire(session)
        if wire.leaves_late:
            wire.leave(self._parcel(values))
        else:
            self._send(wire, values)

    def ahead(
        self,
        session: Session,
        values: Mapping[str, Any],
        told: Callable[[list[Any]], None] | None = None,
        *,
        decides: bool = False,
    ) -> Ahead:
        """Ask with the next statement of the transaction; the answer's `all` sends it where none follows.

        `told` is given the rows as soon as they are there. What it raises is raised where they were waited
        for: the caller then gives the transaction up. When that `decides` whether there is to be a commit,
        none travels with the question.
        """
        wire = _wire(session)
        parcel = self._parcel(values)
        parcel.decides = decides
        asked = Ahead(self, wire, parcel, values)
        if told is not None:
            note, give = parcel.arrived, told

            def arrived(result: PGresult) -> None:
                if note is not None:
                    note(result)
                give(self._rows(wire, result))

            parcel.arrived = arrived
        if wire.leaves_late:
            wire.leave(parcel)
        else:
            asked.all()
        return asked

    def ask_later(
        self, session: Session, values: Mapping[str, Any], hear: Callable[[list[Any]], None]
    ) -> None:
        """Ask with the next statement of the transaction, at the latest with the commit; `hear` gets rows.

        For what this transaction does without and the next ones will want.
        """
        wire = _wire(session)
        if not wire.leaves_late:
            hear(self.all(session, values))
            return
        parcel = self._parcel(values)

        def arrived(result: PGresult) -> None:
            self._arrived(values, result)
            hear(self._rows(wire, result))

        parcel.arrived = arrived
        wire.leave(parcel)

    def _parcel(self, values: Mapping[str, Any]) -> Parcel:
        return Parcel(
            query=self._query,
            values=[_plain(values[name]) for name in self._names],
            arrived=lambda result: self._arrived(values, result),
        )

    def _send(self, wire: Wire, values: Mapping[str, Any]) -> PGresult:
        parcel = self._parcel(values)
        try:
            return wire.send(parcel)
        except psycopg.Error as error:
            raise _told(error, self.text) from error

    def _arrived(self, values: Mapping[str, Any], result: PGresult) -> None:
        """Note that it has run: nothing to do here, for those who watch what is sent."""

    def _rows(self, wire: Wire, result: PGresult) -> list[Any]:
        return wire.rows(result, self._row or self._learn(result))

    def _learn(self, result: PGresult) -> Callable[[Sequence[Any]], Any]:
        """Return what makes rows of tuples, once and for all: a statement's columns are always the same."""
        names = [(result.fname(column) or b"").decode() for column in range(result.nfields)]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # PostgreSQL knows the columns
        self._row = make = row._make
        return make


class Ahead:
    """A question that travels with the next statement, and its answer once that has come."""

    def __init__(self, statement: Prepared, wire: Wire, parcel: Parcel, values: Mapping[str, Any]) -> None:
        self.values = values
        self._statement, self._wire, self._parcel = statement, wire, parcel

    @property
    def has_arrived(self) -> bool:
        """Tell whether the answer is here."""
        return self._parcel.result is not None

    def all(self) -> list[Any]:
        """Return the rows, waiting for them if need be. Raises sqlalchemy.exc.DBAPIError."""
        if self._parcel.result is None:
            if self._wire.leaves_late:
                _settle(self._wire)
            else:
                try:
                    self._wire.send(self._parcel)
                except psycopg.Error as error:
                    raise _told(error, self._statement.text) from error
        assert self._parcel.result is not None
        return self._statement._rows(self._wire, self._parcel.result)


def watch(engine: Engine) -> None:
    """Let statements of an engine's connections travel together; call before the first one is opened."""

    @event.listens_for(engine, "connect")
    def _(_connection: object, record: Any) -> None:
        record.info[_WATCHED] = True

    @event.listens_for(engine, "before_cursor_execute")
    def _(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        wire = _wire_of(connection)
        if wire is not None:
            _settle(wire)
            if _UNDOING.match(statement):
                wire.forget()

    @event.listens_for(engine, "commit")
    def _(connection: Connection) -> None:
        wire = _wire_of(connection)
        if wire is None:
            return
        try:
            _settle(wire, commits=True)
        except BaseException:
            _undo(connection, wire)
            raise

    @event.listens_for(engine, "rollback")
    def _(connection: Connection) -> None:
        wire = _wire_of(connection)
        if wire is not None:
            wire.forget()


def _undo(connection: Connection, wire: Wire) -> None:
    """Roll back what SQLAlchemy would not: it takes a transaction whose commit failed for ended."""
    wire.forget()
    try:
        connection.connection.rollback()
    except psycopg.Error:  # the connection is lost
        connection.invalidate()


def settle(session: Session) -> None:
    """Send what waits, if anything does: before anything of this process is held that others wait for."""
    _settle(_wire(session))


def driver(session: Session) -> psycopg.Connection[Any]:
    """Return the session's own connection for what only psycopg does, after sending what waits on it."""
    settle(session)
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def _wire_of(connection: Connection) -> Wire | None:
    wire = connection.connection.info.get(_KEPT)
    return wire if isinstance(wire, Wire) else None


def _settle(wire: Wire, *, commits: bool = False) -> None:
    if not wire.waiting:
        return
    text = wire.waiting[-1].query.decode()
    try:
        wire.settle(commits=commits)
    except psycopg.Error as error:
        raise _told(error, text) from error


def _told(error: psycopg.Error, text: str) -> BaseException:
    """Return the failure in SQLAlchemy's classes: the edge tells them so, wherever they arise."""
    return exc.DBAPIError.instance(text, None, error, psycopg.Error)


def _plain(value: Any) -> Any:
    """Return whole numbers as text, whose type PostgreSQL infers.

    psycopg would send 7 as a smallint and 70 000 as an integer, which are two statements to prepare, and
    every further number doubles them.
    """
    return str(value) if type(value) is int else value


def _wire(session: Session) -> Wire:
    """Return the line of the session's connection, looked up once for each transaction."""
    transaction, wire = session.info.get(_KEPT, (None, None))
    if transaction is None or transaction is not session.get_transaction():
        checked_out = session.connection().connection
        wire = checked_out.info.get(_KEPT)
        if wire is None:
            connection = checked_out.driver_connection
            assert isinstance(connection, psycopg.Connection)
            wire = checked_out.info[_KEPT] = Wire(connection)
            wire.leaves_late = _WATCHED in checked_out.info
        session.info[_KEPT] = session.get_transaction(), wire
    assert isinstance(wire, Wire)
    return wire

"""What the application really sends to PostgreSQL, recorded and turned into a pgbench script.

The script runs the same statements in the same transaction, prepared, with other values each time: so the
ceiling is the database's own speed at this very work, and follows the application when its statements change.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, event

from tracker.prepared import _NAME, Prepared

_PLACEHOLDER = re.compile(r"%%|%\((\w+)\)[bts]?|%[bts]")
_AS_TEXT = re.compile(r"[^ -~]|[:\\']")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A statement with its parameters by name, and its only row, if it had one, as the server wrote it."""

    query: str
    values: Mapping[str, Any]
    row: Mapping[str, str]


_log = threading.local()


class _Recorder(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> _Recorder:
        super().execute(query, params, **options)
        _note(query, params, self.pgresult)
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        rows = list(params_seq)
        super().executemany(query, rows, **options)
        for params in rows:
            _note(query, params, None)


def _note(query: Any, params: Any, result: PGresult | None) -> None:
    sent: list[Sent] | None = getattr(_log, "sent", None)
    if sent is None:
        return
    query = query.decode() if isinstance(query, bytes) else str(query)
    if params is not None and not isinstance(params, Mapping):
        params = {str(position): value for position, value in enumerate(params)}
    sent.append(Sent(query=query, values=dict(params or {}), row=_only_row(result)))


def _only_row(result: PGresult | None) -> dict[str, str]:
    if result is None or result.ntuples != 1:
        return {}
    found: dict[str, str] = {}
    for column in range(result.nfields):
        value, name = result.get_value(0, column), result.fname(column)
        if value is not None and name is not None and result.fformat(column) == 0:
            found[name.decode()] = value.decode()
    return found


def watch(engine: Engine) -> None:
    """Make every connection of an engine able to record; call before the first one is opened."""
    _watch_prepared()

    @event.listens_for(engine, "connect")
    def _(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.cursor_factory = _Recorder


@cache
def _watch_prepared() -> None:
    """Record what is sent past SQLAlchemy too. Done once: in this process nothing is measured."""

    def noted(statement: Prepared, values: Mapping[str, Any], result: PGresult) -> None:
        if getattr(_log, "sent", None) is not None:
            _note(as_recorded(statement), values, result)

    setattr(Prepared, "_arrived", noted)  # noqa: B010 -- not a method of its own


def as_recorded(statement: Prepared) -> str:
    """Return the text under which a prepared statement is recorded."""
    return _NAME.sub(r"%(\1)s", statement.text.replace("%", "%%"))


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """Give the list that this thread's statements are written to while inside."""
    sent: list[Sent] = []
    _log.sent = sent
    try:
        yield sent
    finally:
        _log.sent = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Substitutes:
    """What to send in place of what was recorded.

    `prologue` are pgbench's meta commands; `values` replaces a value, also inside longer texts; `names`
    replaces a parameter by its name, whatever its value. A long value which an earlier one-row answer had, a
    key or a hash, is taken over from it by itself; `{column}` in a replacement takes over that column.
    """

    prologue: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def script(sent: Sequence[Sent], using: Substitutes) -> str:
    """Return the pgbench script of one transaction."""
    known: dict[str, str] = {}
    columns: dict[str, str] = {}
    wanted = set(re.findall(r"{(\w+)}", " ".join(using.names.values())))
    lines = [*using.prologue, "BEGIN;"]
    for order, each in enumerate(sent):
        query = _bound(each, using, _Taken(values=known, columns=columns))
        later = {str(_plain(value)) for follower in sent[order + 1 :] for value in follower.values.values()}
        taken = {
            column: value
            for column, value in each.row.items()
            if column in wanted or (_is_telling(value) and value in later)
        }
        lines.append(query + (f" \\gset r{order}_" if taken else ";"))
        known |= {value: f":r{order}_{column}" for column, value in taken.items() if _is_telling(value)}
        columns |= {column: f":r{order}_{column}" for column in taken}
    return "\n".join([*lines, "COMMIT;", ""])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taken:
    """What earlier answers left in variables of pgbench: by value and by column."""

    values: Mapping[str, str]
    columns: Mapping[str, str]


def _is_telling(value: str) -> bool:
    """Tell whether a value is recognised without doubt: an identifier or a hash, not a 3."""
    return len(value) >= 20


def _bound(sent: Sent, using: Substitutes, taken: _Taken) -> str:
    counter = iter(range(len(sent.values) + 1))

    def replaced(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        name = match[1] or str(next(counter))
        if name in using.names:
            return using.names[name].format_map(taken.columns)
        return _expression(sent.values[name], using, taken.values)

    flat = " ".join(_PLACEHOLDER.sub(replaced, sent.query).split())
    return flat.rstrip("; ")


def _expression(value: Any, using: Substitutes, known: Mapping[str, str]) -> str:
    plain = _plain(value)
    if plain is None:
        return "NULL"
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, int | float):
        return f"({plain!r})"
    if isinstance(plain, list):
        return f"'{{{','.join(str(each) for each in plain)}}}'"
    if plain in known:
        return known[plain]
    return _text(plain, using.values)


def _plain(value: Any) -> Any:
    """Return a parameter as PostgreSQL's text, or a number, a list or None."""
    value = getattr(value, "obj", value)  # psycopg's Json, orjson'd by SQLAlchemy
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, bytes | memoryview | bytearray):
        return "\\x" + bytes(value).hex()
    if isinstance(value, Mapping):
        return orjson.dumps(value, default=str).decode()
    return list(value) if isinstance(value, tuple) else value


def _text(value: str, substitutes: Mapping[str, str]) -> str:
    """Return a text as a literal, with what is substituted inside it joined in."""
    for old, new in substitutes.items():
        if value == old:
            return new
        if old in value:
            parts = [_literal(part) for part in value.split(old)]
            return "(" + f" || CAST({new} AS text) || ".join(parts) + ")"
    return _literal(value)


def _literal(value: str) -> str:
    """Return a literal without a colon in it: pgbench would take what follows for one of its variables."""
    return (
        "E'"
        + _AS_TEXT.sub(lambda match: f"\\u{ord(match[0]):04x}" if ord(match[0]) < 65536 else "?", value)
        + "'"
    )

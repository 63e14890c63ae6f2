"""Every table of a town as the bytes PostgreSQL copies out: what two states are compared by."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

# The history only grows, and tells of a change and of its undo alike.
APPENDED = frozenset({"event", "outbox", "link_change", "alembic_version", "case_cell_fold"})
# What an appended fact moves in the row that it is told of.
MOVES_ON = {
    "case": ("version", "last_seq", "last_hash", "updated_at"),
    "surge": ("version", "updated_at"),
}
_COLUMNS = text("""
    SELECT table_name, array_agg(CAST(column_name AS text) ORDER BY ordinal_position) AS columns
    FROM information_schema.columns WHERE table_schema = current_schema()
    GROUP BY table_name ORDER BY table_name
""")
# The counters and what is not folded into them yet: the sum is what readers see.
_CELLS = """
    SELECT x, y, is_open, is_public, workflow, group_code, sum(n) AS n, sum(sx) AS sx, sum(sy) AS sy
    FROM case_cell_change GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0 OR sum(sx) <> 0 OR sum(sy) <> 0
"""


def of(session: Session, *, without: Collection[UUID] = ()) -> dict[str, bytes]:
    """Return every table's rows in order, as bytes; without the cases named, which an undo leaves behind."""
    session.flush()
    tables = session.execute(_COLUMNS).all()
    connection = session.connection().connection.driver_connection
    assert connection is not None
    found: dict[str, bytes] = {}
    for table, columns in tables:
        if table in APPENDED:
            continue
        kept = [name for name in columns if name not in MOVES_ON.get(table, ())]
        query = _query(table, kept, without)
        with connection.cursor() as cursor, cursor.copy(query) as copied:
            found[table] = b"".join(bytes(part) for part in copied)
    return found


def _query(table: str, columns: list[str], without: Collection[UUID]) -> sql.Composed:
    if table == "case_cell_change":
        rows: sql.Composable = sql.SQL(_CELLS)
    else:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        rows = sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(table))
        if table == "case" and without:
            gone = sql.SQL(", ").join(sql.Literal(str(each)) for each in without)
            rows = sql.SQL("{} WHERE id NOT IN ({})").format(rows, gone)
    return sql.SQL('COPY (SELECT * FROM ({}) t ORDER BY t::text COLLATE "C") TO STDOUT').format(rows)

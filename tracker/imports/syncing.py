# ruff: noqa: S608 -- statements are composed of the constants below, values are bound
"""Bringing a layer into its table so that the table says what the file says, and nothing twice.

The rows are staged in a table of the transaction, compared with what is there, and only what differs is
written: the same file again touches nothing, not even the revision that makes processes read afresh. What
the source no longer has is removed, or retired when a case speaks of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.imports import copying

GEOMETRY = "geom"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """A table that files fill: its key, the columns a file owns, and what cases call its rows.

    With `is_by_source` two sources may use the same key for different things; otherwise a key is one thing,
    and the last source that told of it owns it. `retires` is the kind under which rows that cases speak of
    are kept, `refers` the column by which they do. `given` are values of new rows only: what somebody has set
    since stays.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    is_by_source: bool = False
    retires: str | None = None
    refers: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    has_source: bool = True

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Return key and columns."""
        return (*self.key, *self.columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What became of a layer's rows: counts."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    retired: int = 0

    @property
    def is_nothing(self) -> bool:
        """Tell whether the table stays as it was."""
        return not (self.new or self.changed or self.removed or self.retired)


class Stage:
    """Rows of one layer on their way in, kept in a temporary table until `settle`."""

    def __init__(self, session: Session, layer: Layer, source: str) -> None:
        self.session = session
        self.layer = layer
        self.source = source
        self.name = f"staged_{layer.table}"
        chosen = f"SELECT {', '.join(layer.all_columns)} FROM {layer.table} WITH NO DATA"
        session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{self.name}"))
        session.execute(text(f"CREATE TEMPORARY TABLE {self.name} ON COMMIT DROP AS {chosen}"))

    def put(self, rows: Iterable[Sequence[Any]]) -> int:
        """Stage rows, their values in the order of `all_columns`; return how many."""
        return copying.copy(self.session, self.name, self.layer.all_columns, (tuple(row) for row in rows))

    def run(self, statement: str, **values: Any) -> Any:
        """Run a statement in which `{staged}` is the staging table and `:source` where its rows come from."""
        written = text(statement.format(staged=f"pg_temp.{self.name}"))
        wanted = {"source": self.source, **values} if ":source" in statement else values
        return self.session.execute(written, wanted)

    def settle(self, *, is_whole: bool = True) -> Changes:
        """Make the table say what was staged. `is_whole` removes what the source had and has no more."""
        self.run("ANALYZE {staged}")
        changes = self._compare(is_whole)
        if changes.removed or changes.retired:
            self._remove(changes)
        if changes.changed:
            self._update()
        if changes.new:
            self._insert()
        return changes

    def _same(self, table: str = "t") -> str:
        found = [f"{table}.{column} = s.{column}" for column in self.layer.key]
        if self.layer.is_by_source:
            found.append(f"{table}.source = :source")
        return " AND ".join(found)

    def _differs(self) -> str:
        mine = [f"ST_AsEWKB(t.{each})" if each == GEOMETRY else f"t.{each}" for each in self.layer.columns]
        theirs = [f"ST_AsEWKB(s.{each})" if each == GEOMETRY else f"s.{each}" for each in self.layer.columns]
        if self.layer.has_source:
            mine.append("t.source")
            theirs.append(":source")
        return f"({', '.join(mine)}) IS DISTINCT FROM ({', '.join(theirs)})"

    def _spoken_of(self) -> str:
        """Tell in SQL whether a case or a report speaks of a row."""
        if self.layer.refers is None:
            return "false"
        column = self.layer.refers
        return (
            f'(EXISTS (SELECT 1 FROM "case" c WHERE c.{column} = t.id) '
            f"OR EXISTS (SELECT 1 FROM report r WHERE r.{column} = t.id))"
        )

    def _gone(self) -> str:
        same = " AND ".join(f"t.{column} = s.{column}" for column in self.layer.key)
        return f"t.source = :source AND NOT EXISTS (SELECT 1 FROM {{staged}} s WHERE {same})"

    def _compare(self, is_whole: bool) -> Changes:
        found = self.run(
            f"SELECT count(*) FILTER (WHERE t.id IS NULL) AS new, "
            f"count(*) FILTER (WHERE t.id IS NOT NULL AND {self._differs()}) AS changed, "
            f"count(*) FILTER (WHERE t.id IS NOT NULL AND NOT {self._differs()}) AS unchanged "
            f"FROM {{staged}} s LEFT JOIN {self.layer.table} t ON {self._same()}",
        ).one()
        removed = retired = 0
        if is_whole:
            counted = self.run(
                f"SELECT count(*) FILTER (WHERE NOT spoken) AS removed, "
                f"count(*) FILTER (WHERE spoken) AS retired FROM "
                f"(SELECT {self._spoken_of()} AS spoken FROM {self.layer.table} t WHERE {self._gone()}) gone",
            ).one()
            removed, retired = counted.removed, counted.retired
        return Changes(
            new=found.new,
            changed=found.changed,
            unchanged=found.unchanged,
            removed=removed,
            retired=retired,
        )

    def _remove(self, changes: Changes) -> None:
        if changes.retired:
            self.run(
                f"INSERT INTO retired_place (kind, id, code, facts, geom) "
                f"SELECT :kind, t.id, t.code, to_jsonb(t) - 'geom', t.geom FROM {self.layer.table} t "
                f"WHERE {self._gone()} AND {self._spoken_of()}",
                kind=self.layer.retires,
            )
        self.run(f"DELETE FROM {self.layer.table} t WHERE {self._gone()}")

    def _update(self) -> None:
        told = [f"{column} = s.{column}" for column in self.layer.columns]
        told += ["source = :source"] if self.layer.has_source else []
        self.run(
            f"UPDATE {self.layer.table} t SET {', '.join(told)} FROM {{staged}} s "
            f"WHERE {self._same()} AND {self._differs()}",
        )

    def _insert(self) -> None:
        if self.layer.retires is not None:
            self._bring_back()
        names, values = self._new_row()
        self.run(
            f"INSERT INTO {self.layer.table} ({names}) SELECT {values} FROM {{staged}} s "
            f"WHERE NOT EXISTS (SELECT 1 FROM {self.layer.table} t WHERE {self._same()})",
        )

    def _new_row(self) -> tuple[str, str]:
        """Return the columns of a new row and where their values come from, as SQL."""
        names = [*self.layer.all_columns, *self.layer.given]
        given = ["'" + value.replace("'", "''") + "'" for value in self.layer.given.values()]
        values = [f"s.{column}" for column in self.layer.all_columns] + given
        if self.layer.has_source:
            names.append("source")
            values.append(":source")
        return ", ".join(names), ", ".join(values)

    def _bring_back(self) -> None:
        """Give a row that returns the id under which cases have spoken of it."""
        names, values = self._new_row()
        same = [f"r.facts->>'{column}' = s.{column}" for column in self.layer.key]
        matches = " AND ".join(["r.kind = :kind", *same])
        key = ", ".join(f"s.{column}" for column in self.layer.key)
        self.run(
            f"INSERT INTO {self.layer.table} (id, {names}) OVERRIDING SYSTEM VALUE "
            f"SELECT DISTINCT ON ({key}) r.id, {values} "
            f"FROM {{staged}} s JOIN retired_place r ON {matches} "
            f"WHERE NOT EXISTS (SELECT 1 FROM {self.layer.table} t WHERE {self._same()}) "
            f"ORDER BY {key}, r.retired_at DESC",
            kind=self.layer.retires,
        )
        self.run(
            f"DELETE FROM retired_place r USING {self.layer.table} t WHERE r.kind = :kind AND r.id = t.id",
            kind=self.layer.retires,
        )


STREETS = Layer(
    table="street_segment",
    key=("code",),
    columns=("name", "name_norm", "class", "attributes", GEOMETRY),
    retires="segment",
    refers="segment_id",
    given={"owner": "ville", "maintained_by": "ville"},
)
ADDRESSES = Layer(
    table="address",
    key=("code",),
    columns=("civic", "suffix", "street", "street_norm", "attributes", GEOMETRY),
    is_by_source=True,
)
FEATURES = Layer(
    table="map_feature", key=("code",), columns=("kind", "name", "area_m2", GEOMETRY), is_by_source=True
)
ASSETS = Layer(
    table="asset",
    key=("kind", "code"),
    columns=("name", "attributes", GEOMETRY),
    retires="asset",
    refers="asset_id",
)
PARCELS = Layer(table="parcel", key=("code",), columns=("owner", GEOMETRY), is_by_source=True)
PARTIES = Layer(
    table="third_party",
    key=("code",),
    columns=("kind", "name_fr", "name_en", "phone", "url", "email", "asset_kinds", "chase_days", GEOMETRY),
    has_source=False,
)
BY_KIND = {
    "segments": STREETS,
    "addresses": ADDRESSES,
    "assets": ASSETS,
    "parcels": PARCELS,
    "parties": PARTIES,
}

"""Engine, transactions and the choice of jurisdiction that opens each of them.

A jurisdiction is a schema (docs/decisions/0003). The first statement of every transaction sets
`search_path` and a role that owns nothing outside that schema, both local to the transaction, so a
pooled connection never carries one town's rights into another's request.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

from tracker import prepared
from tracker.prepared import Prepared

T = TypeVar("T")

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
SHARED_SCHEMA = "vigie"


class SharedBase(DeclarativeBase):
    """Tables of the shared schema: who is hosted here and who may sign in."""

    metadata = MetaData(schema=SHARED_SCHEMA, naming_convention=NAMING)


class Base(DeclarativeBase):
    """Tables that every jurisdiction's schema holds; blind to which one it is."""

    metadata = MetaData(naming_convention=NAMING)


class JurisdictionUnknown(Exception):
    """No such jurisdiction is hosted here."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Moved(Exception):
    """A jurisdiction is not as this process knew it: its catalogue, its districts or its settings changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selected:
    """The jurisdiction a transaction speaks for, as of its `revision`."""

    database: str
    code: str
    name: str
    schema: str
    role: str
    revision: int
    prefix: str
    zone: str
    languages: tuple[str, ...]
    metric_srid: int
    calendar: str
    settings: dict[str, Any]


def _dumps(value: object) -> str:
    return orjson.dumps(value, default=str).decode()


class RoleChangeRefused(Exception):
    """Only `select_jurisdiction` chooses the role of a transaction."""


_ROLE_CHANGE = re.compile(
    r"(?:^|;|\$\$|begin)\s*(?:set\s+(?:local\s+|session\s+)?(?:role|session\s+authorization)\b"
    r"|reset\s+(?:role|all|session)|discard\s)|set_config\s*\(\s*'(?:role|session_authorization)'",
    re.IGNORECASE,
)


def _refuse_role_change(connection: object, cursor: object, statement: str, *_: object) -> None:
    """Stop SQL that would leave the jurisdiction: PostgreSQL cannot forbid it to the login role."""
    if _changes_role(statement):
        raise RoleChangeRefused


@lru_cache(maxsize=512)
def _changes_role(statement: str) -> bool:
    return _ROLE_CHANGE.search(statement) is not None


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """Return an engine whose connections speak UTC and JSON through orjson."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        pool_use_lifo=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=5s", "prepare_threshold": 3},
    )
    event.listen(engine, "before_cursor_execute", _refuse_role_change)
    prepared.watch(engine)
    return engine


# One statement chooses the schema and the role and reads the row that says which revision of the
# reference data (catalogue, districts, crews) is current. Rights are checked before it runs, so the
# read happens as the login role although the role changes in the same breath. Naming pg_temp puts it
# last: otherwise a temporary table left on a pooled connection would hide one of the next town's.
_SELECT = Prepared("""
    SELECT set_config('search_path', quote_ident(j.schema_name) || ', public, pg_temp', true) AS path,
           set_config('role', j.role_name, true) AS role,
           CASE WHEN j.revision <> :known THEN to_jsonb(j) END AS facts
    FROM vigie.jurisdiction j WHERE j.code = :code
""")
# What was read of each jurisdiction, by engine: the statement above repeats it only when it has changed.
_kept: WeakKeyDictionary[Engine, dict[str, Selected]] = WeakKeyDictionary()


def select_jurisdiction(session: Session, code: str) -> Selected:
    """Limit the rest of this transaction to one jurisdiction. Raises JurisdictionUnknown."""
    engine = session.get_bind().engine
    known = _kept.setdefault(engine, {})
    kept = known.get(code)
    row = _SELECT.one_or_none(session, {"code": code, "known": kept.revision if kept else -1})
    if row is None:
        raise JurisdictionUnknown(code)
    if row.facts is not None:
        kept = known[code] = _selected(str(engine.url), row.facts)
    assert kept is not None
    session.info["jurisdiction"] = kept
    return kept


def select_ahead(session: Session, code: str) -> Selected:
    """Limit the rest of this transaction to one jurisdiction, as known here, with its first statement.

    Should the jurisdiction have changed since, that statement raises Moved, or JurisdictionUnknown when it
    is gone, before anything it answers is used, and nothing is committed: whoever calls does the work again.
    What is not known here yet is read at once. Raises JurisdictionUnknown.
    """
    engine = session.get_bind().engine
    known = _kept.setdefault(engine, {})
    kept = known.get(code)
    if kept is None:
        return select_jurisdiction(session, code)

    def judge(rows: list[Any]) -> None:
        if not rows:
            raise JurisdictionUnknown(code)
        if rows[0].facts is not None:
            known[code] = _selected(str(engine.url), rows[0].facts)
            raise Moved(code)

    _SELECT.ahead(session, {"code": code, "known": kept.revision}, judge, decides=True)
    session.info["jurisdiction"] = kept
    return kept


def _selected(database: str, facts: dict[str, Any]) -> Selected:
    return Selected(
        database=database,
        code=facts["code"],
        name=facts["name"],
        schema=facts["schema_name"],
        role=facts["role_name"],
        revision=facts["revision"],
        prefix=facts["prefix"],
        zone=facts["zone"],
        languages=tuple(facts["languages"]),
        metric_srid=facts["metric_srid"],
        calendar=facts["calendar"],
        settings=facts["settings"],
    )


def selected(session: Session) -> Selected:
    """Return the jurisdiction this session's transaction was limited to."""
    value = session.info["jurisdiction"]
    assert isinstance(value, Selected)
    return value


@contextmanager
def transaction(engine: Engine, code: str | None = None) -> Iterator[Session]:
    """Open a transaction, limited to jurisdiction `code` when given; commit at the end or roll back."""
    with Session(engine, expire_on_commit=False, autoflush=False) as session, session.begin():
        if code is not None:
            select_jurisdiction(session, code)
        yield session


class PerRevision(Generic[T]):
    """Reference data read once per process and revision of a jurisdiction.

    Triggers raise the revision with every change of a reference table (migration 0001), and every
    transaction learns the revision in its first statement: a process never serves a stale catalogue.
    What is heavy is kept for `at_most` jurisdictions, those used last: one host serves a thousand.
    """

    def __init__(self, load: Callable[[Session], T], *, at_most: int | None = None) -> None:
        self._load = load
        self._at_most = at_most
        self._kept: dict[tuple[str, str], _Kept[T]] = {}
        self._lock = Lock()
        self._turns = count()

    def __call__(self, session: Session) -> T:
        now = selected(session)
        key = (now.database, now.code)
        kept = self._kept.get(key)
        if kept is not None and kept.revision == now.revision:
            kept.used = next(self._turns)
            return kept.value
        # A key claimed ahead may wait for another transaction: never while that one waits for this lock.
        prepared.settle(session)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.revision == now.revision:
                return kept.value
            value = self._load(session)
            self._kept[key] = _Kept(now.revision, value, next(self._turns))
            if self._at_most is not None and len(self._kept) > self._at_most:
                del self._kept[min(self._kept, key=lambda each: self._kept[each].used)]
            return value


@dataclass(slots=True)
class _Kept(Generic[T]):
    revision: int
    value: T
    used: int

"""What changes by the minute: each crew's promised work and its hours, kept a short while in the process.

Triage proposes a crew with what was so at most half a minute ago; who gives the case to the crew is held to
what is so now (`cases.workload`). A stale board is asked for again together with a statement that is sent
anyway, so intake makes no journey of its own for it (docs/decisions/0020).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from routing.legal import Stint
from tracker.db import selected
from tracker.prepared import Prepared

FRESH = timedelta(seconds=30)
USABLE = timedelta(minutes=10)
"""Older than this, a board is asked for before it is used: the process has slept."""
MOST_JOBS = 500
NEXT = 12
"""Travel is reckoned from the depot and this many tasks due next."""
FORGOTTEN = timedelta(days=7)
STINTS_OF = timedelta(days=10)

_ASK = Prepared("""
    SELECT w.id,
        (SELECT jsonb_agg(jsonb_build_array(j.number, j.resolve_by, j.minutes, j.lon, j.lat, j.segment_id,
                                            j.asset_id) ORDER BY j.resolve_by, j.number)
         FROM (SELECT c.number, c.resolve_by, s.duration_min AS minutes, ST_X(c.geom) AS lon,
                      ST_Y(c.geom) AS lat, c.segment_id, c.asset_id
               FROM "case" c JOIN service s ON s.id = c.service_id
               WHERE c.crew_id = w.id AND c.is_open AND c.resolve_by > :since
               ORDER BY c.resolve_by, c.id LIMIT CAST(:most AS int)) j) AS jobs,
        (SELECT jsonb_agg(jsonb_build_array(t.starts_at, coalesce(t.ends_at, greatest(t.starts_at, :now)))
                          ORDER BY t.starts_at)
         FROM crew_stint t
         WHERE t.crew_id = w.id AND t.starts_at < :now
           AND coalesce(t.ends_at, :now) > :stints_since) AS stints
    FROM crew w WHERE w.active
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A case a crew has: due when, for how many minutes, where."""

    number: str
    due: datetime
    minutes: int
    lon: float | None = None
    lat: float | None = None
    segment_id: int | None = None
    asset_id: int | None = None

    @property
    def spot(self) -> tuple[float, float]:
        """Return where it is, of one that has a place."""
        assert self.lon is not None
        assert self.lat is not None
        return self.lon, self.lat


@dataclass(frozen=True, slots=True)
class CrewNow:
    """A crew's tasks in order of due date, and the hours it worked lately.

    `next` are those due first that have a place, `spots` their places: where the crew will be anyway.
    """

    tasks: tuple[Task, ...] = ()
    stints: tuple[Stint, ...] = ()
    _dues: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    _sums: tuple[int, ...] = field(init=False, repr=False, compare=False)
    next: tuple[Task, ...] = field(init=False, repr=False, compare=False)
    spots: tuple[tuple[float, float], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sums, so_far = [0], 0
        for task in self.tasks:
            so_far += task.minutes
            sums.append(so_far)
        object.__setattr__(self, "_dues", tuple(task.due for task in self.tasks))
        object.__setattr__(self, "_sums", tuple(sums))
        placed = [task for task in self.tasks[:NEXT] if task.lon is not None and task.lat is not None]
        object.__setattr__(self, "next", tuple(placed))
        object.__setattr__(self, "spots", tuple(task.spot for task in placed))

    def promised_min(self, until: datetime) -> int:
        """Return the minutes of work due by then."""
        return self._sums[bisect_right(self._dues, until)]


@dataclass(frozen=True, slots=True)
class Board:
    """Every crew as of `at`, by its id. An empty board knows nobody's work: nothing is full, nobody tired."""

    at: datetime | None = None
    crews: Mapping[int, CrewNow] = field(default_factory=dict)

    def of(self, crew_id: int) -> CrewNow:
        """Return what is known of a crew."""
        return self.crews.get(crew_id, _NOTHING)


_NOTHING = CrewNow()
EMPTY = Board()
_kept: dict[tuple[str, str], Board] = {}
_asked: dict[tuple[str, str], datetime] = {}
_lock = Lock()


def current(session: Session, at: datetime) -> Board:
    """Return the board for a decision at an instant, at most half a minute old or being renewed.

    Only the first one of a process, or the first after a long sleep, costs a journey of its own.
    """
    town = selected(session)
    key = (town.database, town.code)
    kept = _kept.get(key)
    age = abs(at - kept.at) if kept is not None and kept.at is not None else None
    if kept is None or age is None or age > USABLE:
        _keep(key, at, _ASK.all(session, _values(at)))
        return _kept[key]
    if age > FRESH and _may_ask(key, at):
        _ASK.ask_later(session, _values(at), lambda rows: _keep(key, at, rows))
    return kept


def read(session: Session, at: datetime) -> Board:
    """Return the board as it is now, asked for: for acts that are rare."""
    return _board(at, _ASK.all(session, _values(at)))


def forget() -> None:
    """Drop every board of this process."""
    with _lock:
        _kept.clear()
        _asked.clear()


def _may_ask(key: tuple[str, str], at: datetime) -> bool:
    """Let one of the threads that see a stale board ask; another may once that seems to have failed."""
    with _lock:
        asked = _asked.get(key)
        if asked is not None and abs(at - asked) < FRESH:
            return False
        _asked[key] = at
        return True


def _keep(key: tuple[str, str], at: datetime, rows: Sequence[Any]) -> None:
    with _lock:
        _kept[key] = _board(at, rows)
        _asked[key] = at


def _values(at: datetime) -> dict[str, Any]:
    return {"since": at - FORGOTTEN, "most": MOST_JOBS, "now": at, "stints_since": at - STINTS_OF}


def _board(at: datetime, rows: Sequence[Any]) -> Board:
    return Board(at, {row.id: CrewNow(_tasks(row.jobs), _stints(row.stints)) for row in rows})


def _tasks(given: Sequence[Any] | None) -> tuple[Task, ...]:
    return tuple(
        Task(
            number=number,
            due=datetime.fromisoformat(due),
            minutes=minutes,
            lon=lon,
            lat=lat,
            segment_id=segment_id,
            asset_id=asset_id,
        )
        for number, due, minutes, lon, lat, segment_id, asset_id in given or ()
    )


def _stints(given: Sequence[Any] | None) -> tuple[Stint, ...]:
    pairs = ((datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in given or ())
    return tuple(Stint(begins, ends) for begins, ends in pairs if ends > begins)

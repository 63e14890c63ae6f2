"""Cases as a layer: one by one where there are few, counted by cell where there are many.

The counts are kept by `case_cell` (migration 0005): a tile of a million cases is a range of one index. Each
cluster stands in the middle of its cases, not of its cell, so that no grid is seen.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.cases.models import ALIVE_UNTIL
from tracker.db import PerRevision
from tracker.maps.base import _BOX, EXTENT
from tracker.maps.scope import Scope
from tracker.maps.tile import Tile
from tracker.prepared import Prepared

LOWEST, HIGHEST = 9, 18
COUNTED_TO = 16
# More points than this in one tile would cover each other: they are counted instead.
MOST_POINTS = 1_200
FOLD_AT = 2_000

_PULSE = Prepared("""
    SELECT coalesce((SELECT folds FROM case_cell_fold), 0) AS folds,
           (SELECT count(*) FROM case_cell_change) AS pending
""")
_FOLD = Prepared("SELECT fold_case_cells() AS folded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which cases: those open or all, of one group of services or of every one, seen at an instant."""

    scope: Scope
    now: datetime
    is_open: bool = True
    group: str = ""

    @property
    def key(self) -> str:
        return f"{self.scope.key}-{'o' if self.is_open else 'a'}{self.group}"


def pulse(session: Session) -> str:
    """Return what names the present state of all cases: it changes with every commit that touches one.

    Counts what is pending rather than taking the latest instant: a transaction that began earlier may commit
    later. Folds when much is pending, so that the next count is short.
    """
    found = _PULSE.one_or_none(session, {})
    if found.pending >= FOLD_AT and fold(session):
        found = _PULSE.one_or_none(session, {})
    return f"{found.folds}.{found.pending}"


def fold(session: Session) -> int:
    """Add what is pending to the counts and return how many changes it was; 0 when somebody else is at it."""
    return int(_FOLD.one_or_none(session, {}).folded)


def draw(session: Session, tile: Tile, asked: Asked) -> bytes:
    """Return a tile with the layer `case`: points with `number`, `tone`, `code`, `late`; clusters with
    `n`.
    """
    tones = (_public_tones if asked.scope.is_public else _tones)(session)
    values = {**tile.values, **asked.scope.values, **tones, "now": asked.now, "group": asked.group}
    drawn = statement(asked.scope, asked.is_open, bool(asked.group), tile.z <= COUNTED_TO)
    return bytes(drawn.one_or_none(session, values).mvt)


@lru_cache
def statement(scope: Scope, is_open: bool, is_grouped: bool, may_count: bool) -> Prepared:
    """Return the statement for one kind of question; the values of the scope stay parameters."""
    points = f"(SELECT ST_AsMVT(t, 'case', {EXTENT}) FROM ({_points(scope, is_open, is_grouped)}) t)"  # noqa: S608 -- composed of constants
    if not (may_count and scope.is_counted):
        return Prepared(f"WITH {_BOX} SELECT {points} AS mvt")
    return Prepared(f"""
        WITH {_BOX}, cells AS ({_cells(scope, is_open, is_grouped)})
        SELECT CASE WHEN (SELECT coalesce(sum(n), 0) FROM cells) <= {MOST_POINTS} THEN {points}
               ELSE (SELECT ST_AsMVT(t, 'case', {EXTENT}) FROM (
                   SELECT n, ST_MakePoint((sx / n / 2147483648 * (1 << :z) - :x) * {EXTENT},
                                          (sy / n / 2147483648 * (1 << :z) - :y) * {EXTENT}) AS geom
                   FROM cells) t) END AS mvt
    """)  # noqa: S608 -- composed of constants


def _cells(scope: Scope, is_open: bool, is_grouped: bool) -> str:
    """The counts of a tile's 64 cells: those folded and those pending."""
    clause = (
        scope.clause
        + (" AND is_open" if is_open else "")
        + (" AND group_code = :group" if is_grouped else "")
    )
    return f"""
        SELECT cell, sum(n) AS n, sum(sx) AS sx, sum(sy) AS sy FROM (
            SELECT cell, n, sx, sy FROM case_cell WHERE z = :z AND x = :x AND y = :y AND {clause}
            UNION ALL
            SELECT ((y >> (16 - :z)) & 7) * 8 + ((x >> (16 - :z)) & 7), n, sx, sy FROM case_cell_change
            WHERE x >> (19 - :z) = :x AND y >> (19 - :z) = :y AND {clause}
        ) counted GROUP BY cell HAVING sum(n) > 0"""  # noqa: S608 -- composed of constants


def _points(scope: Scope, is_open: bool, is_grouped: bool) -> str:
    # The GiST index holds until when a case is alive beside its place: open ones are found without the
    # others.
    state = f"AND ({ALIVE_UNTIL}) = 'infinity' AND is_open" if is_open else ""
    group = "AND split_part(c.service_code, '-', 1) = :group" if is_grouped else ""
    reach, place = "c.geom && b.reach", "c.geom"
    if (
        scope.is_public
    ):  # by the position the public is shown alone, or the edge of a tile would tell the other
        reach = "(c.public_geom IS NULL AND c.geom && b.reach OR c.public_geom && b.reach)"
        place = "coalesce(c.public_geom, c.geom)"
    return f"""
        SELECT c.number, coalesce(s.tone, 'received') AS tone, c.service_code AS code, c.is_open AS open,
               (c.is_open AND c.resolve_by < least(:now, c.paused_since, c.suspended_since)) AS late,
               ST_AsMVTGeom(ST_Transform({place}, 3857), b.tile, {EXTENT}, 0) AS geom
        FROM box b JOIN "case" c ON {reach} AND c.parent_id IS NULL {state} {group}
        LEFT JOIN unnest(CAST(:families AS text[]), CAST(:versions AS int[]), CAST(:statuses AS text[]),
                         CAST(:tones AS text[])) AS s(workflow, version, status, tone)
          ON s.workflow = c.workflow AND s.version = c.workflow_version AND s.status = c.status
        WHERE {_of_case(scope.case_clause)}
        ORDER BY c.is_open DESC, c.priority"""  # noqa: S608 -- composed of constants


def _of_case(clause: str) -> str:
    for column in ("is_public", "workflow", "crew_id"):
        clause = clause.replace(f"{column} ", f"c.{column} ")
    return clause


def _read_tones(session: Session, *, in_passing: bool = False) -> dict[str, list[object]]:
    rows = [
        (family, version, state.code, state.tone_in_passing if in_passing else state.tone)
        for (family, version), machine in families.current(session).every()
        for state in machine.states.values()
    ]
    names = ("families", "versions", "statuses", "tones")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


_tones = PerRevision(_read_tones)
_public_tones = PerRevision(lambda session: _read_tones(session, in_passing=True))

"""Trying changed rules or districts on the cases of the last months: what would have gone elsewhere.

Both runs see every crew unloaded and rested, so that a difference is the change's doing and nothing else's.
Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.catalogue import errors as catalogue_errors
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.dispatch import choosing
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.board import EMPTY
from tracker.dispatch.desk import Desk
from tracker.dispatch.pools import Setting
from tracker.dispatch.ruleset import RuleSet
from tracker.places import boundaries

STEP = 500
NOBODY = ""

# Where each case belongs in a set of districts, open or closed, by the rule of `places.boundaries`: the
# street's own district for services of the street, else the ground's, the lowest code on a shared edge; what
# stands just outside on a street of ours is ours.
_PLACED = text("""
    WITH past AS (
        SELECT id, geom, segment_id, asset_id, service_id FROM "case"
        WHERE opened_at >= :since AND opened_at <= :until AND geom IS NOT NULL
    ), covered AS (
        SELECT DISTINCT ON (c.id) c.id, d.code FROM district d JOIN past c ON ST_Covers(d.geom, c.geom)
        WHERE d.boundary_set_id = :set ORDER BY c.id, d.code COLLATE "C"
    )
    SELECT c.id, CASE WHEN (s.location_kind = 'segment' OR s.definition->'location'->>'snap' = 'segment')
                AND c.asset_id IS NULL AND street.id IS NOT NULL AND covered.code IS NOT NULL
                AND ST_DWithin(g.geom::geography, c.geom::geography, :reach_m)
            THEN street.code
            ELSE coalesce(covered.code, CASE WHEN
                ST_DWithin(street.geom::geography, c.geom::geography, :tolerance_m) THEN street.code END)
        END AS code
    FROM past c JOIN service s ON s.id = c.service_id
    LEFT JOIN covered ON covered.id = c.id
    LEFT JOIN street_segment g ON g.id = c.segment_id
    LEFT JOIN district street ON street.boundary_set_id = :set AND street.code = g.district_code
""")
_PAST = text("""
    SELECT c.id, c.number, c.service_code, c.service_id, c.opened_at, c.segment_id, c.asset_id,
           coalesce(s.class, CAST(gone.facts->>'class' AS smallint)) AS road_class,
           s.code AS segment_code, s.name AS street, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat, r.answers
    FROM "case" c
    LEFT JOIN street_segment s ON s.id = c.segment_id
    LEFT JOIN retired_place gone ON gone.kind = 'segment' AND gone.id = c.segment_id
    LEFT JOIN report r ON r.number = c.number
    WHERE c.opened_at >= :since AND c.opened_at <= :until AND c.parent_id IS NULL
    ORDER BY c.opened_at, c.id
""")
_ACTIVE = text("SELECT id FROM boundary_set WHERE status = 'active'")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is tried: rules, districts or both (None: as they are), on cases received from since to until."""

    since: datetime
    until: datetime
    rules: RuleSet | None = None
    boundary_set_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Went:
    """Where a case goes: its district, its crew (empty: nobody), the rule that said so."""

    district: str | None
    crew: str
    rule: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """A case as it goes now and as it would."""

    number: str
    service: str
    minutes: int
    lon: float | None
    lat: float | None
    before: Went
    after: Went

    @property
    def is_change(self) -> bool:
        """Tell whether another crew, or another district's, would have it."""
        return (self.before.crew, self.before.district) != (self.after.crew, self.after.district)


@dataclass(slots=True)
class Result:
    """What came of a trial: every case that changes, and the sums."""

    cases: int = 0
    skipped: int = 0
    changes: list[Tried] = field(default_factory=list)
    minutes: dict[str, list[int]] = field(default_factory=dict)
    nobody: list[int] = field(default_factory=lambda: [0, 0])
    rules_hit: Counter[str] = field(default_factory=Counter)

    def note(self, tried: Tried) -> None:
        """Count a case."""
        self.cases += 1
        for at, went in enumerate((tried.before, tried.after)):
            if went.crew == NOBODY:
                self.nobody[at] += 1
            else:
                self.minutes.setdefault(went.crew, [0, 0])[at] += tried.minutes
        self.rules_hit[tried.after.rule] += 1
        if tried.is_change:
            self.changes.append(tried)

    def table(self) -> list[dict[str, Any]]:
        """Return the changes by service, crew and district, the most cases first."""
        counted: Counter[tuple[str, ...]] = Counter()
        minutes: Counter[tuple[str, ...]] = Counter()
        for each in self.changes:
            key = (each.service, each.before.district or "", each.before.crew, each.after.district or "",
                   each.after.crew)  # fmt: skip
            counted[key] += 1
            minutes[key] += each.minutes
        names = ("service", "district_before", "crew_before", "district_after", "crew_after")
        return [
            dict(zip(names, key, strict=True)) | {"cases": many, "minutes": minutes[key]}
            for key, many in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        ]

    def as_mapping(self, rules: RuleSet) -> dict[str, Any]:
        """Return it for JSON. Numbers are whole."""
        hit = self.rules_hit
        return {
            "cases": self.cases,
            "skipped": self.skipped,
            "changed": len(self.changes),
            "nobody": {"before": self.nobody[0], "after": self.nobody[1]},
            "crews": [
                {"crew": crew, "before": told[0], "after": told[1]}
                for crew, told in sorted(self.minutes.items())
            ],
            "rules": [{"rule": rule.id, "cases": hit[f"rule.{rule.id}"]} for rule in rules.ordered()],
            "table": self.table(),
            "changes": [
                {
                    "number": each.number,
                    "service": each.service,
                    "lon": each.lon,
                    "lat": each.lat,
                    "district_before": each.before.district,
                    "crew_before": each.before.crew,
                    "rule_before": each.before.rule,
                    "district_after": each.after.district,
                    "crew_after": each.after.crew,
                    "rule_after": each.after.rule,
                }
                for each in self.changes
            ],
        }


Progress = Callable[[int, int], None]


def run(session: Session, change: Change, progress: Progress = lambda _done, _of: None) -> Result:
    """Send the past cases through triage twice, as it is and as it would be."""
    desk = desks.current(session)
    active = session.execute(_ACTIVE).scalar()
    drafted = change.boundary_set_id if change.boundary_set_id is not None else active
    before = _placed(session, change, active)
    after = before if drafted == active else _placed(session, change, drafted)
    result = Result()
    rows = session.execute(_PAST, {"since": change.since, "until": change.until}).all()
    for at, row in enumerate(rows):
        if at % STEP == 0:
            progress(at, len(rows))
        tried = _try(session, desk, row, (before.get(row.id), after.get(row.id)), change)
        if tried is None:
            result.skipped += 1
        else:
            result.note(tried)
    progress(len(rows), len(rows))
    return result


def setting_of(row: Any, district: str | None) -> Setting:
    """Return what triage looks at in a past case, as of its receipt."""
    return Setting(
        district_code=district,
        district_name=district,
        road_class=row.road_class,
        answers=row.answers or {},
        received_at=row.opened_at,
        segment_code=row.segment_code,
        segment_id=row.segment_id,
        asset_id=row.asset_id,
        street=row.street,
        lon=row.lon,
        lat=row.lat,
    )


def _try(
    session: Session, desk: Desk, row: Any, districts: tuple[str | None, str | None], change: Change
) -> Tried | None:
    """Choose twice; None for a case whose service promises nothing that a crew could be held to."""
    service = catalogue.current_or_version(session, row.service_code, row.service_id).service
    first = setting_of(row, districts[0])
    try:
        due = dispatch.promises(desk, service, first).resolve_by
    except catalogue_errors.StandardNotFound:
        return None
    before = _went(desk, service, first, due, desk.rules)
    if change.rules is None and districts[0] == districts[1]:
        after = before
    else:
        after = _went(desk, service, setting_of(row, districts[1]), due, change.rules or desk.rules)
    return Tried(
        number=row.number,
        service=row.service_code,
        minutes=service.duration_min,
        lon=row.lon,
        lat=row.lat,
        before=before,
        after=after,
    )


def _went(desk: Desk, service: Service, setting: Setting, due: datetime, rules: RuleSet) -> Went:
    choice = choosing.choose(desk, EMPTY, service, setting, due, rules)
    return Went(
        district=setting.district_code,
        crew=choice.crew.code if choice.crew else NOBODY,
        rule=choice.pool.rule,
    )


def _placed(session: Session, change: Change, set_id: int | None) -> dict[Any, str]:
    values = {"set": set_id if set_id is not None else -1, "since": change.since, "until": change.until}
    rows = session.execute(_PLACED, values | boundaries.REACHES)
    return {row.id: row.code for row in rows if row.code is not None}


def unhit(result: Result, rules: RuleSet) -> Sequence[str]:
    """Return the exceptions that decided none of the past cases."""
    return tuple(_unhit(result, rules))


def _unhit(result: Result, rules: RuleSet) -> Iterator[str]:
    for rule in rules.ordered():
        if not result.rules_hit[f"rule.{rule.id}"]:
            yield rule.id

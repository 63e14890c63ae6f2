"""A town's history looked at again: what would have been proposed, case by case, had somebody looked each
time.

The measure of both promises: how soon a real incident is found, and how often there is a proposal without
one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from gis import clusters
from gis.clusters import Background, Happenings, Scan
from tracker.db import selected
from tracker.surges import finding, queries
from tracker.surges.rules import Count, Rule, Rules

# A background of less than a month knows nothing yet.
LEARNS_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What would have been proposed at an instant; `numbers` are the cases, the oldest first."""

    at: datetime
    rule: str
    kind: str
    observed: int
    radius_m: float
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """Every proposal of a history, with how many cases and years it was of."""

    proposals: tuple[Proposal, ...]
    cases: int
    years: float


def replay(session: Session, rules: Rules) -> Replay:
    """Return what would have been proposed over the last two years."""
    town, area = selected(session), queries.area_km2(session)
    now = session.connection().exec_driver_sql('SELECT max(opened_at) FROM "case"').scalar_one()
    if now is None:
        return Replay(proposals=(), cases=0, years=0.0)
    found: list[Proposal] = []
    total, first = 0, now
    for rule in rules.rules.values():
        rows = queries.cases(session, rule.services, now=now, srid=town.metric_srid, joined=True)
        total += len(rows)
        first = min([first, *(row.opened_at for row in rows[:1])])
        if rule.count is not None and rows:
            keys = queries.keys(session, rule.count.by, [row.id for row in rows])
            found += _counts(rule, rule.count, rows, Known(keys=keys, rate=rules.false_per_year))
        if rule.is_scanned and rows:
            found += _scans(rule, rows, Scan(false_per_year=rules.false_per_year), area)
    years = (now - first) / timedelta(days=365.25)
    return Replay(proposals=tuple(sorted(found, key=lambda each: each.at)), cases=total, years=years)


def _scans(rule: Rule, rows: Sequence[Any], scan: Scan, area_km2: float) -> Iterator[Proposal]:
    """Scan after each case, against what came before its last day; a case is proposed once."""
    whole = finding.happenings(rows, rows[0].opened_at)
    spent: set[int] = set()
    for at in range(len(rows)):
        if rows[at].opened_at - rows[0].opened_at < LEARNS_FOR:
            continue
        first = int(np.searchsorted(whole.at_h, whole.at_h[at] - finding.RECENT_H))
        background = Background(past=_part(whole, 0, first), area_km2=area_km2)
        for each in clusters.scan(_part(whole, first, at + 1), background, scan, since_h=whole.at_h[at]):
            members = {first + member for member in each.members}
            if spent.isdisjoint(members):
                numbers = tuple(rows[member].number for member in sorted(members))
                yield Proposal(
                    at=rows[at].opened_at,
                    rule=rule.code,
                    kind="scan",
                    observed=each.observed,
                    radius_m=each.radius_m,
                    numbers=numbers,
                )
            spent |= members


def _part(whole: Happenings, first: int, end: int) -> Happenings:
    return Happenings(x=whole.x[first:end], y=whole.y[first:end], at_h=whole.at_h[first:end])


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The key of each case with its name, and how many false proposals a year are allowed."""

    keys: Mapping[Any, tuple[str, str]]
    rate: float


def _counts(rule: Rule, count: Count, rows: Sequence[Any], known: Known) -> Iterator[Proposal]:
    """Count after each case the places with its key; a key is proposed again only after its hours."""
    by_key: dict[str, list[Any]] = {}
    told: dict[str, datetime] = {}
    within = timedelta(hours=count.within_h)
    for total, row in enumerate(rows):
        key = known.keys.get(row.id, ("", ""))[0]
        if not key:
            continue
        every = by_key.setdefault(key, [])
        every.append(row)
        held = [each for each in every if row.opened_at - each.opened_at < within]
        observed = clusters.places(
            np.array([each.x for each in held]), np.array([each.y for each in held]), finding.SAME_M[count.by]
        )
        if observed < count.least or (key in told and row.opened_at - told[key] < within):
            continue
        before, span = len(every) - len(held), row.opened_at - rows[0].opened_at - within
        if not finding.is_usual(count, observed, before, total, max(span, timedelta(0)), known.rate):
            told[key] = row.opened_at
            yield Proposal(
                at=row.opened_at,
                rule=rule.code,
                kind=f"count {key}",
                observed=observed,
                radius_m=0.0,
                numbers=tuple(each.number for each in held),
            )

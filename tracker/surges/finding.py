"""Looking for surges among a town's cases. Nothing is written here."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from gis import clusters
from gis.clusters import Background, Cluster, Happenings, Scan
from tracker.db import selected
from tracker.surges import queries
from tracker.surges.rules import Count, Rule, Rules

# The longest window of a scan. What is older is the background that the rest is judged against.
RECENT_H = 24.0
# Nearer than this, two cases are one place told twice: houses of one street are closer than streets of one
# zone.
SAME_M = {"segment": 10.0, "circuit": 15.0, "zone": 20.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A surge: its rule, the cases in it, where, and the evidence as facts to be told in words."""

    rule: str
    place_key: str
    cases: tuple[UUID, ...]
    x: float
    y: float
    radius_m: float
    first_at: datetime
    last_at: datetime
    observed: int
    expected: float
    log10_p: float
    evidence: dict[str, Any]


def look(session: Session, rules: Rules, *, now: datetime) -> list[Found]:
    """Return the surges there are at `now`, at most one for each case and rule."""
    srid, area = selected(session).metric_srid, queries.area_km2(session)
    found: list[Found] = []
    for rule in rules.rules.values():
        rows = queries.cases(session, rule.services, now=now, srid=srid)
        if rule.count is not None:
            found += _counted(session, rule, rule.count, rows, Look(now=now, rate=rules.false_per_year))
        if rule.is_scanned:
            taken = {each for one in found if one.rule == rule.code for each in one.cases}
            scan = Scan(false_per_year=rules.false_per_year)
            found += _scanned(rule, [row for row in rows if row.id not in taken], scan, area, now)
    return found


def happenings(rows: Sequence[Any], origin: datetime) -> Happenings:
    """Return cases as the scan reads them, in hours since an origin."""
    return Happenings(
        x=np.array([row.x for row in rows], dtype=np.float64),
        y=np.array([row.y for row in rows], dtype=np.float64),
        at_h=np.array([(row.opened_at - origin).total_seconds() / 3600 for row in rows], dtype=np.float64),
    )


def _scanned(rule: Rule, rows: Sequence[Any], scan: Scan, area_km2: float, now: datetime) -> Iterator[Found]:
    origin = now - queries.PAST
    edge = now - timedelta(hours=RECENT_H)
    past = happenings([row for row in rows if row.opened_at < edge], origin)
    recent = [row for row in rows if row.opened_at >= edge and not row.is_spent]
    background = Background(past=past, area_km2=area_km2)
    for cluster in clusters.scan(happenings(recent, origin), background, scan):
        members = [recent[at] for at in cluster.members]
        if sum(row.is_open for row in members) >= scan.least:
            yield _of_cluster(rule, cluster, members, background)


def _of_cluster(rule: Rule, cluster: Cluster, members: Sequence[Any], background: Background) -> Found:
    return Found(
        rule=rule.code,
        place_key=f"case {members[0].id}",
        cases=tuple(row.id for row in members if row.is_open),
        x=cluster.x,
        y=cluster.y,
        radius_m=cluster.radius_m,
        first_at=members[0].opened_at,
        last_at=members[-1].opened_at,
        observed=cluster.observed,
        expected=cluster.expected,
        log10_p=cluster.log10_p,
        evidence={"kind": "scan", "window_h": cluster.window_h, "radius_m": cluster.radius_m,
                  "usual_days": _usual_days(cluster)},
    )  # fmt: skip


def _usual_days(cluster: Cluster) -> float:
    """Return in how many days the circle usually has as many."""
    return round(cluster.observed / max(cluster.expected / cluster.window_h * 24, 1e-9), 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One look: its instant, and how many false proposals a year it may make."""

    now: datetime
    rate: float


def is_usual(count: Count, observed: int, before: int, total: int, span: timedelta, rate: float) -> bool:
    """Tell whether a key has as many in the ordinary course of things.

    `before` of the `total` cases of the span were the key's own. Every case is a test of the rule.
    """
    seen_h = span / timedelta(hours=1)
    a_year = max(1.0, total / max(seen_h, clusters.SEASON_H) * clusters.HOURS_A_YEAR)
    tail = clusters.log10_usual(
        observed, before=before, seen_h=seen_h, window_h=count.within_h, dispersion=Scan().dispersion
    )
    return tail > math.log10(min(rate / a_year, 0.05))


def _counted(session: Session, rule: Rule, count: Count, rows: Sequence[Any], look: Look) -> Iterator[Found]:
    """Count distinct places by key in the last hours; a key is a street, a circuit or a zone."""
    since = look.now - timedelta(hours=count.within_h)
    older = [row for row in rows if row.opened_at <= since]
    span = since - older[0].opened_at if older else timedelta(0)
    recent = [row for row in rows if row.opened_at > since and row.is_open and not row.is_spent]
    if len(recent) < count.least:
        return
    keys = queries.keys(session, count.by, [row.id for row in recent])
    for key, name in dict.fromkeys(keys.values()):
        members = [row for row in recent if keys.get(row.id, ("", ""))[0] == key]
        x, y = np.array([row.x for row in members]), np.array([row.y for row in members])
        observed = clusters.places(x, y, SAME_M[count.by])
        if observed < count.least:
            continue
        past = queries.keys(session, count.by, [row.id for row in older])
        before = sum(each == key for each, _ in past.values())
        if not is_usual(count, observed, before, len(older), span, look.rate):
            yield _of_count(rule, count, members, key=key, name=name, observed=observed)


def _of_count(
    rule: Rule, count: Count, members: Sequence[Any], *, key: str, name: str, observed: int
) -> Found:
    x, y = np.array([row.x for row in members]), np.array([row.y for row in members])
    middle = float(x.mean()), float(y.mean())
    return Found(
        rule=rule.code,
        place_key=f"{count.by} {key}",
        cases=tuple(row.id for row in members),
        x=middle[0],
        y=middle[1],
        radius_m=float(np.hypot(x - middle[0], y - middle[1]).max()) + 20,
        first_at=members[0].opened_at,
        last_at=members[-1].opened_at,
        observed=observed,
        expected=0.0,
        log10_p=0.0,
        evidence={
            "kind": "count",
            "by": count.by,
            "name": name,
            "within_h": count.within_h,
            "least": count.least,
        },
    )

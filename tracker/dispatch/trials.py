"""Trials kept so that they can be looked at, and rule sets put in force with what is known of them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import ids
from tracker.dispatch import checking, errors, laboratory, rulebook
from tracker.dispatch.checking import Check
from tracker.dispatch.models import TriageActivation, TriageTrial
from tracker.dispatch.rulebook import Acknowledged, Act
from tracker.places import boundaries

MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What somebody wants tried: a version of the rules, a map of the districts, how many months back."""

    rules_id: int | None
    boundary_set_id: int | None
    months: int
    actor: str
    at: datetime


def try_out(
    session: Session, asked: Asked, progress: laboratory.Progress = lambda _done, _of: None
) -> TriageTrial:
    """Run a trial on the past months and keep what came of it. The caller commits.

    Raises RulesUnknown, places.errors.BoundarySetUnknown.
    """
    stored = rulebook.one(session, asked.rules_id) if asked.rules_id is not None else None
    rules = stored.rules if stored is not None else None
    if asked.boundary_set_id is not None:
        boundaries.require(session, asked.boundary_set_id)
    since = months_before(asked.at, asked.months)
    change = laboratory.Change(
        since=since, until=asked.at, rules=rules, boundary_set_id=asked.boundary_set_id
    )
    result = laboratory.run(session, change, progress)
    laws = rules or rulebook.in_force(session)
    found = checking.check(session, laws, asked.boundary_set_id)
    told: dict[str, Any] = result.as_mapping(laws)
    told["check"] = {language: found.as_mapping(language) for language in ("fr", "en")}
    row = TriageTrial(
        id=ids.new_id(),
        rules_id=asked.rules_id,
        boundary_set_id=asked.boundary_set_id,
        since=since,
        until=asked.at,
        made_by=asked.actor,
        made_at=asked.at,
        result=told,
    )
    session.add(row)
    session.flush()
    return row


def months_before(at: datetime, months: int) -> datetime:
    """Return the same day so many months before, the month's last day where there is none."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def one(session: Session, trial_id: UUID) -> TriageTrial:
    """Return a trial. Raises TrialUnknown."""
    row = session.get(TriageTrial, trial_id)
    if row is None:
        raise errors.TrialUnknown
    return row


def listed(session: Session, *, limit: int = 20) -> list[TriageTrial]:
    """Return the last trials, the newest first."""
    found = select(TriageTrial).order_by(TriageTrial.made_at.desc(), TriageTrial.id.desc()).limit(limit)
    return list(session.scalars(found))


def activate(
    session: Session, rules_id: int, act: Act, *, acknowledged: bool
) -> tuple[TriageActivation, Check]:
    """Put a version in force, once it is known to leave nothing out or somebody says that this is meant.

    The caller chooses crews again and commits. Raises RulesUnknown, RulesInForce, GapsNotAcknowledged.
    """
    found = checking.check(session, rulebook.one(session, rules_id).rules)
    if not found.is_clean and not acknowledged:
        raise errors.GapsNotAcknowledged(len(found.gaps), len(found.unreachable), len(found.overlaps))
    known = Acknowledged(
        gaps=len(found.gaps), unreachable=len(found.unreachable), overlaps=len(found.overlaps)
    )
    return rulebook.activate(session, rules_id, act, known), found

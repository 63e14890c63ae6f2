"""A town's rule sets: loaded, put in force, taken back. Each act is kept with who did it and when."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tracker.dispatch import errors, reading
from tracker.dispatch.models import TriageActivation, TriageRules
from tracker.dispatch.ruleset import RuleSet

# Activations take turns; triage, which only reads, goes on meanwhile.
_TAKE_TURNS = text("LOCK TABLE triage_activation IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A version of the rules as it is kept."""

    id: int
    source: str
    status: str
    written: str
    loaded_by: str
    loaded_at: datetime
    is_new: bool = False

    @property
    def rules(self) -> RuleSet:
        """Return what it says. It was understood when it was loaded."""
        return replace(reading.parse(self.written), version=self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledged:
    """What somebody who puts rules in force knows of them: gaps, unreachable rules, overlaps."""

    gaps: int = 0
    unreachable: int = 0
    overlaps: int = 0

    def as_mapping(self) -> dict[str, int]:
        return {"gaps": self.gaps, "unreachable": self.unreachable, "overlaps": self.overlaps}


def shipped() -> RuleSet:
    """Return the rules that come with the program."""
    return reading.default()


def in_force(session: Session) -> RuleSet:
    """Return the rules in force, those that come with the program where none was ever put in force."""
    row = session.scalars(select(TriageRules).where(TriageRules.status == "active")).one_or_none()
    return _stored(row).rules if row is not None else shipped()


def load(session: Session, written: str, *, source: str, actor: str, at: datetime) -> Stored:
    """Keep a rule set as a draft; the same text again is the same version. Raises RulesInvalid.

    The caller commits.
    """
    reading.parse(written)
    fingerprint = hashlib.sha256(written.encode()).hexdigest()
    known = session.scalars(select(TriageRules).where(TriageRules.fingerprint == fingerprint)).one_or_none()
    if known is not None:
        return _stored(known)
    row = TriageRules(
        fingerprint=fingerprint, source=source, written=written, status="draft", loaded_by=actor, loaded_at=at
    )
    session.add(row)
    session.flush()
    return replace(_stored(row), is_new=True)


def one(session: Session, rules_id: int) -> Stored:
    """Return a version. Raises RulesUnknown."""
    row = session.get(TriageRules, rules_id)
    if row is None:
        raise errors.RulesUnknown
    return _stored(row)


def listed(session: Session) -> list[Stored]:
    """Return every version, the newest first."""
    return [_stored(row) for row in session.scalars(select(TriageRules).order_by(TriageRules.id.desc()))]


def activations(session: Session) -> Sequence[TriageActivation]:
    """Return what was put in force and taken back, the newest first."""
    return session.scalars(select(TriageActivation).order_by(TriageActivation.id.desc())).all()


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Who puts rules in force or takes that back, when and why."""

    actor: str
    at: datetime
    reason: str = ""


def activate(session: Session, rules_id: int, act: Act, known: Acknowledged) -> TriageActivation:
    """Put a version in force from now on. The caller has checked it, and commits.

    Raises RulesUnknown, RulesInForce.
    """
    session.execute(_TAKE_TURNS)
    wanted = session.get(TriageRules, rules_id, populate_existing=True)
    if wanted is None:
        raise errors.RulesUnknown
    if wanted.status == "active":
        raise errors.RulesInForce
    before = _replace(session, rules_id)
    return _note(session, "activate", (rules_id, before), act, known.as_mapping())


def undo(session: Session, act: Act) -> TriageActivation:
    """Take the last activation back: what was in force before it is again. Raises NothingToUndo."""
    session.execute(_TAKE_TURNS)
    last = session.scalars(
        select(TriageActivation)
        .where(TriageActivation.kind == "activate", TriageActivation.undone_by.is_(None))
        .order_by(TriageActivation.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if last is None:
        raise errors.NothingToUndo
    before = _replace(session, last.before_id)
    undone = _note(session, "undo", (last.before_id, before), act, {})
    last.undone_by = undone.id
    session.flush()
    return undone


def _replace(session: Session, rules_id: int | None) -> int | None:
    """Put a version in force (None: the program's own), return the one before."""
    before = session.scalars(select(TriageRules.id).where(TriageRules.status == "active")).one_or_none()
    session.execute(update(TriageRules).where(TriageRules.status == "active").values(status="retired"))
    if rules_id is not None:
        session.execute(update(TriageRules).where(TriageRules.id == rules_id).values(status="active"))
    return before


def _note(
    session: Session, kind: str, change: tuple[int | None, int | None], act: Act, known: dict[str, Any]
) -> TriageActivation:
    row = TriageActivation(
        kind=kind,
        rules_id=change[0],
        before_id=change[1],
        actor=act.actor,
        at=act.at,
        reason=act.reason,
        acknowledged=known,
    )
    session.add(row)
    session.flush()
    return row


def _stored(row: TriageRules) -> Stored:
    return Stored(
        id=row.id,
        source=row.source,
        status=row.status,
        written=row.written,
        loaded_by=row.loaded_by,
        loaded_at=row.loaded_at,
    )

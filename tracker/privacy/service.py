"""What the law wants done with personal data: forget at the end of its time, give it out, erase it on
demand.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.evidence import holds
from tracker.privacy import anonymising, errors, files, retention
from tracker.privacy.anonymising import Tally, Work
from tracker.privacy.files import Shelf
from tracker.privacy.models import AnonymisationRun

# Fewer than so many of one service, district and month, and one of them could be told apart (k-anonymity).
LEAST = 5
AT_ONCE = 500
ANSWER_WITHIN = timedelta(days=30)

_SERVICES = text('SELECT DISTINCT service_code FROM "case"')
_CONTACTS = text(f"""
    SELECT k.report_id FROM contact k JOIN report r ON r.id = k.report_id JOIN "case" c ON c.id = r.case_id
    JOIN unnest(CAST(:codes AS text[]), CAST(:days AS int[])) d(code, days) ON d.code = c.service_code
    WHERE (k.expires_at < :now OR (NOT c.is_open AND c.closed_at + make_interval(days => d.days) < :now))
      AND NOT {holds.HELD} ORDER BY k.report_id
""")  # noqa: S608 -- composed of constants
# A duplicate ends with the case it was joined to: its report is there.
_DUE = text(f"""
    SELECT r.id, {holds.HELD} AS is_held FROM report r JOIN "case" c ON c.id = r.case_id
    JOIN unnest(CAST(:codes AS text[]), CAST(:days AS int[])) d(code, days) ON d.code = c.service_code
    WHERE r.anonymised_at IS NULL AND NOT c.is_open
      AND coalesce(c.closed_at, c.completed_at, c.updated_at) + make_interval(days => d.days) < :now
    ORDER BY r.received_at, r.id
""")  # noqa: S608 -- composed of constants
# Answers that the catalogue calls personal (a plate, a licence, an insurer) go with the contact, before the
# report.
_PERSONAL = text(f"""
    UPDATE report r SET answers = r.answers - CAST(:names AS text[]) FROM "case" c
    WHERE c.id = r.case_id AND r.service_code = :code AND r.answers ?| CAST(:names AS text[])
      AND NOT c.is_open AND c.closed_at + make_interval(days => :days) < :now AND NOT {holds.HELD}
""")  # noqa: S608 -- composed of constants
_GROUPS = text("""
    SELECT c.service_code, c.district_id, to_char(r.received_at AT TIME ZONE :zone, 'YYYY-MM') AS month,
           count(*) AS n, array_agg(r.id) FILTER (WHERE r.geom IS NOT NULL) AS placed,
           array_agg(DISTINCT c.id) AS cases
    FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.anonymised_at IS NOT NULL
    GROUP BY 1, 2, 3
""")
_UNPLACE = text("UPDATE report SET geom = NULL, address_text = NULL, segment_id = NULL WHERE id = ANY(:ids)")
_UNPLACE_CASES = text("""
    UPDATE "case" c SET geom = NULL, place_text = NULL, segment_id = NULL
    WHERE c.id = ANY(:ids) AND NOT c.is_open
      AND NOT EXISTS (SELECT 1 FROM report r WHERE r.case_id = c.id AND r.anonymised_at IS NULL)
""")
_REPORT = text("""
    SELECT r.id, r.number, r.anonymised_at, k.name, k.email, k.phone
    FROM report r LEFT JOIN contact k ON k.report_id = r.id WHERE r.number = :number FOR UPDATE OF r
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a run did, as the register has it."""

    run: UUID
    tally: Tally
    held: int
    smallest_group: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Who wants a report erased, and why; staff say on whose word."""

    by: str
    at: datetime
    reason: str


def anonymise(session: Session, now: datetime, *, by: str = "system", shelf: Shelf | None = None) -> Done:
    """Forget what is past its time in the town: contacts first, then reports. The caller commits.

    What a hold covers stays. Counts by service, district and month are the same before and after; the run is
    in the register, with the smallest group of what is anonymised and its criteria.
    """
    rules, shelf = retention.current(), shelf or files.shelf_of(session)
    codes = list(session.scalars(_SERVICES))
    values: dict[str, Any] = {"codes": codes, "now": now}
    contact_days = [rules.of(code).contact_days for code in codes]
    expired = session.scalars(_CONTACTS, {**values, "days": contact_days}).all()
    total = Tally(contacts=anonymising.forget_contacts(session, expired))
    answers = _forget_personal_answers(session, rules, now)
    report_days = [rules.of(code).report_days for code in codes]
    due = session.execute(_DUE, {**values, "days": report_days}).all()
    free, held = [row.id for row in due if not row.is_held], sum(row.is_held for row in due)
    run = ids.new_id()
    for at in range(0, len(free), AT_ONCE):
        part = anonymising.anonymise(session, free[at : at + AT_ONCE], Work(run=run, now=now, shelf=shelf))
        total = _sum(total, part)
    smallest = _level(session, total) if free else None
    done = Done(run=run, tally=total, held=held, smallest_group=smallest)
    if free or expired or answers:
        criteria = {"retention_version": rules.version, "k": LEAST, "held": held, "personal_answers": answers,
                    "criteria": ["individualisation", "correlation", "inference"]}  # fmt: skip
        _register(session, done, kind="retention", wish=Wish(by=by, at=now, reason=""), criteria=criteria)
    return done


def due(session: Session, now: datetime) -> tuple[int, int, int]:
    """Return how many contacts and reports a run would take now, and how many reports holds keep."""
    rules, codes = retention.current(), list(session.scalars(_SERVICES))
    values: dict[str, Any] = {"codes": codes, "now": now}
    contacts = session.scalars(
        _CONTACTS, {**values, "days": [rules.of(code).contact_days for code in codes]}
    ).all()
    rows = session.execute(_DUE, {**values, "days": [rules.of(code).report_days for code in codes]}).all()
    held = sum(row.is_held for row in rows)
    return len(contacts), len(rows) - held, held


def erase(session: Session, number: str, wish: Wish, *, shelf: Shelf | None = None) -> Done | None:
    """Erase what one person told, keeping what is counted; None when there is no such report.

    Raises OnHold, AlreadyErased. The caller commits.
    """
    row = session.execute(_REPORT, {"number": number}).one_or_none()
    if row is None:
        return None
    if row.anonymised_at is not None:
        raise errors.AlreadyErased
    holds.check_free(session, row.id)
    run = ids.new_id()
    shelf = shelf or files.shelf_of(session)
    work = Work(run=run, now=wish.at, shelf=shelf, names=_names(row))
    tally = anonymising.anonymise(session, [row.id], work)
    smallest = _level(session, tally)
    done = Done(run=run, tally=tally, held=0, smallest_group=smallest)
    criteria = {"report": number, "asked_at": wish.at.isoformat(), "reason": wish.reason, "k": LEAST,
                "answer_by": (wish.at + ANSWER_WITHIN).isoformat()}  # fmt: skip
    _register(session, done, kind="erasure", wish=wish, criteria=criteria)
    return done


def purge_photos(session: Session, now: datetime, *, shelf: Shelf | None = None) -> files.Orphans:
    """Remove the photos that no report names, and enter it in the register. The caller commits."""
    gone = files.purge_orphans(session, shelf or files.shelf_of(session), now)
    if gone.files:
        done = Done(run=ids.new_id(), tally=Tally(photos=len(gone.files)), held=0, smallest_group=None)
        criteria = {"older_than_h": files.YOUNG.total_seconds() / 3600, "bytes": gone.byte_count}
        _register(session, done, kind="photos", wish=Wish(by="system", at=now, reason=""), criteria=criteria)
    return gone


def register(session: Session, *, limit: int) -> Sequence[AnonymisationRun]:
    """Return the register, the newest run first."""
    newest = select(AnonymisationRun).order_by(AnonymisationRun.at.desc(), AnonymisationRun.id.desc())
    return session.scalars(newest.limit(limit)).all()


def _forget_personal_answers(session: Session, rules: retention.Retention, now: datetime) -> int:
    """Take personal answers out of the reports of cases closed long enough; return of how many."""
    touched = 0
    for each in catalogue.current(session).catalogue.services:
        names = [question.code for question in each.questions if question.personal]
        if names:
            days = rules.of(each.code).contact_days
            values = {"names": names, "code": each.code, "days": days, "now": now}
            done: Any = session.execute(_PERSONAL, values)
            touched += int(done.rowcount)
    return touched


def _level(session: Session, tally: Tally) -> int | None:
    """Take the place off what stands in too small a group; return the smallest group there is."""
    groups = session.execute(_GROUPS, {"zone": selected(session).zone}).all()
    small = [group for group in groups if group.n < LEAST]
    placed = [each for group in small for each in group.placed or ()]
    if placed:
        session.execute(_UNPLACE, {"ids": placed})
        tally.coarsened += len(placed)
    cases = [each for group in small for each in group.cases]
    session.execute(_UNPLACE_CASES, {"ids": cases})
    return min((group.n for group in groups), default=None)


def _register(session: Session, done: Done, *, kind: str, wish: Wish, criteria: dict[str, Any]) -> None:
    tally = done.tally
    counts = Counter(
        reports=tally.reports, cases=tally.cases, contacts=tally.contacts, photos=tally.photos,
        documents=tally.documents, words=tally.words, coarsened=tally.coarsened,
    )  # fmt: skip
    session.add(
        AnonymisationRun(
            id=done.run,
            kind=kind,
            at=wish.at,
            by=wish.by,
            criteria=criteria,
            counts=dict(counts),
            smallest_group=done.smallest_group,
        )
    )
    session.flush()


def _sum(one: Tally, other: Tally) -> Tally:
    return replace(
        one,
        reports=one.reports + other.reports,
        cases=one.cases + other.cases,
        contacts=one.contacts + other.contacts,
        photos=one.photos + other.photos,
        documents=one.documents + other.documents,
        words=one.words + other.words,
        coarsened=one.coarsened + other.coarsened,
        over=[*one.over, *other.over],
    )


def _names(row: Any) -> tuple[str, ...]:
    """Return what a person is recognised by in other people's notes: name and its parts, address, digits."""
    name = (row.name or "").strip()
    parts = [part for part in name.split() if len(part) > 3]
    digits = "".join(sign for sign in row.phone or "" if sign.isdigit())
    found = (name, *parts, row.email or "", digits[-10:] if len(digits) >= 7 else "")
    return tuple(each for each in found if each)

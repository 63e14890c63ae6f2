"""The events to follow with their cases, and the changes of links they speak of, read for a whole batch."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.notify.calls import Change, Told
from tracker.outbox import Followed

_CASE = """
    c.id, c.number, c.service_id, c.service_code, c.workflow, c.workflow_version, c.status, c.outcome,
    c.priority, c.place_text, c.department, c.crew_id, c.resolve_by, c.planned_for, c.is_public, c.parent_id,
    c.is_open, (SELECT g.owner FROM street_segment g WHERE g.id = c.segment_id) AS owner
"""
_EVENTS = text("""
    SELECT e.case_id, e.seq, e.kind, e.actor, e.at, e.payload,
           (SELECT jsonb_object_agg(w.name, w.text) FROM event_text w
            WHERE w.case_id = e.case_id AND w.seq = e.seq) AS words
    FROM unnest(CAST(:cases AS uuid[]), CAST(:seqs AS integer[])) AS f(case_id, seq)
    JOIN event e ON e.case_id = f.case_id AND e.seq = f.seq
""")
_CASES = text(f'SELECT {_CASE} FROM "case" c WHERE c.id = ANY(:ids) OR c.number = ANY(:numbers)')  # noqa: S608
_CHANGES = text("SELECT id, kind, from_case_id, report_ids FROM link_change WHERE id = ANY(:ids)")
_CONVERTED = text("""
    SELECT r.id FROM report r WHERE r.case_id = :case_id AND r.link = 'moved' AND r.received_at <= :at
""")


def told(session: Session, facts: Sequence[Followed]) -> tuple[list[Told], dict[str, Any]]:
    """Return the events in the order of the facts, and their cases and those they name by number."""
    given = {"cases": [fact.case_id for fact in facts], "seqs": [fact.seq for fact in facts]}
    events = {(row.case_id, row.seq): row for row in session.execute(_EVENTS, given)}
    named = {
        str(row.payload[key])
        for row in events.values()
        for key in ("into", "from", "other")
        if isinstance(row.payload.get(key), str)
    }
    wanted = {"ids": list({fact.case_id for fact in facts}), "numbers": list(named)}
    cases = list(session.execute(_CASES, wanted))
    by_id = {case.id: case for case in cases}
    found = [
        Told(
            case=by_id[fact.case_id],
            seq=fact.seq,
            kind=event.kind,
            actor=event.actor,
            at=event.at,
            payload=_with_words(event.payload, event.words),
        )
        for fact in facts
        if (event := events.get((fact.case_id, fact.seq))) is not None
    ]
    return found, {case.number: case for case in cases}


def _with_words(payload: Mapping[str, Any], words: Mapping[str, str] | None) -> Mapping[str, Any]:
    """Return a payload whose inputs hold the free words that are kept beside it, where they still are."""
    if not words or "inputs" not in payload:
        return payload
    return {**payload, "inputs": {**payload["inputs"], **words}}


def changes(session: Session, events: Sequence[Told]) -> Mapping[str, Change]:
    """Return the changes of links that events speak of, by identifier; a conversion by its question's."""
    found: dict[str, Change] = {}
    links = [link for event in events if (link := _uuid(event.payload.get("link"))) is not None]
    if links:
        for row in session.execute(_CHANGES, {"ids": links}):
            moved = frozenset(map(UUID, row.report_ids))
            found[str(row.id)] = Change(kind=row.kind, from_case_id=row.from_case_id, reports=moved)
    for event in events:
        if event.kind == "merged" and "link" not in event.payload:
            given = {"case_id": event.case.parent_id, "at": event.at}
            reports = frozenset(session.execute(_CONVERTED, given).scalars())
            found[str(event.case.id)] = Change(kind="convert", from_case_id=event.case.id, reports=reports)
    return found


def _uuid(given: object) -> UUID | None:
    """Return the identifier of a change; of a new report, `link` says how it came instead."""
    try:
        return UUID(str(given))
    except ValueError:
        return None


def case(session: Session, case_id: UUID) -> Any:
    """Return one case with what notices are made of."""
    return session.execute(_CASES, {"ids": [case_id], "numbers": []}).one()

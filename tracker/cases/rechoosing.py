"""Choosing crews again for cases nobody was given yet, once the districts or the rules have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tracker import events
from tracker.cases import chosen, circumstances, history
from tracker.cases.assigning import CHOSEN
from tracker.catalogue import queries as catalogue
from tracker.dispatch import board as boards
from tracker.dispatch import choosing, explaining
from tracker.dispatch import desk as desks
from tracker.dispatch.desk import Desk
from tracker.dispatch.service import Setting
from tracker.events import EventRow, Fact

WAITING = ("received", "accepted", "reopened", "info_needed")
# A case a person gave to a crew stays with it; one that waits for an answer keeps where it was.
_CASES = text("""
    SELECT c.id, c.number, c.service_code, c.service_id, c.crew_id, c.opened_at, c.resolve_by, c.segment_id,
           c.asset_id, c.triage, c.last_seq, c.last_hash, d.code AS district_code, d.name AS district_name,
           coalesce(s.class, CAST(gone.facts->>'class' AS smallint)) AS road_class,
           s.code AS segment_code, s.name AS street, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat, r.answers
    FROM "case" c
    LEFT JOIN district d ON d.id = c.district_id
    LEFT JOIN street_segment s ON s.id = c.segment_id
    LEFT JOIN retired_place gone ON gone.kind = 'segment' AND gone.id = c.segment_id
    LEFT JOIN LATERAL (
        SELECT answers FROM report WHERE number = c.number OR case_id = c.id
        ORDER BY (number = c.number) DESC, received_at, id LIMIT 1
    ) r ON true
    WHERE c.is_open AND c.status = ANY(:waiting) AND c.started_at IS NULL
    ORDER BY c.id FOR NO KEY UPDATE OF c
""")
_WRITE = text("""
    UPDATE "case" SET crew_id = CAST(:crew_id AS bigint), triage = CAST(:triage AS jsonb),
        version = version + 1, updated_at = :at, last_seq = :last_seq, last_hash = :last_hash WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes crews be chosen again: `boundaries` or `rules`, by whom, when."""

    kind: str
    actor: str
    at: datetime


def choose_again(session: Session, cause: Cause) -> int:
    """Choose crews again for the open cases nobody was given yet; return how many have another one.

    Each that changes has an event that says from which crew to which, and why. Cases a person gave to a crew
    stay with it. The caller commits.
    """
    # The revision this transaction began with is not what it has changed since.
    desk, board = desks.load(session), boards.read(session, cause.at)
    writes: list[dict[str, Any]] = []
    sealed: list[dict[str, Any]] = []
    for row in session.execute(_CASES, {"waiting": list(WAITING)}):
        if chosen.by_person(row.triage):
            continue
        changed = _changed(session, desk, board, row, cause)
        if changed is not None:
            writes.append(changed[0])
            sealed += history.as_rows(changed[1])
    if writes:
        session.execute(_WRITE, writes)
        session.execute(insert(EventRow), sealed)
    return len(writes)


def _changed(
    session: Session, desk: Desk, board: boards.Board, row: Any, cause: Cause
) -> tuple[dict[str, Any], Sequence[events.Event]] | None:
    wanted = catalogue.current_or_version(session, row.service_code, row.service_id).service
    setting = Setting(
        district_code=row.district_code,
        district_name=row.district_name,
        road_class=row.road_class,
        answers=row.answers or {},
        received_at=row.opened_at,
        segment_code=row.segment_code,
        segment_id=row.segment_id,
        asset_id=row.asset_id,
        street=row.street,
        lon=row.lon,
        lat=row.lat,
        last_crew_id=row.crew_id,
        now=cause.at,
    )
    choice = choosing.choose(desk, board, wanted, setting, row.resolve_by or cause.at)
    if (choice.crew.id if choice.crew else None) == row.crew_id:
        return None
    steps = explaining.steps(desk, wanted, setting, choice)
    before = desk.by_id.get(row.crew_id or 0)
    payload = {
        "from": before.code if before else None,
        "to": choice.crew.code if choice.crew else None,
        "cause": cause.kind,
        "rule": steps[0].rule,
    }
    fact = Fact(kind=CHOSEN, actor=cause.actor, at=cause.at, payload=payload)
    tail = events.Tail(seq=row.last_seq, hash=bytes(row.last_hash))
    history_ = events.seal(row.id, tail, fact)
    write = {
        "id": row.id,
        "crew_id": choice.crew.id if choice.crew else None,
        "triage": orjson.dumps(circumstances.with_crew(row.triage, steps)).decode(),
        "at": cause.at,
        "last_seq": history_[-1].seq,
        "last_hash": history_[-1].hash,
    }
    return write, history_

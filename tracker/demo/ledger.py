"""Cases lived in memory: opened, moved, attached to and joined by the application's own engines, then kept
to be written.

The same triage, guards, clocks and sealed history as one report at a time; only the writing is gathered,
since a demo makes eighteen months of them before anybody looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from tracker import events
from tracker.accounts.actor import Actor
from tracker.cases import clocks, facts
from tracker.cases import service as cases
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.demo import points
from tracker.dispatch.service import Setting
from tracker.reports import attaching, drafting, opening
from tracker.reports.drafting import Link
from tracker.reports.submission import Intake, Picture
from tracker.workflow import guards

_OF_THE_CASE = (
    "service_id", "service_code", "workflow", "workflow_version", "status", "priority", "place_text",
    "district_id", "boundary_set_id", "segment_id", "asset_id", "department", "crew_id", "respond_by",
    "resolve_by", "next_action", "summary", "is_public",
)  # fmt: skip


@dataclass(kw_only=True, slots=True)
class KeptReport:
    """A report to be written: its columns, its photo, and whose case it is in by now."""

    values: dict[str, Any]
    case_id: UUID
    link: str
    pictures: tuple[Picture, ...]


@dataclass(kw_only=True, slots=True)
class Kept:
    """A case to be written, with where it is (degrees), its words, its history and its photos of the work."""

    row: CaseRow
    lon: float | None
    lat: float | None
    words: str
    setting: Setting
    reports: list[KeptReport]
    history: list[events.Event]
    pictures: list[tuple[Picture, str, datetime]] = field(default_factory=list)
    contacts: int = 0
    children: int = 0
    extensions: int = 0

    def append(self, *said: events.Fact) -> None:
        """Seal facts to the end of the history."""
        row = self.row
        tail = events.Tail(seq=row.last_seq, hash=bytes(row.last_hash))
        # The same seed makes the same town, to the byte: nobody of it has a privacy to keep.
        fixed = hashlib.sha256(f"{row.id}/{row.last_seq}".encode()).digest()[:16]
        sealed = events.seal(row.id, tail, *said, salt=lambda: fixed)
        self.history += sealed
        row.last_seq, row.last_hash = sealed[-1].seq, sealed[-1].hash
        row.version, row.updated_at = row.version + 1, max(fact.at for fact in said)


def open_case(session: Session, intake: Intake, link: Link) -> Kept:
    """Open a case as intake does, without writing it."""
    setting = opening.setting_of(intake)
    decision = opening.decide(session, intake.service, setting)
    values = opening.values_of(session, intake, link, decision)
    history = events.seal(link.case_id, events.Tail(), *opening.facts_of(intake, link.number, decision))
    at = intake.submission.received_at
    row = CaseRow(
        id=link.case_id,
        number=link.number,
        status_since=at,
        is_open=True,
        geom=points.ewkb(values["lon"], values["lat"]),  # whether it has a place; where, `lon` and `lat` keep
        geom_accuracy_m=values["accuracy_m"],
        pauses=[],
        reopens=0,
        reschedules=0,
        reports_count=1,
        opened_at=at,
        last_report_at=at,
        updated_at=at,
        version=1,
        last_seq=history[-1].seq,
        last_hash=history[-1].hash,
        triage=orjson.loads(values["triage"]),
        **{name: values[name] for name in _OF_THE_CASE},
    )
    return Kept(
        row=row,
        lon=values["lon"],
        lat=values["lat"],
        words=values["words"],
        setting=setting,
        reports=[_report(values, intake, link)],
        history=history,
        contacts=int(_is_reachable(intake)),
    )


def attach(kept: Kept, intake: Intake, link: Link) -> None:
    """Attach a report to an open case as intake does: one more person saw it."""
    row, at = kept.row, intake.submission.received_at
    mean = drafting.mean_position(
        {"lon": kept.lon, "lat": kept.lat, "geom_accuracy_m": row.geom_accuracy_m}, intake.located
    )
    if mean["mean_lon"] is not None:
        kept.lon, kept.lat = mean["mean_lon"], mean["mean_lat"]
        row.geom_accuracy_m = mean["mean_accuracy_m"] or row.geom_accuracy_m
    row.reports_count += 1
    row.last_report_at = at
    kept.append(attaching.fact_of(intake, link.number, link.kind))
    kept.reports.append(_report(drafting.report_values(intake, link), intake, link))
    kept.contacts += int(_is_reachable(intake))


def move(session: Session, kept: Kept, asked: Move, *, granted: bool) -> None:
    """Make one move of a case. Raises workflow.WorkflowError, cases.errors.CaseError; nothing is changed
    then.
    """
    known = _known(session, kept, asked, {})
    if granted:
        known = replace(known, paid=True, slot_free=True)
    fact = cases.carry_out(session, kept.row, asked, known, kept.setting)
    kept.append(fact)
    kind = "after" if asked.transition == "complete" else "during"
    kept.pictures += [(picture, kind, asked.at) for picture in asked.pictures]
    kept.extensions += asked.transition == "extend"


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Two cases about to be joined, by whom, when, and the number of that change."""

    child: Kept
    parent: Kept
    actor: Actor
    at: datetime
    id: UUID


def join(session: Session, joined: Joined) -> dict[str, Any]:
    """Join a case to another as `links.merge` does; return the change to be written, which can be undone.

    Raises workflow.WorkflowError.
    """
    child, parent = joined.child, joined.parent
    machine = cases.machine_of(session, child.row)
    transition = machine.find("mark_duplicate", status=child.row.status, role=joined.actor.role)
    asked = Move(
        transition="mark_duplicate", actor=joined.actor, at=joined.at, inputs={"parent": parent.row.number}
    )
    known = _known(
        session, child, asked, {"has_parent": True, "parent_is_child": parent.row.parent_id is not None}
    )
    guards.check(transition, known)
    step = machine.advance(
        transition, status=child.row.status, return_to=child.row.previous_status, facts=known
    )
    change = _change(joined)
    tick = clocks.Tick(
        session=session, case=child.row, at=joined.at, done_at=joined.at, setting=child.setting
    )
    clocks.apply(tick, step.named("clock"))
    row, state = child.row, machine.state(step.status)
    row.status, row.previous_status, row.status_since = step.status, step.return_to, joined.at
    row.is_open, row.next_action, row.parent_id = state.is_open, state.next_actor, parent.row.id
    row.closed_at = row.closed_at or joined.at
    _carry(child, parent)
    told = {"link": str(joined.id)}
    child.append(_said("merged", {"into": parent.row.number, **told}, joined))
    parent.append(_said("merge_received", {"from": child.row.number, **told}, joined))
    parent.children += 1
    return change


def _carry(child: Kept, parent: Kept) -> None:
    for report in child.reports:
        report.case_id, report.link = parent.row.id, "moved"
    parent.row.reports_count += len(child.reports)
    child.row.reports_count -= len(child.reports)
    parent.reports += child.reports
    parent.contacts += child.contacts
    child.reports, child.contacts = [], 0


def _said(kind: str, payload: dict[str, Any], joined: Joined) -> events.Fact:
    return events.Fact(kind=kind, actor=joined.actor.ref, at=joined.at, payload=payload)


def _change(joined: Joined) -> dict[str, Any]:
    """What an undo gives back: both rows as they were, and where each case was."""
    child, parent = joined.child, joined.parent
    return {
        "id": joined.id,
        "kind": "merge",
        "from_case_id": child.row.id,
        "into_case_id": parent.row.id,
        "report_ids": [str(each.values["report_id"]) for each in child.reports],
        "before": {
            "from": _snapshot(child),
            "into": _snapshot(parent),
            "from_place": _place(child),
            "into_place": _place(parent),
            "links": {str(each.values["report_id"]): each.link for each in child.reports},
        },
        "actor": joined.actor.ref,
        "at": joined.at,
    }


_NOT_KEPT = frozenset({"id", "version", "last_seq", "last_hash", "updated_at", "search", "geom", "triage"})
_NAMES = tuple(sorted(column.name for column in CaseRow.__table__.columns if column.name not in _NOT_KEPT))


def _snapshot(kept: Kept) -> dict[str, Any]:
    """A case's row as `links` keeps it before a change."""
    found = {name: _plain(getattr(kept.row, name)) for name in _NAMES}
    return found | {"triage": kept.row.triage}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _place(kept: Kept) -> dict[str, Any]:
    return {
        "geom": points.ewkb(kept.lon, kept.lat),
        "geom_accuracy_m": kept.row.geom_accuracy_m,
        "last_report_at": kept.row.last_report_at.isoformat(),
        "reports": sorted(str(each.values["report_id"]) for each in kept.reports),
    }


def _known(session: Session, kept: Kept, asked: Move, more: Mapping[str, Any]) -> Any:
    """What `facts.gather` would have counted in the database."""
    counted = {
        "contacts": kept.contacts,
        "photos_after": len(kept.pictures),
        "children": kept.children,
        "extensions": kept.extensions,
        "has_parent": False,
        "parent_is_child": False,
        "lon": kept.lon,
        "lat": kept.lat,
    }
    return facts.known(session, kept.row, asked, counted | dict(more))


def _report(values: dict[str, Any], intake: Intake, link: Link) -> KeptReport:
    return KeptReport(
        values=values, case_id=link.case_id, link=link.kind, pictures=intake.submission.pictures
    )


def _is_reachable(intake: Intake) -> bool:
    contact = intake.submission.contact
    return contact is not None and contact.is_reachable

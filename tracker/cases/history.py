"""Appending to a case's history: the row keeps the end of its chain, under the lock that the writer holds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from tracker import events
from tracker.cases.models import CaseRow
from tracker.events import Event, Fact
from tracker.prepared import Prepared
from tracker.workflow import Machine, Words

_APPEND = Prepared("""
    INSERT INTO event (case_id, seq, kind, actor, at, device_at, payload, prev_hash, hash)
    VALUES (:case_id, :seq, :kind, :actor, :at, CAST(:device_at AS timestamptz), CAST(:payload AS jsonb),
            :prev_hash, :hash)
""")
_OF = Prepared("""
    SELECT seq, kind, actor, at, device_at, payload, prev_hash, hash
    FROM event WHERE case_id = :id ORDER BY seq
""")


def append(session: Session, case: CaseRow, *facts: Fact) -> None:
    """Seal facts to the end of a locked case's chain and raise its version."""
    tail = events.Tail(seq=case.last_seq, hash=bytes(case.last_hash))
    sealed = events.seal(case.id, tail, *facts)
    case.last_seq, case.last_hash = sealed[-1].seq, sealed[-1].hash
    case.version += 1
    case.updated_at = max(fact.at for fact in facts)
    session.flush()
    for event in as_rows(sealed):
        _APPEND.run(session, event | {"payload": orjson.dumps(event["payload"]).decode()})


def as_rows(sealed: Sequence[Event]) -> list[dict[str, Any]]:
    """Return events as rows to insert."""
    return [asdict(event) for event in sealed]


def of(session: Session, case_id: UUID) -> list[Any]:
    """Return a case's events, the first one first, each with the columns of EventRow."""
    return _OF.all(session, {"id": case_id})


def plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as evidence may hold them: text, whole numbers, booleans, lists."""
    return {name: _plain(value) for name, value in inputs.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return value


def label(event: Any, machine: Machine, language: str) -> str:
    """Return what happened, in words a person reads."""
    if event.kind == "moved":
        return machine.transitions[event.payload["transition"]].label.said_in(language)
    if event.kind == "entered":
        return machine.state(event.payload["to"]).label.said_in(language)
    said = _LABELS.get(event.kind)
    return said.said_in(language) if said else event.kind


_LABELS = {
    "received": Words(fr="Reçu", en="Received"),
    "triaged": Words(fr="Trié", en="Triaged"),
    "imported": Words(fr="Importé", en="Imported"),
    "district_changed": Words(fr="Changé de district", en="Moved to another district"),
    "report_attached": Words(fr="Un autre signalement s’ajoute", en="Another report was added"),
    "report_detached": Words(fr="Un signalement est détaché", en="A report was separated"),
    "merged": Words(fr="Joint à un autre dossier", en="Joined to another case"),
    "merge_received": Words(fr="Un autre dossier s’y joint", en="Another case was joined to it"),
    "unlinked": Words(fr="Jonction annulée", en="The join was undone"),
}

"""Appending to a case's history: the row keeps the end of its chain, under the lock that the writer holds."""

from collections.abc import Mapping, Sequence
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
_COLUMNS = ("case_id", "seq", "kind", "actor", "at", "device_at", "payload", "prev_hash", "hash")
_KEEP_TEXT = Prepared("""
    INSERT INTO event_text (case_id, seq, name, salt, text) VALUES (:case_id, :seq, :name, :salt, :text)
""")
# `payload` as it was sealed; `words` what was said in it in free words, as far as nobody had it erased.
_OF = Prepared("""
    SELECT seq, kind, actor, at, device_at, payload, prev_hash, hash,
           coalesce((SELECT jsonb_object_agg(t.name, t.text) FROM event_text t
                     WHERE t.case_id = e.case_id AND t.seq = e.seq), '{}') AS words
    FROM event e WHERE case_id = :id ORDER BY seq
""")


def append(session: Session, case: CaseRow, *facts: Fact) -> None:
    """Seal facts to the end of a locked case's chain and raise its version."""
    case.version += 1
    case.updated_at = max(fact.at for fact in facts)
    _continue(session, case, *facts)


def note(session: Session, case: CaseRow, fact: Fact) -> int:
    """Seal a fact that changes nothing of a locked case, such as a reminder; return its `seq`.

    The version stays: whoever is about to move the case has still seen it as it is. So does `updated_at`: a
    case nobody touches is stale, however often we remind them.
    """
    _continue(session, case, fact)
    return case.last_seq


def _continue(session: Session, case: CaseRow, *facts: Fact) -> None:
    tail = events.Tail(seq=case.last_seq, hash=bytes(case.last_hash))
    sealed = events.seal(case.id, tail, *facts)
    case.last_seq, case.last_hash = sealed[-1].seq, sealed[-1].hash
    session.flush()
    for row in as_rows(sealed):
        _APPEND.run(session, row | {"payload": orjson.dumps(row["payload"]).decode()})
    for event in sealed:
        for said in event.texts:
            place = {"case_id": event.case_id, "seq": event.seq}
            _KEEP_TEXT.later(session, place | {"name": said.name, "salt": said.salt, "text": said.text})


def as_rows(sealed: Sequence[Event]) -> list[dict[str, Any]]:
    """Return events as rows to insert."""
    return [{name: getattr(event, name) for name in _COLUMNS} for event in sealed]


def of(session: Session, case_id: UUID) -> list[Any]:
    """Return a case's events, the first one first, each with the columns of EventRow and its `words`.

    A payload says what happened; the free words in it are in `words`, by name, until they are erased.
    """
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
    "crew_chosen": Words(fr="Une autre équipe proposée", en="Another crew proposed"),
    "district_changed": Words(fr="Changé de district", en="Moved to another district"),
    "report_attached": Words(fr="Un autre signalement s’ajoute", en="Another report was added"),
    "report_detached": Words(fr="Un signalement est détaché", en="A report was separated"),
    "merged": Words(fr="Joint à un autre dossier", en="Joined to another case"),
    "merge_received": Words(fr="Un autre dossier s’y joint", en="Another case was joined to it"),
    "message_sent": Words(fr="Message à qui a signalé", en="Message to whoever reported"),
    "message_received": Words(fr="Message reçu", en="Message received"),
    "note_added": Words(fr="Note interne", en="Internal note"),
    "order_set": Words(fr="Place dans l’ordre de l’équipe", en="Place in the crew’s order"),
    "timer_fired": Words(fr="Délai passé", en="A delay ran out"),
    "paid": Words(fr="Paiement noté", en="Payment recorded"),
    "related": Words(fr="Un autre dossier y est joint comme pièce", en="Another case was added as evidence"),
    "pause_spent": Words(
        fr="60 jours de pause écoulés : le délai court de nouveau",
        en="60 days of pause used up: the clock runs again",
    ),
    "promise_suspended": Words(fr="Délai suspendu par la tempête", en="Delay suspended by the storm"),
    "promise_resumed": Words(
        fr="Le délai court de nouveau après la tempête", en="The delay runs again after the storm"
    ),
    "clock_started": Words(
        fr="Fin des précipitations : le délai commence", en="Precipitation over: the delay starts"
    ),
    "unlinked": Words(fr="Jonction annulée", en="The join was undone"),
    "page_acknowledged": Words(fr="Alerte prise par quelqu’un", en="Somebody took the page"),
}

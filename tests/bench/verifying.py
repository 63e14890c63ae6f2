"""How fast every history is recomputed: `python -m tests.bench.verifying [cases]`.

Histories are made here, sealed as intake seals them, in a database of their own; two figures come out: with
the chains alone, and against the exported checkpoint too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.support import city as cities
from tests.support import database as databases
from tests.support import towns
from tracker import db, events, ids, outbox
from tracker.demo import copying
from tracker.events import Fact
from tracker.evidence import checkpoints, verifying
from tracker.evidence.keys import Vault
from tracker.reports.rows import as_json

CASES, LENGTH, AT_ONCE = 20_000, 6, 5_000
_CASE = (
    "id",
    "number",
    "service_id",
    "service_code",
    "workflow",
    "workflow_version",
    "status",
    "status_since",
    "is_open",
    "priority",
    "department",
    "resolve_by",
    "next_action",
    "summary",
    "search",
    "triage",
    "is_public",
    "reports_count",
    "opened_at",
    "last_report_at",
    "updated_at",
    "version",
    "last_seq",
    "last_hash",
)
_EVENT = ("case_id", "seq", "kind", "actor", "at", "device_at", "payload", "prev_hash", "hash")


def history(number: str, at: Any, order: int) -> list[Fact]:
    """Return what usually happens to a case."""
    moves = (
        ("accept", "received", "accepted"),
        ("assign", "accepted", "assigned"),
        ("start", "assigned", "in_progress"),
        ("complete", "in_progress", "completed"),
    )
    told = [
        Fact(
            kind="received",
            actor="citizen",
            at=at,
            payload={"report": number, "service": "VOI-NID", "channel": "web"},
        ),
        Fact(
            kind="triaged",
            actor="system",
            at=at,
            payload={
                "department": "TP",
                "crew": "E1",
                "district": "1",
                "priority": 3,
                "rules": ["department", "district", "skill"],
            },
        ),
    ]
    for step, (name, before, after) in enumerate(moves[: LENGTH - 2]):
        payload: dict[str, Any] = {
            "transition": name,
            "from": before,
            "to": after,
            "inputs": {"minutes": order % 240},
            "effects": ["clock:resume"],
            "photos": [],
        }
        text_of = {"note": f"Fait, {order}"} if name == "complete" else {}
        told.append(
            Fact(
                kind="moved",
                actor=f"staff:{order % 90:032x}",
                at=at + timedelta(hours=step + 1),
                payload=payload,
                texts=text_of,
            )
        )
    return told


def fill(session: Any, count: int) -> None:
    """Write cases with their histories."""
    outbox.write_the_past(session)
    service_id = session.scalar(text("SELECT id FROM service WHERE code = 'VOI-NID' AND active"))
    for start in range(0, count, AT_ONCE):
        cases, rows = [], []
        for order in range(start, min(count, start + AT_ONCE)):
            case_id, number = ids.new_id(), f"LC-2026-{order:07d}"
            at = cities.MONDAY + timedelta(minutes=order)
            sealed = events.seal(case_id, events.Tail(), *history(number, at, order))
            last = sealed[-1]
            cases.append(
                (
                    case_id,
                    number,
                    service_id,
                    "VOI-NID",
                    "field_work",
                    1,
                    "completed",
                    at,
                    False,
                    3,
                    "TP",
                    at,
                    "nobody",
                    "",
                    "",
                    "[]",
                    False,
                    1,
                    at,
                    at,
                    at,
                    1,
                    last.seq,
                    last.hash,
                )
            )
            rows += [
                (
                    e.case_id,
                    e.seq,
                    e.kind,
                    e.actor,
                    e.at,
                    e.device_at,
                    as_json(e.payload),
                    e.prev_hash,
                    e.hash,
                )
                for e in sealed
            ]
        copying.copy(session, "case", _CASE, cases)
        copying.copy(session, "event", _EVENT, rows)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    folder = Path(tempfile.mkdtemp(prefix="vigie-verify-"))
    vault = Vault(key=folder / "key.pem", folder=folder / "checkpoints")
    with databases.server() as server, towns.alone(server, folder, "verify") as place:
        cities.found(place)
        with db.transaction(place.app, cities.CODE) as session:
            fill(session, count)
        with db.transaction(place.app, cities.CODE) as session:
            begun = time.perf_counter()
            checkpoints.make_checkpoint(session, cities.MONDAY, vault)
        print(f"checkpoint of {count * LENGTH} events: {time.perf_counter() - begun:.2f} s")
        key = vault.signing().public
        with db.transaction(place.app, cities.CODE) as session:
            for name, log in (
                ("chains alone", verifying.Log),
                ("with the checkpoint", lambda: _log(vault, key)),
            ):
                begun, worked = time.perf_counter(), time.process_time()
                verdict = verifying.verify(session, log())
                spent, worked = time.perf_counter() - begun, time.process_time() - worked
                assert verdict.is_sound, verdict.faults[:3]
                print(
                    f"{name}: {verdict.events} events in {spent:.2f} s ({worked:.2f} s of our processor), "
                    f"{verdict.events / spent:,.0f} a second"
                )
            begun = time.perf_counter()
            rows = session.execute(text("SELECT case_id FROM event WHERE seq = 3 LIMIT 200")).scalars().all()
            begun = time.perf_counter()
            for case_id in rows:
                assert verifying.inclusion(session, case_id, 3)
            print(f"inclusion proof: {(time.perf_counter() - begun) / len(rows) * 1e3:.2f} ms")


def _log(vault: Vault, key: Any) -> verifying.Log:
    files = sorted((vault.folder / cities.CODE).glob("*.checkpoint"))
    return verifying.from_files([checkpoints.read_file(file, key) for file in files], cities.CODE)


if __name__ == "__main__":
    main()

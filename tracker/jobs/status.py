"""How the work of a jurisdiction fares: what waits, what is late, what was set aside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.outbox import ATTEMPTS

_COUNTS = text("""
    SELECT (SELECT count(*) FROM outbox WHERE attempts < :most) AS facts,
           (SELECT min(at) FROM outbox WHERE attempts < :most) AS oldest_fact,
           (SELECT count(*) FROM timer WHERE attempts < :most) AS timers,
           (SELECT count(*) FROM timer WHERE attempts < :most AND due_at <= :now) AS due,
           (SELECT min(due_at) FROM timer WHERE attempts < :most) AS next_timer
""")
_PARKED = text("""
    SELECT 'fact' AS what, o.kind AS name, c.number, o.error
    FROM outbox o LEFT JOIN "case" c ON c.id = o.case_id
    WHERE o.attempts >= :most
    UNION ALL
    SELECT 'timer', t.name, c.number, t.error FROM timer t LEFT JOIN "case" c ON c.id = t.case_id
    WHERE t.attempts >= :most
    ORDER BY 1, 3, 2
""")
_PERIODIC = text("SELECT name, next_at, last_at, took_ms, attempts, error FROM periodic ORDER BY name")
_FREE = text("""
    WITH facts AS (UPDATE outbox SET attempts = 0, not_before = NULL, error = NULL WHERE attempts >= :most
                   RETURNING 1),
         timers AS (UPDATE timer SET attempts = 0, not_before = NULL, error = NULL WHERE attempts >= :most
                    RETURNING 1)
    SELECT (SELECT count(*) FROM facts) + (SELECT count(*) FROM timers)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """The figures of one moment; rows as the database gave them."""

    counts: Any
    parked_rows: list[Any]
    periodic: list[Any]

    @property
    def parked(self) -> int:
        return len(self.parked_rows)

    def lines(self) -> Iterator[str]:
        """Tell it in lines of tab-separated fields, for people and programs."""
        counts = self.counts
        yield f"facts waiting\t{counts.facts}\toldest\t{_said(counts.oldest_fact)}"
        yield f"timers standing\t{counts.timers}\tdue\t{counts.due}\tnext\t{_said(counts.next_timer)}"
        for row in self.periodic:
            error = f"\t{row.error}" if row.error else ""
            yield f"periodic\t{row.name}\tlast\t{_said(row.last_at)}\tnext\t{_said(row.next_at)}{error}"
        for row in self.parked_rows:
            yield f"parked {row.what}\t{row.name}\t{row.number or '-'}\t{row.error}"


def of(session: Session, now: datetime) -> Status:
    """Return how the work of this jurisdiction fares."""
    most = {"most": ATTEMPTS}
    return Status(
        counts=session.execute(_COUNTS, most | {"now": now}).one(),
        parked_rows=list(session.execute(_PARKED, most)),
        periodic=list(session.execute(_PERIODIC)),
    )


def free(session: Session) -> int:
    """Have everything that was set aside tried again; return how much that is."""
    return int(session.execute(_FREE, {"most": ATTEMPTS}).scalar_one())


def _said(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else "-"

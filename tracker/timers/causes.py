"""Places where the same thing is asked for again and again (domain.md §6): engineers look for why."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import ids

OFTEN, WITHIN = 4, timedelta(days=90)
# A case joined to another is the same event told twice; one refused or taken back was none.
_REPEATED = text("""
    SELECT service_code, segment_id, count(*) AS cases, min(opened_at) AS first_at, max(opened_at) AS last_at
    FROM "case"
    WHERE opened_at > :since AND segment_id IS NOT NULL
      AND status NOT IN ('duplicate', 'refused', 'cancelled')
    GROUP BY service_code, segment_id HAVING count(*) >= :often
""")
_KEEP = text("""
    INSERT INTO cause (id, service_code, segment_id, cases, first_at, last_at, found_at)
    VALUES (:id, :service_code, :segment_id, :cases, :first_at, :last_at, :now)
    ON CONFLICT (service_code, segment_id) WHERE settled_at IS NULL
    DO UPDATE SET cases = greatest(cause.cases, excluded.cases), last_at = excluded.last_at
    RETURNING (xmax = 0) AS is_new
""")
# Once settled, what came before is no reason to find it again.
_SETTLED = text("""
    SELECT max(settled_at) AS at FROM cause WHERE service_code = :service_code AND segment_id = :segment_id
""")
_SINCE = text("""
    SELECT count(*) AS cases FROM "case" WHERE service_code = :service_code AND segment_id = :segment_id
       AND opened_at > :since AND status NOT IN ('duplicate', 'refused', 'cancelled')
""")


def find(session: Session, now: datetime) -> int:
    """Keep a record of every segment where a service was asked for at least four times in 90 days.

    Return how many are new.
    """
    new = 0
    repeated = session.execute(_REPEATED, {"since": now - WITHIN, "often": OFTEN})
    for row in repeated.mappings().all():
        place = {"service_code": row["service_code"], "segment_id": row["segment_id"]}
        settled = session.scalar(_SETTLED, place)
        if settled is not None:
            since = max(settled, now - WITHIN)
            if session.execute(_SINCE, place | {"since": since}).scalar_one() < OFTEN:
                continue
        values = {**row, "id": ids.new_id(), "now": now}
        new += session.execute(_KEEP, values).scalar_one()
    return new

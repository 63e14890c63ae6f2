"""A case's place in its crew's order: kept when the case is joined to another, for the undo."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases.models import CaseRow

_KEPT = text("SELECT to_jsonb(o) FROM crew_order o WHERE o.case_id = :id")
# Somebody may have ordered the crew's work anew since: what was decided last stands.
_GIVE_BACK = text("""
    INSERT INTO crew_order SELECT o.* FROM jsonb_populate_record(NULL::crew_order, CAST(:kept AS jsonb)) o
    WHERE o.crew_id = :crew ON CONFLICT DO NOTHING
""")


def kept(session: Session, case: CaseRow) -> dict[str, Any] | None:
    """Return the place of a case as it stands, to give back exactly; None where nobody gave it one."""
    found = session.execute(_KEPT, {"id": case.id}).scalar_one_or_none()
    return None if found is None else dict(found)


def give_back(session: Session, case: CaseRow, before: Mapping[str, Any]) -> None:
    """Give a case the place it had before a change, if its crew is the same and the place is still free."""
    if before.get("turn") is None:
        return
    values = {"kept": orjson.dumps(before["turn"]).decode(), "crew": case.crew_id}
    session.execute(_GIVE_BACK, values)

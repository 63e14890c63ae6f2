"""What somebody who reports snow is told while the plow is still to come."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.dispatch import desk as desks
from tracker.dispatch import storms
from tracker.dispatch.pools import ROAD_CLASSES
from tracker.dispatch.storms import Pass


def planned(
    session: Session, service_code: str, *, district: str | None, road_class: int | None, at: datetime
) -> Pass | None:
    """Return the pass still to come where snow is reported, while a storm is on there; else None."""
    if service_code not in storms.PASSED:
        return None
    known = desks.current(session).storms
    storm = storms.on(known, district, at)
    if storm is None:
        return None
    return storms.planned(
        storm, service_code, district=district, road_class=ROAD_CLASSES.get(road_class or 0), at=at
    )


def told(session: Session, found: Pass | None, language: str) -> dict[str, Any] | None:
    """Return a pass as an answer: « Passage prévu avant 18 h »."""
    if found is None:
        return None
    local = found.by.astimezone(ZoneInfo(selected(session).zone))
    return {"text": _words(local, language), "by": found.by, "kind": found.kind}


def _words(local: datetime, language: str) -> str:
    if language == "en":
        hour = f"{local.hour % 12 or 12}:{local:%M} {'a.m.' if local.hour < 12 else 'p.m.'}"
        return f"Plow expected by {hour.replace(':00', '')}"
    minutes = f" {local:%M}" if local.minute else ""
    return f"Passage prévu avant {local.hour}\N{NO-BREAK SPACE}h{minutes}"

"""What the API shows of a case's timers: what will happen next and when, and how far it has been told of."""

from typing import Any

from tracker.cases import present as cases
from tracker.cases.present import View
from tracker.timers import promising, queries, words


def register() -> None:
    """Have every case that staff is shown tell its timers and its escalation."""
    if section not in cases.SECTIONS:
        cases.SECTIONS.append(section)


def section(view: View, case: Any) -> dict[str, Any]:
    """Return the timers that stand on a case, the next one first, and the last level that was told."""
    found = queries.of_case(view.session, case.id)
    timers = [each | {"label": words.name(each["name"], view.language)} for each in found.timers]
    return {"timers": timers, "escalation": _escalation(view, found) if case.is_open else None}


def _escalation(view: View, found: Any) -> dict[str, Any] | None:
    if found.level is None:
        return None
    reason = promising.REASONS.get(found.reason or "")
    return {
        "level": found.level,
        "label": words.LEVELS[found.level].said_in(view.language),
        "at": found.at,
        "promised_for": found.promised_for,
        "reason": reason.said_in(view.language) if reason is not None else None,
    }

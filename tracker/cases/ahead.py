"""What could be done after what can be done now: for a device that goes on without a connection."""

from typing import Any

from tracker.cases.models import CaseRow
from tracker.cases.present import View, moves
from tracker.workflow import Transition, guards
from tracker.workflow.table import PREVIOUS, SAME, GuardUse

DEVICE = frozenset({"near_site", "photo_taken", "photo_after"})
"""The guards that a device can judge by itself: from where it is, and from the pictures it holds."""


def told(view: View, case: CaseRow) -> dict[str, Any]:
    """Return the statuses that this reader's own moves lead to.

    The present one comes first. A move tells where it leads (`to`, null where that depends on what was
    before) and what a device can check before it is made (`checks`); the server judges again later.
    """
    machine = view.families.machine(case.workflow, case.workflow_version)
    found: dict[str, dict[str, Any]] = {}
    waiting = [case.status]
    while waiting:
        code = waiting.pop(0)
        if code in found:
            continue
        open_to = machine.allowed(code, view.actor.role)
        leads = {one.name: _leads(one, code, case) for one in open_to}
        state = machine.state(code)
        found[code] = {
            "status": code,
            "label": state.label.said_in(view.language),
            "tone": state.tone,
            "transitions": [
                {**each, "to": leads[one.name], "checks": _checks(view, one)}
                for one, each in zip(open_to, moves(view, case, [one.name for one in open_to]), strict=True)
            ],
        }
        waiting += [to for to in leads.values() if to is not None]
    return {"number": case.number, "version": case.version, "states": list(found.values())}


def _leads(one: Transition, source: str, case: CaseRow) -> str | None:
    if one.target == SAME:
        return source
    if one.target == PREVIOUS:
        return case.previous_status if source == case.status else None
    return one.target


def _checks(view: View, one: Transition) -> list[dict[str, Any]]:
    role = view.actor.role
    uses = [use for use in one.guards if use.name in DEVICE and (not use.roles or role in use.roles)]
    return [_check(use, view.language) for use in uses]


def _check(use: GuardUse, language: str) -> dict[str, Any]:
    return {"guard": use.name, "params": dict(use.params), "says": guards.words(use).said_in(language)}

"""What a crew may do with a case, now and after each of its moves: the tablet goes on without signal."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from tracker.web import acts

_WORK_FIRST = ("start", "make_safe", "complete", "resume")
DANGER = 1


def states(case: Mapping[str, Any], ahead: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statuses ahead, the present one first, each with its acts and where every act leads."""
    return [_state(case, each) for each in ahead["states"]]


def _state(case: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    main, others = acts.of_case({**case, "status": told["status"], "transitions": told["transitions"]})
    offered = [act for act in (*main, *others) if case["priority"] == DANGER or act.name != "make_safe"]
    offered.sort(key=lambda act: _WORK_FIRST.index(act.name) if act.name in _WORK_FIRST else len(_WORK_FIRST))
    return {
        "status": told["status"],
        "label": told["label"],
        "acts": offered,
        "leads": {one["name"]: _lead(case, one) for one in told["transitions"]},
    }


def _lead(case: Mapping[str, Any], move: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the tablet must know of a move: where it leads, its name once done, what to check."""
    return {
        "to": move["to"],
        "done": _done().get(move["name"], move["label"]),
        "checks": move["checks"],
        "moments": [asked["name"] for asked in move["inputs"] if asked["type"] == "datetime"],
    }


def seen(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a case a move stands on: when none of it changed, a new version is no conflict."""
    return {
        "status": case["status"],
        "service": case["service"]["code"],
        "priority": case["priority"],
        "crew": (case["crew"] or {}).get("code"),
        "lon": case["lon"],
        "lat": case["lat"],
    }


def _done() -> dict[str, str]:
    return {
        "start": _("Commencé"),
        "make_safe": _("Lieu sécurisé"),
        "complete": _("Terminé"),
        "hold": _("Mis en attente"),
        "resume": _("Repris"),
        "plan": _("Date prévue"),
        "ask": _("Question posée"),
    }

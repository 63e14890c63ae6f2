"""Rule sets, trials and hours as the API shows them."""

from typing import Any

from tracker.dispatch import rulebook
from tracker.dispatch.models import CrewStint, TriageActivation, TriageTrial
from tracker.dispatch.rulebook import Stored
from tracker.http import language


def rules(stored: Stored) -> dict[str, Any]:
    """Return a version of the rules."""
    return {
        "id": stored.id,
        "name": stored.rules.name.in_language(language.current()),
        "source": stored.source,
        "status": stored.status,
        "loaded_by": stored.loaded_by,
        "loaded_at": stored.loaded_at,
    }


def shipped(written: str) -> dict[str, Any]:
    """Return the rules that come with the program, as version 0."""
    name = rulebook.shipped().name.in_language(language.current())
    return {
        "id": 0, "name": name, "source": "data/triage/default.yaml", "status": "retired",
        "loaded_by": "system", "loaded_at": None, "written": written,
    }  # fmt: skip


def activation(done: TriageActivation) -> dict[str, Any]:
    """Return rules put in force or taken back."""
    return {
        "id": done.id,
        "kind": done.kind,
        "rules": done.rules_id,
        "before": done.before_id,
        "actor": done.actor,
        "at": done.at,
        "reason": done.reason,
        "acknowledged": done.acknowledged or {},
        "is_undone": done.undone_by is not None,
    }


def trial(row: TriageTrial, spoken: str) -> dict[str, Any]:
    """Return a trial, its changed cases as GeoJSON features (EPSG:4326)."""
    found = row.result
    return {
        "id": str(row.id),
        "rules": row.rules_id,
        "boundary_set": row.boundary_set_id,
        "since": row.since,
        "until": row.until,
        "made_at": row.made_at,
        "made_by": row.made_by,
        **{name: found[name] for name in ("cases", "skipped", "changed", "nobody", "crews", "table")},
        "rules_hit": found["rules"],
        "changes": {
            "type": "FeatureCollection",
            "features": [_feature(each) for each in found["changes"]],
        },
        "check": found["check"][spoken],
    }


def _feature(change: dict[str, Any]) -> dict[str, Any]:
    shown = dict(change)
    lon, lat = shown.pop("lon"), shown.pop("lat")
    geometry = {"type": "Point", "coordinates": [lon, lat]} if lon is not None else None
    return {"type": "Feature", "id": shown["number"], "geometry": geometry, "properties": shown}


def stint(row: CrewStint) -> dict[str, Any]:
    """Return hours a crew worked."""
    return {
        "id": str(row.id),
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "recorded_by": row.recorded_by,
    }

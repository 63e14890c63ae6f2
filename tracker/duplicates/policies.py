"""A service's duplicate policy as the plain values a comparison needs."""

from __future__ import annotations

from dataclasses import dataclass

from gis.sighting import Match
from tracker.catalogue.definitions import DuplicatePolicy

DEFAULT_RADIUS_M = 40.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What makes two reports of a service one, and within what; metres, hours."""

    radius_m: float = DEFAULT_RADIUS_M
    window_h: float | None = None
    match: Match = "place"


def of(policy: DuplicatePolicy) -> Policy:
    """Read a catalogue's policy."""
    radius_m = float(policy.radius_m or DEFAULT_RADIUS_M)
    return Policy(radius_m=radius_m, window_h=policy.window_h, match=match(policy))


def match(policy: DuplicatePolicy) -> Match:
    """Tell what decides whether two reports are one: the place, unless they may name the same thing."""
    if "asset" in policy.same:
        return "asset"
    if "segment" in policy.same:
        return "segment"
    if "address" in policy.same or "lot" in policy.same:
        return "address"
    return "place"


def is_never(policy: DuplicatePolicy) -> bool:
    """Tell whether two reports of the service are never one thing."""
    return policy.radius_m is None and not policy.same

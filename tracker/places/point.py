"""A position as the places feature passes it on."""

from dataclasses import dataclass

from tracker.places.queries import AssetRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A position with how it was had and how good it is, in metres."""

    lon: float
    lat: float
    accuracy_m: float
    method: str
    address: str | None = None
    asset: AssetRef | None = None

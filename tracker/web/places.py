"""The place of a report, carried from step to step in the address of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from tracker.web import inner

METHODS = ("gps", "pin", "photo", "address", "asset", "segment")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A point in EPSG:4326 that a resident chose, how they did, and how good it is."""

    lon: float
    lat: float
    accuracy: float | None
    method: str
    address: str

    @property
    def carried(self) -> dict[str, Any]:
        """Return what the next step's address must hold."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "accuracy": self.accuracy,
            "method": self.method,
            "address": self.address or None,
        }

    @property
    def as_location(self) -> dict[str, Any]:
        """Return the place as the API takes it: what is not known is left out."""
        known = {"accuracy_m": self.accuracy, "address": self.address}
        return {"lon": self.lon, "lat": self.lat, "method": self.method} | {
            name: value for name, value in known.items() if value
        }


def read(given: Mapping[str, str]) -> Place | None:
    """Return the place of a page's address or form, none when there is none or it is no point on Earth."""
    lon, lat, accuracy = (_number(given.get(name)) for name in ("lon", "lat", "accuracy"))
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    method = given.get("method", "")
    return Place(
        lon=lon,
        lat=lat,
        accuracy=accuracy,
        method=method if method in METHODS else "pin",
        address=given.get("address", "").strip()[:200],
    )


def search(typed: str, *, is_typing: bool = False) -> list[dict[str, Any]]:
    """Return the places that a text may mean; `is_typing` completes its last word."""
    asked = {"q": typed} | ({"typing": "true"} if is_typing else {})
    answer = inner.call("GET", f"/places/search?{urlencode(asked)}")
    return [_shown(found) for found in answer.body.get("results", [])] if answer.is_ok else []


def describe(place: Place) -> dict[str, Any]:
    """Return what is known of a point: its nearest address, its district, whether it is the town's."""
    answer = inner.call("GET", f"/places/reverse?{urlencode({'lon': place.lon, 'lat': place.lat})}")
    return dict(answer.body) if isinstance(answer.body, dict) else {}


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    """Add what a list says beside a place: its district, and whether it is an estimate or a whole street."""
    sort = {"interpolated": _("position estimée"), "street": _("toute la rue")}.get(found["kind"])
    return {**found, "hint": " · ".join(filter(None, (found["district"], sort)))}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) < 1e7 else None

"""What the map page shows beside cases: which overlays, and the hot spots of a service and period in
words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from tracker.web import catalogue, inner, shell

OVERLAYS = ("cases", "districts", "assets", "density")
DAYS = (30, 90, 365, 548)
USUAL_DAYS = 365


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The overlays that are on, and what the hot spots are of."""

    layers: frozenset[str]
    service: str
    days: int
    first: str


def read(given: Any) -> Asked:
    """Return what a page's address asks for; what is not known is left aside."""
    chosen = frozenset(given.getlist("couche")) & set(OVERLAYS)
    codes = {*catalogue.services(), *(group["code"] for group in catalogue.groups())}
    service = given.get("service", "")
    days = given.get("jours", USUAL_DAYS, type=int)
    days = days if days in DAYS else USUAL_DAYS
    when = shell.current().when
    first = (when.now.astimezone(ZoneInfo(when.zone)) - timedelta(days=days)).date().isoformat()
    return Asked(
        layers=chosen or (frozenset() if "choisi" in given else frozenset({"cases"})),
        service=service if service in codes else "",
        days=days,
        first=first,
    )


def periods() -> list[tuple[int, str]]:
    """Return the periods that can be chosen."""
    return [(30, _("30 jours")), (90, _("3 mois")), (365, _("12 mois")), (548, _("18 mois"))]


def load(asked: Asked) -> Mapping[str, Any]:
    """Return the hot spots as the API tells them."""
    query = urlencode({"service": asked.service, "from": asked.first, "hot": "true"})
    answer = inner.call("GET", f"/density?{query}")
    return answer.body if answer.is_ok else {"spots": [], "total": 0}

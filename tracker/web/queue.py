"""The dispatcher's queue: its views, its filters and its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from tracker.web import catalogue, inner

LIMIT = 60
# The map shows the whole view at once, as far as a browser draws it well.
ON_MAP = 1000
ORDERS = ("priority", "due", "newest")
VIEWS = ("tout", "trier", "retard", "doublons", "fermes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What the queue is narrowed to, as the page's address says it."""

    view: str = "tout"
    q: str = ""
    group: str = ""
    district: str = ""
    status: str = ""
    priority: str = ""
    order: str = "priority"
    after: str = ""

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))

    @property
    def kept(self) -> dict[str, str]:
        """Return the filters that are not their default, for the addresses of the page."""
        plain = Filters()
        return {name: self[name] for name in _NAMES if name != "after" and self[name] != plain[name]}

    @property
    def api_query(self) -> str:
        """Return the query of `GET /cases` that this view means."""
        return self._query(LIMIT)

    @property
    def map_query(self) -> str:
        """Return the query of `GET /cases` for the map: the view from its beginning, whatever the page."""
        return replace(self, after="")._query(ON_MAP)

    def _query(self, limit: int) -> str:
        asked: dict[str, Any] = {
            name: self[name] for name in ("q", "district", "status", "priority", "after")
        }
        asked |= {"order": self.order, "limit": str(limit), "service": self.services, **_OF_VIEW[self.view]}
        return urlencode({name: value for name, value in asked.items() if value}, doseq=True)

    @property
    def services(self) -> list[str]:
        """Return the services of the chosen group: their codes begin with the group's."""
        return [code for code in catalogue.services() if self.group and code.startswith(self.group)]


_NAMES = ("view", "q", "group", "district", "status", "priority", "order", "after")
_OF_VIEW: Mapping[str, Mapping[str, Any]] = {
    "tout": {"open": "true"},
    "retard": {"open": "true", "late": "true"},
    "trier": {"open": "true", "status": ["received", "reopened"]},
    "doublons": {"open": "true", "duplicates": "true"},
    "fermes": {"open": "false", "order": "newest"},
}


def read(given: Mapping[str, str]) -> Filters:
    """Return the filters of a page's address; what is not known is left aside."""
    values = {name: given.get(name, "").strip()[:200] for name in _NAMES}
    values["view"] = values["view"] if values["view"] in VIEWS else "tout"
    values["order"] = values["order"] if values["order"] in ORDERS else "priority"
    return Filters(**values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A view of the queue, with how many cases it holds when that is known."""

    name: str
    url: str
    on: bool
    count: int | None


def tabs(filters: Filters, counts: Mapping[str, Any]) -> list[Tab]:
    """Return the views with their counts; the other filters stay."""
    named = (
        ("tout", _("Tout"), counts.get("open")),
        ("trier", _("À trier"), counts.get("to_triage")),
        ("retard", _("En retard"), counts.get("late")),
        ("doublons", _("Doublons"), None),
        ("fermes", _("Fermés"), None),
    )
    return [
        Tab(name=name, url=_url(replace(filters, view=view, after="")), on=view == filters.view, count=count)
        for view, name, count in named
    ]


def heading(filters: Filters) -> str:
    """Return the title of the view."""
    names = {
        "tout": _("Dossiers ouverts"),
        "trier": _("À trier"),
        "retard": _("En retard"),
        "doublons": _("Doublons possibles"),
        "fermes": _("Dossiers fermés"),
    }
    return str(names[filters.view])


def load(filters: Filters) -> inner.Answer:
    """Return the page of cases that the filters ask for."""
    return inner.call("GET", f"/cases?{filters.api_query}")


def on_map(filters: Filters) -> dict[str, Any]:
    """Return the pins of a whole view, and whether there are more cases than the map shows."""
    answer = inner.call("GET", f"/cases?{filters.map_query}")
    found = answer.body if answer.is_ok else {}
    return {"pins": pins(found.get("cases", [])), "more": bool(found.get("next"))}


def counts() -> Mapping[str, Any]:
    """Return how many cases are open, late and to triage."""
    answer = inner.call("GET", "/cases/counts")
    return answer.body if answer.is_ok else {}


def next_page(filters: Filters, cursor: str | None) -> str | None:
    """Return the address of the cases that follow."""
    return _url(replace(filters, after=cursor)) if cursor else None


def pins(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cases that have a place as the map wants them."""
    return [
        {"number": case["number"], "lon": case["lon"], "lat": case["lat"], "code": case["service"]["code"],
         "tone": "late" if case.get("late") else case["tone"],
         "label": f"{case['service']['name']}, {case['status_label']}"}
        for case in cases
        if case.get("lon") is not None
    ]  # fmt: skip


def _url(filters: Filters) -> str:
    asked: dict[str, Any] = {**filters.kept, **({"after": filters.after} if filters.after else {})}
    return url_for("dispatch.queue", **asked)

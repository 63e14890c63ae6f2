"""What every page knows: the town, who reads, in which language and light, and what time it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from flask import Response, g, has_request_context, make_response, render_template, request

from tracker import moments
from tracker.accounts.actor import CITIZEN, Actor
from tracker.db import Selected
from tracker.http import edge, language
from tracker.web import icons

THEME_COOKIE = "vigie_theme"
THEMES = ("auto", "light", "dark", "sun")
PART_HEADER = "X-Vigie-Part"


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """Dates in words, for one reader: in the town's zone and the reader's language."""

    now: datetime
    zone: str
    language: str

    def moment(self, value: str | datetime) -> str:
        return moments.moment(value, self.now, self.zone, self.language)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def long_date(self, value: date) -> str:
        return moments.long_date(value, self.language)

    def iso_day(self, value: str) -> str:
        """Return a day of the API in words, with its year."""
        return moments.long_date(date.fromisoformat(value), self.language, year=True)

    def stamp(self, value: str | datetime) -> str:
        return moments.stamp(value, self.now, self.zone, self.language)

    def promised_day(self, value: str | datetime) -> str:
        return moments.promised_day(value, self.now, self.zone, self.language)

    def left(self, due: str | datetime) -> str:
        return moments.left(due, self.now, self.language)

    def is_past(self, due: str | datetime) -> bool:
        return moments.instant(due) < self.now

    def share_left(self, start: str | datetime, due: str | datetime) -> float:
        return moments.share_left(start, due, self.now)

    def lasting(self, minutes: int) -> str:
        """Return a length of time in words, « 3 j »."""
        return moments.span(timedelta(minutes=minutes), self.language)

    def span(self, start: str | datetime, end: str | datetime) -> str:
        """Return the length between two instants; `ahead` of a promise when the first is later."""
        return moments.span(moments.instant(start) - moments.instant(end), self.language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shell:
    """The frame of one page."""

    town: Selected
    who: Actor
    csrf: str
    when: When


def current() -> Shell:
    """Return the frame of the page at hand, read once per request.

    Raises what `edge.transaction` raises: a page without a town cannot be drawn.
    """
    kept = g.get("shell")
    if not isinstance(kept, Shell):
        with edge.transaction() as session:
            town: Selected = session.info["jurisdiction"]
        when = When(now=edge.clock(), zone=town.zone, language=language.current())
        kept = Shell(town=town, who=edge.actor(), csrf=edge.csrf_token(), when=when)
        g.shell = kept
    return kept


def theme() -> str:
    """Return the light the reader chose, `auto` for the one of their system."""
    kept = request.cookies.get(THEME_COOKIE, THEMES[0])
    return kept if kept in THEMES else THEMES[0]


def wanted_part() -> str:
    """Return the part of the page that a script asks for, empty for the whole page."""
    return request.headers.get(PART_HEADER, "")


def defaults() -> dict[str, Any]:
    """Return what every template may name, for a page that stands without a town."""
    spoken = language.current()
    icon: Callable[[str], str] = icons.of_service
    return {
        "town": None,
        "who": CITIZEN,
        "csrf": "",
        "when": None,
        "lang": spoken,
        "other_lang": "en" if spoken == "fr" else "fr",
        "theme": theme(),
        "icon_of": icon,
        "here": request.full_path.rstrip("?") if has_request_context() else "/",
    }


def render(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of the town at hand."""
    shell = current()
    frame = {"town": shell.town, "who": shell.who, "csrf": shell.csrf, "when": shell.when}
    return _finished(make_response(render_template(template, **frame, **values), status))


def render_bare(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page that needs no town: an error may be that there is none."""
    return _finished(make_response(render_template(template, **values), status))


def data(values: Any) -> Response:
    """Return what a script asked for instead of a part of a page."""
    return _finished(make_response(orjson.dumps(values), {"Content-Type": "application/json"}))


def _finished(response: Response) -> Response:
    """Pages are their reader's own; the address of a follow-up holds a secret and must not leak onwards."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.update((PART_HEADER,))
    return response

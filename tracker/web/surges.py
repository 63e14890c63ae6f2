"""Surges on the desk: what is proposed, what was just decided, and the banner that residents read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tracker.http import edge, language
from tracker.surges import queries, rules
from tracker.web import inner

MOST = 5
VERDICTS = ("confirm", "dismiss", "undo")
BANNER_FOR = timedelta(days=3)


def proposed() -> list[dict[str, Any]]:
    """Return the surges to decide, none for who may not see them."""
    answer = inner.call("GET", f"/surges?limit={MOST}")
    return list(answer.body["surges"]) if answer.is_ok else []


def decided(surge_id: str) -> Mapping[str, Any] | None:
    """Return the surge that was just decided, by the page's address."""
    try:
        known = UUID(surge_id)
    except ValueError:
        return None
    answer = inner.call("GET", f"/surges/{known}")
    return answer.body if answer.is_ok else None


def decide(surge_id: str, verdict: str, form: "MultiDict[str, str]") -> inner.Answer:
    """Ask the API to decide. The cases whose box is not ticked stay apart."""
    body: dict[str, Any] = {}
    if verdict == "confirm":
        kept = set(form.getlist("cases"))
        body = {"left_out": [number for number in form.getlist("all") if number not in kept]}
    return inner.call("POST", f"/surges/{surge_id}/{verdict}", body=body)


def banners(session: Session) -> list[str]:
    """Return what residents are told of the incidents that are known and open."""
    known = rules.current().rules
    found = [
        known[code].banner
        for code in queries.banners(session, since=edge.clock() - BANNER_FOR)
        if code in known
    ]
    return [words.said_in(language.current()) for words in found if words is not None]

"""Storm mode on screen: declared by a supervisor, followed by the operation, told to residents."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.dispatch.pools import ROAD_CLASSES
from tracker.http import edge, language
from tracker.storms import present
from tracker.web import inner, shell, site, tellings

blueprint = Blueprint("storms", __name__, url_prefix="/tempetes")

LATEST = 10
ROADS = tuple(dict.fromkeys(ROAD_CLASSES.values()))


def banners(session: Session) -> list[str]:
    """Return what residents are told of the storms that are on, each text once."""
    found = [present.message(one, language.current()) for one in present.current(session, edge.clock())]
    return list(dict.fromkeys(found))


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.get("")
def show() -> Response:
    """Show the storms, and what may be done with them."""
    return _page()


@blueprint.post("")
def declare() -> Response:
    """Declare a storm."""
    form = request.form
    body = {
        "name": form.get("name", "").strip(),
        "districts": form.getlist("districts"),
        "starts_at": _moment(form.get("starts_at")),
        "ends_at": _moment(form.get("ends_at")),
        "message_fr": form.get("message_fr", "").strip(),
        "message_en": form.get("message_en", "").strip(),
    }
    return _answered(inner.call("POST", "/storms", body=body))


@blueprint.post("/<int:storm_id>/<what>")
def change(storm_id: int, what: str) -> Response:
    """Say that the precipitation ended, plan passes, or end a storm."""
    if what not in ("precipitation", "passes", "end"):
        abort(404)
    form = request.form
    body = {"passes": _passes(form)} if what == "passes" else {"at": _moment(form.get("at"))}
    return _answered(inner.call("POST", f"/storms/{storm_id}/{what}", body=body))


def _answered(answer: inner.Answer) -> Response:
    if answer.is_ok:
        return redirect(url_for(".show"), 303)
    return _page(tellings.refused(answer.body), answer.status, request.form)


def _page(told: Any = None, status: int = 200, given: "MultiDict[str, str] | None" = None) -> Response:
    answer = inner.call("GET", f"/storms?limit={LATEST}")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    districts = [one["properties"] for one in inner.call("GET", "/districts").body.get("features", [])]
    return shell.render(
        "dispatch/storms.html",
        status,
        storms=answer.body["storms"],
        districts=districts,
        named={one["code"]: one["name"] for one in districts},
        roads=ROADS,
        told=told,
        given=given or MultiDict(),
        local=_local,
        may_declare=edge.may("storm.declare"),
        may_operate=edge.may("storm.operate"),
    )


def _passes(form: "MultiDict[str, str]") -> list[dict[str, Any]]:
    """Return the rows of the plan that have an hour."""
    found = []
    for row in range(len(form.getlist("by"))):
        by = _moment(form.getlist("by")[row])
        if by is not None:
            found.append(
                {
                    "kind": form.getlist("kind")[row],
                    "district": form.getlist("district")[row] or None,
                    "road_class": form.getlist("road_class")[row] or None,
                    "by": by,
                }
            )
    return found


def _moment(text: str | None) -> str | None:
    """Return what a field for a local date and time says, with its zone; as it is when unreadable."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(shell.current().town.zone)).isoformat()
    except ValueError:
        return text


def _local(value: str, hours: int = 0) -> str:
    """Return an instant as a field for a local date and time holds it."""
    zone = ZoneInfo(shell.current().town.zone)
    return f"{datetime.fromisoformat(value).astimezone(zone) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"

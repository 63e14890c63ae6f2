"""Registering for an activity, choosing seats of a show: the page, its price, and taking or waiting.

A seat is a checkbox in the fieldset of its row, so that the plan is a plain list where there is no script.
"""

from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.web import answers, booking_place_words, booking_words, inner, shell

KINDS = ("activity", "show")
BIRTH = "date_naissance"
OWN_QUESTIONS = ("activite", "evenement", "sieges", BIRTH)
MOST = 50


def is_to_come(found: dict[str, Any]) -> bool:
    """Tell whether an activity or a show has not begun."""
    starts = datetime.fromisoformat(found["period"]["starts_at"])
    return starts > shell.current().when.now


def page(
    service: dict[str, Any],
    found: dict[str, Any],
    given: MultiDict[str, str],
    refused: inner.Answer | None = None,
) -> Response:
    """Show what there is to know, the plan of a hall, and the form; the price once it is asked for."""
    problem = refused.body if refused is not None else None
    quoted = _quote(found, given) if given.get("deed") and (problem is None or _is_taken(problem)) else {}
    seats = _seats(found)
    # What was taken in between is said by the quote, and no longer ticked.
    chosen = [label for label in given.getlist("seats") if label not in quoted.get("seats_taken", ())]
    return shell.render(
        "citizen/book-place.html",
        refused.status if refused is not None else 200,
        service=service,
        resource=found,
        rows=_rows(seats, chosen),
        chosen=chosen,
        most=found["rules"].get("most", 8),
        is_full=found["places"]["free"] == 0,
        left=booking_place_words.left(found["places"]),
        conditions=booking_place_words.conditions(found),
        asks_address="other_cents" in found["rules"] or "residents_from" in found["rules"],
        birth=next((each for each in service["questions"] if each["code"] == BIRTH), None),
        questions=[each for each in service["questions"] if each["code"] not in OWN_QUESTIONS],
        given=given,
        answers=answers.given(service, given),
        key=str(uuid4()) if refused is not None else given.get("key") or str(uuid4()),
        quoted=quoted,
        price=booking_words.money(quoted["price"]["fee"]) if quoted.get("price", {}).get("fee") else None,
        near=_near(quoted, found),
        problem=problem,
        faults=answers.faults(problem),
    )


def send(service: dict[str, Any], found: dict[str, Any], form: MultiDict[str, str]) -> Response:
    """Tell the price, take places for ten minutes, or take a place in line."""
    if "move" in form:  # the seats proposed instead
        form.setlist("seats", form["move"].split(","))
    deed = form.setdefault("deed", "price")
    if deed == "price":
        return page(service, found, form)
    waits = deed == "wait"
    if found["kind"] == "show" and not (waits or form.getlist("seats")):
        return page(service, found, form, _none_chosen())
    headers = {"Idempotency-Key": form.get("key") or str(uuid4())}
    body = {"report": answers.report_body(service, form, None), "slot": _slot(found, form), "waitlist": waits}
    answer = inner.call("POST", "/bookings", body=body, headers=headers)
    if answer.is_ok:
        told = answer.body
        return redirect(url_for("tracking.follow", number=told["number"], secret=told["secret"]), 303)
    return page(service, found, form, answer)


def _slot(found: dict[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    slot: dict[str, Any] = {"resource": found["code"], "address": form.get("address", "").strip() or None}
    if found["kind"] == "show":
        slot["seats"] = form.getlist("seats")[:MOST]
        slot["quantity"] = _whole(form.get("quantity", "")) or len(slot["seats"]) or 1
    return slot


def _quote(found: dict[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what the API says of a wish, nothing when it says no."""
    asked = _slot(found, form)
    born_on = _day(form.get(answers.PREFIX + BIRTH, ""))
    if born_on is not None:
        asked["born_on"] = born_on.isoformat()
    answer = inner.call("POST", "/bookings/quote", body=asked)
    return dict(answer.body) if answer.is_ok else {}


def _near(quoted: dict[str, Any], found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what can be had instead, in words: other seats of this show, or another session."""
    return [
        {
            "seats": each["seats"] if each["resource"] == found["code"] else [],
            "resource": each["resource"],
            "text": f"{each['name']}, {_when(each['starts_at'])}",
        }
        for each in quoted.get("near", [])
    ]


def _when(starts_at: str) -> str:
    return booking_place_words.moment(datetime.fromisoformat(starts_at))


def _seats(found: dict[str, Any]) -> list[dict[str, Any]]:
    if not found["hall"]:
        return []
    answer = inner.call("GET", f"/resources/{quote(found['code'])}/seats")
    return list(answer.body["seats"]) if answer.is_ok else []


def _rows(seats: list[dict[str, Any]], chosen: list[str]) -> list[dict[str, Any]]:
    """Return the rows from the stage, each with its seats and what is said of each aloud."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for each in seats:
        is_chosen = each["label"] in chosen and each["state"] == "free"
        rows.setdefault(each["row"], []).append(each | {"spoken": _spoken(each), "is_chosen": is_chosen})
    return [{"name": name, "seats": row} for name, row in rows.items()]


def _spoken(seat: dict[str, Any]) -> str:
    state = {"free": _("libre"), "held": _("retenu, peut se libérer"), "taken": _("pris")}[seat["state"]]
    place = _("Siège %(number)s, rangée %(row)s", number=seat["number"], row=seat["row"])
    access = [_("place pour fauteuil roulant")] if seat["is_accessible"] else []
    return ", ".join([place, *access, state])


def _is_taken(problem: dict[str, Any]) -> bool:
    return problem.get("type") == "/problems/slot-taken"


def _none_chosen() -> inner.Answer:
    told = {
        "title": _("Aucun siège choisi"),
        "detail": _("Cochez les sièges que vous voulez, ou attendez en liste quand il n’en reste pas."),
    }
    return inner.Answer(status=422, body=told)


def _whole(text: str) -> int | None:
    clean = text.strip()
    return int(clean) if clean.isascii() and clean.isdigit() and 0 < int(clean[:3]) <= MOST else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

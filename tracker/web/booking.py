"""Booking a room or borrowing things: what there is, when it is free, what it costs, and taking it.

Activities and shows have pages of their own (`booking_places`), from the same addresses.

Everything is asked of the public API; a page that is refused comes back with all that was typed.
"""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.web import (
    answers,
    booking_place_words,
    booking_places,
    booking_week,
    booking_words,
    catalogue,
    inner,
    shell,
    slots,
)
from tracker.web.slots import Lent

blueprint = Blueprint("booking", __name__, url_prefix="/reserver")

KINDS = ("room", "stock", *booking_places.KINDS)
OWN_QUESTIONS = ("debut", "fin", "nombre")
AHEAD = timedelta(days=550)
WEEK = timedelta(days=7)
MOST = 10_000


def offered(service: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the town lends for a service that a person can book by themselves on a page.

    Something whose place the service needs and the town has not said is asked for with the plain form.
    """
    if service["workflow"] != "booking":
        return []
    answer = inner.call("GET", "/resources?" + urlencode({"service": service["code"]}))
    return [
        each
        for each in answer.body.get("resources", [])
        if each["kind"] in KINDS
        and ("at" in each["rules"] or not service["location"]["required"])
        and (each["kind"] not in booking_places.KINDS or booking_places.is_to_come(each))
    ]


@blueprint.get("/<code>")
def choose(code: str) -> Response:
    """Choose what to book."""
    service = catalogue.service(code)
    found = offered(service)
    if not found and service["workflow"] == "booking":  # nothing of it has a page: the form asks
        return redirect(url_for("reporting.begin", code=code))
    if not found:
        abort(404)
    found.sort(key=lambda each: each["rules"].get("begins", ""))  # the first to come first
    told = {each["code"]: _line(each) for each in found}
    return shell.render("citizen/book-choose.html", service=service, resources=found, told=told)


@blueprint.get("/<code>/<path:resource>")
def show(code: str, resource: str) -> Response:
    """Show the week of one thing, and the form to take it; the price once a moment is chosen."""
    service, found = _found(code, resource)
    if found["kind"] in booking_places.KINDS:
        return booking_places.page(service, found, request.args)
    return _page(code, resource, request.args)


@blueprint.post("/<code>/<path:resource>")
def send(code: str, resource: str) -> Response:
    """Tell the price, take it for ten minutes, or take a place in line."""
    form = MultiDict(request.form)
    service, found = _found(code, resource)
    if found["kind"] in booking_places.KINDS:
        return booking_places.send(service, found, form)
    deed = form.get("deed", "price")
    if "move" in form:  # one of the moments proposed instead
        form["starts"], _slash, form["ends"] = form["move"].partition("/")
    starts, ends, quantity = _asked(form, found)
    if deed == "price":
        return _page(code, resource, form)
    if starts is None or ends is None or quantity is None:
        return _page(code, resource, form, _unreadable())
    body = {
        "report": _report(service, found, form, starts, ends, quantity),
        "slot": {
            "resource": found["code"],
            "starts_at": starts.isoformat(),
            "ends_at": ends.isoformat(),
            "quantity": quantity,
            "people": _whole(form.get("people", "")),
            "alcohol": form.get("alcohol") == "yes",
        },
        "waitlist": deed == "wait",
    }
    headers = {"Idempotency-Key": form.get("key") or str(uuid4())}
    answer = inner.call("POST", "/bookings", body=body, headers=headers)
    if answer.is_ok:
        told = answer.body
        return redirect(url_for("tracking.follow", number=told["number"], secret=told["secret"]), 303)
    return _page(code, resource, form, answer)


def _page(
    code: str, resource: str, given: MultiDict[str, str], refused: inner.Answer | None = None
) -> Response:
    service, found = _found(code, resource)
    starts, ends, quantity = _asked(given, found)
    monday = _monday(given, starts)
    lent = Lent(kind=found["kind"], units=found["units"], rules=found["rules"], zone=_zone())
    is_chosen = starts is not None and ends is not None and quantity is not None
    seen = booking_week.availability(found, starts, ends, quantity or 1) if is_chosen else {}
    is_lent = starts is not None and ends is not None and _is_to_come(starts) and lent.allows(starts, ends)
    is_taken = bool(seen) and is_lent and seen["free_units"] < (quantity or 1) <= lent.units
    near = _near(lent, found, (starts, ends), quantity or 1) if is_taken and starts and ends else []
    problem = refused.body if refused is not None else None
    return shell.render(
        "citizen/book.html",
        refused.status if refused is not None else 200,
        service=service,
        resource=found,
        days=booking_week.days(lent, found, monday),
        earlier=monday - WEEK if monday > _today() else None,
        later=monday + WEEK if monday < _today() + AHEAD - WEEK else None,
        given=given,
        questions=_questions(service, found),
        answers=answers.given(service, given),
        key=str(uuid4()) if refused is not None else given.get("key") or str(uuid4()),
        price={kind: booking_words.money(cents) for kind, cents in seen.get("price", {}).items()},
        seen=seen,
        duration=booking_words.duration(starts, ends) if starts and ends else None,
        is_taken=is_taken,
        near=near,
        conditions=booking_words.conditions(found),
        problem=problem,
        faults=answers.faults(problem),
    )


def _found(code: str, resource: str) -> tuple[dict[str, Any], dict[str, Any]]:
    service = catalogue.service(code)
    found = next((each for each in offered(service) if each["code"] == resource), None)
    if found is None:
        abort(404)
    return service, found


def _line(found: dict[str, Any]) -> str:
    if found["kind"] in booking_places.KINDS:
        return booking_place_words.line(found)
    return booking_words.conditions(found)[0]


def _is_to_come(starts: datetime) -> bool:
    return starts > shell.current().when.now


def _near(
    lent: Lent, found: dict[str, Any], asked: tuple[datetime, datetime], quantity: int
) -> list[dict[str, str]]:
    """Return the free moments nearest to one that is taken, as the form takes them and in words."""
    starts, ends = asked
    busy = booking_week.busy(found, starts - slots.REACH, ends + slots.REACH)
    near = slots.nearest(lent, busy, asked, quantity, now=shell.current().when.now)
    return [
        {"starts": _local(one), "ends": _local(two), "text": booking_words.period(one, two)}
        for one, two in near
    ]


def _asked(
    given: MultiDict[str, str], found: dict[str, Any]
) -> tuple[datetime | None, datetime | None, int | None]:
    """Return the moment and the quantity that were typed, None for what cannot be read."""
    starts, ends = _moment(given.get("starts", "")), _moment(given.get("ends", ""))
    if starts is None or ends is None or ends <= starts:
        starts = ends = None
    return starts, ends, _whole(given.get("quantity", "1")) if found["kind"] == "stock" else 1


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    present = shell.current().when.now
    local = moment.replace(tzinfo=_zone())
    return local if abs(local.year - present.year) <= 2 else None


def _whole(text: str) -> int | None:
    clean = text.strip()
    return int(clean) if clean.isascii() and clean.isdigit() and 0 < int(clean[:6]) <= MOST else None


def _report(
    service: dict[str, Any],
    found: dict[str, Any],
    form: MultiDict[str, str],
    starts: datetime,
    ends: datetime,
    quantity: int,
) -> dict[str, Any]:
    body = answers.report_body(service, form, None)
    own = {"debut": starts.isoformat(), "fin": ends.isoformat(), "nombre": quantity}
    known = {question["code"] for question in service["questions"]}
    body["answers"] |= {name: value for name, value in own.items() if name in known}
    body["answers"] |= found["rules"].get("answers", {})
    return body


def _questions(service: dict[str, Any], found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the questions that neither the moment nor the thing chosen answers."""
    answered = {*OWN_QUESTIONS, *found["rules"].get("answers", {})}
    return [each for each in service["questions"] if each["code"] not in answered]


def _unreadable() -> inner.Answer:
    told = {
        "title": _("Il manque le moment ou la quantité"),
        "detail": _("Donnez un début, une fin qui vient après, et combien il en faut."),
    }
    return inner.Answer(status=422, body=told)


def _monday(given: MultiDict[str, str], starts: datetime | None) -> date:
    """Return the Monday of the week to show: the one asked for, else that of the moment chosen, else ours."""
    today = _today()
    try:
        day = date.fromisoformat(given.get("week", ""))
    except ValueError:
        day = starts.date() if starts else today
    day = min(max(day, today), today + AHEAD)
    return day - timedelta(days=day.weekday())


def _today() -> date:
    return shell.current().when.now.astimezone(_zone()).date()


def _zone() -> ZoneInfo:
    return ZoneInfo(shell.current().town.zone)


def _local(moment: datetime) -> str:
    return moment.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M")

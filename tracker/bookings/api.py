"""Bookings over HTTP: what there is, when it is free, taking it or waiting for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker.bookings import errors, queries, schemas, service
from tracker.bookings.models import Resource
from tracker.bookings.queries import Wish
from tracker.db import selected
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.places.service import Given
from tracker.reports import api as reports
from tracker.reports import errors as report_errors
from tracker.reports import present
from tracker.reports import service as intake
from tracker.reports.submission import Submission

blp = openapi.Blueprint(
    "bookings", __name__, url_prefix=openapi.PREFIX, description="Rooms, things and places on tours."
)
HELD_FOR = timedelta(minutes=10)
LONGEST_LOOK = timedelta(days=62)


@blp.route("/resources")
@blp.arguments(schemas.ResourceQuery, location="query")
@openapi.documented(200, schemas.ResourceList)
@openapi.problems(404, 422)
def list_resources(given: dict[str, Any]) -> Response:
    """List what can be booked."""
    with edge.transaction() as session:
        edge.require("booking.read")
        body = {"resources": [_resource(each) for each in queries.listed(session, given["service"])]}
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/resources/<code>/availability")
@blp.arguments(schemas.PeriodQuery, location="query")
@openapi.documented(200, schemas.AvailabilityTold)
@openapi.problems(404, 422)
def read_availability(given: dict[str, Any], code: str) -> Response:
    """Tell whether a resource is free during a period, what it would cost, and when it is taken."""
    with edge.transaction() as session:
        edge.require("booking.read")
        starts, ends = given["starts_at"], given["ends_at"]
        if not starts < ends <= starts + LONGEST_LOOK:
            raise errors.PeriodInvalid
        resource = queries.resource(session, code)
        wish = Wish(resource=resource, starts_at=starts, ends_at=ends, quantity=given["quantity"])
        free = len(queries.free_units(session, wish))
        body = {
            "is_free": free >= given["quantity"] and _can_be_asked(session, wish),
            "free_units": free,
            "price": queries.price(wish),
            "busy": [row._asdict() for row in queries.busy(session, resource, starts, ends)],
        }
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/bookings", methods=["POST"])
@blp.arguments(schemas.BookingGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.BookingTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def begin_booking(given: dict[str, Any]) -> Response:
    """Take something for ten minutes, or with `waitlist` a place in line when everything is taken.

    What was taken is confirmed, paid or sent for approval by moves of the case that is opened.
    """
    with edge.transaction() as session:
        edge.require("booking.begin")
        submission = reports.submission_of(given["report"], ())
        first = "join_waitlist" if given["waitlist"] else "begin"
        return idempotency.once(
            session, "bookings", lambda: _begun(session, replace(submission, first=first), given["slot"])
        )


def _begun(session: Session, submission: Submission, slot: dict[str, Any]) -> Kept:
    at = submission.received_at
    wish = _wish(session, slot)
    if wish.resource.service_code != submission.service_code:
        raise report_errors.ServiceUnknown(submission.service_code)
    queries.check_period(wish, now=at, zone=_zone(session))
    submission = _placed(submission, wish.resource)
    service.lock(session, wish.resource.id)
    waits = submission.first == "join_waitlist"
    is_free = len(queries.free_units(session, wish)) >= wish.quantity
    if is_free == waits:
        raise errors.SlotFree if waits else errors.SlotTaken
    receipt = intake.submit(session, submission)
    service.write(session, receipt.case.id, wish, holds=not waits, at=at)
    body = present.receipt(session, receipt, language.current(), is_staff=submission.is_staff) | {
        "advice": None,
        "held_until": None if waits else at + HELD_FOR,
        "rank": queries.rank(session, receipt.case.id) or None,
        "price": queries.price(wish),
    }
    headers = {"Content-Type": "application/json", "Location": body["tracking_url"]}
    return Kept(status=201, headers=headers, body=orjson.dumps(body))


def _placed(submission: Submission, resource: Resource) -> Submission:
    """Put a report that says no place where the resource is, when the town has said where."""
    at, given = resource.rules.get("at"), submission.given
    if at is None or given != Given():
        return submission
    return replace(submission, given=Given(lon=at["lon"], lat=at["lat"], method="asset"))


def _wish(session: Session, slot: dict[str, Any]) -> Wish:
    resource = queries.resource(session, slot["resource"])
    starts, ends = slot["starts_at"], slot["ends_at"]
    if resource.kind == "tour":
        starts, ends = queries.whole_day(_day(session, starts), _zone(session))
    if ends is None:
        raise errors.PeriodInvalid
    return Wish(
        resource=resource,
        starts_at=starts,
        ends_at=ends,
        quantity=slot["quantity"],
        people=slot["people"],
        alcohol=slot["alcohol"],
    )


def _can_be_asked(session: Session, wish: Wish) -> bool:
    try:
        queries.check_period(wish, now=edge.clock(), zone=_zone(session))
    except errors.BookingError:
        return False
    return True


def _day(session: Session, moment: datetime) -> Any:
    return moment.astimezone(_zone(session)).date()


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(selected(session).zone)


def _resource(given: Resource) -> dict[str, Any]:
    return {
        "code": given.code,
        "kind": given.kind,
        "service_code": given.service_code,
        "name": given.name_en if language.current() == "en" else given.name_fr,
        "units": given.units,
        "district": given.district_code,
        "rules": given.rules,
    }

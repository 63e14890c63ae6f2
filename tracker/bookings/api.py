"""Bookings over HTTP: what there is, when it is free, taking it or waiting for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from flask import Response
from sqlalchemy.orm import Session

from tracker.bookings import asking, errors, places, queries, schemas, service
from tracker.bookings.models import Resource
from tracker.bookings.queries import Wish
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.places.service import Given
from tracker.reports import api as reports
from tracker.reports import errors as report_errors
from tracker.reports import present
from tracker.reports import service as intake
from tracker.reports.submission import Submission

blp = openapi.Blueprint(
    "bookings", __name__, url_prefix=openapi.PREFIX, description="Rooms, things, places and seats."
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
        body = {"resources": asking.listed(session, queries.listed(session, given["service"]))}
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
        standing = queries.standing(session, wish)
        can_be_asked = asking.can_be_asked(session, wish, now=edge.clock())
        body = {
            "is_free": standing.free >= given["quantity"] and can_be_asked,
            "free_units": standing.free,
            "held_units": standing.held,
            "taken_units": standing.taken,
            "price": queries.price(wish),
            "busy": [row._asdict() for row in queries.busy(session, resource, starts, ends)],
        }
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/resources/<code>/seats")
@openapi.documented(200, schemas.SeatList)
@openapi.problems(404)
def list_seats(code: str) -> Response:
    """List the seats of a show from the stage: free, held in somebody's cart, or taken; never by whom."""
    with edge.transaction() as session:
        edge.require("booking.read")
        resource = queries.resource(session, code)
        taken = places.units_taken(session, [resource])[resource.id]
        body = {
            "hall": resource.hall_code,
            "seats": [
                {
                    "label": each.label,
                    "row": each.line,
                    "number": each.number,
                    "is_accessible": each.is_accessible,
                    "state": {None: "free", True: "held", False: "taken"}[taken.get(each.unit)],
                }
                for each in places.seats(session, resource)
            ],
        }
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/bookings/quote", methods=["POST"])
@blp.arguments(schemas.QuoteGiven)
@openapi.documented(200, schemas.QuoteTold)
@openapi.problems(400, 404, 415, 422)
def quote_booking(given: dict[str, Any]) -> Response:
    """Tell what something would cost this person before anything is taken, and what is nearest to it.

    An address the town knows makes a resident. Nothing of it is kept.
    """
    with edge.transaction() as session:
        edge.require("booking.read")
        asked = asking.asked(session, given, given["born_on"])
        body = asking.quote(session, asked, now=edge.clock())
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
    at, zone = submission.received_at, asking.zone_of(session)
    asked = asking.asked(session, slot)
    if asked.wish.resource.service_code != submission.service_code:
        raise report_errors.ServiceUnknown(submission.service_code)
    queries.check_period(asked.wish, now=at, zone=zone)
    asked, submission = asking.named(asked, _placed(submission, asked.wish.resource))
    wish, is_placed = asked.wish, places.is_placed(asked.wish.resource)
    if is_placed:
        places.check_open(wish, now=at, zone=zone)
    service.lock(session, wish.resource.id)
    waits = submission.first == "join_waitlist"
    if waits:  # any of its units will do
        asked = replace(asked, wish=replace(wish, units=()))
    if asking.is_free(session, asked) == waits:
        raise errors.SlotFree if waits else errors.SlotTaken(asking.near(session, asked, now=at))
    receipt = intake.submit(session, submission)
    if is_placed:
        places.check_person(session, wish.resource, asked.born_on, wish.participant, zone)
    service.write(session, receipt.case.id, asked.wish, holds=not waits, at=at)
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

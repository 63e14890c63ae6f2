"""Payments over HTTP: recorded by an agent, or told by a gateway's signed callback."""

from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from tracker.accounts.actor import SYSTEM
from tracker.cases import api as cases_api
from tracker.cases import history, moves, service
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.events import Fact
from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept
from tracker.payments import errors, queries, schemas
from tracker.payments import service as payments
from tracker.payments.service import Paid
from tracker.reports import errors as report_errors

blp = openapi.Blueprint("payments", __name__, url_prefix=openapi.PREFIX, description="What is owed and paid.")
ASKED = schemas.CallbackGiven()


@blp.route("/fee-estimates", methods=["POST"])
@blp.arguments(schemas.EstimateGiven)
@openapi.documented(200, schemas.EstimateTold)
@openapi.problems(400, 404, 415, 422)
def estimate_fee(given: dict[str, Any]) -> Response:
    """Estimate what a permit costs, before it is asked for."""
    with edge.transaction() as session:
        edge.require("service.list")
        if given["service_code"] not in catalogue.current(session).catalogue:
            raise report_errors.ServiceUnknown(given["service_code"])
        cents = queries.fee_cents(session, given["service_code"], given["answers"])
    return Response(orjson.dumps({"amount_cents": cents}), 200, content_type="application/json")


@blp.route("/cases/<number>/payments", methods=["POST"])
@blp.arguments(schemas.PaymentGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.MoneyTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def record_payment(given: dict[str, Any], number: str) -> Response:
    """Note a payment at the counter; once nothing is due, the case goes on by itself."""
    with edge.transaction() as session:
        who = edge.require("payment.record")
        cases_api.check_readable(session, number)
        paid = Paid(at=edge.clock(), actor=who.ref, **given)
        return idempotency.once(session, f"cases/{number}/payments", lambda: _recorded(session, number, paid))


@blp.route("/payments/callback", methods=["POST"])
@blp.doc(requestBody={"required": True, "content": {"application/json": {"schema": schemas.CallbackGiven}}})
@openapi.documented(200, schemas.MoneyTold)
@openapi.problems(400, 401, 404, 409, 422)
def payment_made() -> Response:
    """Hear from the payment gateway. The same message twice is one payment."""
    secret = edge.settings().payment_secret
    if not secret:
        raise errors.GatewayAbsent
    body = request.get_data()
    signed = {name: request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")}
    payments.check_signature(secret, signed, body, now=edge.clock())
    try:
        given = ASKED.load(orjson.loads(body))
    except (orjson.JSONDecodeError, ValueError):
        raise BadRequest from None
    assert isinstance(given, dict)
    with edge.transaction() as session:
        paid = Paid(
            amount_cents=given["amount_cents"],
            method="online",
            reference=given["reference"],
            at=edge.clock(),
            actor="system",
        )
        try:
            kept = _recorded(session, given["case_number"], paid)
        except errors.PaidAlready:
            kept = _told(session, service.lock(session, given["case_number"]))
        return idempotency.response_of(kept)


def _recorded(session: Session, number: str, paid: Paid) -> Kept:
    case = service.lock(session, number)
    payments.record(session, case.id, paid)
    payload = {"amount_cents": paid.amount_cents, "method": paid.method, "reference": paid.reference}
    history.append(session, case, Fact(kind="paid", actor=paid.actor, at=paid.at, payload=payload))
    onward = _onward(session, case) if queries.balance(session, case.id).due <= 0 else None
    if onward is not None:
        case = moves.make(session, number, Move(transition=onward, actor=SYSTEM, at=paid.at, inputs={}))
    return _told(session, case)


def _onward(session: Session, case: CaseRow) -> str | None:
    """Return the move that waited for the payment, by the case's own workflow."""
    machine = service.machine_of(session, case)
    waiting = (
        each.name
        for each in machine.allowed(case.status, SYSTEM.role)
        if {"paid"} <= {use.name for use in each.guards} <= {"paid", "slot_free"}
    )
    return next(waiting, None)


def _told(session: Session, case: CaseRow) -> Kept:
    balance = queries.balance(session, case.id)
    body = {
        "owed_cents": balance.owed,
        "paid_cents": balance.paid,
        "due_cents": balance.due,
        "status": case.status,
    }
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Kept(status=200, headers=headers, body=orjson.dumps(body))

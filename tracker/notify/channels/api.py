"""Push subscriptions, what the provider of text messages tells us, and the end of e-mails, over HTTP."""

from typing import Any

import orjson
from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.cases import tracking
from tracker.http import edge, language, openapi
from tracker.notify import keys, links, unsubscribing
from tracker.notify.channels import devices, errors, replies, schemas
from tracker.notify.channels.configuration import Twilio
from tracker.notify.channels.twilio import CALLBACK
from tracker.notify.edges import configuration, keyring
from tracker.notify.models import NoticeRow
from tracker.reports.models import ReportRow

blp = openapi.Blueprint(
    "channels", __name__, url_prefix=openapi.PREFIX, description="Where notices go, and what comes back."
)


@blp.route("/push/key")
@openapi.documented(200, schemas.PushKeyTold)
@openapi.problems(404)
def read_push_key() -> Response:
    """Read the key with which a browser subscribes to the town's notifications."""
    with edge.transaction() as session:
        public = keys.public(session)
        if public is None:
            raise errors.PushNotOffered
    return Response(orjson.dumps({"key": public}), 200, content_type="application/json")


@blp.route("/tracking/<number>/<secret>/push", methods=["POST"])
@blp.arguments(schemas.PushGiven)
@openapi.documented(204, None)
@openapi.problems(400, 404, 415, 422)
def subscribe_browser(given: dict[str, Any], number: str, secret: str) -> Response:
    """Notify a browser of what happens to a report. Asking twice is the same as once."""
    with edge.transaction() as session:
        edge.require("tracking.read")
        devices.subscribe(
            session,
            _person(session, number, secret),
            devices.Browser(endpoint=given["endpoint"], **given["keys"]),
            language.current(),
            edge.clock(),
            allows_loopback=configuration().allows_loopback,
        )
    return Response(status=204)


@blp.route("/tracking/<number>/<secret>/push", methods=["DELETE"])
@blp.arguments(schemas.PushEndpoint, location="query")
@openapi.documented(204, None)
@openapi.problems(404, 422)
def unsubscribe_browser(given: dict[str, Any], number: str, secret: str) -> Response:
    """Leave a browser alone."""
    with edge.transaction() as session:
        edge.require("tracking.read")
        devices.unsubscribe(session, _person(session, number, secret), given["endpoint"])
    return Response(status=204)


@blp.route("/sms/status/<token>", methods=["POST"])
@openapi.documented(204, None)
@openapi.problems(403, 404)
def tell_sms_status(token: str) -> Response:
    """Tell what became of a text message (the provider's status callback, signed)."""
    with edge.transaction() as session:
        form = _signed_form()
        delivery_id = keyring().read(CALLBACK, token)
        if delivery_id is None:
            raise errors.LinkInvalid
        replies.status_told(session, delivery_id, form, edge.clock())
    return Response(status=204)


@blp.route("/sms/inbound", methods=["POST"])
@openapi.documented(204, None)
@openapi.problems(403, 404)
def receive_sms() -> Response:
    """Take in what somebody texted (the provider's inbound webhook, signed): ARRET, START, or words."""
    with edge.transaction() as session:
        replies.answered(session, _signed_form(), edge.clock())
    return Response(status=204)


@blp.route("/unsubscriptions/<token>")
@openapi.documented(200, schemas.Unsubscribed)
@openapi.problems(404)
def read_unsubscription(token: str) -> Response:
    """Read what a link at the foot of an e-mail would end. Nothing is changed."""
    with edge.transaction() as session:
        notice = unsubscribing.notice_of(session, keyring(), token)
        return _unsubscribed(session, notice)


@blp.route("/unsubscriptions/<token>", methods=["POST"])
@openapi.documented(200, schemas.Unsubscribed)
@openapi.problems(404)
def unsubscribe(token: str) -> Response:
    """End the e-mails that a link stands for (RFC 8058). Asking twice is the same as once."""
    with edge.transaction() as session:
        notice = unsubscribing.unsubscribe(session, keyring(), token, edge.clock())
        return _unsubscribed(session, notice)


def _unsubscribed(session: Session, notice: NoticeRow) -> Response:
    told = {"subject": notice.subject, "person": links.person_token(session, notice.person)}
    return Response(orjson.dumps(told), 200, content_type="application/json")


def _person(session: Session, number: str, secret: str) -> str:
    found = tracking.find(session, number, secret).report.number
    return f"report:{session.scalar(select(ReportRow.id).where(ReportRow.number == found))}"


def _signed_form() -> dict[str, str]:
    """Return the form of a request that the provider signed. Raises SignatureInvalid."""
    known = configuration()
    form = {name: value.replace("\x00", "") for name, value in request.form.items()}
    given = request.headers.get("X-Twilio-Signature", "")
    query = f"?{request.query_string.decode(errors='replace')}" if request.query_string else ""
    url = f"{known.public_url}{request.path}{query}"
    if not isinstance(known.sms, Twilio) or not replies.is_signed(known.sms.token, url, form, given):
        raise errors.SignatureInvalid
    return form

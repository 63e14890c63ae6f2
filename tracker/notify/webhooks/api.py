"""Webhooks over HTTP: adding, listing, removing, enabling, telling again."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response

from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept
from tracker.notify.channels.models import WebhookEndpoint
from tracker.notify.edges import configuration, keyring
from tracker.notify.webhooks import schemas, service

blp = openapi.Blueprint(
    "webhooks", __name__, url_prefix=openapi.PREFIX, description="Programs that hear of events."
)


@blp.route("/webhooks")
@openapi.documented(200, schemas.WebhookList)
@openapi.problems(401, 403, 404)
def list_webhooks() -> Response:
    """List the webhooks, the oldest first."""
    with edge.transaction() as session:
        edge.require("webhook.manage")
        body = {"webhooks": [_told(each) for each in service.listing(session)]}
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/webhooks", methods=["POST"])
@blp.arguments(schemas.WebhookGiven)
@openapi.documented(201, schemas.WebhookMade)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def add_webhook(given: dict[str, Any]) -> Response:
    """Add a webhook. Its secret (Standard Webhooks, HMAC-SHA256) is in this answer only.

    Takes no Idempotency-Key: an answer that holds a secret is not kept.
    """
    with edge.transaction() as session:
        edge.require("webhook.manage")
        wanted = service.Wanted(url=given["url"], label=given["label"], kinds=tuple(given["kinds"]))
        endpoint, secret = service.add(
            session, wanted, keyring(), edge.clock(), allows_loopback=configuration().allows_loopback
        )
        body = orjson.dumps(_told(endpoint) | {"secret": secret})
    headers = {"Cache-Control": "no-store"}
    return Response(body, 201, headers, content_type="application/json")


@blp.route("/webhooks/<uuid:webhook_id>", methods=["DELETE"])
@openapi.documented(204, None)
@openapi.problems(401, 403, 404)
def remove_webhook(webhook_id: UUID) -> Response:
    """Remove a webhook; what waited for it is dropped."""
    with edge.transaction() as session:
        edge.require("webhook.manage")
        service.remove(session, webhook_id)
    return Response(status=204)


@blp.route("/webhooks/<uuid:webhook_id>/enable", methods=["POST"])
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.WebhookTold)
@openapi.problems(400, 401, 403, 404, 409, 422)
def enable_webhook(webhook_id: UUID) -> Response:
    """Send to a disabled webhook again, from now on."""
    with edge.transaction() as session:
        edge.require("webhook.manage")
        return idempotency.once(
            session,
            f"webhooks/{webhook_id}/enable",
            lambda: _kept(_told(service.enable(session, webhook_id))),
        )


@blp.route("/webhooks/<uuid:webhook_id>/replay", methods=["POST"])
@blp.arguments(schemas.ReplayGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.ReplayTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def replay_webhook(given: dict[str, Any], webhook_id: UUID) -> Response:
    """Tell a webhook again what it missed since an instant, in order."""
    with edge.transaction() as session:
        edge.require("webhook.manage")

        def replayed() -> Kept:
            return _kept(
                {
                    "queued": service.replay(
                        session, webhook_id, given["since"], edge.clock(), everything=given["everything"]
                    )
                }
            )

        return idempotency.once(session, f"webhooks/{webhook_id}/replay", replayed)


def _kept(body: dict[str, Any]) -> Kept:
    return Kept(status=200, headers={"Content-Type": "application/json"}, body=orjson.dumps(body))


def _told(row: WebhookEndpoint) -> dict[str, Any]:
    names = ("id", "url", "label", "kinds", "enabled", "created_at", "failing_since", "disabled_at", "reason")
    return {name: getattr(row, name) for name in names}

"""Being told without an account: subscribing by e-mail, one's own signed page, leaving in one click."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from tracker.cases import tracking
from tracker.http import edge, idempotency, openapi
from tracker.notify import inbox, links, preferences, present, schemas, subscribing
from tracker.notify.api import answered, kept
from tracker.notify.subscribing import Wish

blp = openapi.Blueprint(
    "people", __name__, url_prefix=openapi.PREFIX, description="Being told, without an account."
)
SHOWN = 20


@blp.route("/subscriptions", methods=["POST"])
@blp.arguments(schemas.SubscriptionGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(202, schemas.Asked)
@openapi.problems(400, 404, 409, 415, 422)
def subscribe(given: dict[str, Any]) -> Response:
    """Ask to hear about a case, a street, a place and around it, a district or a service.

    A letter goes to the address; nothing else does before its link is used. The answer is the same whether
    or not the address is known here.
    """
    email, spoken = given.pop("email"), given.pop("language")
    with edge.transaction() as session:

        def ask() -> Any:
            subscribing.ask(session, email, Wish(**given), language=spoken, now=edge.clock())
            return kept({"status": "confirm"}, status=202)

        return idempotency.once(session, "subscriptions", ask)


@blp.route("/people/<token>")
@openapi.documented(200, schemas.PersonTold)
@openapi.problems(404)
def read_person(token: str) -> Response:
    """Read what the holder of a signed link was told, follows and chose."""
    with edge.transaction() as session:
        person = links.person_of(session, token)
        return answered(present.person(session, person, edge.clock()))


@blp.route("/people/<token>/preferences", methods=["PUT"])
@blp.arguments(schemas.PreferencesGiven)
@openapi.documented(200, schemas.PreferencesTold)
@openapi.problems(400, 404, 415, 422)
def choose_person_preferences(given: dict[str, Any], token: str) -> Response:
    """Choose how the holder of a signed link is told."""
    with edge.transaction() as session:
        person = links.person_of(session, token)
        preferences.keep(session, person, present.choice_of(given), edge.clock())
        return answered(present.chosen(session, person, edge.clock()))


@blp.route("/people/<token>/read", methods=["POST"])
@blp.arguments(schemas.ReadGiven)
@openapi.documented(204, None)
@openapi.problems(400, 404, 415, 422)
def mark_person_read(given: dict[str, Any], token: str) -> Response:
    """Note that the holder of a signed link read notices, all of them when none is named."""
    with edge.transaction() as session:
        inbox.mark_read(session, links.person_of(session, token), given["ids"], edge.clock())
    return Response(status=204)


@blp.route("/people/<token>/subscriptions/<uuid:subscription_id>/confirm", methods=["POST"])
@openapi.documented(200, schemas.PersonTold)
@openapi.problems(404)
def confirm_subscription(token: str, subscription_id: UUID) -> Response:
    """Confirm a wish, and with it the address that the link was sent to."""
    with edge.transaction() as session:
        person = links.person_of(session, token)
        subscribing.confirm(session, person, subscription_id, edge.clock())
        return answered(present.person(session, person, edge.clock()))


@blp.route("/people/<token>/subscriptions/<uuid:subscription_id>", methods=["PUT"])
@blp.arguments(schemas.SubscriptionChange)
@openapi.documented(200, schemas.PersonTold)
@openapi.problems(400, 404, 415, 422)
def change_subscription(given: dict[str, Any], token: str, subscription_id: UUID) -> Response:
    """Choose whether the news of one wish come as they happen or once a day."""
    with edge.transaction() as session:
        person = links.person_of(session, token)
        subscribing.change(session, person, subscription_id, digest=given["digest"])
        return answered(present.person(session, person, edge.clock()))


@blp.route("/people/<token>/subscriptions/<uuid:subscription_id>", methods=["DELETE"])
@openapi.documented(204, None)
@openapi.problems(404)
def end_subscription(token: str, subscription_id: UUID) -> Response:
    """End one wish; one that has ended stays so."""
    with edge.transaction() as session:
        subscribing.end(session, links.person_of(session, token), subscription_id, edge.clock())
    return Response(status=204)


@blp.route("/tracking/<number>/<secret>/notices")
@openapi.documented(200, schemas.OwnNotices)
@openapi.problems(404)
def read_own_notices(number: str, secret: str) -> Response:
    """Read what the person who sent a report was told, and where they choose how."""
    with edge.transaction() as session:
        report = tracking.find(session, number, secret).report
        return answered(_own(session, f"report:{report.id}"))


def _own(session: Session, person: str) -> dict[str, Any]:
    chosen = present.chosen(session, person, edge.clock())
    addresses = {name: each for name, each in chosen["addresses"].items() if each}
    return {
        **present.notices(session, person, limit=SHOWN),
        "person": links.person_token(session, person),
        "told_by": addresses,
        "is_muted": chosen["is_muted"],
    }

"""What an enquiry of the clerk's leans on: requests, with their photos, noted beside a claim."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from tracker.accounts.actor import Actor
from tracker.cases import api, families, history, marks, queries, schemas, service
from tracker.cases import errors as case_errors
from tracker.events import Fact
from tracker.http import edge, idempotency, openapi
from tracker.http.idempotency import Kept

blp = openapi.Blueprint("related", __name__, url_prefix=openapi.PREFIX, description="Cases about cases.")


class RelatedGiven(Schema):
    """The case to lean on."""

    case_number = fields.String(required=True, validate=validate.Length(1, 60))


@blp.route("/cases/<number>/related", methods=["POST"])
@blp.arguments(RelatedGiven)
@blp.doc(parameters=[openapi.IF_MATCH, openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.CaseFull)
@openapi.problems(400, 401, 403, 404, 409, 412, 415, 422, 428)
def relate(given: dict[str, Any], number: str) -> Response:
    """Add a request as evidence to a file of the clerk's. The request itself says nothing of it."""
    with edge.transaction() as session:
        who = edge.require("case.relate")
        expected = api.expected_versions()
        return idempotency.once(
            session,
            f"cases/{number}/related",
            lambda: _related(session, number, given["case_number"], who, expected),
        )


def _related(
    session: Session, number: str, other_number: str, who: Actor, expected: frozenset[int] | None
) -> Kept:
    api.check_readable(session, number)
    case = service.lock(session, number, expected=expected)
    if case.workflow not in families.current(session).sealed:
        raise case_errors.OtherService
    other = queries.case(session, other_number)
    if other.id == case.id:
        raise case_errors.SameCase
    at = edge.clock()
    marks.say_about(session, case.id, other.id, "evidence", at=at, actor=who.ref)
    history.append(session, case, Fact(kind="related", actor=who.ref, at=at, payload={"to": other.number}))
    session.flush()
    return api.kept(session, case.number)

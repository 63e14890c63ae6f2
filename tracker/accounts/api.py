"""Sessions and tokens over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from tracker.accounts import schemas, tokens
from tracker.accounts.models import ApiToken
from tracker.http import edge, openapi, sessions

blp = openapi.Blueprint("accounts", __name__, url_prefix=openapi.PREFIX, description="Sessions, tokens.")


@blp.route("/session", methods=["POST"])
@blp.arguments(schemas.SignIn)
@openapi.documented(201, schemas.Session)
@openapi.problems(400, 401, 403, 404, 415, 422, 429)
def sign_in(given: dict[str, str]) -> Response:
    """Sign in.

    Begins a session of 12 hours; its cookie is not readable by scripts.
    """
    made = sessions.sign_in(given["email"], given["password"])
    response = jsonify(name=made.name, role=made.role or "citizen", crew=made.crew_code, csrf=made.csrf)
    response.status_code = 201
    return sessions.begin(response, made)


@blp.route("/session")
@openapi.documented(200, schemas.Session)
@openapi.problems(401, 404)
def read_session() -> Response:
    """Tell who is signed in."""
    with edge.accounts_transaction():
        who = edge.actor()
    response = jsonify(name=who.name, role=who.role, crew=who.crew_code, csrf=edge.csrf_token())
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/session", methods=["DELETE"])
@openapi.documented(204, None)
@openapi.problems(401, 403, 404)
def sign_out() -> Response:
    """Sign out."""
    return sessions.sign_out(Response(status=204))


@blp.route("/tokens", methods=["POST"])
@blp.arguments(schemas.TokenWanted)
@openapi.documented(201, schemas.TokenMade)
@openapi.problems(400, 401, 403, 404, 415, 422)
def create_token(given: dict[str, Any]) -> Response:
    """Make a token for a program.

    Its secret is in this answer only.
    """
    wanted = tokens.Wanted(crew_code=given.pop("crew"), **given)
    with edge.accounts_transaction() as session:
        who = edge.require("token.manage")
        code = edge.jurisdiction()
        token, secret = tokens.create(session, wanted, jurisdiction=code, by=who, at=edge.clock())
    response = jsonify(_shown(token) | {"secret": secret})
    response.status_code = 201
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/tokens")
@openapi.documented(200, schemas.TokenList)
@openapi.problems(401, 403, 404)
def list_tokens() -> Response:
    """List the jurisdiction's tokens, without their secrets."""
    with edge.accounts_transaction() as session:
        edge.require("token.manage")
        found = tokens.listing(session, edge.jurisdiction())
    return jsonify(tokens=[_shown(token) for token in found])


@blp.route("/tokens/<uuid:token_id>", methods=["DELETE"])
@openapi.documented(204, None)
@openapi.problems(401, 403, 404)
def revoke_token(token_id: UUID) -> Response:
    """Revoke a token: it opens nothing any more."""
    with edge.accounts_transaction() as session:
        edge.require("token.manage")
        tokens.revoke(session, token_id, jurisdiction=edge.jurisdiction(), at=edge.clock())
    return Response(status=204)


def _shown(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "role": token.role,
        "crew": token.crew_code,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }

"""Keys for programs: made once, shown once, ended at once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.support import towns
from tracker import db, ids
from tracker.accounts import errors, tokens
from tracker.accounts.actor import SYSTEM

TOKENS = "/api/v1/tokens"


@pytest.fixture
def admin(place, clock) -> dict[str, str]:
    return bearer(towns.token_for(place, "aube", "admin", at=clock()))


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_is_made_used_listed_and_revoked(client, admin):
    made = client.post(TOKENS, json={"label": "capteurs", "role": "agent", "days": 30}, headers=admin)
    assert made.status_code == 201
    assert made.json["expires_at"] == "2026-06-03T13:00:00Z"
    secret = made.json["secret"]
    told = client.get("/api/v1/session", headers=bearer(secret)).json
    assert (told["role"], told["name"]) == ("agent", "capteurs")
    listed = client.get(TOKENS, headers=admin)
    assert made.json["id"] in {each["id"] for each in listed.json["tokens"]}
    assert secret not in listed.text
    assert client.delete(f"{TOKENS}/{made.json['id']}", headers=admin).status_code == 204
    refused = client.get("/api/v1/session", headers=bearer(secret))
    assert (refused.status_code, refused.json["type"]) == (401, "/problems/token-unknown")
    assert made.json["id"] not in {each["id"] for each in client.get(TOKENS, headers=admin).json["tokens"]}


def test_an_expired_token_is_told_as_such(client, place, clock):
    headers = bearer(towns.token_for(place, "aube", "agent", at=clock()))
    clock.advance(days=89, hours=23)
    assert client.get("/api/v1/session", headers=headers).status_code == 200
    clock.advance(hours=1)
    answer = client.get("/api/v1/session", headers={**headers, "Accept-Language": "en"})
    assert (answer.status_code, answer.json["type"]) == (401, "/problems/token-expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["title"] == "Expired token"


@pytest.mark.parametrize("secret", ["", "x", "vigie_unknown", "vigie_" + "a" * 5000, "é"])
def test_a_token_that_nobody_gave_is_refused_rather_than_ignored(client, secret):
    answer = client.get(
        "/api/v1/services", headers={"Authorization": f"bearer {secret}".encode().decode("latin-1")}
    )
    assert (answer.status_code, answer.json["type"]) == (401, "/problems/token-unknown")


def test_a_token_opens_one_town_only(client, admin):
    assert client.get(f"/j/brume{TOKENS}", headers=admin).status_code == 401
    other = client.get(f"{TOKENS}?jurisdiction_id=brume", headers=admin)
    assert other.json["type"] == "/problems/token-unknown"


def test_another_towns_token_cannot_be_revoked(client, place, clock, admin):
    with db.transaction(place.app) as session:
        wanted = tokens.Wanted(label="x", role="agent")
        theirs, _ = tokens.create(session, wanted, jurisdiction="brume", by=SYSTEM, at=clock())
        theirs_id = theirs.id
    for token_id in (theirs_id, uuid4()):
        answer = client.delete(f"{TOKENS}/{token_id}", headers=admin)
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/token-not-found")


def test_the_database_keeps_a_digest_and_never_the_secret(place, clock):
    secret = towns.token_for(place, "aube", "agent", at=clock())
    with place.owner.begin() as connection:
        whole = connection.execute(
            text("SELECT x::text FROM vigie.api_token x WHERE token_hash = :hash"),
            {"hash": ids.fingerprint(secret)},
        ).scalar_one()
    assert secret.removeprefix(tokens.PREFIX) not in whole


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (tokens.Wanted(label="x", role="citizen"), errors.RoleUnknown),
        (tokens.Wanted(label="x", role="king"), errors.RoleUnknown),
        (tokens.Wanted(label="x", role="crew"), errors.CrewMissing),
        (tokens.Wanted(label="x", role="agent", days=0), errors.LifetimeInvalid),
        (tokens.Wanted(label="x", role="agent", days=367), errors.LifetimeInvalid),
    ],
)
def test_a_token_that_cannot_be_is_not_made(place, clock, wanted, error):
    with db.transaction(place.app) as session, pytest.raises(error):
        tokens.create(session, wanted, jurisdiction="aube", by=SYSTEM, at=clock())


def test_a_crews_token_without_its_crew_is_told_where(client, admin):
    answer = client.post(TOKENS, json={"label": "x", "role": "crew"}, headers=admin)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/crew")


@pytest.mark.parametrize("method", ["get", "post"])
def test_tokens_are_the_administrators_business(client, place, clock, method):
    headers = bearer(towns.token_for(place, "aube", "supervisor", at=clock()))
    body = {"label": "x", "role": "agent"} if method == "post" else None
    assert getattr(client, method)(TOKENS, json=body).status_code == 401
    refused = getattr(client, method)(TOKENS, json=body, headers=headers)
    assert (refused.status_code, refused.json["operation"]) == (403, "token.manage")

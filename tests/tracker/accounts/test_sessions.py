"""Signing in, staying in, being shown out."""

from __future__ import annotations

import time
from itertools import count

import pytest
from sqlalchemy import text

from tests.support import towns
from tests.support.towns import PASSWORD
from tracker import db, ids
from tracker.accounts import attempts, errors, passwords, service

SESSION = "/api/v1/session"
_NUMBER = count()


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet(app) -> None:
    app.extensions["vigie"].attempts.clear()


@pytest.fixture
def email(place) -> str:
    return towns.hire(place, "aube", "dispatcher", email=f"d{next(_NUMBER)}@aube.test")


def sign_in(client, email, password=PASSWORD, **headers):
    return client.post(SESSION, json={"email": email, "password": password}, headers=headers)


def test_signing_in_tells_who_one_is_and_signing_out_ends_it(client, email):
    told = sign_in(client, f"  {email.upper()} ")
    assert told.status_code == 201
    assert told.json["role"] == "dispatcher"
    assert client.get(SESSION).json == told.json
    kept = client.get_cookie("vigie").value
    out = client.delete(SESSION, headers={"X-CSRF-Token": told.json["csrf"]})
    assert out.status_code == 204
    assert client.get_cookie("vigie") is None
    client.set_cookie("vigie", kept)
    assert client.get(SESSION).json["role"] == "citizen"


def test_the_cookie_is_kept_from_scripts_and_other_sites(client, email, place, clock):
    cookie = sign_in(client, email).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    safe = towns.application(place, clock, default_jurisdiction="aube", is_secure=True)
    cookie = sign_in(safe.test_client(), email).headers["Set-Cookie"]
    assert cookie.startswith("__Host-vigie=")
    assert {"Secure", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_database_keeps_a_digest_and_never_the_secret(client, email, place):
    sign_in(client, email)
    secret = client.get_cookie("vigie").value
    with place.owner.begin() as connection:
        found = connection.execute(
            text("SELECT token_hash, x::text AS whole FROM vigie.staff_session x WHERE token_hash = :hash"),
            {"hash": ids.fingerprint(secret)},
        ).one()
        passwords_kept = connection.execute(text("SELECT password_hash FROM vigie.staff")).scalars().all()
    assert secret not in found.whole
    assert all(kept.startswith("$argon2id$") for kept in passwords_kept)


def test_a_new_sign_in_gives_a_new_secret_and_ends_the_one_before(client, email):
    first = sign_in(client, email)
    old = client.get_cookie("vigie").value
    second = sign_in(client, email)
    new = client.get_cookie("vigie").value
    assert old != new
    assert first.json["csrf"] != second.json["csrf"]
    client.set_cookie("vigie", old)
    assert client.get(SESSION).json["role"] == "citizen"


def test_a_planted_cookie_is_not_adopted(client, email):
    client.set_cookie("vigie", "planted-by-somebody")
    sign_in(client, email)
    assert client.get_cookie("vigie").value != "planted-by-somebody"


def test_a_session_ends_after_twelve_hours(client, email, clock):
    sign_in(client, email)
    clock.advance(hours=11, minutes=59)
    assert client.get(SESSION).json["role"] == "dispatcher"
    clock.advance(minutes=1)
    assert client.get(SESSION).json["role"] == "citizen"


def test_a_closed_account_is_out_at_once_and_stays_out(client, email, place, clock):
    sign_in(client, email)
    with db.transaction(place.app) as session:
        service.disable(session, email, at=clock())
    assert client.get(SESSION).json["role"] == "citizen"
    assert sign_in(client, email).status_code == 401


def test_an_account_closed_behind_our_back_is_out_too(client, email, place):
    sign_in(client, email)
    with place.owner.begin() as connection:
        connection.execute(text("UPDATE vigie.staff SET disabled_at = now() WHERE email = :e"), {"e": email})
    assert client.get(SESSION).json["role"] == "citizen"


def test_a_changed_password_ends_every_session(client, email, place):
    sign_in(client, email)
    with db.transaction(place.app) as session:
        service.set_password(session, email, "another long password")
    assert client.get(SESSION).json["role"] == "citizen"
    assert sign_in(client, email).status_code == 401
    assert sign_in(client, email, "another long password").status_code == 201


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client, email):
    answers = [sign_in(client, email, "not the password"), sign_in(client, "nobody@aube.test")]
    told = [{**answer.json, "request_id": ""} for answer in answers]
    assert told[0] == told[1]
    assert told[0]["type"] == "/problems/sign-in-refused"
    assert all("Set-Cookie" not in answer.headers for answer in answers)


def test_an_account_that_is_not_there_takes_as_long_to_refuse():
    kept = passwords.hashed(PASSWORD)
    passwords.matches(None, PASSWORD)

    def took(hash_kept):
        began = time.process_time()
        assert not passwords.matches(hash_kept, "wrong password")
        return time.process_time() - began

    there, absent = (min(took(each) for _ in range(3)) for each in (kept, None))
    assert 0.5 < absent / there < 2


def test_guessing_is_slowed_down_for_the_account_and_told_when_to_come_back(client, email):
    for _ in range(attempts.BURST):
        assert sign_in(client, email, "a wrong password").status_code == 401
    answer = sign_in(client, email)
    assert answer.status_code == 429
    assert answer.json["type"] == "/problems/too-many-attempts"
    assert 0 < int(answer.headers["Retry-After"]) <= attempts.REFILL_S


def test_attempts_come_back_with_time_and_success():
    seconds = [0.0]
    bucket = attempts.Attempts(now=lambda: seconds[0])
    for _ in range(attempts.BURST):
        bucket.spend("somebody")
    with pytest.raises(errors.TooManyAttempts):
        bucket.spend("somebody")
    bucket.spend("somebody else")
    seconds[0] += attempts.REFILL_S
    bucket.spend("somebody")
    with pytest.raises(errors.TooManyAttempts):
        bucket.spend("somebody")
    bucket.forget("somebody")
    bucket.spend("somebody")


def test_a_change_under_a_cookie_needs_its_proof(client, place):
    email = towns.hire(place, "aube", "admin", email=f"a{next(_NUMBER)}@aube.test")
    csrf = sign_in(client, email).json["csrf"]
    wanted = {"label": "x", "role": "agent"}

    def ask(**headers):
        return client.post("/api/v1/tokens", json=wanted, headers=headers)

    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": "é"}):
        answer = ask(**headers)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/forgery-suspected")
    proof = {"X-CSRF-Token": csrf}
    for foreign in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert ask(**proof, **foreign).status_code == 403
    for ours in ({}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}):
        assert ask(**proof, **ours).status_code == 201


def test_another_site_cannot_sign_a_browser_in(client, email):
    assert sign_in(client, email, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_staff_of_one_town_is_a_citizen_in_the_next(client, email):
    assert sign_in(client, email).json["role"] == "dispatcher"
    assert client.get("/j/brume/api/v1/session").json["role"] == "citizen"
    assert client.get("/j/aube/api/v1/session").json["role"] == "dispatcher"


def test_nobody_signed_in_is_a_citizen(client):
    assert client.get(SESSION).json == {"name": "", "role": "citizen", "crew": None, "csrf": ""}


def test_accounts_refuse_what_cannot_be(place):
    with db.transaction(place.app) as session:
        person = service.Person(email="x@aube.test", name="X", password="short")
        with pytest.raises(errors.PasswordTooShort):
            service.create_staff(session, person)
        staff_id = service.create_staff(
            session, service.Person(email="X@aube.test", name="X", password=PASSWORD)
        )
        with pytest.raises(errors.EmailTaken):
            service.create_staff(session, service.Person(email="x@AUBE.test", name="Y", password=PASSWORD))
        for role in ("citizen", "system", "partner", "king"):
            with pytest.raises(errors.RoleUnknown):
                service.grant_role(session, staff_id, jurisdiction="aube", role=role)
        with pytest.raises(errors.CrewMissing):
            service.grant_role(session, staff_id, jurisdiction="aube", role="crew")
        with pytest.raises(errors.StaffUnknown):
            service.set_password(session, "nobody@aube.test", PASSWORD)


def test_a_role_granted_again_replaces_the_one_before(place, client):
    email = towns.hire(place, "aube", "agent", email=f"r{next(_NUMBER)}@aube.test")
    with db.transaction(place.app) as session:
        staff = service.find_staff(session, email)
        service.grant_role(session, staff.id, jurisdiction="aube", role="crew", crew_code="E2")
    told = sign_in(client, email).json
    assert (told["role"], told["crew"]) == ("crew", "E2")

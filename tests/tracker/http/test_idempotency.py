"""A write happens once, whatever the network does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from itertools import count
from threading import Barrier, Event

import pytest
from flask import Flask, request
from sqlalchemy import text

from tests.support import towns
from tests.support.towns import FakeClock, Place
from tracker import db
from tracker.http import edge, idempotency
from tracker.http.idempotency import Kept

WRITE = text(
    "INSERT INTO refusal (id, at, reason, service_code) VALUES (gen_random_uuid(), now(), :why, 'y')"
)
COUNT = text("SELECT count(*) FROM j_aube.refusal WHERE reason = :why")
_NUMBER = count()


@pytest.fixture
def why() -> str:
    return f"key {next(_NUMBER)}"


class Gate:
    """Where a write waits, inside its transaction, while the gate is closed."""

    def __init__(self) -> None:
        self.entered, self.opened = Event(), Event()
        self.opened.set()

    def pass_through(self) -> None:
        self.entered.set()
        assert self.opened.wait(20)


@pytest.fixture(scope="module")
def door() -> Gate:
    return Gate()


@pytest.fixture
def gate(door: Gate) -> Gate:
    door.entered.clear()
    return door


@pytest.fixture(scope="module")
def app(place: Place, watch: FakeClock, door: Gate) -> Flask:
    app = towns.application(place, watch)

    @app.post("/write")
    def write():
        with edge.transaction() as session:

            def produce():
                session.execute(WRITE, {"why": request.args["why"]})
                door.pass_through()
                if "fail" in request.args:
                    raise RuntimeError("after writing")
                body = f'{{"number":{next(_NUMBER)}}}'.encode()
                return Kept(
                    status=201, headers={"Content-Type": "application/json", "X-Mine": "é"}, body=body
                )

            return idempotency.once(session, "write", produce)

    return app


def written(place: Place, why: str) -> int:
    with place.owner.begin() as connection:
        return int(connection.execute(COUNT, {"why": why}).scalar_one())


def write(client, why, key=None, body=b"{}", **more):
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post("/write", query_string={"why": why, **more}, data=body, headers=headers)


def test_without_a_key_every_write_counts(client, place, why):
    write(client, why)
    write(client, why)
    assert written(place, why) == 2


def test_a_repetition_gets_the_same_bytes_and_writes_nothing(client, place, why):
    first, again = write(client, why, "k1"), write(client, why, "k1")
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers["X-Mine"] == "é"
    assert again.headers["Content-Type"] == "application/json"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert written(place, why) == 1


def test_the_same_key_with_another_body_is_refused(client, place, why):
    write(client, why, "k2")
    answer = write(client, why, "k2", b'{"more": 1}')
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/idempotency-key-reused")
    assert written(place, why) == 1


def test_a_write_that_failed_leaves_its_key_free(client, place, why):
    assert write(client, why, "k3", fail=1).status_code == 500
    assert write(client, why, "k3").status_code == 201
    assert written(place, why) == 1


def test_twenty_at_once_write_one_and_answer_alike(app, place, why):
    start = Barrier(20)

    def one(_):
        start.wait()
        return write(app.test_client(), why, "k4")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 19
    assert written(place, why) == 1


def test_a_repetition_that_waits_too_long_is_told_to_come_back(app, place, why, gate):
    gate.opened.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(write, app.test_client(), why, "k5")
        assert gate.entered.wait(20)
        with pytest.raises(idempotency.RequestInFlight):
            _begin_impatiently(place, "k5")
        gate.opened.set()
        assert first.result().status_code == 201


def _begin_impatiently(place: Place, key: str) -> None:
    with db.transaction(place.app, "aube") as session:
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        fingerprint, at = sha256(b"{}").digest(), towns.FakeClock()()
        claim = idempotency.begin(session, scope="write:citizen", key=key, fingerprint=fingerprint, at=at)
        idempotency.work(session, claim, lambda: idempotency.Kept(status=200, headers={}, body=b""))


def test_a_claim_that_nobody_answered_is_not_replayed(client, place, why):
    with db.transaction(place.app, "aube") as session:
        fingerprint, at = sha256(b"{}").digest(), towns.FakeClock()()
        idempotency.begin(session, scope="write:citizen", key="k7", fingerprint=fingerprint, at=at)
    answer = write(client, why, "k7")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/request-in-flight")
    assert answer.headers["Retry-After"] == "1"


def test_accounts_do_not_share_their_keys(client, place, why, clock):
    write(client, why, "k6")
    secret = towns.token_for(place, "aube", "agent", at=clock())
    headers = {"Idempotency-Key": "k6", "Authorization": f"Bearer {secret}"}
    answer = client.post("/write", query_string={"why": why}, data=b"{}", headers=headers)
    assert "Idempotent-Replayed" not in answer.headers
    assert written(place, why) == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
def test_a_key_that_is_none_is_told(client, place, why, key):
    answer = write(client, why, key)
    assert (answer.status_code, answer.json["type"]) == (400, "/problems/idempotency-key-invalid")
    assert written(place, why) == 0


def test_a_form_is_recognised_whatever_separates_its_parts(app):
    def print_of(boundary, note="a", photo=b"pixels"):
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="report"\r\n\r\n{note}\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="photos"; filename="p.jpg"\r\n'.encode(),
            b"Content-Type: image/jpeg\r\n\r\n" + photo + f"\r\n--{boundary}--\r\n".encode(),
        ]
        content_type = f"multipart/form-data; boundary={boundary}"
        with app.test_request_context(
            "/write", method="POST", data=b"".join(parts), content_type=content_type
        ):
            found = idempotency.fingerprint_of_request()
            assert request.files["photos"].read() == photo
        return found

    assert print_of("one") == print_of("two")
    assert print_of("one") != print_of("one", note="b")
    assert print_of("one") != print_of("one", photo=b"other")


def test_keys_are_forgotten_after_thirty_days(place):
    at = towns.FakeClock()()
    with db.transaction(place.app, "aube") as session:
        for key, age in (("old", 31), ("young", 29)):
            moment = at - timedelta(days=age)
            idempotency.begin(session, scope="purge", key=key, fingerprint=b"x", at=moment)
        assert idempotency.purge(session, at=at) >= 1
        found = session.execute(text("SELECT key FROM idempotency_key WHERE scope = 'purge'")).scalars().all()
    assert found == ["young"]

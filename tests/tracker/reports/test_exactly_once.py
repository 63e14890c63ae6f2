"""Against a real server: one key is one report, whoever repeats it, and however the server dies."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import orjson
import pytest
from sqlalchemy import text

from tests.support import chain, city, servers
from tests.support.city import City
from tests.support.servers import Reply, Server

ROUNDS, CLIENTS = 3, 4


@pytest.fixture(scope="module")
def server(city: City, tmp_path_factory) -> Iterator[Server]:
    with servers.serving(city.place, tmp_path_factory.mktemp("server")) as running:
        yield running


def body(number: int = 0) -> bytes:
    where = city.pin(50 + (number * 37) % 900, 600 + (number * 53) % 300)
    return orjson.dumps(city.sample("field_work") | {"location": where, "description": f"nº {number}"})


def numbers(town: City) -> list[str]:
    with town.session() as session:
        return list(session.execute(text("SELECT number FROM report ORDER BY number")).scalars())


def test_twenty_at_once_with_one_key_are_one_report_and_the_same_bytes(town: City, server: Server):
    def send(_: int) -> Reply:
        return server.post("/api/v1/reports", body(), Idempotency_Key="one-key")

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(send, range(20)))
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body for reply in replies}) == 1
    assert numbers(town) == [orjson.loads(replies[0].body)["number"]]
    assert sum("idempotent-replayed" in reply.headers for reply in replies) == 19


def test_another_body_under_the_same_key_is_refused(town: City, server: Server):
    first = server.post("/api/v1/reports", body(1), Idempotency_Key="same-key")
    other = server.post("/api/v1/reports", body(2), Idempotency_Key="same-key")
    assert (first.status, other.status) == (201, 422)
    assert orjson.loads(other.body)["type"] == "/problems/idempotency-key-reused"
    assert len(numbers(town)) == 1


def test_a_report_that_was_refused_may_be_sent_again_under_its_key(town: City, server: Server):
    wrong = orjson.dumps(city.sample("field_work") | {"answers": {}})
    assert server.post("/api/v1/reports", wrong, Idempotency_Key="again").status == 422
    assert server.post("/api/v1/reports", body(3), Idempotency_Key="again").status == 201
    assert len(numbers(town)) == 1


@pytest.mark.parametrize("key", ["a b", "é", "x" * 201, "\t"])
def test_a_key_that_is_none_is_refused(town: City, key):
    answer = town.caller().post("/reports", city.sample("field_work"), Idempotency_Key=key)
    assert (answer.status_code, answer.json["type"]) == (400, "/problems/idempotency-key-invalid")


class Client(Thread):
    """Somebody who sends reports one after another and, when the server dies, sends the same again."""

    def __init__(self, server: Server, place: int, enough: Event) -> None:
        super().__init__()
        self.server, self.place, self.enough = server, place, enough
        self.told: dict[str, bytes] = {}
        self.broken = 0
        self.refused: list[Reply] = []

    def run(self) -> None:
        count = 0
        while not self.enough.is_set():
            number = count * CLIENTS + self.place
            self._send(f"key-{number}", body(number))
            count += 1

    def _send(self, key: str, report: bytes) -> None:
        while key not in self.told:
            try:
                reply = self.server.post("/api/v1/reports", report, Idempotency_Key=key)
            except (OSError, http.client.HTTPException):
                self.broken += 1
                time.sleep(0.2)  # the server needs the processors to come back
                continue
            if reply.status == 201:
                self.told[key] = reply.body
            elif reply.status not in (409, 503):
                self.refused.append(reply)
                return


def wait_until(clients: list[Client], told: int, seconds: float = 60) -> None:
    """Let the clients work until that many reports were said yes to; a slow machine takes longer."""
    until = time.monotonic() + seconds
    while sum(len(client.told) for client in clients) < told:
        assert time.monotonic() < until, f"fewer than {told} reports in {seconds} s"
        time.sleep(0.05)


def test_a_server_killed_while_it_works_loses_nothing_it_said_yes_to(town: City, server: Server):
    enough = Event()
    clients = [Client(server, place, enough) for place in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        for kill in range(1, ROUNDS + 2):
            wait_until(clients, told=5 * kill)
            if kill <= ROUNDS:
                server.kill()
                server.start()
    finally:
        enough.set()
        for client in clients:
            client.join()
    told = {key: reply for client in clients for key, reply in client.told.items()}
    assert not [reply for client in clients for reply in client.refused]
    assert sum(client.broken for client in clients) >= ROUNDS
    assert len(told) > 4 * ROUNDS
    said = [orjson.loads(reply)["number"] for reply in told.values()]
    assert sorted(said) == numbers(town)
    for number, (key, reply) in enumerate(told.items()):
        if number % 7 == 0:
            again = server.post("/api/v1/reports", body(int(key.removeprefix("key-"))), Idempotency_Key=key)
            assert (again.status, again.body) == (201, reply)
    assert sorted(said) == numbers(town)
    with town.session() as session:
        assert chain.broken(session) == []

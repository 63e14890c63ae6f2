"""Text messages through a centre that speaks SMPP 3.4: a small one of ours, which really parses its PDUs."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.city import City
from tests.tracker.notify import peers, sender, waiting
from tests.tracker.notify.peers import FAILURES, Silence

BIND, BIND_ANSWER = 0x2, 0x80000002
SUBMIT, SUBMIT_ANSWER = 0x4, 0x80000004
UNBIND, UNBIND_ANSWER = 0x6, 0x80000006
WRONG_PASSWORD, DEAD, BUSY = 0x0E, 0x0B, 0x58


@dataclass
class Centre:
    """Accepts one user, keeps what is submitted, puts long messages together by their headers."""

    port: int = field(default_factory=peers.free_port)
    taken: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    is_broken: bool = False
    drops_answers: int = 0
    _parts: dict[tuple[str, int], dict[int, str]] = field(default_factory=dict)
    _up: Any = None

    def start(self, mode: str = "up") -> None:
        self.stop()
        self.is_broken = mode == "breaks"
        if mode == "refuses":
            return
        if mode == "hangs":
            self._up = Silence(self.port)
            return
        self._up = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._up,), daemon=True).start()

    def stop(self) -> None:
        up, self._up = self._up, None
        if isinstance(up, Silence):
            up.stop()
        elif up is not None:
            up.shutdown(socket.SHUT_RDWR)
            up.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while len(head := stream.read(16)) == 16:
                length, command, _, sequence = struct.unpack(">IIII", head)
                body = stream.read(length - 16)
                status, answer = self._answer(command, body)
                if command == SUBMIT and self.drops_answers:
                    self.drops_answers -= 1
                    return
                if status:
                    answer = b""
                connection.sendall(
                    struct.pack(">IIII", 16 + len(answer), command | 0x80000000, status, sequence) + answer
                )

    def _answer(self, command: int, body: bytes) -> tuple[int, bytes]:
        if self.is_broken:
            return 0x08, b""
        if command == BIND:
            user, password, _ = body.split(b"\0", 2)
            is_ours = (user, password) == (b"ville", b"secret")
            return (0, b"centre\0") if is_ours else (WRONG_PASSWORD, b"")
        if command == SUBMIT:
            return self._submit(body)
        return 0, b""

    def _submit(self, body: bytes) -> tuple[int, bytes]:
        _, rest = body.split(b"\0", 1)  # service_type
        source, rest = rest[2:].split(b"\0", 1)
        to, rest = rest[2:].split(b"\0", 1)
        assert source == b"Ville"
        number = "+" + to.decode()
        if number in self.answers:
            return self.answers[number], b""
        esm_class, rest = rest[0], rest[3:]
        _, rest = rest.split(b"\0", 1)  # schedule_delivery_time
        _, rest = rest.split(b"\0", 1)  # validity_period
        coding, length, text = rest[2], rest[4], rest[5:]
        said = text[:length]
        if esm_class & 0x40:
            reference, count, place = said[3], said[4], said[5]
            parts = self._parts.setdefault((number, reference), {})
            parts[place] = decoded(said[6:], coding)
            if len(parts) == count:
                self.taken.append((number, "".join(parts[n] for n in range(1, count + 1))))
                del self._parts[number, reference]
        else:
            self.taken.append((number, decoded(said, coding)))
        return 0, b"id%d\0" % len(self.taken)


def decoded(raw: bytes, coding: int) -> str:
    if coding == 8:
        return raw.decode("utf-16-be")
    assert coding == 0
    letters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    return "".join({0x7F: "à"}.get(each, letters[each] if each < 32 else chr(each)) for each in raw)


@pytest.fixture
def centre():
    with peers.running(Centre()) as started:  # type: ignore[arg-type]  # it starts and stops as they do
        yield started


@pytest.fixture
def texts(centre: Centre) -> dict[str, str]:
    return {
        "VIGIE_NOTIFY_SMS_URL": f"smpp://ville:secret@127.0.0.1:{centre.port}",
        "VIGIE_NOTIFY_SMS_FROM": "Ville",
        "VIGIE_NOTIFY_TIMEOUT_S": "0.4",
    }


def put(town: City, number: str, **facts):
    with town.session() as session:
        waiting.put(session, town.clock.now, "sms", number, link=None, **facts)


def statuses(town: City) -> list[str]:
    return [row.status for row in waiting.rows(town)]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_centre_that_is_down_for_six_hours_then_gets_everything_once_in_order(
    town: City, centre: Centre, texts, failure
):
    centre.start(failure)
    people = [("+14505550100", "fr"), ("+14505550101", "en")]
    for hour in range(6):
        for number, language in people:
            put(town, number, language=language, n=hour)
        for _ in range(6):
            sender.send(town, texts)
            town.clock.advance(minutes=10)
    assert centre.taken == []
    centre.start()
    for _ in range(20):
        sender.send(town, texts)
        town.clock.advance(minutes=5)
    assert set(statuses(town)) == {"sent"}
    for number, language in people:
        said = [text for to, text in centre.taken if to == number]
        expected = [waiting.SAID[language][2].format(n=n).replace("’", "'") for n in range(6)]
        assert said == expected


@pytest.mark.parametrize("said", ["é" * 400, "ê" * 200, "à l'heure"])
def test_a_long_message_is_put_together_again(town: City, centre: Centre, texts, said):
    put(town, "+14505550100", short=said)
    sender.send(town, texts)
    assert centre.taken == [("+14505550100", said)]


def test_a_number_that_does_not_exist_is_not_tried_again(town: City, centre: Centre, texts):
    centre.answers = {"+14505550100": DEAD}
    put(town, "+14505550100")
    put(town, "+14505550100")
    put(town, "+14505550101")
    sender.send(town, texts)
    assert statuses(town) == ["failed", "dropped", "sent"]


def test_a_busy_centre_is_left_alone(town: City, centre: Centre, texts):
    centre.answers = {"+14505550100": BUSY}
    put(town, "+14505550100")
    assert sender.send(town, texts).down == ["sms"]
    centre.answers = {}
    town.clock.advance(minutes=1)
    sender.send(town, texts)
    assert statuses(town) == ["sent"]


def test_a_wrong_password_blames_nobodys_message(town: City, centre: Centre, texts):
    put(town, "+14505550100")
    wrong = texts | {"VIGIE_NOTIFY_SMS_TOKEN": "wrong"}
    assert sender.send(town, wrong).down == ["sms"]
    assert waiting.rows(town)[0][2:4] == ("waiting", 0)


def test_a_lost_answer_means_the_message_is_sent_again(town: City, centre: Centre, texts):
    centre.drops_answers = 1
    put(town, "+14505550100")
    sender.send(town, texts)
    town.clock.advance(minutes=5)
    sender.send(town, texts)
    assert len(centre.taken) == 2  # at least once: SMPP has no way to ask
    assert statuses(town) == ["sent"]

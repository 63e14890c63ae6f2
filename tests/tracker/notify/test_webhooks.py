"""Webhooks against receivers that verify them with the standard's own library."""

from __future__ import annotations

import json
import signal
import socket
import time
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from tests.support.city import City
from tests.tracker.notify import peers, sender, waiting
from tests.tracker.notify.peers import FAILURES, Answer, Request, Service
from tracker import outbox
from tracker.notify import webhooks
from tracker.notify.channels import egress
from tracker.notify.keyring import Keyring
from tracker.notify.webhooks import errors, service

SETTINGS = {"VIGIE_NOTIFY_ALLOW_LOOPBACK": "1", "VIGIE_NOTIFY_TIMEOUT_S": "0.4"}


class Receiver:
    """Verifies each message with the secret it was given and keeps what it had not seen."""

    def __init__(self) -> None:
        self.secret = ""
        self.seen: dict[str, dict] = {}
        self.arrivals: list[str] = []
        self.status = 204

    def __call__(self, asked: Request) -> Answer:
        if self.status >= 300:
            return self.status, {"Location": "http://127.0.0.1:1/"}, b""
        said = Webhook(self.secret).verify(asked.body, dict(asked.headers))
        name = asked.headers["webhook-id"]
        self.arrivals.append(name)
        self.seen.setdefault(name, said)
        return self.status, {}, b""

    @property
    def order(self) -> list[tuple[str, int]]:
        return [(each["data"]["case"], each["data"]["seq"]) for each in self.seen.values()]


def keyring(town: City) -> Keyring:
    return Keyring(secret_key=town.place.settings.secret_key, code=town.code)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def program(town: City, receiver: Receiver):
    with peers.running(Service(receiver)) as started:
        with town.session() as session:
            wanted = service.Wanted(url=f"{started.url}/vigie", label="SIG")
            endpoint, receiver.secret = service.add(
                session, wanted, keyring(town), town.clock.now, allows_loopback=True
            )
            started.id = endpoint.id
        yield started


def follow(town: City) -> int:
    """Follow what waits in the outbox, as the worker does."""
    with town.session() as session:
        rows = session.execute(text("SELECT case_id, seq, kind, at FROM outbox ORDER BY id")).all()
        made = webhooks.follow(session, rows, town.clock.now)
        session.execute(text("DELETE FROM outbox"))
    return made


def happen(town: City, x: float) -> str:
    """Have a case opened and accepted: two events at least."""
    number = town.report(location=pin(x))["case"]["number"]
    town.caller("dispatcher").move(number, "accept")
    return str(number)


def pin(x: float):
    from tests.support import city

    return city.pin(x, 502)


def events(town: City) -> list[tuple[str, int]]:
    with town.session() as session:
        return [
            (row.number, row.seq)
            for row in session.execute(
                text(
                    'SELECT number, seq FROM event JOIN "case" ON "case".id = case_id ORDER BY event.at, seq'
                )
            )
        ]


def ordered(pairs: list[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, seq in pairs:
        found.setdefault(number, []).append(seq)
    return found


@pytest.mark.parametrize("failure", FAILURES)
def test_a_program_that_is_down_for_six_hours_then_hears_everything_once_in_order(
    town: City, program: Service, receiver: Receiver, failure
):
    program.start(failure)
    for hour in range(6):
        happen(town, 200 + 150 * hour)
        follow(town)
        for _ in range(6):
            sender.send(town, SETTINGS)
            town.clock.advance(minutes=10)
    assert receiver.seen == {}
    with town.session() as session:
        assert service.one(session, program.id).failing_since is not None
    program.start()
    for _ in range(20):
        sender.send(town, SETTINGS)
        town.clock.advance(minutes=5)
    assert ordered(receiver.order) == ordered(events(town))
    assert len(receiver.arrivals) == len(receiver.seen) == len(events(town)) >= 12
    with town.session() as session:
        assert service.one(session, program.id).failing_since is None


def test_a_sender_killed_at_work_repeats_under_the_same_id(town: City, program: Service, receiver: Receiver):
    for place in range(5):
        happen(town, 200 + 150 * place)
    follow(town)
    program.slow_s, killed = 0.03, 0
    while not receiver.seen or any(row.status == "waiting" for row in waiting.rows(town)):
        process, already = sender.started(town, SETTINGS), len(receiver.arrivals)
        while len(receiver.arrivals) < already + 4 and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        town.clock.advance(minutes=6)
        assert killed < 20
    assert killed >= 2
    assert ordered(receiver.order) == ordered(events(town))
    assert len(receiver.arrivals) - len(receiver.seen) <= killed


def test_what_is_said_is_thin_and_about_nobody(town: City, program: Service, receiver: Receiver):
    from tests.support import city

    number = town.report(description="Mes mots", contact=city.CONTACT)["case"]["number"]
    follow(town)
    sender.send(town, SETTINGS)
    said = next(iter(receiver.seen.values()))
    assert said["data"] == {
        "jurisdiction": "lac", "case": number, "seq": 1, "href": f"/api/v1/cases/{number}",
    }  # fmt: skip
    assert said["type"] == "case.received"
    whole = json.dumps(list(receiver.seen.values()))
    assert "Mes mots" not in whole
    assert "ana@" not in whole
    assert len(whole) < 20_000


def test_a_sealed_file_is_told_to_no_program(town: City, program: Service):
    town.report("contestation")
    assert follow(town) == 0


def test_following_the_same_events_twice_queues_them_once(town: City, program: Service):
    happen(town, 300)
    with town.session() as session:
        rows = session.execute(text("SELECT case_id, seq, kind, at FROM outbox ORDER BY id")).all()
        facts = [outbox.OutboxRow(case_id=r.case_id, seq=r.seq, kind=r.kind, at=r.at) for r in rows]
        first = webhooks.follow(session, facts, town.clock.now)
        assert first == len(rows)
        assert webhooks.follow(session, facts, town.clock.now) == 0


def test_only_the_kinds_that_were_asked_for_are_told(town: City, program: Service, receiver: Receiver):
    with town.session() as session:
        service.one(session, program.id).kinds = ["moved"]
    happen(town, 300)
    follow(town)
    sender.send(town, SETTINGS)
    assert {each["type"] for each in receiver.seen.values()} == {"case.moved"}


def test_after_three_days_of_failure_it_is_disabled_aloud_and_can_be_told_what_it_missed(
    town: City, program: Service, receiver: Receiver
):
    program.start("breaks")
    happen(town, 300)
    began = town.clock.now
    follow(town)
    while waiting.rows(town)[0].status == "waiting":
        sender.send(town, SETTINGS)
        town.clock.advance(hours=2)
    assert town.clock.now - began >= timedelta(days=3)
    with town.session() as session:
        endpoint = service.one(session, program.id)
        assert (endpoint.enabled, endpoint.disabled_at is not None) == (False, True)
        assert "HTTP 503" in (endpoint.reason or "")
    assert {row.status for row in waiting.rows(town)} == {"failed", "dropped"}
    program.start()
    with town.session() as session:
        service.enable(session, program.id)
        assert service.replay(session, program.id, began, town.clock.now) == len(events(town))
    sender.send(town, SETTINGS)
    assert ordered(receiver.order) == ordered(events(town))


def test_gone_means_gone(town: City, program: Service, receiver: Receiver):
    receiver.status = 410
    happen(town, 300)
    follow(town)
    sender.send(town, SETTINGS)
    with town.session() as session:
        assert not service.one(session, program.id).enabled
    assert program.asked == 1


def test_a_redirect_is_not_followed(town: City, program: Service, receiver: Receiver):
    receiver.status = 302
    happen(town, 300)
    follow(town)
    sender.send(town, SETTINGS)
    assert program.asked == 1
    assert waiting.rows(town)[0].error == "HTTP 302"


REFUSED = (
    "http://exemple.org/", "ftp://exemple.org/", "https://", "https://user:pass@exemple.org/", "https://a b/",
    "https://exemple.org:0/", "https://exemple.org:99999/", "https://exemple.org/\r\nHost: x", "x", "", "//x",
    "https://" + "a" * 3_000, "file:///etc/passwd", "https://é.org/",
)  # fmt: skip
NOT_PUBLIC = (
    "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "https://192.168.1.1/",
    "https://172.16.9.9/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/",
    "https://0.0.0.0/", "https://[::1]/", "https://[::]/", "https://[fd00::1]/", "https://[fe80::1]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a00:1]/", "https://[2002:7f00:1::]/", "https://224.0.0.1/", "https://255.255.255.255/",
    "https://[ff02::1]/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/",
    "https://[64:ff9b:1::1]/", "https://[fec0::1]/", "https://192.0.2.1/", "https://198.18.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_no_web_address_is_not_kept(town: City, url):
    with town.session() as session, pytest.raises(errors.UrlRefused):
        service.add(session, service.Wanted(url=url), keyring(town), town.clock.now)


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_nothing_leaves_for_an_address_that_is_not_public(url):
    client = egress.Client(timeout_s=1)
    with pytest.raises((egress.AddressRefused, egress.Unreachable)) as told:
        client.post(url, b"x", {})
    # Where the system's resolver does not know such spellings there is no address at all.
    if told.type is egress.Unreachable:
        assert str(told.value).startswith("name:")


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(egress.AddressRefused):
        egress.Client(timeout_s=1).post("https://double.test/", b"x", {})


def test_a_name_that_changes_its_mind_leads_to_the_address_that_was_checked(
    town: City, program: Service, receiver: Receiver, monkeypatch
):
    asked: list[str] = []

    real = socket.getaddrinfo

    def fickle(host, port, *rest, **more):
        if host[0].isdigit():  # connecting to an address asks for the address itself
            return real(host, port, *rest, **more)
        asked.append(host)
        ip = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    with town.session() as session:
        service.one(session, program.id).url = f"http://fickle.test:{program.port}/"
    happen(town, 300)
    follow(town)
    monkeypatch.setattr(socket, "getaddrinfo", fickle)
    connected: list[tuple[str, int]] = []
    create = socket.create_connection

    def watched(address, *rest):
        connected.append(address)
        ip, port = address
        return create((ip, port), *rest) if ip == "127.0.0.1" else pytest.fail("rebound")

    monkeypatch.setattr(socket, "create_connection", watched)
    town_channels = sender.channels(town, SETTINGS)
    with town.session() as session:
        from tracker.notify import claims

        batch, _ = claims.claim(session, "webhook", town.clock.now, addresses=1, run=1)
        (message,) = town_channels["webhook"].prepare(session, batch)
    with town_channels["webhook"].opened() as line:
        assert line.send(message).fate.value == "sent"
    assert asked == ["fickle.test"]
    assert connected == [("127.0.0.1", program.port)]


def test_an_answer_that_drips_is_cut_off(program: Service):
    def drip(asked: Request) -> Answer:
        time.sleep(3)
        return 200, {}, b""

    program.answer = drip
    client, began = egress.Client(timeout_s=0.3, allows_loopback=True), time.monotonic()
    with pytest.raises(egress.Unreachable) as told:
        client.post(program.url, b"x", {})
    assert told.value.is_unsure
    assert time.monotonic() - began < 2


def test_the_secret_is_nowhere_in_the_database(town: City, program: Service, receiver: Receiver):
    import base64

    raw = base64.b64decode(receiver.secret.removeprefix("whsec_"))
    with town.session() as session:
        kept = bytes(session.execute(text("SELECT sealed_secret FROM webhook_endpoint")).scalar_one())
    assert raw not in kept
    assert keyring(town).unseal(kept) == raw
    assert isinstance(program.id, UUID)

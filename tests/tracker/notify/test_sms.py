"""Text messages against a Twilio-compatible service which checks who asks, and keeps what it accepted."""

from __future__ import annotations

import base64
import json
import signal
import time
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tests.support.city import City
from tests.tracker.notify import peers, sender, waiting
from tests.tracker.notify.peers import FAILURES, Answer, Request, Service
from tracker.notify import addresses
from tracker.notify.channels import segments

ACCOUNT, TOKEN, FROM = "AC0123456789abcdef", "secret token", "+14505550199"
PEOPLE = [(f"+1450555{100 + n:04d}", "fr" if n % 2 else "en") for n in range(6)]


class Provider:
    """What the service knows. `refusals` are the numbers it answers an error for."""

    def __init__(self, town: City) -> None:
        self.town = town
        self.taken: list[dict[str, str]] = []
        self.refusals: dict[str, tuple[int, int, str]] = {}

    def __call__(self, asked: Request) -> Answer:
        pair = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        parts = urlsplit(asked.path)
        if asked.headers.get("Authorization") != f"Basic {pair}":
            return self._said(401, {"code": 20003, "message": "Authenticate"})
        if parts.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return self._said(404, {"code": 20404, "message": "not found"})
        if asked.method == "GET":
            to = parse_qs(parts.query).get("To", [""])[0]
            return self._said(200, {"messages": [each for each in self.taken if each["to"] == to]})
        assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
        form = dict(parse_qsl(asked.body.decode(), strict_parsing=True))
        if form["To"] in self.refusals:
            status, code, message = self.refusals[form["To"]]
            return self._said(status, {"code": code, "message": message})
        made = {
            "sid": f"SM{len(self.taken):032x}", "to": form["To"], "from": form["From"], "body": form["Body"],
            "date_created": format_datetime(self.now), "callback": form.get("StatusCallback", ""),
        }  # fmt: skip
        self.taken.append(made)
        return self._said(201, made)

    @property
    def now(self) -> datetime:
        return self.town.clock.now

    def _said(self, status: int, body: dict) -> Answer:
        return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


@pytest.fixture
def provider(town: City) -> Provider:
    return Provider(town)


@pytest.fixture
def service(provider: Provider):
    with peers.running(Service(provider)) as started:
        yield started


@pytest.fixture
def texts(service: Service) -> dict[str, str]:
    return {
        "VIGIE_NOTIFY_SMS_URL": service.url,
        "VIGIE_NOTIFY_SMS_ACCOUNT": ACCOUNT,
        "VIGIE_NOTIFY_SMS_TOKEN": TOKEN,
        "VIGIE_NOTIFY_SMS_FROM": FROM,
        "VIGIE_NOTIFY_PUBLIC_URL": "https://lac.test",
        "VIGIE_NOTIFY_TIMEOUT_S": "0.4",
    }


def put(town: City, address: str, **facts):
    with town.session() as session:
        return waiting.put(session, town.clock.now, "sms", address, link=None, **facts)


def statuses(town: City) -> list[str]:
    return [row.status for row in waiting.rows(town)]


def check_arrived(provider: Provider, hours: int) -> None:
    assert len(provider.taken) == hours * len(PEOPLE)
    for number, language in PEOPLE:
        said = [each["body"] for each in provider.taken if each["to"] == number]
        assert said == [segments.plain(waiting.SAID[language][2].format(n=n)) for n in range(hours)]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_provider_that_is_down_for_six_hours_then_gets_everything_once_in_order(
    town: City, service: Service, provider: Provider, texts, failure
):
    service.start(failure)
    for hour in range(6):
        for number, language in PEOPLE:
            put(town, number, language=language, n=hour)
        for _ in range(6):
            sender.send(town, texts)
            town.clock.advance(minutes=10)
    assert provider.taken == []
    service.start()
    for _ in range(30):
        sender.send(town, texts)
        town.clock.advance(minutes=5)
    assert set(statuses(town)) == {"sent"}
    check_arrived(provider, 6)


def test_a_sender_killed_at_work_sends_nothing_twice(town: City, service: Service, provider: Provider, texts):
    for hour in range(2):
        for number, language in PEOPLE:
            put(town, number, language=language, n=hour)
    service.slow_s, killed = 0.03, 0
    while provider.taken == [] or "waiting" in statuses(town):
        process, already = sender.started(town, texts), len(provider.taken)
        while len(provider.taken) < already + 5 and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        town.clock.advance(minutes=6)
        assert killed < 20
    assert killed >= 2
    check_arrived(provider, 2)  # exactly once: the provider was asked about what was in doubt


def test_an_answer_that_is_lost_is_asked_for_rather_than_sent_again(
    town: City, service: Service, provider: Provider, texts
):
    for _ in range(2):  # the same words twice, on purpose: two messages
        put(town, PEOPLE[0][0], n=1)
    service.drops_answers = 1
    sender.send(town, texts)
    assert len(provider.taken) == 1
    for _ in range(6):
        town.clock.advance(minutes=5)
        sender.send(town, texts)
    assert statuses(town) == ["sent", "sent"]
    assert len(provider.taken) == 2
    with town.session() as session:
        from sqlalchemy import text

        known = session.execute(text("SELECT provider_id FROM delivery ORDER BY id")).scalars().all()
    assert known == [each["sid"] for each in provider.taken]


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_that_cannot_be_reached_is_not_tried_again(town: City, provider: Provider, texts, code):
    provider.refusals = {PEOPLE[0][0]: (400, code, "no")}
    put(town, PEOPLE[0][0], n=1)
    put(town, PEOPLE[0][0], n=2)
    put(town, PEOPLE[1][0], n=3)
    sender.send(town, texts)
    assert statuses(town) == ["failed", "dropped", "sent"]
    with town.session() as session:
        assert addresses.is_suppressed(session, "sms", PEOPLE[0][0])


def test_a_provider_that_is_busy_is_left_alone_as_long_as_it_asks(
    town: City, service: Service, provider: Provider, texts
):
    normal = service.answer
    service.answer = lambda asked: (429, {"Retry-After": "900"}, b'{"code": 20429, "message": "slow"}')
    put(town, PEOPLE[0][0])
    assert sender.send(town, texts).down == ["sms"]
    service.answer = normal
    town.clock.advance(minutes=14)
    sender.send(town, texts)
    assert provider.taken == []
    town.clock.advance(minutes=2)
    sender.send(town, texts)
    assert len(provider.taken) == 1


def test_wrong_credentials_stop_the_channel_and_not_the_others(
    town: City, relay, mail, provider: Provider, texts
):
    put(town, PEOPLE[0][0])
    with town.session() as session:
        waiting.put(session, town.clock.now, "email", "ana@courriel.test")
    told = sender.send(town, mail | texts | {"VIGIE_NOTIFY_SMS_TOKEN": "wrong"})
    assert told.down == ["sms"]
    assert statuses(town) == ["waiting", "sent"]


@pytest.mark.parametrize("written", ["450 555-0100", "(450) 555-0100", "+1 450 555 0100", "1-450-555-0100"])
def test_a_number_is_written_as_the_provider_wants_it(town: City, provider: Provider, texts, written):
    put(town, written)
    sender.send(town, texts)
    assert provider.taken[0]["to"] == "+14505550100"


@pytest.mark.parametrize("written", ["", "12", "abc", "+1 450 555", "0000000000", "+999 12345678"])
def test_what_is_no_number_costs_no_request(town: City, service: Service, texts, written):
    put(town, written)
    sender.send(town, texts)
    assert service.asked == 0
    assert statuses(town) == ["failed"]


@pytest.mark.parametrize(
    ("said", "encoding", "count"),
    [
        ("a" * 160, "gsm", 1),
        ("a" * 161, "gsm", 2),
        ("a" * 306, "gsm", 2),
        ("a" * 307, "gsm", 3),
        ("€" * 80, "gsm", 1),
        ("€" * 81, "gsm", 2),
        ("a" * 152 + "€" + "a" * 10, "gsm", 2),
        ("é" * 160, "gsm", 1),
        ("ê" * 70, "ucs2", 1),
        ("ê" * 71, "ucs2", 2),
        ("🚧" * 35, "ucs2", 1),
        ("🚧" * 36, "ucs2", 2),
        ("ê" * 66 + "🚧" * 3, "ucs2", 2),
        ("", "gsm", 1),
    ],
)
def test_segments_are_counted_as_telephones_do(said, encoding, count):
    assert segments.measure(said) == segments.Size(encoding=encoding, segments=count)


def test_typography_does_not_cost_a_message_its_alphabet():
    said = segments.plain("C’est réglé : « rue de l’Église » … déjà")
    assert said == "C'est réglé : \" rue de l'Église \" ... déjà"
    assert segments.measure(said.replace("É", "E")).encoding == "gsm"
    assert segments.measure(said).encoding == "gsm"

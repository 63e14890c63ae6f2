"""Web push against a push service that verifies the town's signature and decrypts as a browser does."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import urlsplit
from uuid import uuid4

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import text

from tests.support.city import City
from tests.tracker.notify import peers, sender, waiting
from tests.tracker.notify.peers import FAILURES, Answer, Request, Service
from tracker import ids
from tracker.notify import keys
from tracker.notify.channels.models import PushSubscription
from tracker.notify.keyring import Keyring, SealBroken

SETTINGS = {
    "VIGIE_NOTIFY_ALLOW_LOOPBACK": "1",
    "VIGIE_NOTIFY_TIMEOUT_S": "0.4",
    "VIGIE_NOTIFY_PUSH_CONTACT": "mailto:info@lac.test",
}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


class Browser:
    """Keys that only this browser has, and what it showed: one notification for each tag."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = uuid4().bytes
        self.shown: dict[str, dict] = {}

    @property
    def p256dh(self) -> str:
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return b64(point)


class PushService:
    """Checks VAPID (RFC 8292 §2) by hand, decrypts (RFC 8291) and hands on to its browsers."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.public = ""
        self.origin = ""
        self.arrivals = 0
        self.topics: list[str] = []

    def __call__(self, asked: Request) -> Answer:
        said = self.answers.get(asked.path)
        if said is not None:
            return *said, b""
        self._check(asked)
        browser = self.browsers[asked.path]
        assert asked.headers["Content-Encoding"] == "aes128gcm"
        assert 0 < int(asked.headers["TTL"]) <= 28 * 86400
        assert len(asked.headers["Topic"]) <= 32
        assert len(asked.body) <= 4096
        clear = http_ece.decrypt(
            asked.body, private_key=browser.private, auth_secret=browser.auth, version="aes128gcm"
        )
        shown = json.loads(clear)
        browser.shown.setdefault(shown["id"], shown)
        self.arrivals += 1
        self.topics.append(asked.headers["Topic"])
        return 201, {"Location": f"{self.origin}/m/{self.arrivals}"}, b""

    def _check(self, asked: Request) -> None:
        scheme, _, rest = asked.headers["Authorization"].partition(" ")
        assert scheme == "vapid"
        parts = dict(each.split("=", 1) for each in rest.replace(" ", "").split(","))
        assert parts["k"].rstrip("=") == self.public
        signed, _, signature = parts["t"].rpartition(".")
        raw = unb64(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        key.verify(der, signed.encode(), ec.ECDSA(SHA256()))
        header, claims = (json.loads(unb64(each)) for each in signed.split("."))
        assert header["alg"] == "ES256"
        assert claims["aud"] == self.origin
        assert claims["sub"] == "mailto:info@lac.test"
        assert time.time() < claims["exp"] <= time.time() + 86400


@pytest.fixture
def service(town: City):
    push = PushService()
    keyring = Keyring(secret_key=town.place.settings.secret_key, code=town.code)
    with peers.running(Service(push)) as started:
        push.origin = started.url
        with town.session() as session:
            push.public = keys.ensure(session, keyring, town.clock.now)
            assert keys.ensure(session, keyring, town.clock.now) == push.public
            for n in range(4):
                path, browser = f"/push/{n}", Browser("fr" if n % 2 else "en")
                push.browsers[path] = browser
                session.add(
                    PushSubscription(
                        id=ids.new_id(),
                        person=f"report:{uuid4()}",
                        endpoint=started.url + path,
                        p256dh=browser.p256dh,
                        auth=b64(browser.auth),
                        language=browser.language,
                        created_at=town.clock.now,
                    )  # fmt: skip
                )
        yield started


def put(town: City, service: Service, path: str, **facts):
    with town.session() as session:
        waiting.put(session, town.clock.now, "push", service.url + path, **facts)


def statuses(town: City) -> list[str]:
    return [row.status for row in waiting.rows(town)]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_push_service_that_is_down_for_six_hours_then_gets_everything_once_in_order(
    town: City, service: Service, failure
):
    push = service.answer
    service.start(failure)
    for hour in range(6):
        for path, browser in push.browsers.items():
            put(town, service, path, language=browser.language, n=hour)
        for _ in range(6):
            sender.send(town, SETTINGS)
            town.clock.advance(minutes=10)
    assert push.arrivals == 0
    service.start()
    for _ in range(20):
        sender.send(town, SETTINGS)
        town.clock.advance(minutes=5)
    assert set(statuses(town)) == {"sent"}
    assert push.arrivals == 6 * len(push.browsers) == len(set(push.topics))
    for browser in push.browsers.values():
        subject, _, short = waiting.SAID[browser.language]
        assert [each["title"] for each in browser.shown.values()] == [subject.format(n=n) for n in range(6)]
        assert [each["body"] for each in browser.shown.values()] == [short.format(n=n) for n in range(6)]
        assert {each["lang"] for each in browser.shown.values()} == {f"{browser.language}-CA"}


def test_an_answer_that_is_lost_is_repeated_under_the_same_topic_and_shown_once(town: City, service: Service):
    push = service.answer
    put(town, service, "/push/0")
    service.drops_answers = 1
    sender.send(town, SETTINGS)
    town.clock.advance(minutes=5)
    sender.send(town, SETTINGS)
    assert push.arrivals == 2
    assert len(set(push.topics)) == 1
    assert len(push.browsers["/push/0"].shown) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(town: City, service: Service, status):
    service.answer.answers["/push/1"] = (status, {})
    put(town, service, "/push/1")
    put(town, service, "/push/1")
    put(town, service, "/push/2")
    sender.send(town, SETTINGS)
    assert statuses(town) == ["failed", "failed", "sent"]
    assert service.asked == 2
    with town.session() as session:
        assert session.execute(text("SELECT count(*) FROM push_subscription")).scalar_one() == 3


def test_a_push_service_that_is_busy_says_when(town: City, service: Service):
    push = service.answer
    push.answers = {path: (429, {"Retry-After": "1800"}) for path in push.browsers}
    for path in push.browsers:
        put(town, service, path)
    sender.send(town, SETTINGS)
    assert service.asked == 1  # the others of the same service were not tried
    push.answers = {}
    town.clock.advance(minutes=29)
    sender.send(town, SETTINGS)
    assert push.arrivals == 0
    town.clock.advance(minutes=2)
    sender.send(town, SETTINGS)
    assert push.arrivals == 4


def test_a_message_too_long_for_a_push_is_cut(town: City, service: Service):
    push = service.answer
    put(
        town,
        service,
        "/push/0",
        subject="🚧" * 5_000,
        short="é" * 100_000,
        link="https://x.test/" + "a" * 5_000,
    )
    sender.send(town, SETTINGS)
    (shown,) = push.browsers["/push/0"].shown.values()
    assert shown["body"].startswith("é")


def test_without_permission_nothing_goes_to_this_machine(town: City, service: Service):
    put(town, service, "/push/0")
    sender.send(town, {name: value for name, value in SETTINGS.items() if "LOOPBACK" not in name})
    assert service.asked == 0
    assert statuses(town) == ["failed"]
    assert urlsplit(service.url).hostname == "127.0.0.1"


def test_the_private_key_is_sealed(town: City, service: Service):
    with town.session() as session:
        kept = bytes(session.execute(text("SELECT sealed FROM notify_key")).scalar_one())
        assert b"PRIVATE" not in kept
        other = Keyring(secret_key="another", code=town.code)
        with pytest.raises(SealBroken):
            keys.load(session, other)

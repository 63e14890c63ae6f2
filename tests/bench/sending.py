"""Scenario: notices are handed over, on each channel, against a bare loop of the same library.

The other end is a process of its own. The bare loop sends what is already written, over one connection, and
notes nothing; ours claims, writes the message, hands it over, and commits how that ended, for each one.
"""

from __future__ import annotations

import base64
import http.client
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import WebPusher
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.bench.bench import Bench
from tests.bench.blocks import Result
from tests.bench.place import CODE
from tests.support.database import PROJECT
from tests.tracker.notify import peers, waiting
from tracker import db, ids
from tracker.clock import system_clock
from tracker.notify import keys, sending
from tracker.notify.channels import opening
from tracker.notify.channels.models import PushSubscription
from tracker.notify.channels.webhook import sign
from tracker.notify.keyring import Keyring
from tracker.notify.webhooks import service as webhooks

MESSAGES, QUICK_MESSAGES = 600, 60
SECRET_KEY = "a key for the bench"
_RELAY = """
import sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from tests.tracker.notify.peers import Relay
Relay(Path(sys.argv[1]), Path(sys.argv[2]), port=int(sys.argv[3])).start()
time.sleep(3600)
"""
_SERVICE = """
import sys, time
from tests.tracker.notify.peers import Service
taken = (201, {"Content-Type": "application/json"}, b'{"sid": "SM1"}')
Service(lambda asked: taken, port=int(sys.argv[1])).start()
time.sleep(3600)
"""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One channel: what waits for it, how it is configured, and the bare loop over so many messages."""

    name: str
    settings: dict[str, str]
    fill: Callable[[Session, int], None]
    bare: Callable[[int], None]


def measure(bench: Bench) -> list[Result]:
    """Measure every channel between two bare loops, as often as the plan says."""
    count = QUICK_MESSAGES if bench.is_quick else MESSAGES
    with tempfile.TemporaryDirectory() as folder, _others(Path(folder)) as ways:
        return [_measured(bench, way, count) for way in ways]


def _measured(bench: Bench, way: Way, count: int) -> Result:
    result = Result(
        name=f"notice: {way.name}", clients=1, note="plafond\u00a0: boucle nue / ceiling: bare loop"
    )
    before = _rate(way.bare, count)
    result.ceilings.append(before)
    for _ in range(bench.plan.rounds):
        result.rates.append(_ours(bench, way, count))
        after = _rate(way.bare, count)
        result.ceilings.append(after)
        result.ratios.append(result.rates[-1] / ((before + after) / 2))
        before = after
    result.requests = count * bench.plan.rounds
    result.per_s, result.ceiling_per_s = median(result.rates), median(result.ceilings)
    return result


def _ours(bench: Bench, way: Way, count: int) -> float:
    with db.transaction(bench.place.app, CODE) as session:
        session.execute(text("DELETE FROM notice"))
        way.fill(session, count)
    channels = opening.of_settings(way.settings, CODE, SECRET_KEY)
    began = time.perf_counter()
    tally = sending.send_due(bench.place.app, CODE, channels, system_clock(), patience_s=600)
    took = time.perf_counter() - began
    if tally.sent != count:
        raise RuntimeError(f"{way.name}: {tally}")
    return count / took


def _rate(bare: Callable[[int], None], count: int) -> float:
    began = time.perf_counter()
    bare(count)
    return count / (time.perf_counter() - began)


@contextmanager
def _others(folder: Path) -> Iterator[list[Way]]:
    """Start the other ends and give the ways to them."""
    pem, key = peers.certificate(folder)
    mail, web = peers.free_port(), peers.free_port()
    running = [_started(_RELAY, str(pem), str(key), str(mail)), _started(_SERVICE, str(web))]
    try:
        for port in (mail, web):
            _wait(port)
        yield [_mail(pem, mail), _sms(web), _push(web), _webhook(web)]
    finally:
        for each in running:
            each.terminate()
            each.wait()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def _started(script: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, *words], cwd=PROJECT)


def _put(channel: str, address: Callable[[int], str], session: Session, count: int) -> None:
    now = system_clock()
    for n in range(count):
        waiting.put(session, now, channel, address(n), n=n)


def _mail(pem: Path, port: int) -> Way:
    settings = {
        "VIGIE_NOTIFY_SMTP_URL": f"smtp://{peers.USER}@localhost:{port}",
        "VIGIE_NOTIFY_SMTP_PASSWORD": peers.PASSWORD,
        "VIGIE_NOTIFY_SMTP_CA": str(pem),
        "VIGIE_NOTIFY_FROM": "Ville <info@ville.test>",
        "VIGIE_NOTIFY_PUBLIC_URL": "https://ville.test",
    }
    body = b"From: info@ville.test\r\nSubject: x\r\n\r\n" + b"Une equipe est passee.\r\n" * 60

    def bare(count: int) -> None:
        smtp = smtplib.SMTP("localhost", port)
        smtp.starttls(context=ssl.create_default_context(cafile=str(pem)))
        smtp.ehlo()
        said = base64.b64encode(f"\0{peers.USER}\0{peers.PASSWORD}".encode()).decode()
        smtp.docmd("AUTH", f"PLAIN {said}")
        for n in range(count):
            smtp.mail("info@ville.test")
            smtp.rcpt(f"p{n}@courriel.test")
            assert smtp.data(body)[0] == 250
        smtp.quit()

    fill = partial(_put, "email", lambda n: f"p{n}@courriel.test")
    return Way(name="email", settings=settings, fill=fill, bare=bare)


def _sms(port: int) -> Way:
    settings = {
        "VIGIE_NOTIFY_SMS_URL": f"http://127.0.0.1:{port}",
        "VIGIE_NOTIFY_SMS_ACCOUNT": "AC1",
        "VIGIE_NOTIFY_SMS_TOKEN": "t",
        "VIGIE_NOTIFY_SMS_FROM": "+14505550199",
    }
    fill = partial(_put, "sms", lambda n: f"+1450{2010000 + n}")
    return Way(name="sms", settings=settings, fill=fill, bare=partial(_posts, port, lambda: b"Body=x" * 20))


def _posts(port: int, body: Callable[[], bytes], count: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(count):
        connection.request("POST", "/", body(), {"Content-Type": "text/plain"})
        connection.getresponse().read()
    connection.close()


def _push(port: int) -> Way:
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    p256dh, auth = (base64.urlsafe_b64encode(raw).decode() for raw in (point, b"0123456789abcdef"))

    def fill(session: Session, count: int) -> None:
        keys.ensure(session, Keyring(secret_key=SECRET_KEY, code=CODE), system_clock())
        session.execute(text("DELETE FROM push_subscription"))
        for n in range(count):
            session.add(
                PushSubscription(
                    id=ids.new_id(),
                    person=f"citizen:{uuid4()}",
                    endpoint=f"http://127.0.0.1:{port}/{n}",
                    p256dh=p256dh,
                    auth=auth,
                    language="fr",
                    created_at=system_clock(),
                )  # fmt: skip
            )
        _put("push", lambda n: f"http://127.0.0.1:{port}/{n}", session, count)

    pusher = WebPusher({"endpoint": "http://x", "keys": {"p256dh": p256dh, "auth": auth}})

    def encrypted() -> bytes:
        return bytes(pusher.encode(b"x" * 150, "aes128gcm")["body"])

    return Way(name="push", settings=_LOCAL, fill=fill, bare=partial(_posts, port, encrypted))


_LOCAL = {"VIGIE_NOTIFY_ALLOW_LOOPBACK": "1"}


def _webhook(port: int) -> Way:
    def fill(session: Session, count: int) -> None:
        session.execute(text("DELETE FROM webhook_endpoint"))
        wanted = webhooks.Wanted(url=f"http://127.0.0.1:{port}/")
        keyring = Keyring(secret_key=SECRET_KEY, code=CODE)
        endpoint, _ = webhooks.add(session, wanted, keyring, system_clock(), allows_loopback=True)
        chosen: UUID = endpoint.id
        _put("webhook", lambda _: str(chosen), session, count)

    def signed() -> bytes:
        sign(b"0" * 32, "msg_1", "1", b"x" * 200)
        return b"x" * 200

    return Way(name="webhook", settings=_LOCAL, fill=fill, bare=partial(_posts, port, signed))

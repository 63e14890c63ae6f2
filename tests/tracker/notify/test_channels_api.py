"""The channels over HTTP: browsers that subscribe, the provider's callbacks, one click, webhooks."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlencode
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from tests.support import towns
from tests.support.city import CONTACT, City
from tests.tracker.notify import sender, waiting
from tests.tracker.notify.peers import Relay
from tracker import ids
from tracker.notify import addresses, keys
from tracker.notify.channels import devices, replies
from tracker.notify.keyring import Keyring
from tracker.notify.models import SubscriptionRow

TWILIO = {
    "VIGIE_NOTIFY_SMS_URL": "https://api.twilio.test",
    "VIGIE_NOTIFY_SMS_ACCOUNT": "AC1",
    "VIGIE_NOTIFY_SMS_TOKEN": "secret token",
    "VIGIE_NOTIFY_SMS_FROM": "+14505550199",
    "VIGIE_NOTIFY_PUBLIC_URL": "https://lac.test",
}


@pytest.fixture
def client(town: City):
    return towns.application(town.place, town.clock, notify=TWILIO, default_jurisdiction="lac").test_client()


@pytest.fixture
def keyring(town: City) -> Keyring:
    return Keyring(secret_key=town.place.settings.secret_key, code=town.code)


def browser(endpoint: str = "https://push.exemple.org/abc") -> dict:
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    said = {"p256dh": b64(point), "auth": b64(b"0123456789abcdef")}
    return {"endpoint": endpoint, "expirationTime": None, "keys": said}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def wish(town: City, person: str, *channels: str) -> UUID:
    with town.session() as session:
        row = SubscriptionRow(
            id=ids.new_id(), subject="case", subject_key="x", person=person, language="fr",
            channels=list(channels), created_at=town.clock.now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def channels_of(town: City, wish_id: UUID) -> list[str]:
    with town.session() as session:
        found = session.execute(text("SELECT channels FROM subscription WHERE id = :id"), {"id": wish_id})
        return list(found.scalar_one())


def report_id(town: City, number: str) -> UUID:
    with town.session() as session:
        found = session.execute(text("SELECT id FROM report WHERE number = :n"), {"n": number})
        return UUID(str(found.scalar_one()))


def test_a_browser_is_told_of_one_report_until_it_says_otherwise(town: City, keyring):
    told = town.report(contact=CONTACT)
    person = f"report:{report_id(town, told['number'])}"
    wanted = wish(town, person, "email")
    with town.session() as session:
        public = keys.ensure(session, keyring, town.clock.now)
    anyone, path = town.caller(), f"/tracking/{told['number']}/{told['secret']}/push"
    assert anyone.get("/push/key").json == {"key": public}
    given = browser()
    for _ in range(2):
        assert anyone.post(path, given).status_code == 204
    with town.session() as session:
        assert devices.endpoints_of(session, person) == [given["endpoint"]]
    assert channels_of(town, wanted) == ["email", "push"]
    assert anyone.delete(f"{path}?{urlencode({'endpoint': given['endpoint']})}").status_code == 204
    with town.session() as session:
        assert devices.endpoints_of(session, person) == []
    assert channels_of(town, wanted) == ["email"]


def test_only_the_secret_opens_a_report_to_a_browser(town: City, keyring):
    told = town.report()
    with town.session() as session:
        keys.ensure(session, keyring, town.clock.now)
    assert town.caller().post(f"/tracking/{told['number']}/wrong/push", browser()).status_code == 404


@pytest.mark.parametrize(
    "spoil",
    [
        {"endpoint": "http://push.exemple.org/"},
        {"endpoint": "https://user@push.exemple.org/"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": b64(b"\x04" + b"\x01" * 64), "auth": b64(b"0" * 16)}},
        {"keys": {"p256dh": "é", "auth": "é"}},
    ],
)
def test_a_subscription_that_could_never_be_used_is_refused(town: City, keyring, spoil):
    told = town.report()
    with town.session() as session:
        keys.ensure(session, keyring, town.clock.now)
    path = f"/tracking/{told['number']}/{told['secret']}/push"
    answer = town.caller().post(path, browser() | spoil)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/push-endpoint-refused")


def test_a_person_has_ten_browsers_at_most_the_latest(town: City, keyring):
    told = town.report()
    with town.session() as session:
        keys.ensure(session, keyring, town.clock.now)
    for n in range(12):
        town.clock.advance(minutes=1)
        path = f"/tracking/{told['number']}/{told['secret']}/push"
        town.caller().post(path, browser(f"https://push.exemple.org/{n}"))
    with town.session() as session:
        kept = devices.endpoints_of(session, f"report:{report_id(town, told['number'])}")
    assert [each.rpartition("/")[2] for each in kept] == [str(n) for n in range(2, 12)]


def signed(client, path: str, form: dict[str, str], token: str = "secret token"):
    signature = replies.signature(token, f"https://lac.test{path}", form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def test_the_signature_is_the_one_that_twilio_documents():
    # twilio.com/docs/usage/webhooks/webhooks-security: its own example.
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234",
        "From": "+14158675310", "To": "+18005551212",
    }  # fmt: skip
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert replies.signature("12345", url, form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize("word", ["ARRET", "Arrêt", " stop. ", "STOP"])
def test_whoever_texts_stop_gets_no_text_and_start_takes_it_back(town: City, client, word):
    form = {"From": "+14505550100", "Body": word, "MessageSid": "SM1"}
    assert signed(client, "/api/v1/sms/inbound", form).status_code == 204
    with town.session() as session:
        assert addresses.is_suppressed(session, "sms", "+14505550100")
    signed(client, "/api/v1/sms/inbound", form | {"Body": "start"})
    with town.session() as session:
        assert not addresses.is_suppressed(session, "sms", "+14505550100")


def test_other_words_are_kept_once(town: City, client):
    form = {"From": "+14505550100", "Body": "Merci beaucoup", "MessageSid": "SM1"}
    for _ in range(2):
        signed(client, "/api/v1/sms/inbound", form)
    with town.session() as session:
        assert session.execute(text("SELECT raw FROM inbound_message")).scalars().all() == [b"Merci beaucoup"]


def test_what_is_not_signed_changes_nothing(town: City, client):
    form = {"From": "+14505550100", "Body": "STOP"}
    assert signed(client, "/api/v1/sms/inbound", form, token="guess").status_code == 403
    assert client.post("/api/v1/sms/inbound", data=form).status_code == 403
    with town.session() as session:
        assert not addresses.is_suppressed(session, "sms", "+14505550100")


@pytest.mark.parametrize(
    ("status", "code", "expected", "silences"),
    [
        ("undelivered", "30003", "failed", False),
        ("undelivered", "30006", "failed", True),
        ("failed", "30005", "failed", True),
        ("delivered", "", "sent", False),
    ],
)
def test_the_network_tells_what_became_of_a_text(
    town: City, client, keyring, status, code, expected, silences
):
    with town.session() as session:
        delivery = waiting.put(session, town.clock.now, "sms", "+14505550100")
        session.execute(text("UPDATE delivery SET status = 'sent'"))
    path = f"/api/v1/sms/status/{keyring.token('sms-status', delivery)}"
    form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code}
    assert signed(client, path, form).status_code == 204
    assert waiting.rows(town)[0].status == expected
    with town.session() as session:
        assert addresses.is_suppressed(session, "sms", "+14505550100") == silences


def test_a_callback_settles_a_hand_off_whose_answer_was_lost(town: City, client, keyring):
    with town.session() as session:
        delivery = waiting.put(session, town.clock.now, "sms", "+14505550100")
        session.execute(text("UPDATE delivery SET unsure = true, attempts = 1"))
    path = f"/api/v1/sms/status/{keyring.token('sms-status', delivery)}"
    signed(client, path, {"MessageSid": "SM1", "MessageStatus": "sent"})
    assert waiting.rows(town, "status, provider_id")[0][2:] == ("sent", "SM1")


def test_one_click_ends_the_e_mails_and_opening_the_link_does_not(
    town: City, relay: Relay, mail, client, keyring
):
    person = f"citizen:{ids.new_id()}"
    wanted = wish(town, person, "email", "sms")
    with town.session() as session:
        waiting.put(session, town.clock.now, "email", "ana@courriel.test", person=person)
    sender.send(town, mail)
    link = str(relay.taken[0].mail["List-Unsubscribe"]).strip("<> ")
    path = link.removeprefix("https://lac.test")
    shown = client.get(path)
    assert shown.status_code == 200
    assert "Ne plus m’écrire" in shown.text
    assert channels_of(town, wanted) == ["email", "sms"]
    for _ in range(2):  # as a mail program does (RFC 8058 §3.1): no cookie, no page before
        done = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    with town.session() as session:
        ended = text("SELECT ended_at IS NOT NULL FROM subscription WHERE id = :wish")
        assert session.scalar(ended, {"wish": wanted})
    # Not the last letter: some of its bits say nothing.
    forged = path[:-2] + ("b" if path[-2] == "a" else "a") + path[-1]
    assert client.post(forged).status_code == 404


def test_a_person_without_another_channel_is_left_alone(town: City, client, keyring):
    person = f"citizen:{ids.new_id()}"
    wish(town, person, "email")
    with town.session() as session:
        waiting.put(session, town.clock.now, "email", "ana@courriel.test", person=person)
        waiting.put(session, town.clock.now, "email", "bob@courriel.test")
        notice = session.execute(text("SELECT id FROM notice ORDER BY id")).scalars().first()
    assert client.post(f"/desabonnement/{keyring.token('unsubscribe', notice)}").status_code == 200
    with town.session() as session:
        assert session.execute(text("SELECT ended_at IS NOT NULL FROM subscription")).scalar_one()
    assert [row.status for row in waiting.rows(town)] == ["dropped", "waiting"]


def test_a_webhook_is_added_listed_enabled_told_again_and_removed(town: City):
    admin = town.caller("admin")
    made = admin.post("/webhooks", {"url": "https://sig.exemple.org/vigie", "label": "SIG"})
    assert made.status_code == 201
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made.json["secret"])
    (listed,) = admin.get("/webhooks").json["webhooks"]
    assert "secret" not in listed
    path = f"/webhooks/{made.json['id']}"
    assert admin.post(f"{path}/enable").json["enabled"] is True
    town.report()
    again = admin.post(f"{path}/replay", {"since": "2026-05-01T00:00:00Z"})
    assert again.json["queued"] >= 1
    assert admin.delete(path).status_code == 204
    assert admin.get("/webhooks").json == {"webhooks": []}
    assert {row.status for row in waiting.rows(town)} == {"dropped"}


@pytest.mark.parametrize("url", ["http://exemple.org/", "https://u:p@exemple.org/", "ftp://exemple.org/"])
def test_a_webhook_that_is_not_public_https_is_refused(town: City, url):
    answer = town.caller("admin", language="en").post("/webhooks", {"url": url})
    assert (answer.status_code, answer.json["title"]) == (422, "Address refused")


def test_the_follow_up_page_has_the_button_and_the_worker_is_served(town: City, client):
    told = town.report()
    page = client.get(f"/suivi/{told['number']}/{told['secret']}")
    assert "data-push-on" in page.text
    assert 'src="/static/js/citizen/push.js"' in page.text
    worker = client.get("/sw.js")
    assert worker.mimetype in ("text/javascript", "application/javascript")
    assert b"showNotification" in worker.data
    worker.close()

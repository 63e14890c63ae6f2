"""E-mail against a relay that really parses: what is written, and a relay that goes down for six hours."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.support.city import City
from tests.tracker.notify import peers, sender, waiting
from tests.tracker.notify.peers import FAILURES, Relay
from tracker import db
from tracker.notify import claims, queue, sending
from tracker.notify.keyring import Keyring

PEOPLE = [(f"personne{n}@courriel.test", "fr" if n % 2 else "en") for n in range(8)]


def put(town: City, address: str, **facts):
    with town.session() as session:
        return waiting.put(session, town.clock.now, "email", address, **facts)


def statuses(town: City) -> list[str]:
    return [row.status for row in waiting.rows(town)]


def six_hours_of_notices(town: City, settings: dict[str, str]) -> None:
    """Say one thing to everybody each hour, and try to send every ten minutes."""
    for hour in range(6):
        for address, language in PEOPLE:
            put(town, address, language=language, n=hour)
        for _ in range(6):
            sender.send(town, settings)
            town.clock.advance(minutes=10)


def drain(town: City, settings: dict[str, str]) -> None:
    """Send until nothing waits, or two hours have gone by."""
    for _ in range(24):
        sender.send(town, settings)
        if "waiting" not in statuses(town):
            return
        town.clock.advance(minutes=5)


def plain(mail) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def page(mail) -> str:
    return str(mail.get_body(("html",)).get_content())


def check_arrived(relay: Relay, hours: int = 6) -> None:
    """Check that everybody got everything once, in order, in their language."""
    arrived = relay.once()
    assert len(arrived) == hours * len(PEOPLE)
    for address, language in PEOPLE:
        theirs = [each.mail for each in arrived if each.recipient == address]
        assert [each["Subject"] for each in theirs] == [
            waiting.SAID[language][0].format(n=n) for n in range(hours)
        ]
        assert {each["Content-Language"] for each in theirs} == {f"{language}-CA"}
        bodies = [plain(each) for each in theirs]
        assert all(waiting.SAID[language][1].format(n=n) in body for n, body in enumerate(bodies))


@pytest.mark.parametrize("failure", FAILURES)
def test_a_relay_that_is_down_for_six_hours_then_gets_everything_once_in_order(
    town: City, relay: Relay, mail, failure
):
    relay.start(failure)
    mail["VIGIE_NOTIFY_TIMEOUT_S"] = "0.4"
    six_hours_of_notices(town, mail)
    assert relay.taken == []
    assert set(statuses(town)) == {"waiting"}
    relay.start()
    drain(town, mail)
    assert set(statuses(town)) == {"sent"}
    assert len(relay.taken) == 6 * len(PEOPLE)  # not one twice, even before Message-IDs are compared
    check_arrived(relay)


def test_a_sender_killed_at_work_loses_nothing_and_repeats_under_the_same_id(town: City, relay: Relay, mail):
    for hour in range(2):
        for address, language in PEOPLE:
            put(town, address, language=language, n=hour)
    relay.slow_s = 0.02
    killed = 0
    while relay.taken == [] or "waiting" in statuses(town):
        process, already = sender.started(town, mail), len(relay.taken)
        while len(relay.taken) < already + 7 and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        town.clock.advance(minutes=6)  # the claim of the dead ends
        assert killed < 20
    assert killed >= 2
    assert set(statuses(town)) == {"sent"}
    assert len(relay.taken) - len(relay.once()) <= killed  # one in doubt for each death, no more
    check_arrived(relay, 2)


def test_four_senders_side_by_side_never_send_the_same(town: City, relay: Relay, mail):
    for hour in range(6):
        for address, language in PEOPLE:
            put(town, address, language=language, n=hour)
    relay.slow_s = 0.01
    together = threading.Barrier(4)

    def work() -> int:
        engine, made = (
            db.make_engine(town.place.settings.database_url, pool_size=1),
            sender.channels(town, mail),
        )
        made["email"].addresses, made["email"].run = 3, 2
        together.wait()
        sent = sending.send_due(engine, town.code, made, town.clock.now).sent
        engine.dispose()
        return sent

    with ThreadPoolExecutor(4) as pool:
        shares = [each.result() for each in [pool.submit(work) for _ in range(4)]]
    sender.send(town, mail)  # what the last of them still held when the others had nothing left to do
    assert sum(share > 0 for share in shares) >= 2
    assert len(relay.taken) == 6 * len(PEOPLE)
    check_arrived(relay)


def test_a_connection_that_breaks_between_the_dot_and_the_answer_is_repeated_under_the_same_id(
    town: City, relay: Relay, mail
):
    put(town, PEOPLE[0][0])
    relay.dies_before_answering = 1
    assert sender.send(town, mail).down == ["email"]
    assert waiting.rows(town, "unsure, attempts")[0][2:] == (True, 1)
    town.clock.advance(minutes=5)
    sender.send(town, mail)
    first, second = relay.taken
    assert first.mail.as_bytes() == second.mail.as_bytes()  # to the byte: what a relay signs stays signed
    assert len(relay.once()) == 1


def test_what_an_e_mail_says_of_itself(town: City, relay: Relay, mail):
    case, report = uuid4(), uuid4()
    delivery = put(town, "ana@courriel.test", case_id=case, report_id=report, event_seq=3)
    sender.send(town, mail)
    (taken,) = relay.taken
    said = taken.mail
    assert said["From"] == "Ville de Lac-aux-Sables <info@lac.test>"
    assert said["Message-ID"] == f"<{delivery}@lac.test>"
    assert said["Auto-Submitted"] == "auto-generated"
    assert said["References"] == f"<case.{case}.{report}@lac.test>"
    assert said["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert said["List-Unsubscribe"].startswith("<https://lac.test/desabonnement/")
    keyring = channels_keyring(town)
    reply = said["Reply-To"].addresses[0]
    assert reply.domain == "reponse.lac.test"
    assert keyring.read("reply", reply.username.removeprefix("reply+")) == report
    bounce, _, domain = taken.sender.partition("@")
    assert domain == "reponse.lac.test"
    assert keyring.read("bounce", bounce.removeprefix("bounce+")) == delivery
    html = page(said)
    assert '<html lang="fr-CA">' in html
    assert 'href="https://ville.test/suivi/LC-2026-00001/cle"' in html
    assert plain(said).startswith("Bonjour,")
    assert said["Date"].datetime == town.clock.now


def channels_keyring(town: City):
    return Keyring(secret_key=town.place.settings.secret_key, code=town.code)


def test_a_mailbox_that_does_not_exist_is_not_written_to_again(town: City, relay: Relay, mail):
    relay.answers = {"parti@courriel.test": "550 5.1.1 no such user"}
    for n in range(3):
        put(town, "parti@courriel.test", n=n)
    put(town, "ana@courriel.test")
    sender.send(town, mail)
    assert statuses(town) == ["failed", "dropped", "dropped", "sent"]
    put(town, "PARTI@courriel.test".replace("PARTI", "parti"))
    sender.send(town, mail)
    assert statuses(town)[-1] == "dropped"


def test_a_message_that_is_refused_is_not_the_end_of_the_address(town: City, relay: Relay, mail):
    relay.answers = {"ana@courriel.test": "DATA 554 5.7.1 looks like spam"}
    put(town, "ana@courriel.test", n=1)
    sender.send(town, mail)
    relay.answers = {}
    put(town, "ana@courriel.test", n=2)
    sender.send(town, mail)
    assert statuses(town) == ["failed", "sent"]


def test_greylisting_is_waited_out_in_order(town: City, relay: Relay, mail):
    relay.answers = {"ana@courriel.test": "451 4.7.1 greylisted, come back"}
    for n in range(3):
        put(town, "ana@courriel.test", n=n)
    put(town, "bob@courriel.test", n=9)
    sender.send(town, mail)
    assert statuses(town) == ["waiting", "waiting", "waiting", "sent"]
    relay.answers = {}
    sender.send(town, mail)
    assert len(relay.taken) == 1  # not before its time
    town.clock.advance(minutes=3)
    sender.send(town, mail)
    assert [each.mail["Subject"][-1] for each in relay.taken[1:]] == ["0", "1", "2"]


def test_after_three_days_it_is_parked_with_the_reason_and_can_be_tried_again(town: City, relay: Relay, mail):
    relay.answers = {"ana@courriel.test": "450 4.2.0 mailbox busy"}
    put(town, "ana@courriel.test")
    began = town.clock.now
    while statuses(town) == ["waiting"]:
        sender.send(town, mail)
        town.clock.advance(minutes=60)
        assert town.clock.now - began < timedelta(days=4)
    assert town.clock.now - began > timedelta(days=3)
    (row,) = waiting.rows(town)
    assert row.status == "failed"
    assert row.error.startswith("given up after 3 days: RCPT TO: 450")
    assert 40 < row.attempts < 80
    relay.answers = {}
    with town.session() as session:
        assert queue.retry(session, town.clock.now) == 1
    sender.send(town, mail)
    assert statuses(town) == ["sent"]


def test_a_relay_whose_certificate_is_not_the_one_trusted_gets_nothing(
    town: City, relay: Relay, mail, tmp_path
):
    other, _ = peers.certificate(tmp_path)
    put(town, "ana@courriel.test")
    told = sender.send(town, mail | {"VIGIE_NOTIFY_SMTP_CA": str(other)})
    assert told.down == ["email"]
    assert relay.taken == []
    assert "CERTIFICATE_VERIFY_FAILED" in waiting.rows(town)[0].error


def test_a_wrong_password_stops_the_channel_and_blames_nobodys_message(
    town: City, relay: Relay, mail, tmp_path
):
    (tmp_path / "wrong").write_text("x")
    put(town, "ana@courriel.test")
    told = sender.send(town, mail | {"VIGIE_NOTIFY_SMTP_PASSWORD_FILE": str(tmp_path / "wrong")})
    assert told.down == ["email"]
    assert waiting.rows(town)[0][2:4] == ("waiting", 0)


HOSTILE = (
    "Objet\r\nBcc: tous@courriel.test",
    "Objet\nX-Evil: 1\n\n<script>alert(1)</script>",
    "\u2028\u2029\x0b\x0c\x1c\x85Bcc: tous@courriel.test",
    "=?utf-8?q?a=0D=0ABcc:_x@y.test?=",
    "<script>alert(1)</script>" * 50,
    "",
)


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_in_a_notice_becomes_a_header_or_markup(town: City, relay: Relay, mail, said):
    put(town, "ana@courriel.test", subject=said, body=said + "\r\n.\r\nQUIT\r\n", short=said)
    sender.send(town, mail)
    (taken,) = relay.taken
    assert taken.recipient == "ana@courriel.test"
    assert taken.mail["Bcc"] is None
    assert taken.mail["X-Evil"] is None
    assert "<script>" not in page(taken.mail)
    assert "QUIT" in plain(taken.mail)


@pytest.mark.parametrize(
    "address",
    ["ana@courriel.test\r\nRCPT TO:<x@y.test>", "a b@c.test", "@", "ana", "a@b@c", "é@courriel.test"],
)
def test_an_address_that_cannot_be_one_reaches_no_relay(town: City, relay: Relay, mail, address):
    put(town, address)
    sender.send(town, mail)
    assert relay.taken == []
    assert statuses(town) == ["failed"]


def test_a_body_of_a_megabyte_arrives_cut(town: City, relay: Relay, mail):
    put(town, "ana@courriel.test", body="é" * 1_000_000, subject="x" * 1_000_000)
    sender.send(town, mail)
    (taken,) = relay.taken
    assert len(plain(taken.mail)) < 101_000
    assert len(taken.mail["Subject"]) == 200


def test_what_is_held_for_the_night_does_not_stop_what_is_urgent(town: City, relay: Relay, mail):
    morning = town.clock.now + timedelta(hours=8)
    put(town, "ana@courriel.test", n=1, not_before=morning)
    put(town, "ana@courriel.test", n=2)
    sender.send(town, mail)
    assert statuses(town) == ["waiting", "sent"]
    town.clock.now = morning
    sender.send(town, mail)
    assert statuses(town) == ["sent", "sent"]


def test_a_claim_that_was_lost_changes_nothing(town: City, relay: Relay, mail):
    put(town, "ana@courriel.test")
    with town.session() as session:
        ((message,), until) = claims.claim(session, "email", town.clock.now, addresses=5, run=5)
    town.clock.advance(minutes=6)
    sender.send(town, mail)
    with town.session() as session:
        late = town.clock.now + timedelta(hours=1)
        assert not claims.record_later(session, message, until, late, "late", is_unsure=False)
        assert session.execute(text("SELECT status FROM delivery")).scalar_one() == "sent"

"""`vigie notify` at the terminal, over the town's own database and a real relay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.support.city import City
from tests.tracker.notify import waiting
from tests.tracker.notify.peers import Relay
from tracker.cli import main
from tracker.notify.keyring import Keyring


@pytest.fixture
def vigie(town: City, mail: dict[str, str]):
    environ = mail | {
        "VIGIE_DATABASE_URL": town.place.settings.database_url,
        "VIGIE_SECRET_KEY": town.place.settings.secret_key,
        "VIGIE_JURISDICTION": town.code,
        "LC_ALL": "en_CA.UTF-8",
    }

    def run(*words: str, given: bytes | None = None) -> Result:
        return CliRunner().invoke(main, ["notify", *words], env=environ, input=given)

    return run


def put(town: City, address: str) -> None:
    # The command knows the real time only.
    with town.session() as session:
        waiting.put(session, datetime.now(UTC) - timedelta(minutes=1), "email", address)


def test_what_waits_is_sent_and_told(town: City, relay: Relay, vigie):
    put(town, "ana@courriel.test")
    assert vigie("check").output.startswith("email\tok\tanswers")
    assert "email\twaiting\t1" in vigie("status").output
    done = vigie("send")
    assert (done.exit_code, len(relay.taken)) == (0, 1), done.output
    assert "email\tsent\t1" in vigie("status").output


def test_a_relay_that_is_down_is_told_by_name_and_can_be_tried_again(town: City, relay: Relay, vigie):
    relay.stop()
    put(town, "ana@courriel.test")
    told = vigie("send")
    assert told.exit_code == 1
    assert "down: email" in told.output
    assert vigie("check").exit_code == 1
    assert "email\tdown\t1" in vigie("status").output
    relay.start()
    assert vigie("retry").exit_code == 0  # opens the channel
    assert vigie("send").exit_code == 0
    assert len(relay.taken) == 1


def test_keys_are_made_once(town: City, vigie):
    first, second = vigie("keys").output, vigie("keys").output
    assert first == second
    assert len(first.strip()) == 87


def test_a_program_is_added_listed_and_told_again(town: City, vigie):
    town.report()
    made = vigie("webhook", "add", "https://sig.exemple.org/", "--label", "SIG")
    assert made.exit_code == 0, made.output
    name, secret = made.output.split()
    assert secret.startswith("whsec_")
    assert f"{name}\tok\thttps://sig.exemple.org/\tSIG" in vigie("webhook", "list").output
    assert vigie("replay", name, "--since", "2026-01-01").exit_code == 0
    refused = vigie("webhook", "add", "http://127.0.0.1/")
    assert refused.exit_code == 1
    assert "public one" in refused.output


def test_mail_on_standard_input_is_set_aside_and_listed_when_nothing_matches(town: City, vigie):
    raw = b"From: bob@courriel.test\r\nTo: info@lac.test\r\nMessage-ID: <1@x>\r\n\r\nBonjour\r\n"
    told = vigie("receive", "--recipient", "info@lac.test", given=raw)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("quarantined")
    assert "bob@courriel.test" in vigie("inbox").output


def test_an_answer_is_not_lost_when_this_installation_has_no_conversation(town: City, vigie):
    number = town.report(contact={"name": "Ana", "email": "ana@courriel.test"})["number"]
    with town.session() as session:
        report = session.execute(text("SELECT id FROM report WHERE number = :n"), {"n": number}).scalar_one()
    keyring = Keyring(secret_key=town.place.settings.secret_key, code=town.code)
    to = f"reply+{keyring.token('reply', report)}@reponse.lac.test"
    raw = f"From: ana@courriel.test\r\nTo: {to}\r\nMessage-ID: <2@x>\r\n\r\nEncore\r\n".encode()
    told = vigie("receive", given=raw)
    assert told.exit_code == 0
    with town.session() as session:
        kept = session.execute(text("SELECT outcome, raw IS NULL FROM inbound_message")).one()
    assert kept.outcome in ("reply", "quarantined")
    assert kept.outcome == "reply" or not kept[1]


def test_a_database_that_is_down_makes_the_mail_system_keep_the_message(town: City, vigie, monkeypatch):
    from tracker.notify.inbound import service

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(service, "take_in", broken)
    assert vigie("receive", given=b"From: a@b.test\r\n\r\nx").exit_code == 75

"""E-mail that comes back: answers reach their case once, machines are not listened to, nothing is lost."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.support.city import City
from tests.tracker.notify import sender, waiting
from tests.tracker.notify.peers import Relay
from tracker.notify import addresses
from tracker.notify.channels.letter import Letterhead
from tracker.notify.inbound import maildir, service
from tracker.notify.inbound.service import Envelope, Result
from tracker.notify.keyring import Keyring

ANA = "ana@courriel.test"


@dataclass
class Conversation:
    """Where the words go; as tracker.thread's is called."""

    said: list[tuple[UUID, str]] = field(default_factory=list)
    refuses: bool = False

    def __call__(self, session, report_id, text, now, *, channel):
        assert channel == "email"
        if self.refuses:
            raise ValueError("case closed")
        self.said.append((report_id, text))


@pytest.fixture
def conversation() -> Conversation:
    return Conversation()


@pytest.fixture
def head(town: City) -> Letterhead:
    return Letterhead(
        sender="Ville <info@lac.test>",
        reply_domain="reponse.lac.test",
        public_url="https://lac.test",
        keyring=Keyring(secret_key=town.place.settings.secret_key, code=town.code),
    )


@pytest.fixture
def report(town: City) -> UUID:
    number = town.report(contact={"name": "Ana", "email": ANA})["number"]
    with town.session() as session:
        found = session.execute(text("SELECT id FROM report WHERE number = :n"), {"n": number})
        return UUID(str(found.scalar_one()))


def letter(
    to: str, body: str = "Le trou est encore là.\n", sender_: str = ANA, **headers: str
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender_, to
    mail["Subject"] = "Re: Votre signalement"
    mail["Message-ID"] = headers.pop("Message_ID", f"<{random.getrandbits(64):x}@courriel.test>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


def take(town: City, head: Letterhead, mail: EmailMessage | bytes, conversation, **envelope) -> Result:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    with town.session() as session:
        return service.take_in(session, raw, Envelope(**envelope), head, town.clock.now, receive=conversation)


def kept(town: City) -> list[tuple[str, bool]]:
    with town.session() as session:
        rows = session.execute(text("SELECT outcome, raw IS NOT NULL FROM inbound_message ORDER BY id"))
        return [tuple(row) for row in rows]


def test_an_answer_to_a_real_e_mail_reaches_its_report_in_the_persons_own_words(
    town: City, relay: Relay, mail, head, report, conversation
):
    with town.session() as session:
        waiting.put(session, town.clock.now, "email", ANA, report_id=report)
    sender.send(town, mail)
    (arrived,) = relay.taken
    body = (
        "Le trou est encore là, merci de revenir.\n\n"
        "Le lun. 4 mai 2026 à 09:00, Ville <info@lac.test> a écrit :\n"
        "> Bonjour,\n>\n> Une équipe est passée.\n"
    )
    answer = letter(str(arrived.mail["Reply-To"]), body, In_Reply_To=arrived.id)
    told = take(town, head, answer, conversation)
    assert told == Result(outcome="reply", report_id=report)
    assert conversation.said == [(report, "Le trou est encore là, merci de revenir.")]
    assert kept(town) == [("reply", False)]


def test_the_same_answer_delivered_twice_is_heard_once(town: City, head, report, conversation):
    answer = letter(head.reply_to(report))
    assert take(town, head, answer, conversation).outcome == "reply"
    assert take(town, head, answer, conversation).outcome == "duplicate"
    assert len(conversation.said) == 1


@pytest.mark.parametrize("where", ["To", "envelope", "References", "Delivered-To"])
def test_the_report_is_found_wherever_the_mail_system_left_it(town: City, head, report, conversation, where):
    with town.session() as session:
        delivery = waiting.put(session, town.clock.now, "email", ANA, report_id=report)
    address = head.reply_to(report).upper()
    answer = {
        "To": lambda: take(town, head, letter(address), conversation),
        "envelope": lambda: take(town, head, letter("info@lac.test"), conversation, recipient=address),
        "References": lambda: take(
            town, head, letter("info@lac.test", References=head.message_id(delivery)), conversation
        ),
        "Delivered-To": lambda: take(town, head, letter("info@lac.test", Delivered_To=address), conversation),
    }[where]()
    assert answer.outcome == "reply", answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x@y.test"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "1"},
        {"List_Id": "<liste.test>"},
        {"List_Unsubscribe": "<https://liste.test>"},
        {"Return_Path": "<>"},
        {"Message_ID": "<00000000-0000-7000-8000-000000000000@lac.test>"},
        {"sender_": "MAILER-DAEMON@courriel.test"},
        {"sender_": "no-reply@courriel.test"},
        {"sender_": "info@lac.test"},
    ],
)
def test_machines_are_not_listened_to_and_not_answered(town: City, head, report, conversation, headers):
    told = take(town, head, letter(head.reply_to(report), **headers), conversation)
    assert told.outcome == "ignored"
    assert conversation.said == []
    assert waiting.rows(town) == []


def test_an_explicit_no_to_auto_submitted_is_a_person(town: City, head, report, conversation):
    told = take(town, head, letter(head.reply_to(report), Auto_Submitted="no"), conversation)
    assert told.outcome == "reply"


def test_a_null_return_path_on_the_envelope_is_a_machine(town: City, head, report, conversation):
    told = take(town, head, letter(head.reply_to(report)), conversation, return_path="<>")
    assert told.outcome == "ignored"


def tampered(address: str, place: int = 8) -> str:
    letters = list(address)
    letters[place] = "a" if letters[place] != "a" else "b"
    return "".join(letters)


@pytest.mark.parametrize("place", [6, 20, 40, 46])
def test_a_changed_token_opens_nothing_and_the_message_is_kept(town: City, head, report, conversation, place):
    address = tampered(head.reply_to(report), place)
    told = take(town, head, letter(address), conversation)
    assert told.outcome == "quarantined"
    assert conversation.said == []
    assert kept(town) == [("quarantined", True)]


def test_somebody_else_who_has_the_address_is_told_so_once_a_day_and_can_be_let_in(
    town: City, head, report, conversation
):
    for _ in range(3):
        told = take(town, head, letter(head.reply_to(report), sender_="bob@courriel.test"), conversation)
        assert (told.outcome, told.reason) == ("quarantined", "not the address of this report")
    (regret,) = waiting.rows(town)
    assert regret.address == "bob@courriel.test"
    town.clock.advance(days=1, minutes=1)
    take(town, head, letter(head.reply_to(report), sender_="bob@courriel.test"), conversation)
    assert len(waiting.rows(town)) == 2
    with town.session() as session:
        first = service.quarantined(session)[0]
        number = session.execute(text("SELECT number FROM report")).scalar_one()
        released = service.release(session, first.id, number, town.clock.now, receive=conversation)
        assert released is not None
    assert conversation.said == [(report, "Le trou est encore là.")]


def test_a_token_of_another_purpose_or_town_is_no_token(town: City, head, report, conversation):
    elsewhere = Keyring(secret_key=head.keyring.secret_key, code="ailleurs")
    for token in (head.keyring.token("bounce", report), elsewhere.token("reply", report)):
        told = take(town, head, letter(f"reply+{token}@reponse.lac.test"), conversation)
        assert told.outcome == "quarantined"


def test_what_the_conversation_refuses_is_kept(town: City, head, report, conversation):
    conversation.refuses = True
    told = take(town, head, letter(head.reply_to(report)), conversation)
    assert told.outcome == "quarantined"
    assert "case closed" in told.reason
    assert kept(town) == [("quarantined", True)]


def test_attachments_are_named_and_the_message_is_kept_whole(town: City, head, report, conversation):
    answer = letter(head.reply_to(report), "Voici une photo.\n")
    answer.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="trou\r\n é.jpg")
    take(town, head, answer, conversation)
    ((_, said),) = conversation.said
    assert said.startswith("Voici une photo.")
    assert "Pièces jointes au courriel" in said
    assert "jpg" in said
    assert kept(town) == [("reply", True)]


def test_an_answer_in_html_alone_is_read(town: City, head, report, conversation):
    answer = letter(head.reply_to(report))
    page = "<style>p{}</style><p>Toujours &laquo;&nbsp;l&agrave;&nbsp;&raquo;</p>"
    answer.set_content(page, subtype="html")
    take(town, head, answer, conversation)
    assert conversation.said[0][1] == "Toujours «\xa0là\xa0»"


def test_an_english_answer_is_cut_from_what_it_quotes(town: City, head, report, conversation):
    body = "Still there.\n\nOn Mon, May 4, 2026 at 9:00 AM City <info@lac.test> wrote:\n> A crew came by.\n"
    take(town, head, letter(head.reply_to(report), body), conversation)
    assert conversation.said[0][1] == "Still there."


def report_of_failure(to: str, status: str, action: str = "failed") -> bytes:
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.test>\r\nTo: {to}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{random.getrandbits(64):x}@mx.test>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {ANA}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("status", "action", "outcome", "silences"),
    [
        ("5.1.1", "failed", "bounce", True),
        ("5.2.1", "failed", "bounce", True),
        ("5.2.2", "failed", "bounce", False),
        ("4.4.7", "failed", "bounce", False),
        ("4.4.1", "delayed", "ignored", False),
    ],
)
def test_a_delivery_report_tells_on_the_address_when_it_is_to_blame(
    town: City, relay: Relay, mail, head, conversation, status, action, outcome, silences
):
    with town.session() as session:
        waiting.put(session, town.clock.now, "email", ANA)
    sender.send(town, mail)
    raw = report_of_failure(relay.taken[0].sender, status, action)
    assert take(town, head, raw, conversation).outcome == outcome
    assert waiting.rows(town)[0].status == ("failed" if outcome == "bounce" else "sent")
    with town.session() as session:
        assert addresses.is_suppressed(session, "email", ANA) == silences


def test_a_forged_delivery_report_silences_nobody(town: City, relay: Relay, mail, head, conversation):
    with town.session() as session:
        waiting.put(session, town.clock.now, "email", ANA)
    sender.send(town, mail)
    for to in ("info@lac.test", tampered(relay.taken[0].sender, 12)):
        assert take(town, head, report_of_failure(to, "5.1.1"), conversation).outcome == "ignored"
    assert waiting.rows(town)[0].status == "sent"


def test_whatever_the_bytes_nothing_is_raised_and_nothing_is_lost(town: City, head, report, conversation):
    dice = random.Random(7)
    sound = letter(head.reply_to(report)).as_bytes()
    seeds = [sound, report_of_failure("bounce+x@reponse.lac.test", "5.1.1"), b"", b"\x00" * 100]
    seeds += [b"From: =?x?q?=\r\nTo: <<<>>>\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff"]
    seeds += [b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--\r\n", b"A" * 1_000_000]
    for n in range(150):
        raw = bytearray(dice.choice(seeds)) or bytearray(b"x")
        for _ in range(dice.randint(0, 30)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        told = take(town, head, bytes(raw) + str(n).encode(), conversation)
        assert told.outcome in ("reply", "ignored", "quarantined", "bounce", "duplicate")


def test_what_is_set_aside_expires(town: City, head, report, conversation):
    take(town, head, letter("quelquun@lac.test"), conversation)
    with town.session() as session:
        assert service.purge(session, town.clock.now + timedelta(days=89)) == 0
        assert service.purge(session, town.clock.now + timedelta(days=91)) == 1
    assert kept(town) == []


def test_a_maildir_is_emptied_once_and_a_failure_leaves_the_message(tmp_path: Path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for n in range(3):
        (tmp_path / "new" / f"{n}.host").write_bytes(b"message %d" % n)
    seen: list[bytes] = []

    def handle(raw: bytes) -> None:
        if raw.endswith(b"1") and len(seen) < 2:
            seen.append(b"failed")
            raise OSError("the database is down")
        seen.append(raw)

    with pytest.raises(OSError, match="database"):
        maildir.take(tmp_path, handle)
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == ["1.host", "2.host"]
    assert maildir.take(tmp_path, handle) == 2
    filed = sorted(each.name for each in (tmp_path / "cur").iterdir())
    assert filed == [f"{n}.host:2,S" for n in range(3)]

"""`vigie notify`: the channels by which notices leave, and what comes back."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click

from tracker.cli import notify_webhooks
from tracker.cli.notify_places import Town, opened
from tracker.cli.text import Failure, Group, pick, say
from tracker.clock import system_clock
from tracker.notify import addresses, checking, keys, queue, sending
from tracker.notify.channels import opening
from tracker.notify.inbound import maildir
from tracker.notify.inbound import service as inbound
from tracker.notify.inbound.service import Envelope
from tracker.thread import service as thread

TEMPORARY_FAILURE = 75  # sysexits.h EX_TEMPFAIL: the mail system keeps the message and tries again
JURISDICTION = click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
CHANNELS = click.Choice(("email", "sms", "push", "webhook"))


@click.group(cls=Group, fr="Les canaux par lesquels partent les avis, et ce qui en revient.")
def notify() -> None:
    """The channels by which notices leave, and what comes back."""


notify.add_command(notify_webhooks.webhook)
notify.add_command(notify_webhooks.replay)


@notify.command(fr="Envoie ce qui est dû maintenant ; `vigie worker` le fait sans cesse.")
@JURISDICTION
def send(jurisdiction: str | None) -> None:
    """Send what is due now; `vigie worker` does so all the time."""
    with opened(jurisdiction) as town:
        tally = sending.send_due(town.engine, town.code, town.channels(), system_clock())
    say(
        fr=f"{tally.sent} envoyés, {tally.later} remis à plus tard, {tally.failed} échoués.",
        en=f"{tally.sent} sent, {tally.later} put off, {tally.failed} failed.",
    )
    if tally.down:
        names = ", ".join(tally.down)
        raise Failure(fr=f"en panne : {names}.", en=f"down: {names}.")


@notify.command(fr="Dit ce qui attend, ce qui est en panne, ce qui a échoué et pourquoi.")
@JURISDICTION
@click.option("--failed", "shows_failed", is_flag=True, help="chaque échec / every failure")
def status(jurisdiction: str | None, *, shows_failed: bool) -> None:
    """Tell what waits, what is down, what failed and why."""
    with opened(jurisdiction) as town, town.session() as session:
        for row in queue.counts(session):
            click.echo(f"{row['channel']}\t{row['status']}\t{row['number']}\t{row['oldest']:%Y-%m-%dT%H:%MZ}")
        for state in queue.down(session):
            click.echo(
                f"{state.channel}\tdown\t{state.failures}\t{state.since:%Y-%m-%dT%H:%MZ}\t"
                f"{state.closed_until:%Y-%m-%dT%H:%MZ}\t{state.reason}"
            )
        if shows_failed:
            for row in queue.failed(session, limit=1_000):
                click.echo(f"{row['id']}\t{row['channel']}\t{row['attempts']}\t{row['error']}")


@notify.command(fr="Essaie de nouveau ce qui a échoué, et rouvre les canaux en panne.")
@JURISDICTION
@click.option("--channel", type=CHANNELS)
@click.argument("deliveries", nargs=-1, type=click.UUID)
def retry(jurisdiction: str | None, channel: str | None, deliveries: tuple[UUID, ...]) -> None:
    """Try again what failed, and open the channels that are down."""
    with opened(jurisdiction) as town, town.session() as session:
        done = queue.retry(session, system_clock(), channel=channel, ids=deliveries or None)
    say(fr=f"{done} remis en attente.", en=f"{done} waiting again.")


@notify.command("keys", fr="Fait les clés des notifications du navigateur, une fois, et dit la clé publique.")
@JURISDICTION
def make_keys(jurisdiction: str | None) -> None:
    """Make the keys of web push, once, and tell the public one."""
    with opened(jurisdiction) as town, town.session() as session:
        click.echo(keys.ensure(session, town.keyring, system_clock()))


@notify.command(fr="Essaie chaque canal : se connecter, s’identifier, sans rien envoyer.")
@JURISDICTION
def check(jurisdiction: str | None) -> None:
    """Try each channel: connect, sign in, send nothing."""
    with opened(jurisdiction) as town, town.session() as session:
        told = checking.check(session, town.configuration)
    for each in told:
        click.echo(f"{each.channel}\t{'ok' if each.is_ok else 'x'}\t{pick(fr=each.fr, en=each.en)}")
    if not all(each.is_ok for each in told):
        raise Failure(
            fr="un canal ne répond pas comme il faut.", en="a channel does not answer as it should."
        )


@notify.command(fr="Se sert de nouveau d’une adresse qui avait rebondi ou dit arrêt.")
@JURISDICTION
@click.argument("address")
def allow(jurisdiction: str | None, address: str) -> None:
    """Use an address again that had bounced or said stop."""
    with opened(jurisdiction) as town, town.session() as session:
        mail, phone = addresses.email(address), addresses.phone(address)
        done = bool(mail and addresses.allow(session, "email", mail))
        done = bool(phone and addresses.allow(session, "sms", phone)) or done
    if not done:
        raise Failure(fr="cette adresse n’était pas écartée.", en="this address was not suppressed.")


@notify.command(fr="Reçoit un courriel sur l’entrée standard, ou tous ceux d’un Maildir.")
@JURISDICTION
@click.option("--recipient", default="", help="adresse de l’enveloppe / envelope's recipient")
@click.option("--return-path", default=None, help="expéditeur de l’enveloppe / envelope's sender")
@click.option("--maildir", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--every", type=click.IntRange(min=1), metavar="SECONDS", help="recommencer / repeat")
def receive(jurisdiction: str | None, folder: Path | None, every: int | None, **envelope: str | None) -> None:
    """Receive an e-mail on standard input, or all those of a Maildir."""
    with opened(jurisdiction) as town:
        if folder is None:
            with _mail_kept_on_failure():
                _take_in(town, sys.stdin.buffer.read(maildir.SIZE_LIMIT), envelope)
            return
        while True:
            maildir.take(folder, lambda raw: _take_in(town, raw, {}))
            if every is None:
                return
            time.sleep(every)


@contextmanager
def _mail_kept_on_failure() -> Iterator[None]:
    try:
        yield
    except Failure:
        raise
    except Exception as error:  # whatever it is, the mail system must not take the message for delivered
        click.echo(f"vigie: {type(error).__name__}", err=True)
        raise SystemExit(TEMPORARY_FAILURE) from error


def _take_in(town: Town, raw: bytes, envelope: dict[str, str | None]) -> None:
    head = opening.letterhead(town.configuration)
    if head is None:
        raise Failure(fr="VIGIE_NOTIFY_SMTP_URL n’est pas défini.", en="VIGIE_NOTIFY_SMTP_URL is not set.")
    said = Envelope(recipient=envelope.get("recipient") or "", return_path=envelope.get("return_path"))
    with town.session() as session:
        result = inbound.take_in(session, raw, said, head, system_clock(), receive=thread.receive)
    click.echo(f"{result.outcome}\t{result.reason}")


@notify.command(fr="Liste les messages mis de côté : identifiant, date, expéditeur, raison.")
@JURISDICTION
@click.option("--show", type=click.UUID, metavar="ID", help="le message entier / the whole message")
def inbox(jurisdiction: str | None, show: UUID | None) -> None:
    """List the messages that were set aside: identifier, date, sender, reason."""
    with opened(jurisdiction) as town, town.session() as session:
        for row in inbound.quarantined(session):
            if show is None:
                click.echo(f"{row.id}\t{row.received_at:%Y-%m-%dT%H:%MZ}\t{row.sender or ''}\t{row.reason}")
            elif row.id == show:
                click.echo(bytes(row.raw or b""))


@notify.command(fr="Joint un message mis de côté au signalement qu’il concerne.")
@JURISDICTION
@click.argument("message", type=click.UUID)
@click.argument("number")
def release(jurisdiction: str | None, message: UUID, number: str) -> None:
    """Hand a message that was set aside to the report it is about."""
    with opened(jurisdiction) as town, town.session() as session:
        done = inbound.release(session, message, number, system_clock(), receive=thread.receive)
    if done is None:
        raise Failure(fr="message ou signalement introuvable.", en="no such message or report.")

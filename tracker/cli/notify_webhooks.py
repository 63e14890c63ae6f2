"""`vigie notify webhook` and `vigie notify replay`: programs that hear of events."""

from datetime import UTC, datetime
from uuid import UUID

import click

from tracker.cli.notify_places import opened
from tracker.cli.text import Command, Group, say
from tracker.clock import system_clock
from tracker.notify.webhooks import service

JURISDICTION = click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")


@click.group(cls=Group, fr="Les programmes avertis des événements (Standard Webhooks).")
def webhook() -> None:
    """The programs that hear of events (Standard Webhooks)."""


@webhook.command(fr="Ajoute un programme et dit son secret, cette seule fois.")
@JURISDICTION
@click.argument("url")
@click.option("--label", default="", help="nom / name")
@click.option("--kind", "kinds", multiple=True, help="sorte d’événement, toutes si absente / kind of event")
def add(jurisdiction: str | None, url: str, label: str, kinds: tuple[str, ...]) -> None:
    """Add a program and tell its secret, this once."""
    with opened(jurisdiction) as town, town.session() as session:
        endpoint, secret = service.add(
            session,
            service.Wanted(url=url, label=label, kinds=kinds),
            town.keyring,
            system_clock(),
            allows_loopback=town.configuration.allows_loopback,
        )
        click.echo(f"{endpoint.id}\t{secret}")


@webhook.command("list", fr="Liste les programmes : identifiant, état, adresse, raison.")
@JURISDICTION
def listing(jurisdiction: str | None) -> None:
    """List the programs: identifier, state, address, reason."""
    with opened(jurisdiction) as town, town.session() as session:
        for row in service.listing(session):
            state = "disabled" if not row.enabled else "failing" if row.failing_since else "ok"
            click.echo(f"{row.id}\t{state}\t{row.url}\t{row.label}\t{row.reason or ''}")


@webhook.command(fr="Retire un programme.")
@JURISDICTION
@click.argument("identifier", type=click.UUID)
def remove(jurisdiction: str | None, identifier: UUID) -> None:
    """Remove a program."""
    with opened(jurisdiction) as town, town.session() as session:
        service.remove(session, identifier)


@webhook.command(fr="Avertit de nouveau un programme désactivé.")
@JURISDICTION
@click.argument("identifier", type=click.UUID)
def enable(jurisdiction: str | None, identifier: UUID) -> None:
    """Send to a disabled program again."""
    with opened(jurisdiction) as town, town.session() as session:
        service.enable(session, identifier)


@click.command(
    cls=Command, fr="Redit à un programme ce qu’il a manqué depuis un instant (UTC), dans l’ordre."
)
@JURISDICTION
@click.argument("identifier", type=click.UUID)
@click.option("--since", required=True, type=click.DateTime(), metavar="AAAA-MM-JJTHH:MM:SS")
@click.option("--everything", is_flag=True, help="aussi ce qu’il a reçu / also what it took")
def replay(jurisdiction: str | None, identifier: UUID, since: datetime, *, everything: bool) -> None:
    """Tell a program again what it missed since an instant (UTC), in order."""
    with opened(jurisdiction) as town, town.session() as session:
        done = service.replay(
            session, identifier, since.replace(tzinfo=UTC), system_clock(), everything=everything
        )
    say(fr=f"{done} messages remis en attente.", en=f"{done} messages waiting again.")

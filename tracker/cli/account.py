"""`vigie account`: staff and API tokens."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import IntegrityError

from tracker import db
from tracker.accounts import errors, permissions, service, tokens
from tracker.accounts.actor import SYSTEM
from tracker.cli import ready
from tracker.cli.text import Failure, Group, pick, say
from tracker.clock import system_clock

STAFF_ROLES = tuple(role for role in permissions.ROLES if role not in ("citizen", "partner", "system"))
TOKEN_ROLES = permissions.ROLES[1:]


@click.group(cls=Group, fr="Comptes du personnel et jetons des programmes.")
def account() -> None:
    """Staff accounts and programs' tokens."""


def _password() -> str:
    """Ask for a password, or read it from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    question = pick(fr="Mot de passe (10 caractères au moins)", en="Password (at least 10 characters)")
    again = pick(fr="Encore une fois", en="Again")
    return str(click.prompt(question, hide_input=True, confirmation_prompt=again, err=True))


@account.command(fr="Crée un compte avec un rôle ; le mot de passe est demandé, ou lu d’un tube.")
@click.argument("email")
@click.option("--name", required=True, help="nom / name")
@click.option("--jurisdiction", required=True, help="code")
@click.option("--role", required=True, type=click.Choice(STAFF_ROLES), help="rôle / role")
@click.option("--crew", help="code de l’équipe / of the crew")
@click.option("--language", default="fr", type=click.Choice(("fr", "en")), show_default=True)
def create(email: str, *, jurisdiction: str, role: str, crew: str | None, **person: str) -> None:
    """Create an account with a role; the password is asked for, or read from a pipe."""
    someone = service.Person(email=email, password=_password(), **person)
    with _told(), ready.application() as engine, db.transaction(engine) as session:
        staff_id = service.create_staff(session, someone)
        service.grant_role(session, staff_id, jurisdiction=jurisdiction, role=role, crew_code=crew)
    say(fr=f"Compte {email} créé.", en=f"Account {email} created.")


@account.command(fr="Ferme un compte et ses sessions.")
@click.argument("email")
def disable(email: str) -> None:
    """Close an account and its sessions."""
    with _told(), ready.application() as engine, db.transaction(engine) as session:
        service.disable(session, email, at=system_clock())
    say(fr=f"Compte {email} fermé.", en=f"Account {email} closed.")


@account.command(fr="Change un mot de passe et ferme les sessions du compte.")
@click.argument("email")
def password(email: str) -> None:
    """Change a password and end the account's sessions."""
    new = _password()
    with _told(), ready.application() as engine, db.transaction(engine) as session:
        service.set_password(session, email, new)
    say(fr=f"Mot de passe de {email} changé.", en=f"Password of {email} changed.")


@account.command(fr="Fait un jeton pour un programme ; son secret est écrit une seule fois.")
@click.argument("label")
@click.option("--jurisdiction", required=True, help="code")
@click.option("--role", required=True, type=click.Choice(TOKEN_ROLES), help="rôle / role")
@click.option("--crew", help="code de l’équipe / of the crew")
@click.option("--days", default=tokens.DEFAULT_DAYS, show_default=True, help="durée / lifetime")
def token(label: str, *, jurisdiction: str, role: str, crew: str | None, days: int) -> None:
    """Make a token for a program; its secret is written once."""
    wanted = tokens.Wanted(label=label, role=role, crew_code=crew, days=days)
    with _told(), ready.application() as engine, db.transaction(engine) as session:
        _, secret = tokens.create(session, wanted, jurisdiction=jurisdiction, by=SYSTEM, at=system_clock())
    click.echo(secret)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what can be wrong with an account into a sentence for the operator."""
    try:
        yield
    except errors.AccountError as error:
        fr = _FRENCH.get(type(error), "Ce compte ne convient pas.")
        raise Failure(fr=fr, en=str(error)) from error
    except IntegrityError as error:  # the only key these rows refer to is the jurisdiction's
        raise Failure(fr="Aucune municipalité n’a ce code.", en="No municipality has this code.") from error


_FRENCH = {
    errors.EmailTaken: "Un compte a déjà cette adresse.",
    errors.StaffUnknown: "Aucun compte n’a cette adresse.",
    errors.PasswordTooShort: "Un mot de passe compte au moins 10 caractères.",
    errors.CrewMissing: "Un compte d’équipe nomme son équipe (--crew).",
    errors.LifetimeInvalid: "Un jeton dure de 1 à 366 jours.",
}

"""`vigie jurisdiction`: the municipalities hosted here."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from tracker.cli import ready
from tracker.cli.text import Failure, Group, pick, say
from tracker.db import JurisdictionUnknown
from tracker.jurisdictions import errors, founding, service


@click.group(cls=Group, fr="Les municipalités servies ici, chacune dans son schéma.")
def jurisdiction() -> None:
    """The municipalities hosted here, each in a schema of its own."""


@jurisdiction.command(fr="Crée une municipalité, avec le catalogue et les cheminements de data.")
@click.argument("code")
@click.option("--name", required=True, help="nom / name")
@click.option("--prefix", required=True, help="début des numéros / beginning of numbers, e.g. VB")
@click.option("--zone", default="America/Toronto", show_default=True, help="fuseau horaire / time zone")
@click.option("--language", "languages", multiple=True, default=("fr", "en"), type=click.Choice(("fr", "en")))
@click.option(
    "--srid", default=32188, show_default=True, help="projection métrique / metric projection (EPSG)"
)
@click.option("--calendar", default="quebec", show_default=True, help="data/calendars")
@click.option("--host", "hosts", multiple=True, help="nom de domaine / host name")
def create(code: str, *, srid: int, **facts: str) -> None:
    """Create a municipality, with the catalogue and the workflows of data."""
    with _told(code), ready.owner(migrate=True) as engine, ready.application() as app:
        town = service.Town(code=code, metric_srid=srid, **facts)  # type: ignore[arg-type]  # click's values
        founding.found(engine, app, town, app_role=ready.app_role())
    say(fr=f"Municipalité « {code} » créée.", en=f"Municipality “{code}” created.")


@jurisdiction.command("list", fr="Liste les municipalités : code, nom, schéma.")
def listing() -> None:
    """List the municipalities: code, name, schema."""
    with ready.owner(migrate=True) as engine:
        for town in service.listing(engine):
            click.echo(f"{town.code}\t{town.name}\t{town.schema_name}")


@jurisdiction.command(fr="Supprime une municipalité avec tout ce qu’elle contient.")
@click.argument("code")
@click.option("--yes", is_flag=True, help="sans demander / without asking")
@click.option("--dry-run", is_flag=True, help="dire sans faire / tell without doing")
def drop(code: str, *, yes: bool, dry_run: bool) -> None:
    """Delete a municipality with everything in it."""
    with _told(code), ready.owner() as engine:
        if code not in {town.code for town in service.listing(engine)}:
            raise JurisdictionUnknown(code)
        if dry_run:
            say(fr=f"« {code} » serait supprimée.", en=f"“{code}” would be deleted.")
            return
        if not yes:
            click.confirm(
                pick(fr=f"Supprimer tout de « {code} » ?", en=f"Delete all of “{code}”?"), abort=True
            )
        service.drop(engine, code)
    say(fr=f"Municipalité « {code} » supprimée.", en=f"Municipality “{code}” deleted.")


@jurisdiction.command(fr="Met à jour les tables de toutes les municipalités.")
def migrate() -> None:
    """Bring the tables of every municipality up to date."""
    with ready.owner() as engine:
        service.migrate(engine, app_role=ready.app_role(), tell=lambda code: click.echo(code, err=True))


@contextmanager
def _told(code: str) -> Iterator[None]:
    """Turn what can be wrong with a municipality into a sentence for the operator."""
    try:
        yield
    except JurisdictionUnknown as error:
        raise Failure(fr=f"Aucune municipalité « {code} ».", en=f"No municipality “{code}”.") from error
    except errors.JurisdictionExists as error:
        raise Failure(fr=f"« {code} » existe déjà.", en=f"“{code}” exists already.") from error
    except errors.CodeInvalid as error:
        raise Failure(
            fr="Le code compte de 2 à 40 minuscules, chiffres ou _, une lettre d’abord.",
            en="A code is 2 to 40 lower-case letters, digits or _, a letter first.",
        ) from error

"""`vigie serve`: the web server."""

import os

import click

from tracker import db
from tracker.cli import ready
from tracker.cli.text import Command, say
from tracker.config import from_env
from tracker.http import server
from tracker.jurisdictions import service as jurisdictions


@click.command(cls=Command, fr="Démarre le serveur web, et la base privée si aucune autre n’est nommée.")
@click.option("--host", default="127.0.0.1", show_default=True, help="adresse / address")
@click.option("--port", default=8311, show_default=True)
@click.option("--workers", default=2, show_default=True, help="processus / processes")
@click.option("--threads", default=4, show_default=True, help="fils par processus / threads per process")
def serve(**listen: int | str) -> None:
    """Start the web server, and the private database when no other is named."""
    where = server.Listen(**listen)  # type: ignore[arg-type]  # click's values
    server.check_free(where)
    address, ours = ready.started()
    migrate(address.owner, address.app)
    settings = from_env(os.environ, database_url=address.app, owner_url=address.owner)
    say(
        fr=f"Vigie écoute sur {where.url} (Ctrl-C pour arrêter).",
        en=f"Vigie is at {where.url} (Ctrl-C to stop).",
    )
    try:
        server.run(where, settings)
    finally:
        if ours is not None:
            ours.stop()
    say(fr="Arrêtée.", en="Stopped.")


def migrate(owner_url: str, app_url: str) -> None:
    """Bring every table up to date before anything is served from it."""
    engine = db.make_engine(owner_url, pool_size=1)
    try:
        jurisdictions.migrate(engine, app_role=jurisdictions.app_role_of(app_url))
    finally:
        engine.dispose()

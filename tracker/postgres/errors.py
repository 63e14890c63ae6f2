"""What can go wrong with the private cluster, each as one sentence in English (docstring) and French."""

from __future__ import annotations

import inspect
from typing import ClassVar


class PostgresError(Exception):
    """The private database could not do that."""

    french: ClassVar[str] = "La base de données privée n’a pas pu faire cela."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.in_english)

    @property
    def in_english(self) -> str:
        return " ".join(inspect.cleandoc(type(self).__doc__ or "").split()).format(**self.facts)

    @property
    def in_french(self) -> str:
        return self.french.format(**self.facts)


class PostgresMissing(PostgresError):
    """PostgreSQL 15 or newer is not installed; run: sudo apt-get install postgresql-15-postgis-3"""

    french = (
        "PostgreSQL 15 ou plus récent n’est pas installé ; "
        "lancez : sudo apt-get install postgresql-15-postgis-3"
    )


class PostgisMissing(PostgresError):
    """PostgreSQL {major} is here without PostGIS; run: sudo apt-get install postgresql-{major}-postgis-3"""

    french = (
        "PostgreSQL {major} est là mais sans PostGIS ; "
        "lancez : sudo apt-get install postgresql-{major}-postgis-3"
    )


class MajorVersionMissing(PostgresError):
    """The data in {data} was written by PostgreSQL {major}, which is no longer installed; run:
    sudo apt-get install postgresql-{major}-postgis-3"""

    french = (
        "Les données de {data} viennent de PostgreSQL {major}, qui n’est plus installé ; "
        "lancez : sudo apt-get install postgresql-{major}-postgis-3"
    )


class NoUnprivilegedUser(PostgresError):
    """PostgreSQL refuses to run as root and this machine has neither a “postgres” nor a “nobody” user."""

    french = (
        "PostgreSQL refuse de tourner en root et cette machine n’a ni utilisateur « postgres » ni « nobody »."
    )


class NamelessUser(PostgresError):
    """User number {uid} has no name on this machine and PostgreSQL needs one; use one from /etc/passwd."""

    french = (
        "L’utilisateur numéro {uid} n’a pas de nom sur cette machine et PostgreSQL en exige un ; "
        "prenez un utilisateur de /etc/passwd."
    )


class OwnedByAnother(PostgresError):
    """{path} belongs to user {owner}; run this as that user or as root."""

    french = "{path} appartient à l’utilisateur {owner} ; lancez la commande sous ce nom ou en root."


class SocketTaken(PostgresError):
    """Another PostgreSQL (process {pid}, data in {data}) already answers on the socket {socket};
    stop it, or delete {record} so that Vigie picks another place."""

    french = (
        "Un autre PostgreSQL (processus {pid}, données dans {data}) répond déjà sur la prise {socket} ; "
        "arrêtez-le, ou effacez {record} pour que Vigie choisisse un autre endroit."
    )


class StillShuttingDown(PostgresError):
    """Processes of the previous server still hold the data in {data}; try again in a few seconds."""

    french = (
        "Des processus de l’ancien serveur tiennent encore les données de {data} ; "
        "réessayez dans quelques secondes."
    )


class StartFailed(PostgresError):
    """PostgreSQL did not start; the end of {log} says: {tail}"""

    french = "PostgreSQL n’a pas démarré ; la fin de {log} dit : {tail}"


class CommandFailed(PostgresError):
    """{program} failed: {tail}"""

    french = "{program} a échoué : {tail}"


class NotRunning(PostgresError):
    """The private database is not running; start it with: vigie db start"""

    french = "La base privée ne tourne pas ; démarrez-la avec : vigie db start"

"""The statuses that HTTP itself gives, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """A status without a better reason: its stable name, its title, and what can be said of it."""

    slug: str
    title: Any
    detail: Any


STATUSES: Mapping[int, Status] = MappingProxyType(
    {
        400: Status(
            slug="bad-request",
            title=_l("Requête incorrecte"),
            detail=_l("La requête est mal formée : le serveur ne peut pas la lire."),
        ),
        401: Status(
            slug="sign-in-required",
            title=_l("Connexion requise"),
            detail=_l("Connectez-vous, ou présentez un jeton valide."),
        ),
        403: Status(
            slug="not-allowed",
            title=_l("Accès refusé"),
            detail=_l("Votre rôle ne permet pas cette opération."),
        ),
        404: Status(
            slug="not-found",
            title=_l("Introuvable"),
            detail=_l("Il n’y a rien à cette adresse."),
        ),
        405: Status(
            slug="method-not-allowed",
            title=_l("Méthode refusée"),
            detail=_l("Cette adresse n’accepte pas cette méthode ; l’en-tête Allow dit lesquelles."),
        ),
        406: Status(
            slug="not-acceptable",
            title=_l("Format impossible"),
            detail=_l("Aucun des formats demandés n’est offert."),
        ),
        408: Status(
            slug="request-timeout",
            title=_l("Requête trop lente"),
            detail=_l("La requête n’est pas arrivée à temps. Essayez de nouveau."),
        ),
        409: Status(
            slug="conflict",
            title=_l("Conflit"),
            detail=_l("L’état actuel ne permet pas cette opération."),
        ),
        410: Status(slug="gone", title=_l("Disparu"), detail=_l("Ceci n’existe plus.")),
        411: Status(
            slug="length-required",
            title=_l("Taille requise"),
            detail=_l("Dites dans Content-Length la taille de ce que vous envoyez."),
        ),
        412: Status(
            slug="stale-version",
            title=_l("Version dépassée"),
            detail=_l("Quelqu’un a changé ceci entre-temps. Relisez-le, puis recommencez."),
        ),
        413: Status(
            slug="too-large",
            title=_l("Envoi trop gros"),
            detail=_l("L’envoi dépasse la taille permise."),
        ),
        414: Status(
            slug="address-too-long",
            title=_l("Adresse trop longue"),
            detail=_l("L’adresse demandée est trop longue."),
        ),
        415: Status(
            slug="unsupported-media-type",
            title=_l("Format non pris en charge"),
            detail=_l("Envoyez du JSON (application/json), ou un formulaire là où c’est permis."),
        ),
        416: Status(
            slug="range-not-satisfiable",
            title=_l("Plage impossible"),
            detail=_l("La plage demandée n’existe pas."),
        ),
        422: Status(
            slug="invalid-request",
            title=_l("Données invalides"),
            detail=_l("Certaines données manquent ou ne conviennent pas."),
        ),
        428: Status(
            slug="version-required",
            title=_l("Version requise"),
            detail=_l('Dites dans If-Match quelle version vous changez, par exemple "v3".'),
        ),
        429: Status(
            slug="too-many-requests",
            title=_l("Trop de requêtes"),
            detail=_l("Attendez un peu avant de recommencer."),
        ),
        431: Status(
            slug="headers-too-large",
            title=_l("En-têtes trop gros"),
            detail=_l("Les en-têtes de la requête sont trop gros."),
        ),
        500: Status(
            slug="internal-error",
            title=_l("Erreur interne"),
            detail=_l(
                "Une erreur inattendue est survenue. Elle est notée sous l’identifiant de la requête ; "
                "rien n’a été enregistré à moitié."
            ),
        ),
        501: Status(slug="not-implemented", title=_l("Non offert"), detail=_l("Ceci n’est pas offert.")),
        503: Status(
            slug="unavailable",
            title=_l("Service momentanément indisponible"),
            detail=_l("La base de données ne répond pas. Essayez de nouveau dans quelques secondes."),
        ),
    }
)


def of(code: int) -> Status:
    """Return what is said of a status; of its family's first one when HTTP has no words of ours for it."""
    return STATUSES.get(code) or STATUSES[400 if code < 500 else 500]

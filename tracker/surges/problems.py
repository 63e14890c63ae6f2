"""How failures of surges are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.surges import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.SurgeNotFound,
        404,
        "surge-not-found",
        title=_l("Regroupement introuvable"),
        message=lambda _error: _("Aucun regroupement n’a cet identifiant."),
    )
    on(
        facts.SurgeDecided,
        409,
        "surge-decided",
        title=_l("Regroupement déjà décidé"),
        message=lambda _error: _("Quelqu’un en a déjà décidé. Relisez-le."),
        extra=lambda error: {"surge_status": error.status},
    )
    on(
        facts.NotOfSurge,
        422,
        "not-of-surge",
        title=_l("Dossier hors du regroupement"),
        message=lambda error: _(
            "Le dossier %(number)s n’en fait pas partie, ou n’est plus ouvert.", number=error.number
        ),
    )
    on(
        facts.TooFewLeft,
        409,
        "surge-too-few",
        title=_l("Trop peu de dossiers"),
        message=lambda _error: _("Il reste moins de deux dossiers ouverts à joindre."),
    )

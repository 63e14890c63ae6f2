"""How failures of letters are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.letters import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.LetterNotFound,
        404,
        "letter-not-found",
        title=_l("Document introuvable"),
        message=lambda _error: _("Aucun document n’a cet identifiant."),
    )
    on(
        facts.NoAppointment,
        404,
        "no-appointment",
        title=_l("Aucun rendez-vous"),
        message=lambda _error: _("Rien n’est fixé à une date pour ce dossier."),
    )

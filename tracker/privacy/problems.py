"""How failures of wishes about personal data are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.privacy import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.AlreadyErased,
        409,
        "already-erased",
        title=_l("Déjà effacé"),
        message=lambda _error: _("Ce signalement a déjà été anonymisé."),
    )

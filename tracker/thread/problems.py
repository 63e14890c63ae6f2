"""How refusals of messages are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.thread import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.MessageEmpty,
        422,
        "message-empty",
        title=_l("Message vide"),
        message=lambda _error: _("Écrivez au moins un mot."),
    )
    on(
        facts.NobodyToAnswer,
        422,
        "nobody-to-answer",
        title=_l("Personne à qui répondre"),
        message=lambda _error: _("Aucun signalement de ce dossier n’a ce numéro."),
    )

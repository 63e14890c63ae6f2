"""How refusals of an order are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.queues import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.NotInQueue,
        409,
        "not-in-queue",
        title=_l("La file a changé"),
        message=lambda error: _(
            "Ces dossiers ne sont plus dans la file de l’équipe : %(numbers)s.",
            numbers=", ".join(error.numbers),
        ),
        extra=lambda error: {"numbers": list(error.numbers)},
    )
    on(
        facts.NamedTwice,
        422,
        "named-twice",
        title=_l("Dossier nommé deux fois"),
        message=lambda _error: _("Un dossier n’a qu’une place dans l’ordre."),
    )
    on(
        facts.QueueChanged,
        412,
        "queue-changed",
        title=_l("La file a changé"),
        message=lambda _error: _("Quelqu’un d’autre a changé cet ordre. Relisez-le, puis recommencez."),
    )

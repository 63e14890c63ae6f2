"""How failures of bookings are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.bookings import errors as facts
from tracker.http.errors import register as on


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.ResourceUnknown,
        404,
        "resource-not-found",
        title=_l("Rien de ce nom à réserver"),
        message=lambda error: _("Aucun lieu ou matériel n’a le code %(code)s.", code=error.code),
    )
    on(
        facts.SlotTaken,
        409,
        "slot-taken",
        title=_l("Place déjà prise"),
        message=lambda _error: _(
            "Quelqu’un d’autre l’a pour ce moment. Choisissez-en un autre, ou attendez en liste."
        ),
    )
    on(
        facts.SlotFree,
        409,
        "slot-free",
        title=_l("Il reste de la place"),
        message=lambda _error: _("Réservez directement : la liste d’attente n’est pas nécessaire."),
    )
    on(
        facts.PeriodInvalid,
        422,
        "period-invalid",
        title=_l("Moment impossible"),
        message=lambda _error: _("Ce n’est pas un moment où cela se réserve."),
    )
    on(
        facts.TooLate,
        422,
        "booking-too-late",
        title=_l("Trop tard pour ce jour"),
        message=lambda _error: _("Une place sur une tournée se demande au plus tard la veille à midi."),
    )

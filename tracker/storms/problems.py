"""How failures of storms are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.storms import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.StormNotFound,
        404,
        "storm-not-found",
        title=_l("Tempête introuvable"),
        message=lambda _error: _("Aucune tempête n’a cet identifiant."),
    )
    on(
        facts.StormOver,
        409,
        "storm-over",
        title=_l("Tempête terminée"),
        message=lambda _error: _("Cette tempête est terminée ; elle ne se change plus."),
    )
    on(
        facts.DistrictUnknown,
        422,
        "storm-district-unknown",
        title=_l("District inconnu"),
        message=lambda error: _("Aucun district n’a le code %(code)s.", code=error.code),
    )
    on(
        facts.DatesInvalid,
        422,
        "storm-dates",
        title=_l("Dates impossibles"),
        message=lambda _error: _(
            "Une tempête finit après avoir commencé ; la fin des précipitations tombe entre les deux."
        ),
    )

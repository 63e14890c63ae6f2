"""How failures of maps are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.maps import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.LayerUnknown,
        404,
        "layer-unknown",
        title=_l("Couche inconnue"),
        message=lambda error: _("La carte n’a pas de couche « %(name)s ».", name=error.name),
    )
    on(
        facts.TileUnknown,
        404,
        "tile-unknown",
        title=_l("Tuile inexistante"),
        message=lambda error: _(
            "Cette couche a des tuiles des niveaux %(lowest)d à %(highest)d ; à chaque niveau z, "
            "x et y vont de 0 à 2^z − 1.",
            lowest=error.lowest,
            highest=error.highest,
        ),
        extra=lambda error: {"minzoom": error.lowest, "maxzoom": error.highest},
    )
    on(
        facts.ServiceUnknown,
        422,
        "service-unknown-here",
        title=_l("Service inconnu"),
        message=lambda error: _("Le catalogue n’a ni service ni groupe « %(code)s ».", code=error.code),
    )
    on(
        facts.PeriodInvalid,
        422,
        "period-invalid",
        title=_l("Période invalide"),
        message=lambda _error: _("La période doit finir après son début et durer dix ans au plus."),
    )

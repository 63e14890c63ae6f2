"""How failures of photos are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gis import errors as gis
from tracker.http.errors import register as on
from tracker.media import errors as facts

MEGABYTE = 1024 * 1024


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.PhotoNotFound,
        404,
        "photo-not-found",
        title=_l("Photo introuvable"),
        message=lambda _error: _("Cette photo n’existe pas ou n’est pas publique."),
    )
    on(
        facts.TooManyPhotos,
        422,
        "too-many-photos",
        title=_l("Trop de photos"),
        message=lambda error: _("Un signalement accepte au plus %(limit)d photos.", limit=error.limit),
    )
    on(
        facts.PartUnknown,
        422,
        "part-unknown",
        title=_l("Fichier mal placé"),
        message=lambda error: _("Mettez les photos dans « photos », pas dans « %(name)s ».", name=error.name),
    )
    on(
        facts.PhotoTooHeavy,
        413,
        "photo-too-heavy",
        title=_l("Photo trop lourde"),
        message=lambda error: _(
            "Une photo compte au plus %(limit)d Mo.", limit=error.limit_bytes // MEGABYTE
        ),
    )
    on(
        gis.PhotoUnreadable,
        422,
        "photo-unreadable",
        title=_l("Photo illisible"),
        message=lambda _error: _(
            "Ce fichier est abîmé ou n’est pas une photo. Reprenez-la, puis recommencez."
        ),
    )
    on(
        gis.PhotoFormatRefused,
        422,
        "photo-format",
        title=_l("Format de photo refusé"),
        message=lambda _error: _("Envoyez une photo JPEG, PNG, WEBP ou HEIC."),
    )
    on(
        gis.PhotoTooLarge,
        422,
        "photo-too-large",
        title=_l("Photo trop grande"),
        message=lambda error: _(
            "La photo fait %(width)d × %(height)d pixels, c’est trop.", width=error.width, height=error.height
        ),
    )

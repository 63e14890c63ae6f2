"""What a page's map needs: where the tiles are, what to show first, which tiles of the town exist."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.http import language
from tracker.maps import attribution, extent
from tracker.web import near


def of_town(session: Session) -> dict[str, Any]:
    """Return the map of the town at hand, for `static/js/elements/city-map.js`."""
    heart = near.heart(session)
    root = request.script_root
    town = selected(session)
    return {
        "style": f"{root}/api/v1/map/style.json",
        "language": language.current(),
        "overlays": f"{request.host_url.rstrip('/')}{root}/tiles/{{layer}}/{{z}}/{{x}}/{{y}}.mvt",
        "tones": tones(),
        "attribution": attribution.of_town(town.settings),
        "bounds": extent.of_town(session),
        "heart": heart,
        "base": root,
    }


def tones() -> dict[str, str]:
    """Return the word of each shape of a status, in the order of a case's life."""
    return {
        "received": _("Reçu"),
        "accepted": _("Accepté"),
        "assigned": _("Attribué"),
        "progress": _("En cours"),
        "hold": _("En attente"),
        "late": _("En retard"),
        "done": _("Réglé"),
    }

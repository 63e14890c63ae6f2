"""What a page's map needs: where the tiles are, what to show first, which tiles of the town exist."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.web import near


def of_town(session: Session) -> dict[str, Any]:
    """Return the map of the town at hand, for `static/js/lib/map-style.js`."""
    heart = near.heart(session)
    root = request.script_root
    tiles = f"{request.host_url.rstrip('/')}{root}/tiles/base/{{z}}/{{x}}/{{y}}.mvt"
    return {
        "tiles": f"{tiles}?r={selected(session).revision}",
        "bounds": near.extent(session),
        "heart": heart,
        "base": root,
    }

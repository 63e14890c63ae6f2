"""Is the process alive, and can it serve: what a load balancer asks."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from tracker import db, migrations
from tracker.http import state

blueprint = Blueprint("health", __name__, url_prefix="/health")

_VERSION = text("SELECT version_num FROM vigie.alembic_version")


@blueprint.get("/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> Response:
    """The database answers and its migrations are those of this program."""
    with db.transaction(state.parts().engine) as session:
        found = session.execute(_VERSION).scalar_one_or_none()
    wanted = migrations.head("shared")
    answer = jsonify(status="ok" if found == wanted else "behind", migration=found, expected=wanted)
    answer.status_code = 200 if found == wanted else 503
    return answer

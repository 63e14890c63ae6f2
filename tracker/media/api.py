"""Photos over HTTP: clean derivatives only."""

from uuid import UUID

from flask import Response, request, send_file
from flask_smorest import Blueprint
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.http import edge, openapi
from tracker.media import errors, service
from tracker.media.service import Shelf

blp = Blueprint("media", __name__, url_prefix=openapi.PREFIX, description="Photos.")


def shelf() -> Shelf:
    """Return where the photos of the request's jurisdiction are."""
    return Shelf(root=edge.settings().media / edge.jurisdiction())


def key_of(photo_id: UUID | str) -> str:
    """Return the key that shows one photo to whoever was given it, such as the person who took it."""
    return str(_signer().dumps(str(photo_id)))


def url_of(photo_id: UUID | str, *, keyed: bool = False) -> str:
    """Return the path of a photo; `keyed` for readers without an account."""
    path = f"{request.script_root}{openapi.PREFIX}/photos/{photo_id}"
    return f"{path}?key={key_of(photo_id)}" if keyed else path


@blp.route("/photos/<uuid:photo_id>")
@openapi.documented(200, None, content_type="image/jpeg", description="The photo, without its metadata")
@openapi.problems(404)
def read_photo(photo_id: UUID) -> Response:
    """Show a photo.

    `size` is `thumb` or `full`. Anyone sees the photos of public cases; others need an account or the `key`
    of the tracking page.
    """
    with edge.transaction() as session:
        if not (_has_key(photo_id) or _may_see(session, photo_id)):
            raise errors.PhotoNotFound
        place = service.show(session, shelf(), photo_id, request.args.get("size", "full"))
    response = send_file(place, mimetype="image/jpeg", conditional=True)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _may_see(session: Session, photo_id: UUID) -> bool:
    """Tell whether a photo is the reader's to see: the map's is everyone's, the court's the clerk's."""
    case, who = service.case_of(session, photo_id), edge.actor()
    if case.workflow in families.current(session).sealed:
        return who.role == "clerk"
    return case.is_public or who.is_staff


def _has_key(photo_id: UUID) -> bool:
    try:
        return bool(_signer().loads(request.args.get("key", "")) == str(photo_id))
    except BadSignature:
        return False


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(edge.settings().secret_key, salt=f"photo/{edge.jurisdiction()}")

"""One's own data: what the city keeps of a report, to take away or to have erased."""

from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from tracker.web import inner, shell

blueprint = Blueprint("own_data", __name__, url_prefix="/suivi/<number>/<secret>/donnees")


@blueprint.get("")
def show(number: str, secret: str) -> Response:
    """Say what is kept and offer both."""
    return _page(number, secret)


@blueprint.get("/archive")
def take(number: str, secret: str) -> Response:
    """Give the archive."""
    answer = inner.call("GET", _path(number, secret))
    if not answer.is_ok:
        abort(404)
    kept = ("Content-Type", "Content-Disposition", "Cache-Control")
    return Response(
        answer.content, 200, [(name, answer.headers[name]) for name in kept if name in answer.headers]
    )


@blueprint.post("")
def erase(number: str, secret: str) -> Response:
    """Erase it: the address of the follow-up opens nothing afterwards."""
    if request.form.get("sure") != "yes":
        return _page(number, secret, unsure=True, status=422)
    answer = inner.call("DELETE", _path(number, secret))
    if not answer.is_ok:
        return _page(number, secret, problem=answer.body, status=answer.status)
    return shell.render("citizen/erased.html", number=number)


def _path(number: str, secret: str) -> str:
    return f"/tracking/{quote(number, safe='')}/{quote(secret, safe='')}/data"


def _page(
    number: str, secret: str, *, problem: object = None, unsure: bool = False, status: int = 200
) -> Response:
    if not inner.call("GET", _path(number, secret).removesuffix("/data")).is_ok:
        abort(404)
    return shell.render(
        "citizen/own-data.html", status, number=number, secret=secret, problem=problem, unsure=unsure
    )

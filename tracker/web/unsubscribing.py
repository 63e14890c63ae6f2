"""The link at the foot of an e-mail, and the service worker that shows what is pushed."""

from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app

from tracker.notify.channels.letter import UNSUBSCRIBE_PATH
from tracker.web import inner, shell

blueprint = Blueprint("unsubscribing", __name__)
DAY_S = 24 * 3600


@blueprint.get(f"{UNSUBSCRIBE_PATH}/<token>")
def ask(token: str) -> Response:
    """Ask whether the person wants no more of these e-mails: a link that is only opened changes nothing."""
    answer = inner.call("GET", f"/unsubscriptions/{quote(token, safe='')}")
    if not answer.is_ok:
        abort(404)
    return shell.render("citizen/unsubscribe.html", told=answer.body, is_done=False)


@blueprint.post(f"{UNSUBSCRIBE_PATH}/<token>")
def end(token: str) -> Response:
    """End these e-mails: the button of the page, and the one click of mail programs (RFC 8058)."""
    answer = inner.call("POST", f"/unsubscriptions/{quote(token, safe='')}")
    if not answer.is_ok:
        abort(404)
    return shell.render("citizen/unsubscribe.html", told=answer.body, is_done=True)


@blueprint.get("/sw.js")
def worker() -> Response:
    """Serve the service worker where it may look after every page of the town."""
    response: Response = current_app.send_static_file("js/push-worker.js")
    response.headers["Cache-Control"] = f"max-age={DAY_S}"
    return response

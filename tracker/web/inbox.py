"""What somebody of the staff was told, and how they wish to be."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.notify import inbox
from tracker.web import inner, shell, site, told

blueprint = Blueprint("inbox", __name__, url_prefix="/mes-avis")


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.get("", endpoint="list")
def show() -> Response:
    """Show what I was told, the newest first."""
    return _page(done=request.args.get("fait", ""))


@blueprint.post("/lu")
def read() -> Response:
    """Note that I read everything, or one notice."""
    one = request.form.get("id")
    answer = inner.call("POST", "/notices/read", body={"ids": [one]} if one else {})
    return redirect(url_for(".list", fait="lu"), 303) if answer.is_ok else site.problem_page(answer.body)


@blueprint.post("/choix")
def choose() -> Response:
    """Keep how I wish to be told."""
    answer = inner.call("PUT", "/preferences", body=told.chosen(request.form))
    if not answer.is_ok:
        return _page(problem=answer.body, status=answer.status)
    return redirect(url_for(".list", fait="choix"), 303)


def unread() -> int:
    """Return how many notices whoever is signed in has not read; nothing for a resident."""
    who = edge.actor()
    if not who.is_staff:
        return 0
    with edge.transaction() as session:
        return inbox.unread(session, who.ref)


def _page(*, done: str = "", problem: Any = None, status: int = 200) -> Response:
    found = inner.call("GET", "/notices?limit=100")
    chosen = inner.call("GET", "/preferences")
    if not found.is_ok:
        return site.problem_page(found.body)
    sentences = {"choix": _("C’est noté."), "lu": _("Tout est lu.")}
    return shell.render(
        "told/inbox.html",
        status,
        notices=found.body["notices"],
        unread=found.body["unread"],
        preferences=chosen.body,
        problem=problem,
        told=sentences.get(done),
    )

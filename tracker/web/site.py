"""What belongs to every face: signing in, the language, the light, and failures told to a person."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker.http import csrf, edge, language
from tracker.web import inner, shell

blueprint = Blueprint("site", __name__)

YEAR_S = 365 * 24 * 3600
_FIRST_PAGES = {"crew": "crew.day"}


@blueprint.get("/connexion")
def sign_in_form() -> Response:
    """Show the sign-in page."""
    return shell.render("site/sign-in.html", back=local(request.args.get("back")), email="", problem=None)


@blueprint.post("/connexion")
def sign_in() -> AnyResponse:
    """Sign in and go where the person was going."""
    email = request.form.get("email", "")
    body = {"email": email, "password": request.form.get("password", "")}
    answer = inner.call("POST", "/session", body=body)
    back = local(request.form.get("back"))
    if not answer.is_ok:
        return shell.render("site/sign-in.html", answer.status, back=back, email=email, problem=answer.body)
    goes_to = back or url_for(_FIRST_PAGES.get(answer.body.get("role", ""), "dispatch.queue"))
    return _with_cookies(redirect(goes_to, 303), answer)


@blueprint.post("/deconnexion")
def sign_out() -> AnyResponse:
    """Sign out and return to the citizens' page."""
    answer = inner.call("DELETE", "/session")
    return _with_cookies(redirect(url_for("citizen.home"), 303), answer)


@blueprint.get("/langue/<to>")
def choose_language(to: str) -> AnyResponse:
    """Keep the reader's language and return to the page."""
    response = redirect(local(request.args.get("back")) or url_for("citizen.home"), 303)
    if to in language.SUPPORTED:
        _keep(response, language.COOKIE, to)
    return response


@blueprint.post("/affichage")
def choose_theme() -> AnyResponse:
    csrf.check_origin()
    response = redirect(local(request.form.get("back")) or url_for("citizen.home"), 303)
    chosen = request.form.get("theme", "")
    if chosen in shell.THEMES:
        _keep(response, shell.THEME_COOKIE, chosen)
    return response


def problem_page(problem: Mapping[str, Any]) -> Response:
    """Return the page that tells a failure, with the town's frame when there is a town."""
    status = int(problem["status"])
    try:
        return shell.render("site/problem.html", status, problem=problem)
    except Exception:  # the failure may be the database's or the town's own: the page must stand without them
        return shell.render_bare("site/problem.html", status, problem=problem)


def local(target: str | None) -> str:
    """Return an address of this site, empty for any other: a link must not lead a person elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target


def sign_in_first() -> AnyResponse:
    """Send a person who must sign in to the page for it, and back afterwards."""
    return redirect(url_for("site.sign_in_form", back=request.script_root + request.full_path.rstrip("?")))


def _with_cookies(response: AnyResponse, answer: inner.Answer) -> AnyResponse:
    for value in answer.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", value)
    return response


def _keep(response: AnyResponse, name: str, value: str) -> None:
    is_secure = edge.settings().is_secure
    response.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", secure=is_secure, httponly=False)

"""Being told without an account: subscribing, one's own page behind a signed link, leaving."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import edge, language
from tracker.web import catalogue, inner, map_data, places, shell, site, words

blueprint = Blueprint("told", __name__)
RADII = (100, 200, 300, 500, 1000, 2000)
_LIST, _EACH = "/avis/<token>", "/avis/<token>/abonnements/<uuid:wish>"


@blueprint.get("/abonnements")
def wish() -> Response:
    """Ask what somebody wishes to hear about."""
    return _wish_page(request.args)


@blueprint.post("/abonnements")
def send_wish() -> Response:
    """Ask, at the address given, whether the wish is its holder's."""
    form = request.form
    body: dict[str, Any] = {
        "email": form.get("email", "").strip(),
        "language": language.current(),
        "subject": form.get("subject", ""),
        "case_number": form.get("case_number", ""),
        "code": form.get(form.get("subject", ""), "")
        if form.get("subject") in ("district", "service")
        else "",
        "place": form.get("address", ""),
        "digest": form.get("digest") == "1",
        "lon": form.get("lon", type=float),
        "lat": form.get("lat", type=float),
    }
    if body["subject"] == "radius":
        body["radius_m"] = form.get("radius_m", type=float)
    answer = inner.call("POST", "/subscriptions", body=body)
    if answer.is_ok:
        return shell.render("told/asked.html", email=body["email"])
    return _wish_page(form, problem=_explained(body, answer), status=answer.status)


@blueprint.get(_LIST)
def person(token: str) -> Response:
    """Show what the holder of a link was told, follows and chose."""
    return _person_page(token, done=request.args.get("fait", ""))


@blueprint.post("/avis/<token>/choix")
def choose(token: str) -> Response:
    """Keep how the holder of a link wishes to be told."""
    answer = inner.call("PUT", f"{_path(token)}/preferences", body=chosen(request.form))
    if not answer.is_ok:
        return _person_page(token, problem=answer.body, status=answer.status)
    return redirect(url_for(".person", token=token, fait="choix"), 303)


@blueprint.post("/avis/<token>/lu")
def read(token: str) -> Response:
    """Note that everything was read."""
    return _then(inner.call("POST", f"{_path(token)}/read", body={}), token, "lu")


@blueprint.get("/avis/<token>/confirmer/<uuid:wish>")
def confirm_page(token: str, wish: object) -> Response:
    """Ask to confirm: a program that only looks at links confirms nothing."""
    found = inner.call("GET", _path(token))
    if not found.is_ok:
        return site.problem_page(found.body)
    one = next((each for each in found.body["subscriptions"] if each["id"] == str(wish)), None)
    if one is None or one["is_confirmed"]:
        return redirect(url_for(".person", token=token), 303)
    return shell.render("told/confirm.html", token=token, wish=one)


@blueprint.post("/avis/<token>/confirmer/<uuid:wish>")
def confirm(token: str, wish: object) -> Response:
    """Confirm a wish and the address it came from."""
    return _then(inner.call("POST", f"{_path(token)}/subscriptions/{wish}/confirm"), token, "confirme")


@blueprint.post(_EACH)
def change(token: str, wish: object) -> Response:
    """Have the news of a wish come at once or once a day."""
    body = {"digest": request.form.get("digest") == "1"}
    answer = inner.call("PUT", f"{_path(token)}/subscriptions/{wish}", body=body)
    return _then(answer, token, "choix")


@blueprint.post(f"{_EACH}/retirer")
def end(token: str, wish: object) -> Response:
    """End one wish."""
    return _then(inner.call("DELETE", f"{_path(token)}/subscriptions/{wish}"), token, "retire")


def chosen(form: Any) -> dict[str, Any]:
    """Return the preferences of a form as the API takes them."""
    is_quiet = form.get("is_quiet") == "1"
    return {
        "language": form.get("language") or None,
        "channels": form.getlist("channels") if form.get("own_channels") == "1" else None,
        "quiet_from": form.get("quiet_from") if is_quiet else None,
        "quiet_to": form.get("quiet_to") if is_quiet else None,
        "digest_at": form.get("digest_at") or "07:00",
        "is_muted": form.get("is_muted") == "1",
    }


def _then(answer: inner.Answer, token: str, done: str) -> Response:
    if not answer.is_ok:
        return site.problem_page(answer.body)
    return redirect(url_for(".person", token=token, fait=done), 303)


def _path(token: str) -> str:
    return f"/people/{quote(token, safe='')}"


def _person_page(token: str, *, done: str = "", problem: Any = None, status: int = 200) -> Response:
    found = inner.call("GET", _path(token))
    if not found.is_ok:
        return site.problem_page(found.body)
    return shell.render(
        "told/person.html",
        status,
        token=token,
        person=found.body,
        subjects=subjects(),
        problem=problem,
        told=_done().get(done),
    )


def _done() -> dict[str, str]:
    return {
        "choix": _("C’est noté."),
        "lu": _("Tout est lu."),
        "retire": _("Retiré : vous n’en recevrez plus rien."),
        "confirme": _("C’est confirmé. Vous recevrez les nouvelles."),
    }


def subjects() -> dict[str, str]:
    """Return the name of each sort of wish."""
    return {
        "case": _("Un dossier"),
        "radius": _("Autour d’un endroit"),
        "street": _("Toute une rue"),
        "district": _("Un district"),
        "service": _("Un type de problème"),
    }


def _explained(body: dict[str, Any], answer: inner.Answer) -> dict[str, str]:
    """Return the problem in words that say what to do on this page."""
    if answer.problem == "address-invalid" or not body["email"]:
        return {"field": "email", "text": _("Écrivez une adresse de courriel complète : nom@exemple.org.")}
    if body["subject"] in ("radius", "street") and body["lon"] is None:
        return {"field": "place", "text": _("Choisissez d’abord un endroit.")}
    return {"field": "", "text": str(answer.body.get("detail") or answer.body.get("title", ""))}


def _wish_page(given: Any, *, problem: Any = None, status: int = 200) -> Response:
    typed = str(given.get("search", ""))[:200]
    number = str(given.get("dossier") or given.get("case_number") or "")[:40]
    with edge.transaction() as session:
        town_map = map_data.of_town(session)
    districts = inner.call("GET", "/districts").body.get("features", [])
    open_to_all = [each for each in catalogue.services().values() if each.get("public_map", True)]
    values: dict[str, Any] = {
        "place": places.read(given),
        "search": typed,
        "results": places.search(typed) if typed else None,
    }
    if shell.wanted_part() == "places":
        return shell.render("told/places.html", **values)
    return shell.render(
        "told/wish.html",
        status,
        number=number,
        subject=given.get("subject") or ("case" if number else "radius"),
        given=given,
        radii=RADII,
        districts=[one["properties"] for one in districts],
        services=open_to_all,
        problem=problem,
        map_data=town_map,
        words=words.of_page(),
        **values,
    )

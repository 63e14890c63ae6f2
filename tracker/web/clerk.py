"""The clerk's page: holds, certificates, and what people ask about their own data."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tracker.http import edge
from tracker.web import inner, places, shell, site, tellings

blueprint = Blueprint("clerk", __name__, url_prefix="/greffe")


@blueprint.before_request
def only_staff() -> AnyResponse | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.get("")
def desk() -> Response:
    """Show what is held, and the forms."""
    told = {
        "gel": _("Le gel est en vigueur."),
        "leve": _("Le gel est levé."),
        "efface": _("C’est effacé. Le registre en garde la trace, sans rien de la personne."),
    }.get(request.args.get("fait", ""))
    return _page(told=told)


@blueprint.post("/gels")
def place_hold() -> AnyResponse:
    """Hold a case."""
    body = {"case_number": request.form.get("number", "").strip(), "reason": request.form.get("reason", "")}
    return _after(inner.call("POST", "/holds", body=body), "gel")


@blueprint.post("/gels/<uuid:hold_id>/lever")
def release_hold(hold_id: str) -> AnyResponse:
    """Release a hold."""
    return _after(inner.call("POST", f"/holds/{hold_id}/release"), "leve")


@blueprint.post("/attestation")
def issue() -> Response:
    """Give the certificate of a place, told in words or as « latitude, longitude »."""
    point, problem = _place(request.form.get("place", "").strip()[:200])
    if point is None:
        return _page(problem=problem, status=422)
    body: dict[str, Any] = {**point, "radius_m": _number(request.form.get("radius_m"))}
    body |= {"from": request.form.get("from") or None, "to": request.form.get("to")}
    body["language"] = request.form.get("language") or None
    return _file(inner.call("POST", "/certificates", body=body))


@blueprint.post("/donnees")
def read_data() -> Response:
    """Give a person's own data."""
    number = quote(request.form.get("number", "").strip() or "-", safe="")
    return _file(inner.call("GET", f"/reports/{number}/data"))


@blueprint.post("/effacement")
def erase() -> AnyResponse:
    """Erase a person's data at their request."""
    number = quote(request.form.get("number", "").strip() or "-", safe="")
    body = {"reason": request.form.get("reason", "")}
    return _after(inner.call("POST", f"/reports/{number}/erasure", body=body), "efface")


def _place(said: str) -> tuple[dict[str, float] | None, dict[str, str]]:
    """Return the one point that a text means, or what to say when it means none or several."""
    first, _comma, second = said.partition(",")
    lat, lon = _number(first.strip()), _number(second.strip())
    if isinstance(lat, float) and isinstance(lon, float):
        return {"lat": lat, "lon": lon}, {}
    found = places.search(said)
    if len(found) == 1:
        return {"lat": found[0]["lat"], "lon": found[0]["lon"]}, {}
    title = _("Lieu à préciser") if found else _("Lieu introuvable")
    names = " · ".join(each["label"] for each in found[:5])
    detail = _("Plusieurs lieux portent ce nom : %(names)s", names=names) if found else said
    return None, {"title": title, "detail": detail}


def _after(answer: inner.Answer, done: str) -> AnyResponse:
    if not answer.is_ok:
        return _page(problem=answer.body, status=answer.status)
    return redirect(url_for(".desk", fait=done), 303)


def _file(answer: inner.Answer) -> Response:
    if not answer.is_ok:
        return _page(problem=answer.body, status=answer.status)
    kept = ("Content-Type", "Content-Disposition", "Cache-Control")
    return Response(
        answer.content, 200, [(name, answer.headers[name]) for name in kept if name in answer.headers]
    )


def _page(*, told: str | None = None, problem: Any = None, status: int = 200) -> Response:
    held = inner.call("GET", "/holds")
    if not held.is_ok:
        return site.problem_page(held.body)
    runs = inner.call("GET", "/privacy/runs").body.get("runs", [])
    holds = [{**each, "who": tellings.actor(each["placed_by"])} for each in held.body["holds"]]
    return shell.render(
        "clerk/desk.html",
        status,
        told=told,
        problem=problem,
        given=request.form,
        holds=holds,
        runs=[{**each, "who": tellings.actor(each["by"])} for each in runs[:20]],
        kinds={
            "retention": _("Fin de conservation"),
            "erasure": _("Effacement demandé"),
            "photos": _("Photos sans dossier"),
        },
        may_change=edge.may("hold.change"),
        may_act=edge.may("privacy.act"),
    )


def _number(said: str | None) -> float | str | None:
    try:
        return float((said or "").replace(",", "."))
    except ValueError:
        return said

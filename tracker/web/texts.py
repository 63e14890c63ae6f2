"""The words of notices, for the administrator: the list, one notice, trying it on a case, its versions."""

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import language
from tracker.web import inner, shell, site

blueprint = Blueprint("texts", __name__, url_prefix="/textes")
LANGUAGES, PARTS = ("fr", "en"), ("subject", "body", "short")
_DIFFERS = re.compile(r"{{.*?}}|{%.*?%}")


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.get("", endpoint="list")
def show() -> Response:
    """Show every notice, by family."""
    found = inner.call("GET", "/notice-templates")
    if not found.is_ok:
        return site.problem_page(found.body)
    groups: dict[str, list[Any]] = {family: [] for family in _families()}
    for each in found.body["templates"]:
        each["title"] = title_of(each["subject"])
        groups.setdefault(each["code"].partition(".")[0], []).append(each)
    return shell.render("told/texts.html", groups=groups, families=_families(), audiences=_audiences())


@blueprint.get("/<code>")
def edit(code: str) -> Response:
    """Show one notice with the words of a version, those in use unless one is named."""
    return _page(code, version=request.args.get("version", type=int), done=request.args.get("fait", ""))


@blueprint.post("/<code>")
def act(code: str) -> Response:
    """Try the words on a case, keep them as a draft, or put a version to use."""
    given = _given()
    deed = request.form.get("deed", "")
    if deed == "preview":
        body = {"texts": given, "case_number": request.form.get("case_number", "").strip()}
        answer = inner.call("POST", f"{_path(code)}/preview", body=body)
        shown = answer.body if answer.is_ok else None
        return _page(code, texts=given, shown=shown, problem=None if answer.is_ok else answer.body)
    if deed == "use":
        version = request.form.get("version", type=int)
        answer = inner.call("POST", f"{_path(code)}/activation", body={"version": version})
    else:
        answer = inner.call("POST", f"{_path(code)}/versions", body={"texts": given})
    if not answer.is_ok:
        return _page(code, texts=given, problem=answer.body, status=answer.status)
    newest = answer.body["versions"][0]["version"]
    at = newest if deed != "use" else request.form.get("version", type=int)
    return redirect(url_for(".edit", code=code, version=at, fait=deed), 303)


def title_of(subject: str) -> str:
    """Return the subject of a notice as its name, an ellipsis for what differs from case to case."""
    bare = _DIFFERS.sub("…", subject).replace("(…)", "")
    return re.sub(r"[\s\N{NO-BREAK SPACE},:]*…[\s,:…]*$", "", bare).strip()


def _given() -> dict[str, dict[str, str]]:
    """Return the texts of the form; a language left empty altogether is left out."""
    found = {}
    for spoken in LANGUAGES:
        texts = {part: request.form.get(f"{spoken}.{part}", "").replace("\r\n", "\n") for part in PARTS}
        if any(text.strip() for text in texts.values()):
            found[spoken] = texts
    return found


def _path(code: str) -> str:
    return f"/notice-templates/{quote(code, safe='')}"


def _page(
    code: str,
    *,
    version: int | None = None,
    texts: Any = None,
    shown: Any = None,
    problem: Any = None,
    done: str = "",
    status: int = 200,
) -> Response:
    found = inner.call("GET", _path(code))
    if not found.is_ok:
        return site.problem_page(found.body)
    versions = found.body["versions"]
    active = next(each for each in versions if each["status"] == "active")
    chosen = next((each for each in versions if each["version"] == version), active)
    sentences = {
        "save": _("Gardé comme brouillon. Rien ne change tant qu’il n’est pas utilisé."),
        "use": _("C’est maintenant le texte utilisé."),
    }
    return shell.render(
        "told/text.html",
        status,
        notice=found.body,
        name=title_of(active["texts"][language.current()]["subject"]),
        versions=versions,
        chosen=chosen,
        texts=texts if texts is not None else chosen["texts"],
        case_number=request.form.get("case_number", ""),
        shown=shown,
        problem=problem,
        told=sentences.get(done),
        audiences=_audiences(),
        parts=_parts(),
        states=_states(),
    )


def _parts() -> dict[str, str]:
    return {"subject": _("Objet"), "body": _("Corps"), "short": _("Texte court (SMS)")}


def _states() -> dict[str, str]:
    return {"draft": _("brouillon"), "active": _("utilisé"), "retired": _("ancien")}


def _families() -> dict[str, str]:
    return {
        "common": _("Pour tous les dossiers"),
        "field_work": _("Travaux sur le terrain"),
        "inspection": _("Inspections"),
        "question": _("Questions"),
        "permit": _("Permis"),
        "booking": _("Réservations"),
        "contestation": _("Cour et réclamations"),
        "timers": _("Délais passés"),
    }


def _audiences() -> dict[str, str]:
    return {
        "reporter": _("la personne qui vient de signaler"),
        "reporters": _("les personnes qui ont signalé"),
        "people": _("qui a signalé et qui suit le dossier"),
        "public": _("qui a signalé, qui suit, et les abonnés des environs"),
        "area": _("les abonnés des environs"),
        "asked": _("la personne abonnée"),
        "crew": _("l’équipe du dossier"),
        "dispatcher": _("la répartition"),
        "agent": _("les agents"),
        "inspector": _("l’inspection"),
        "supervisor": _("la supervision"),
        "clerk": _("le greffe"),
        "admin": _("l’administration"),
    }

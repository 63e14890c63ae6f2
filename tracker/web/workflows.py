"""The workflows on screen: each family drawn and told as a table, its versions, a new one to try and load."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.web import inner, shell, site

blueprint = Blueprint("workflows", __name__, url_prefix="/cheminements")
LONGEST_BYTES = 400_000


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.get("")
def listed() -> Response:
    """List the families."""
    answer = inner.call("GET", "/workflows")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    return shell.render("workflows/list.html", families=answer.body["workflows"], words=_words())


@blueprint.get("/<family>")
def shown(family: str) -> Response:
    """Show a family in one version: its drawing, its statuses, its moves."""
    return _page(family)


@blueprint.post("/<family>")
def tried(family: str) -> Response:
    """Check a definition, or load it: what is wrong, what changes, who keeps the old one."""
    text = _given()
    body = {"text": text}
    if request.form.get("load") != "yes":
        answer = inner.call("POST", f"/workflows/{family}/check", body=body)
        checked = answer.body if answer.is_ok else None
        return _page(family, text=text, checked=checked, problem=None if answer.is_ok else answer.body)
    headers = {"Idempotency-Key": request.form.get("key") or str(uuid4())}
    answer = inner.call("POST", f"/workflows/{family}", body=body, headers=headers)
    if answer.is_ok:
        return redirect(url_for(".shown", family=family, fait=answer.body["version"]), 303)
    mistakes = {"sound": False, "mistakes": answer.body.get("mistakes", []), "changes": []}
    return _page(family, text=text, checked=mistakes, problem=answer.body, status=answer.status)


def _given() -> str:
    """Return the file that was sent, else the text."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return sent.stream.read(LONGEST_BYTES + 1).decode("utf-8", "replace")
    return request.form.get("text", "").replace("\r\n", "\n")


def _page(
    family: str, *, text: str | None = None, checked: Any = None, problem: Any = None, status: int = 200
) -> Response:
    wanted = request.args.get("version", "")
    answer = inner.call("GET", f"/workflows/{family}" + (f"?version={wanted}" if wanted.isdecimal() else ""))
    if not answer.is_ok:
        return site.problem_page(answer.body)
    told = answer.body
    return shell.render(
        "workflows/family.html",
        status,
        told=told,
        drawing=Markup(told["diagram"]),
        text=told["text"] if text is None else text,
        checked=checked,
        new_drawing=Markup(checked["diagram"]) if checked and checked.get("diagram") else None,
        problem=problem,
        done=request.args.get("fait", ""),
        may_edit=edge.may("workflow.edit"),
        key=str(uuid4()),
        words=_words(),
    )


def _words() -> dict[str, dict[str, str]]:
    return {
        "roles": {
            "citizen": _("Citoyen"),
            "agent": _("Agent"),
            "dispatcher": _("Répartiteur"),
            "crew": _("Équipe"),
            "inspector": _("Inspecteur"),
            "supervisor": _("Superviseur"),
            "clerk": _("Greffe"),
            "admin": _("Administrateur"),
            "system": _("Vigie"),
            "partner": _("Partenaire"),
            "nobody": _("Personne"),
        },
        "kinds": {"added": _("Ajouté"), "removed": _("Retiré"), "changed": _("Changé")},
        "whats": {"state": _("statut"), "transition": _("action"), "family": _("cheminement")},
        "visibility": {"public": _("Public"), "private": _("Privé"), "sealed": _("Scellé")},
        "targets": {
            "previous": _("retour au statut d’avant"),
            "same": _("même statut"),
            "any_open": _("tout statut ouvert"),
            "start": _("début"),
        },
    }

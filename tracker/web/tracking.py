"""Following a report with its number and its secret: what happened, what was promised, and the last word."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from tracker import moments
from tracker.http import edge
from tracker.letters import words as letter_words
from tracker.places import ground, problems
from tracker.reports.redirects import POLICE
from tracker.web import acts, inner, reporting, shell, words

blueprint = Blueprint("tracking", __name__, url_prefix="/suivi")
# The page asks these in its own words; every other move is drawn from what the API says of it.
DRAWN_APART = ("answer", "cancel", "close", "reopen")
WITH_PHOTOS = ("send_documents",)


@blueprint.get("")
def find() -> Response:
    """Ask for a number and its key."""
    return _find_page()


@blueprint.post("")
def open_by_number() -> Response:
    """Go to the follow-up of a number and its key."""
    number = request.form.get("number", "").strip().upper().replace(" ", "")
    secret = request.form.get("secret", "").strip()
    if number and secret and _read(number, secret).is_ok:
        return redirect(url_for(".follow", number=number, secret=secret), 303)
    return _find_page(status=404, number=number, problem=True)


@blueprint.get("/<number>/<secret>/merci")
def thanks(number: str, secret: str) -> Response:
    """Say that the report is in, what is promised and who looks after it."""
    tracked = _tracked(number, secret)
    case = tracked["case"]
    return shell.render(
        "citizen/thanks.html",
        report=tracked,
        case=case,
        neighbours=case["reports_count"] - 1,
        advice=_whom_to_call(request.args.get("conseil")),
        follow=url_for(".follow", number=number, secret=secret, _external=True),
        words=words.of_page(),
    )


def _whom_to_call(to: str | None) -> dict[str, Any] | None:
    """Return how to reach the police, when the report said that they come at this hour."""
    if to != POLICE:
        return None
    with edge.transaction() as session:
        return problems.contact(ground.current(session).parties.get(POLICE)) or {}


@blueprint.get("/<number>/<secret>")
def follow(number: str, secret: str) -> Response:
    """Show where a report stands."""
    return _follow_page(number, secret, told=_told(request.args.get("fait")))


@blueprint.post("/<number>/<secret>")
def act(number: str, secret: str) -> Response:
    """Carry out what the resident asked, whichever of their own moves it is."""
    name = request.form.get("transition", "")
    own = acts.named({"transitions": _tracked(number, secret)["moves"]}, name)
    inputs = acts.inputs_of(own, request.form) if own else {}
    headers = {"Idempotency-Key": request.form.get("key") or str(uuid4())}
    body = {"transition": name, "inputs": inputs}
    photos, papers = reporting.sent("photos"), reporting.sent("documents")
    answer = inner.call(
        "POST",
        f"{_path(number, secret)}/transitions",
        body=body,
        photos=inner.Photos(part="move", files=photos, documents=papers),
        headers=headers,
    )
    if answer.is_ok:
        return redirect(url_for(".follow", number=number, secret=secret, fait=name), 303)
    told = {"kind": "warn", "text": answer.body.get("detail") or answer.body.get("title", "")}
    return _follow_page(number, secret, told=told, status=answer.status)


@blueprint.post("/<number>/<secret>/documents")
def send(number: str, secret: str) -> Response:
    """Send documents about one's report."""
    headers = {"Idempotency-Key": request.form.get("key") or str(uuid4())}
    papers = inner.Photos(part="sent", files=(), documents=reporting.sent("documents"))
    answer = inner.call("POST", f"{_path(number, secret)}/documents", body={}, photos=papers, headers=headers)
    if answer.is_ok:
        return redirect(url_for(".follow", number=number, secret=secret, fait="documents"), 303)
    told = {"kind": "warn", "text": answer.body.get("detail") or answer.body.get("title", "")}
    return _follow_page(number, secret, told=told, status=answer.status)


@blueprint.get("/<number>/<secret>/documents")
def sent(number: str, secret: str) -> Response:
    """Return to the report: a page that told of a refused document was reloaded."""
    return redirect(url_for(".follow", number=number, secret=secret))


@blueprint.post("/<number>/<secret>/message")
def write(number: str, secret: str) -> Response:
    """Write to the city about one's report."""
    headers = {"Idempotency-Key": request.form.get("key") or str(uuid4())}
    body = {"text": request.form.get("text", "").strip()}
    answer = inner.call("POST", f"{_path(number, secret)}/messages", body=body, headers=headers)
    if answer.is_ok:
        return redirect(url_for(".follow", number=number, secret=secret, fait="message"), 303)
    told = {"kind": "warn", "text": answer.body.get("detail") or answer.body.get("title", "")}
    return _follow_page(number, secret, told=told, status=answer.status)


@blueprint.get("/<number>/<secret>/message")
def written(number: str, secret: str) -> Response:
    """Return to the report: a page that told of a refused message was reloaded."""
    return redirect(url_for(".follow", number=number, secret=secret))


@blueprint.get("/<number>/<secret>/rouvrir")
def reopen(number: str, secret: str) -> Response:
    """Ask what is still wrong."""
    _tracked(number, secret)
    back = url_for(".follow", number=number, secret=secret)
    return shell.render("citizen/reopen.html", number=number, back=back, act=back, key=str(uuid4()))


def _follow_page(number: str, secret: str, told: Any = None, status: int = 200) -> Response:
    tracked = _tracked(number, secret)
    case = tracked["case"]
    photos = tracked["photos"]
    return shell.render(
        "citizen/track.html",
        status,
        tracked=tracked,
        case=case,
        secret=secret,
        tone=case["tone"],
        can=tracked["can"],
        service_name=case["service"]["name"],
        place=case["place"],
        before=next((photo for photo in photos if photo["kind"] == "before"), None),
        after=next((photo for photo in reversed(photos) if photo["kind"] == "after"), None),
        act=url_for(".act", number=number, secret=secret),
        key=str(uuid4()),
        told=told,
        messages=inner.call("GET", f"{_path(number, secret)}/messages").body.get("messages", []),
        notices=inner.call("GET", f"{_path(number, secret)}/notices").body,
        own_moves=[each for each in tracked["moves"] if each["name"] not in DRAWN_APART],
        labels={each["name"]: each["label"] for each in tracked["moves"]},
        with_photos=WITH_PHOTOS,
        money=lambda cents: letter_words.money(cents, shell.current().when.language),
        **_punctuality(case),
    )


def _punctuality(case: dict[str, Any]) -> dict[str, str]:
    """Say how far before its promise a case was finished, or how late it is."""
    due, done = case.get("resolve_by"), case.get("completed_at")
    if not due:
        return {}
    now = shell.current().when.now
    margin = moments.instant(due) - (moments.instant(done) if done else now)
    if done and margin.days >= 1:
        return {"ahead": ngettext("%(num)s jour d’avance", "%(num)s jours d’avance", margin.days)}
    if done:
        return (
            {"ahead": _("À temps")} if margin.total_seconds() >= 0 else {"late": _("Après la date promise")}
        )
    return {"late": _("En retard")} if margin.total_seconds() < 0 else {}


def _told(done: str | None) -> dict[str, str] | None:
    sentences = {
        "confirm": _("C’est confirmé."),
        "check_out": _("C’est retenu : payez dans les 24 heures."),
        "ask_approval": _("C’est demandé : la Ville vous répond."),
        "take_offer": _("La place est à vous pour dix minutes : confirmez."),
        "send_documents": _("Merci, vos documents sont joints au dossier."),
        "documents": _("Merci, vos documents sont joints au dossier."),
        "deposit": _("C’est déposé."),
        "self_answer": _("Merci de nous l’avoir dit."),
        "answer": _("Merci, votre réponse est jointe au dossier."),
        "cancel": _("C’est annulé."),
        "close": _("Merci de nous l’avoir dit."),
        "message": _("Votre message est envoyé."),
        "reopen": _("C’est rouvert : une équipe va repasser."),
    }
    return {"kind": "ok", "text": sentences[done]} if done in sentences else None


def _path(number: str, secret: str) -> str:
    return f"/tracking/{quote(number, safe='')}/{quote(secret, safe='')}"


def _read(number: str, secret: str) -> inner.Answer:
    return inner.call("GET", _path(number, secret))


def _tracked(number: str, secret: str) -> dict[str, Any]:
    answer = _read(number, secret)
    if not answer.is_ok:
        abort(404)
    return dict(answer.body)


def _find_page(status: int = 200, number: str = "", problem: bool = False) -> Response:
    now = shell.current().when.now
    example = f"{shell.current().town.prefix}-{now.year}-04817"
    return shell.render("citizen/find.html", status, number=number, problem=problem, example=example)

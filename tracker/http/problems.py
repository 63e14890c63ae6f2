"""How failures of the edge itself are answered, and the page that explains each kind of problem."""

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker import db
from tracker.http import errors, hosting, idempotency, statuses

blueprint = Blueprint("problems", __name__)


def register() -> None:
    """Add the failures of the edge to the table."""
    errors.register(
        db.JurisdictionUnknown,
        404,
        "unknown-jurisdiction",
        title=_l("Municipalité inconnue"),
        message=lambda error: _("Aucune municipalité n’a le code %(code)s ici.", code=error.code),
    )
    errors.register(
        hosting.JurisdictionNotGiven,
        404,
        "jurisdiction-not-given",
        title=_l("Quelle municipalité ?"),
        message=lambda _error: _(
            "Plusieurs municipalités sont servies ici : dites laquelle par l’adresse (/j/code/…) "
            "ou jurisdiction_id."
        ),
    )
    errors.register(
        idempotency.KeyInvalid,
        400,
        "idempotency-key-invalid",
        title=_l("Clé d’idempotence invalide"),
        message=lambda _error: _("La clé compte de 1 à 200 caractères ASCII visibles."),
    )
    errors.register(
        idempotency.KeyReused,
        422,
        "idempotency-key-reused",
        title=_l("Clé d’idempotence déjà utilisée"),
        message=lambda _error: _("Cette clé a déjà servi pour une autre demande ; faites-en une nouvelle."),
    )
    errors.register(
        idempotency.RequestInFlight,
        409,
        "request-in-flight",
        title=_l("Déjà en cours"),
        message=lambda _error: _("La même demande est en traitement. Redemandez dans un instant."),
        extra=lambda _error: {"retry_after": 1},
    )


@blueprint.get("/problems/<slug>")
def page(slug: str) -> Response | str:
    """Explain a kind of problem, to a person or to a program."""
    status, title, detail = _of(slug) or abort(404)
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "text/html":
        return render_template("problem.html", slug=slug, status=status, title=title, detail=detail)
    return jsonify(type=f"/problems/{slug}", title=title, status=status, detail=detail)


def _of(slug: str) -> tuple[int, str, str] | None:
    """Return the status, title and general explanation of a kind of problem."""
    for problem in errors.known():
        if problem.slug == slug:
            known = statuses.of(problem.status)
            return problem.status, str(problem.title or known.title), str(known.detail)
    for code, status in statuses.STATUSES.items():
        if status.slug == slug:
            return code, str(status.title), str(status.detail)
    return None

"""On call: the rota and the pages on the desk, and the page that the link in a call opens."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.oncall import domains
from tracker.oncall.present import domain_name
from tracker.web import inner, shell, site, tellings

blueprint = Blueprint("oncall", __name__, url_prefix="/garde")


@blueprint.get("")
def show() -> Response:
    """Show who is on call and what they were paged about."""
    return _show()


@blueprint.post("/tour")
def set_turn() -> Response:
    """Say who answers from a Friday on."""
    names = ("domain", "rank", "starts_on", "name", "phone", "email")
    given = {name: request.form.get(name, "").strip() or None for name in names}
    answer = inner.call("POST", "/duties", body={name: value for name, value in given.items() if value})
    if not answer.is_ok:
        return _show(problem=answer)
    return redirect(url_for(".show"), 303)


@blueprint.post("/<uuid:page_id>/prendre")
def take(page_id: UUID) -> Response:
    """Take a page from the desk."""
    answer = inner.call("POST", f"/pages/{page_id}/acknowledge", body={})
    if not answer.is_ok:
        return _show(problem=answer)
    return redirect(url_for(".show"), 303)


@blueprint.get("/<uuid:page_id>/<secret>")
def called(page_id: UUID, secret: str) -> Response:
    """Show what somebody was called about, to whoever has the link."""
    answer = inner.call("GET", f"/pages/{page_id}?secret={secret}")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    return shell.render("oncall/called.html", page=answer.body, secret=secret)


@blueprint.post("/<uuid:page_id>/<secret>")
def take_called(page_id: UUID, secret: str) -> Response:
    """Take a page by the link of the call."""
    answer = inner.call("POST", f"/pages/{page_id}/acknowledge", body={"secret": secret})
    if not answer.is_ok:
        return site.problem_page(answer.body)
    return redirect(url_for(".called", page_id=page_id, secret=secret), 303)


def _show(problem: inner.Answer | None = None) -> Response:
    if not shell.current().who.is_staff:
        return site.sign_in_first()
    pages, rota = inner.call("GET", "/pages"), inner.call("GET", "/duties")
    for answer in (pages, rota):
        if not answer.is_ok:
            return site.problem_page(answer.body)
    language = shell.defaults()["lang"]
    return shell.render(
        "oncall/page.html",
        problem.status if problem is not None else 200,
        pages=pages.body["pages"],
        rota=rota.body,
        told=tellings.refused(problem.body) if problem is not None else None,
        given=request.form,
        may_manage=edge.may("duty.manage"),
        domains=[(code, domain_name(code, language)) for code in (*domains.DOMAINS, domains.ALL)],
        ranks=[(code, words.said_in(language)) for code, words in domains.RANKS.items()],
    )

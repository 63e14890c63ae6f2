"""The order of a crew's work, set by a dispatcher: up and down by keyboard, with a reason; no script needed.

What is moved is kept in the form until somebody keeps it; the queue's tag tells when it changed meanwhile.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.web import inner, shell, site, tellings

blueprint = Blueprint("orders", __name__, url_prefix="/dispatch/equipes")

KIND_ORDER = ("field", "contract", "office")


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An order being made: the cases as they are now to go, how many from the first a person has placed.

    `moved` is the case that was just moved, `last_by` where to (−1 up, 1 down).
    """

    cases: tuple[dict[str, Any], ...]
    placed: int
    moved: str = ""
    last_by: int = 0

    def can_move(self, at: int, by: int) -> bool:
        """Tell whether a case may change places with its neighbour: what is begun stays in front."""
        to = at + by
        if not (0 <= at < len(self.cases) and 0 <= to < len(self.cases)):
            return False
        return not (self.cases[at]["is_begun"] or self.cases[to]["is_begun"])

    def move(self, number: str, by: int) -> "Draft":
        """Return the order with a case one place further up (−1) or down (1)."""
        at = next((at for at, case in enumerate(self.cases) if case["number"] == number), -1)
        if not self.can_move(at, by):
            return self
        cases, to = list(self.cases), at + by
        cases[at], cases[to] = cases[to], cases[at]
        return replace(
            self, cases=tuple(cases), placed=max(self.placed, at + 1, to + 1), moved=number, last_by=by
        )

    def aim(self, at: int) -> int:
        """Return which of a moved case's buttons is at hand: the one pressed, the other at an end."""
        return self.last_by if self.can_move(at, self.last_by) else -self.last_by

    @property
    def numbers(self) -> list[str]:
        return [case["number"] for case in self.cases]


@blueprint.get("")
def listed() -> Response:
    """List the crews to choose from."""
    answer = inner.call("GET", "/crews")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    crews = sorted(answer.body["crews"], key=lambda crew: (KIND_ORDER.index(crew["kind"]), crew["code"]))
    return shell.render("dispatch/orders.html", crews=crews)


@blueprint.get("/<code>")
def show(code: str) -> Response:
    """Show a crew's cases in the order it does them."""
    return _page(code, told=_done(request.args.get("fait", "")))


@blueprint.post("/<code>", endpoint="change")
def change(code: str) -> Response:
    """Move a case up or down in the order being made, keep that order, or give up the one that is kept."""
    form = request.form
    found = _queue(code)
    if not found.is_ok:
        return site.problem_page(found.body)
    if form.get("tag") != found.headers.get("ETag"):
        return _page(code, told=_changed(), status=412)
    draft = _drafted(
        code, form.get("order", "").split(), form.get("placed", 0, type=int), found.body["cases"]
    )
    for name, by in (("up", -1), ("down", 1)):
        if form.get(name):
            moved = draft.move(form[name], by)
            ahead = _drafted(code, moved.numbers, moved.placed, found.body["cases"])
            return _page(code, draft=replace(moved, cases=ahead.cases))
    tag = {"If-Match": form["tag"]}
    reason = form.get("reason", "").strip()
    if form.get("act") == "drop":
        asked = urlencode({"reason": reason})
        answer = inner.call("DELETE", f"{_address(code)}?{asked}", headers=tag)
    else:
        body = {"cases": draft.numbers[: draft.placed], "reason": reason}
        answer = inner.call("PUT", _address(code), body=body, headers=tag)
    if answer.status in (409, 412):
        return _page(code, told=tellings.refused(answer.body), status=answer.status)
    if not answer.is_ok:
        return _page(code, draft=draft, told=tellings.refused(answer.body), status=answer.status)
    return redirect(url_for(".show", code=code, fait=form.get("act", "keep")), 303)


def _page(code: str, *, draft: Draft | None = None, told: Any = None, status: int = 200) -> Response:
    found = _queue(code)
    if not found.is_ok:
        return site.problem_page(found.body)
    kept = Draft(cases=tuple(found.body["cases"]), placed=_placed(found.body["cases"]))
    return shell.render(
        "dispatch/order.html",
        status,
        crew=found.body["crew"],
        draft=draft or kept,
        is_changed=draft is not None and draft.numbers != kept.numbers,
        is_by_hand=kept.placed > 0,
        set_at=found.body["set_at"],
        set_by=tellings.actor(found.body["set_by"]) if found.body["set_by"] else "",
        tag=found.headers.get("ETag", ""),
        reason=request.form.get("reason", ""),
        may_order=edge.may("queue.order"),
        told=told,
    )


def _drafted(code: str, order: list[str], placed: int, cases: list[dict[str, Any]]) -> Draft:
    """Return the order that the form holds: the placed ones in front, the others as they would follow."""
    there = {case["number"] for case in cases}
    first = [number for number in dict.fromkeys(order) if number in there][: max(placed, _placed(cases))]
    asked = urlencode({"first": first}, doseq=True)
    ahead = inner.call("GET", f"{_address(code)}?{asked}").body["cases"] if first else cases
    return Draft(cases=tuple(ahead), placed=len(first))


def _placed(cases: list[dict[str, Any]]) -> int:
    """Return how many cases from the first on are needed to say again what was placed by hand."""
    return max((at for at, case in enumerate(cases, start=1) if case["placed"] is not None), default=0)


def _queue(code: str) -> inner.Answer:
    return inner.call("GET", _address(code))


def _address(code: str) -> str:
    return f"/crews/{quote(code, safe='')}/queue"


def _changed() -> dict[str, Any]:
    return {
        "kind": "warn",
        "text": _("La file a changé entre-temps."),
        "more": _("La voici telle qu’elle est maintenant. Rien n’a été changé par votre geste."),
    }


def _done(key: str) -> dict[str, Any] | None:
    said = {
        "keep": _("Cet ordre est gardé. L’équipe le voit sur sa tablette."),
        "drop": _("L’ordre habituel est de retour."),
    }
    return {"kind": "ok", "text": said[key]} if key in said else None

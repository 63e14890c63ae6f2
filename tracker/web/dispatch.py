"""The dispatcher's page: a queue, a map and a case. The list carries every action; the map is never needed.

Each view answers the whole page, or the part of it that a script asks for (`X-Vigie-Part`).
"""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.web import acts, catalogue, inner, map_data, queue, shell, site, surges, tellings, words
from tracker.web.queue import Filters

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")

DESK = ("agent", "dispatcher", "supervisor", "admin", "inspector")
STALE = (412, 428)


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


# The names of the views are the addresses' own: `queue` is also the module of the filters.
@blueprint.get("", endpoint="queue")
def show_queue() -> Response:
    """Show the queue."""
    filters = queue.read(request.args)
    if shell.wanted_part() == "pins":
        return shell.data(queue.on_map(filters))
    if shell.wanted_part() == "queue":
        return shell.render("dispatch/queue.html", **_queue(filters), case=None)
    return _page(filters, None)


@blueprint.post("/regroupements/<uuid:surge_id>/<verdict>")
def decide_surge(surge_id: UUID, verdict: str) -> Response:
    """Confirm a surge, set it aside, or take that back; the queue then tells what was done."""
    if verdict not in surges.VERDICTS:
        abort(404)
    answer = surges.decide(str(surge_id), verdict, request.form)
    if not answer.is_ok:
        return _page(queue.read({}), None, told=tellings.refused(answer.body), status=answer.status)
    return redirect(url_for(".queue", regroupement=str(surge_id)), 303)


@blueprint.get("/<number>", endpoint="case")
def show_case(number: str) -> Response:
    """Show a case beside the queue."""
    told = tellings.of_address(request.args)
    return _with_case(number, told=told)


@blueprint.get("/<number>/historique")
def history(number: str) -> Response:
    """Show every fact of a case."""
    answer = inner.call("GET", f"/cases/{number}/history")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    template = "dispatch/history.html" if shell.wanted_part() else "dispatch/history-page.html"
    events = [{**event, "who": tellings.actor(event["actor"])} for event in answer.body["events"]]
    return shell.render(template, events=events, number=number)


@blueprint.get("/<number>/faire/<transition>")
def act(number: str, transition: str) -> Response:
    """Show the form of one act."""
    found = inner.call("GET", f"/cases/{number}")
    if not found.is_ok:
        return site.problem_page(found.body)
    return _act_form(found.body, transition, inner.Answer(status=200, body={}))


@blueprint.post("/<number>/faire/<transition>", endpoint="act_now")
def do_act(number: str, transition: str) -> Response:
    """Carry out an act; show the case as it stands when it changed meanwhile, or the form to mend."""
    found = inner.call("GET", f"/cases/{number}")
    if not found.is_ok:
        return site.problem_page(found.body)
    chosen = acts.named(found.body, transition)
    if chosen is None:
        return _with_case(number, told=tellings.moved_on(), status=409)
    answer = inner.call(
        "POST",
        f"/cases/{number}/transitions",
        body={"transition": transition, "inputs": acts.inputs_of(chosen, request.form)},
        headers={"If-Match": f'"v{request.form.get("version", "")}"'},
    )
    if answer.status in STALE:
        return _with_case(number, told=tellings.moved_on(answer.body), status=412)
    if not answer.is_ok and chosen.inputs:
        return _act_form(found.body, transition, answer)
    if not answer.is_ok:
        return _with_case(number, told=tellings.refused(answer.body), status=answer.status)
    return _done(found.body, chosen, transition)


def _done(case: dict[str, Any], act: acts.Act, transition: str) -> Response:
    """Tell what was done, with what takes it back."""
    number = case["number"]
    if transition == "mark_duplicate":
        answer = inner.call("GET", f"/cases/{number}")
        link = next((one for one in answer.body.get("links", []) if one["kind"] == "merge"), None)
        if link is not None:
            into = link["into_number"]
            return redirect(url_for(".case", number=into, joint=number, lien=link["id"]), 303)
    had = {
        "service_code": case["service"]["code"],
        "department": case["department"]["code"],
        "district": (case["district"] or {}).get("code"),
    }
    changed = acts.inputs_of(act, request.form)
    before = {name: value for name, value in had.items() if value and name in changed}
    return redirect(url_for(".case", number=number, fait=transition, **before), 303)


@blueprint.get("/<number>/separer/<report>")
def split(number: str, report: str) -> Response:
    """Say what separating a report does, before it is done."""
    found = inner.call("GET", f"/cases/{number}")
    if not found.is_ok:
        return site.problem_page(found.body)
    return _form(
        found.body, acts.split_of(report), action=url_for(".split_now", number=number, report=report)
    )


@blueprint.post("/<number>/separer/<report>", endpoint="split_now")
def do_split(number: str, report: str) -> Response:
    """Give a report a case of its own; the notice that follows can undo it."""
    headers = {"If-Match": f'"v{request.form.get("version", "")}"'}
    answer = inner.call("DELETE", f"/cases/{number}/reports/{report}", headers=headers)
    if answer.status in STALE:
        return _with_case(number, told=tellings.moved_on(answer.body), status=412)
    if not answer.is_ok:
        return _with_case(number, told=tellings.refused(answer.body), status=answer.status)
    into, link = answer.body["into_case"], answer.body["id"]
    return redirect(url_for(".case", number=into, separe=report, lien=link, de=number), 303)


@blueprint.get("/<number>/fusionner")
def again(number: str) -> Response:
    """Return to the case: a page that told of a refused merge was reloaded."""
    return redirect(url_for(".case", number=number))


@blueprint.post("/<number>/fusionner")
def merge(number: str) -> Response:
    """Join a case to another; the notice that follows can undo it."""
    into = request.form.get("into", "").strip()
    answer = inner.call(
        "POST",
        f"/cases/{number}/merge",
        body={"into": into},
        headers={"If-Match": f'"v{request.form.get("version", "")}"'},
    )
    if answer.status in STALE:
        return _with_case(number, told=tellings.moved_on(answer.body), status=412)
    if not answer.is_ok:
        return _with_case(number, told=tellings.refused(answer.body), status=answer.status)
    return redirect(url_for(".case", number=into, joint=number, lien=answer.body["id"]), 303)


@blueprint.post("/<number>/messages")
def write(number: str) -> Response:
    """Answer those who reported, or leave a note for colleagues."""
    form = request.form
    body: dict[str, Any] = {
        "text": form.get("text", "").strip(),
        "is_internal": form.get("to") == "note",
        "report": form.get("to") if form.get("to") not in ("all", "note", "", None) else None,
    }
    headers = {"Idempotency-Key": form.get("key") or str(uuid4())}
    answer = inner.call("POST", f"/cases/{number}/messages", body=body, headers=headers)
    if not answer.is_ok:
        return _with_case(number, told=tellings.refused(answer.body), status=answer.status)
    return _after(number, "note" if body["is_internal"] else "message")


@blueprint.post("/<number>/lu")
def read(number: str) -> Response:
    """Note that what residents wrote was read."""
    inner.call("POST", f"/cases/{number}/messages/read")
    return redirect(url_for(".case", number=number), 303)


@blueprint.post("/<number>/suivre")
def follow(number: str) -> Response:
    """Follow a case, or follow it no longer."""
    verb = "PUT" if request.form.get("follow") == "1" else "DELETE"
    answer = inner.call(verb, f"/cases/{number}/follow")
    if not answer.is_ok:
        return _with_case(number, told=tellings.refused(answer.body), status=answer.status)
    return _after(number, "follow" if verb == "PUT" else "unfollow")


@blueprint.get("/<number>/<any(messages, lu, suivre):_deed>")
def back(number: str, _deed: str) -> Response:
    """Return to the case: a page that told of something refused was reloaded."""
    return redirect(url_for(".case", number=number))


@blueprint.post("/defaire/<link>")
def undo(link: str) -> Response:
    """Undo a merge."""
    answer = inner.call("POST", f"/links/{link}/undo", body={})
    number = request.form.get("number", "")
    if not answer.is_ok:
        return _with_case(number, told=tellings.refused(answer.body), status=answer.status)
    return _after(number, "undo")


def _after(number: str, done: str) -> Response:
    return redirect(url_for(".case", number=number, fait=done), 303)


def _with_case(number: str, *, told: Any = None, status: int = 200) -> Response:
    found = inner.call("GET", f"/cases/{number}")
    if not found.is_ok:
        return site.problem_page(found.body)
    filters = queue.read(request.args)
    if shell.wanted_part() == "case":
        return shell.render("dispatch/case.html", status, **_case(found.body), told=told, kept=filters.kept)
    return _page(filters, found.body, told=told, status=status)


def _page(filters: Filters, case: dict[str, Any] | None, *, told: Any = None, status: int = 200) -> Response:
    with edge.transaction() as session:
        town_map = map_data.of_town(session)
    values = _queue(filters) | (_case(case) if case else {"case": None})
    return shell.render(
        "dispatch/page.html", status, told=told, map_data=town_map, words=words.of_page(), **values
    )


def _queue(filters: Filters) -> dict[str, Any]:
    answer = queue.load(filters)
    found = answer.body if answer.is_ok else {}
    cases = found.get("cases", [])
    return {
        "filters": filters,
        "kept": filters.kept,
        "heading": queue.heading(filters),
        "tabs": queue.tabs(filters, queue.counts()),
        "cases": cases,
        "pins": queue.pins(cases),
        "more": queue.next_page(filters, found.get("next")),
        "filtered": bool(set(filters.kept) - {"view", "order"}),
        "filter_words": tellings.of_filters(filters),
        "selects": _selects(),
        "surges": surges.proposed(),
        "surge_told": surges.decided(request.args.get("regroupement", "")),
        "may_decide": edge.may("surge.decide"),
    }


def _selects() -> list[tuple[str, str, list[dict[str, str]]]]:
    districts = inner.call("GET", "/districts").body.get("features", [])
    return [
        ("group", _("Groupe"), [{"code": one["code"], "name": one["name"]} for one in catalogue.groups()]),
        ("district", _("District"), [one["properties"] for one in districts]),
        ("priority", _("Priorité"), [{"code": str(n), "name": f"P{n}"} for n in range(1, 5)]),
    ]


def _case(case: dict[str, Any]) -> dict[str, Any]:
    main, others = acts.of_case(case)
    return {
        "case": case,
        "pin": next(iter(queue.pins([case])), None),
        "answers": acts.answers_of(case, catalogue.services()),
        "main_acts": main,
        "other_acts": others,
        "may_split": len(case["reports"]) > 1 and edge.may("case.link") and edge.actor().is_staff,
        "may_merge": edge.may("case.merge") if edge.actor().is_staff else False,
        "priority_name": tellings.priority(case["priority"]),
        "step_names": tellings.steps(),
        "thread": inner.call("GET", f"/cases/{case['number']}/messages").body,
        "follows": inner.call("GET", f"/cases/{case['number']}/follow").body.get("follows", False),
        "may_write": edge.may("thread.write"),
        "key": str(uuid4()),
    }


def _act_form(case: dict[str, Any], transition: str, answer: inner.Answer) -> Response:
    chosen = acts.named(case, transition)
    if chosen is None:
        return _with_case(case["number"], told=tellings.moved_on(), status=409)
    return _form(case, chosen, answer)


def _form(
    case: dict[str, Any], chosen: acts.Act, answer: inner.Answer | None = None, action: str = ""
) -> Response:
    answer = answer or inner.Answer(status=200, body={})
    is_part = shell.wanted_part() in ("act", "case")
    return shell.render(
        "dispatch/act.html" if is_part else "dispatch/act-page.html",
        answer.status,
        case=case,
        act=chosen,
        action=action,
        before=acts.before(chosen.name, shell.current().when.stamp(case["opened_at"])),
        title="h2" if is_part else "h1",
        given=request.form,
        defaults=acts.defaults(chosen, case),
        problem=answer.body if not answer.is_ok else None,
        faults={},
        choices={},
    )

"""The crew's tablet: my cases by due date, one case on site, start and done with a photo."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.web import (
    acts,
    catalogue,
    crew_ahead,
    crew_kept,
    dispatch,
    inner,
    map_data,
    queue,
    shell,
    site,
    tellings,
    words,
)

blueprint = Blueprint("crew", __name__, url_prefix="/crew")

USUAL_MINUTES = 20
OUTCOME_ICONS = {
    "fixed": "check",
    "temporary": "wrench",
    "nothing_found": "search",
    "private_third_party": "house",
    "too_big": "calendar-days",
    "already_done": "git-merge",
}


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.after_request
def whose(response: Response) -> Response:
    """Say whose page it is: the tablet keeps it for nobody else."""
    return crew_kept.marked(response) if edge.actor().is_staff else response


@blueprint.get("")
def day() -> Response:
    """Show the crew's open cases in the order it does them; to the tablet, the pages to keep of them."""
    crew, crews = _crew()
    cases = _cases_of(crew) if crew else []
    if shell.wanted_part() == "ahead":
        return crew_kept.listed([(url_for(".site", number=row["number"]), row["version"]) for row in cases])
    with edge.transaction() as session:
        town_map = map_data.of_town(session)
    return shell.render(
        "crew/day.html",
        cases=cases,
        pins=[{**pin, "n": at + 1} for at, pin in enumerate(queue.pins(cases))],
        crew=crew,
        crews=crews,
        crew_name=next(
            (one["name"] for one in crews if one["code"] == crew), crew or _("Choisissez une équipe")
        ),
        told=tellings.of_address(request.args),
        map_data=town_map,
        words=words.of_page(),
    )


@blueprint.get("/<number>", endpoint="site")
def site_page(number: str) -> Response:
    """Show one case on site."""
    return _site(number, told=tellings.of_address(request.args))


@blueprint.post("/<number>/messages")
def write(number: str) -> Response:
    """Write to those who reported, or leave a note: from a plain form, on a tablet without scripts."""
    text, kind = request.form.get("text", "").strip(), request.form.get("kind", "note")
    answer = inner.call(
        "POST",
        f"/cases/{number}/messages",
        body={"text": text, "is_internal": kind != "message"},
        headers={"Idempotency-Key": request.form.get("key") or str(uuid4())},
    )
    if not answer.is_ok:
        told = tellings.refused(answer.body)
        return _site(number, told=told, unsent={kind: text}, status=answer.status)
    return redirect(url_for(".site", number=number, fait="message" if kind == "message" else "note"), 303)


@blueprint.get("/<number>/<transition>")
def again(number: str, transition: str) -> Response:
    """Return to the case: a page that told of a refused act was reloaded."""
    return redirect(url_for(".site", number=number))


@blueprint.post("/<number>/<transition>")
def act(number: str, transition: str) -> Response:
    """Carry out what the crew did; keep what was typed when it cannot be."""
    found = inner.call("GET", f"/cases/{number}")
    if not found.is_ok:
        return site.problem_page(found.body)
    chosen = acts.named(found.body, transition)
    if chosen is None:
        return _site(number, told=tellings.moved_on(), status=409)
    body: dict[str, Any] = {"transition": transition, "inputs": acts.inputs_of(chosen, request.form)}
    body |= _device()
    answer = inner.call(
        "POST",
        f"/cases/{number}/transitions",
        body=body,
        photos=inner.Photos(part="move", files=[f for f in request.files.getlist("photos") if f.filename]),
        headers={
            "If-Match": f'"v{request.form.get("version", "")}"',
            "Idempotency-Key": request.form.get("key") or str(uuid4()),
        },
    )
    if answer.status in dispatch.STALE:
        return _site(number, told=tellings.moved_on(answer.body), status=412)
    if not answer.is_ok:
        return _site(number, failed=transition, problem=answer.body, status=answer.status)
    if transition == "complete":
        return redirect(url_for(".day", fait=transition), 303)
    return redirect(url_for(".site", number=number, fait=transition), 303)


def _device() -> dict[str, Any]:
    """Return when and where the tablet says it was done."""
    found: dict[str, Any] = {}
    if request.form.get("device_at"):
        found["device_at"] = request.form["device_at"]
    lon, lat = request.form.get("lon", type=float), request.form.get("lat", type=float)
    return found | ({"lon": lon, "lat": lat} if lon is not None and lat is not None else {})


def _site(
    number: str,
    *,
    told: Any = None,
    failed: str = "",
    problem: Any = None,
    unsent: Any = None,
    status: int = 200,
) -> Response:
    answer = inner.call("GET", f"/cases/{number}")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    case = answer.body
    written = {
        "case": case,
        "key": str(uuid4()),
        "thread": inner.call("GET", f"/cases/{number}/messages").body,
        "may_write": edge.may("thread.write"),
        "unsent": unsent or {},
    }
    if shell.wanted_part() == "thread":
        return shell.render("crew/thread.html", status, **written)
    states = crew_ahead.states(case, inner.call("GET", f"/cases/{number}/ahead").body)
    with edge.transaction() as session:
        town_map = map_data.of_town(session)
    page = shell.render(
        "crew/site.html",
        status,
        now=states[0],
        ahead=states,
        seen=crew_ahead.seen(case),
        answers=acts.answers_of(case, catalogue.services()),
        duration_min=USUAL_MINUTES,
        told=told,
        failed=failed,
        problem=problem,
        given=request.form,
        outcome_icons=OUTCOME_ICONS,
        map_data=town_map,
        words=words.of_page(),
        **written,
    )
    page.headers[crew_kept.VERSION] = str(case["version"])
    return page


def _crew() -> tuple[str | None, list[dict[str, Any]]]:
    """Return the crew whose day is shown and those to choose from: a crew has its own only."""
    who = edge.actor()
    found = inner.call("GET", "/crews").body
    crews = [crew for crew in found.get("crews", []) if who.crew_code in (None, crew["code"])]
    asked = request.args.get("equipe")
    return who.crew_code or (asked if asked in {crew["code"] for crew in crews} else None), crews


def _cases_of(crew: str) -> list[dict[str, Any]]:
    return list(inner.call("GET", f"/crews/{quote(crew, safe='')}/queue").body.get("cases", []))

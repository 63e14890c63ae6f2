"""A report in four questions: what, where, already reported, the last details. No account, no script needed.

Every step is a page of its own whose address holds the answers so far, so that Back, bookmarks and a
reload work; only the last one changes anything. Scripts make the same pages quicker.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, request, url_for
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wrappers import Response

from tracker.documents import service as documents
from tracker.http import edge
from tracker.web import answers, booking, catalogue, inner, map_data, places, search, shell, words
from tracker.web.places import Place

blueprint = Blueprint("reporting", __name__, url_prefix="/signaler")

SENTENCE_WORDS = 4
OUTSIDE = ("outside-territory", "not-ours", "in-water", "private-lot")


@blueprint.get("")
def choose() -> Response:
    """Step 1: what is it about?"""
    typed = request.args.get("q", "").strip()[:200]
    found = search.find(catalogue.services().values(), typed)
    if shell.wanted_part() == "found":
        return shell.render("citizen/found.html", found=found, q=typed)
    return shell.render(
        "citizen/choose.html",
        step=1,
        back=url_for("citizen.home"),
        q=typed,
        found=found,
        groups=catalogue.groups(),
        words=words.of_page(),
    )


@blueprint.get("/<code>")
def begin(code: str) -> Response:
    """Ask first whether anybody is in danger, for the services where somebody may be."""
    service = catalogue.service(code)
    typed = request.args.get("q") or None
    if booking.offered(service):
        return redirect(url_for("booking.choose", code=code))
    onward = url_for(".place" if service["location"]["kind"] != "none" else ".details", code=code, q=typed)
    back = url_for(".choose", q=typed)
    if service["read_first"]:
        return _read_first(service, back, onward)
    if service["priority"] != 1:
        return redirect(onward)
    return shell.render(
        "citizen/gate.html",
        step=1,
        back=back,
        service=service,
        next=onward,
        emergency=service.get("emergency"),
    )


def _read_first(service: dict[str, Any], back: str, onward: str) -> Response:
    """Say what the law asks before the form, and since when one is in time."""
    deadline, today = service["deadline"], shell.current().when.today
    in_time_since = today - timedelta(days=deadline["days"]) if deadline else None
    return shell.render(
        "citizen/before.html", step=1, back=back, service=service, next=onward, in_time_since=in_time_since
    )


@blueprint.get("/<code>/lieu")
def place(code: str) -> Response:
    """Step 2: where is it?"""
    return _place_page(catalogue.service(code))


@blueprint.get("/<code>/lieu/confirmer")
def confirm_place(code: str) -> Response:
    """Check the place, then ask whether this was reported already."""
    service = catalogue.service(code)
    chosen = places.read(request.args)
    if chosen is None:
        return _place_page(service)
    shell.current()  # who asks is known from here on, with the proof that a signed-in browser must give
    body = {"service_code": code, "location": chosen.as_location, "description": request.args.get("q", "")}
    answer = inner.call("POST", "/duplicates", body=body)
    if answer.problem in OUTSIDE:
        return _place_page(service, problem=answer.body)
    twins = answer.body.get("duplicates", []) if answer.is_ok else []
    carried = {**chosen.carried, "q": request.args.get("q") or None}
    if not twins:
        return redirect(url_for(".details", code=code, **carried))
    return shell.render(
        "citizen/duplicates.html",
        step=3,
        back=url_for(".place", code=code, **carried),
        service=service,
        place=chosen,
        duplicates=[_twin(twin) for twin in twins[:3]],
        carried=carried,
        words=words.of_page(),
    )


@blueprint.get("/<code>/details")
def details(code: str) -> Response:
    """Step 4: the questions the service needs answered, words, photos, and how to be answered."""
    service = catalogue.service(code)
    typed = request.args.get("q", "").strip()
    # A few words found the service and say no more than its name; a sentence is worth keeping.
    given = MultiDict({"description": typed if len(typed.split()) >= SENTENCE_WORDS else ""})
    return _details_page(service, request.args, given)


@blueprint.post("/<code>/details")
def send(code: str) -> Response:
    """Send the report; show what to mend when the city cannot take it as it is."""
    service = catalogue.service(code)
    chosen = places.read(request.form)
    body = answers.report_body(service, request.form, chosen)
    photos = inner.Photos(part="report", files=sent("photos"), documents=sent("documents"))
    headers = {"Idempotency-Key": request.form.get("key") or str(uuid4())}
    answer = inner.call("POST", "/reports", body=body, photos=photos, headers=headers)
    if answer.is_ok:
        receipt = answer.body
        advice = receipt.get("advice") or {}
        told = {"number": receipt["number"], "secret": receipt["secret"], "conseil": advice.get("to")}
        return redirect(url_for("tracking.thanks", **told), 303)
    return _details_page(service, request.form, request.form, answer)


def _place_page(service: dict[str, Any], problem: Any = None) -> Response:
    chosen = places.read(request.args)
    typed = request.args.get("search", "").strip()[:200]
    is_live = shell.wanted_part() == "places"
    results = places.search(typed, is_typing=is_live) if typed else None
    if is_live:
        return shell.render("citizen/places.html", results=results, service=service, q=request.args.get("q"))
    with edge.transaction() as session:
        town_map = map_data.of_town(session)
    return shell.render(
        "citizen/place.html",
        422 if problem else 200,
        step=2,
        back=url_for(".choose", q=request.args.get("q") or None),
        service=service,
        place=chosen,
        problem=problem,
        search=typed,
        results=results,
        q=request.args.get("q") or "",
        case=request.args.get("case"),
        map_data=town_map,
        words=words.of_page(),
    )


def _details_page(
    service: dict[str, Any],
    carried_by: MultiDict[str, str],
    given: MultiDict[str, str],
    refused: inner.Answer | None = None,
) -> Response:
    chosen = places.read(carried_by)
    case = carried_by.get("case") or None
    carried = chosen.carried if chosen else {}
    problem = refused.body if refused is not None else None
    if refused is not None and refused.problem in OUTSIDE:
        problem = {**refused.body, "detail": refused.body.get("detail", "")}
    return shell.render(
        "citizen/details.html",
        refused.status if refused is not None else 200,
        step=4,
        back=_back_from_details(service, chosen),
        service=service,
        place=chosen,
        case=case,
        carried=carried,
        key=given.get("key") or str(uuid4()),
        answers=answers.given(service, given),
        description=given.get("description", ""),
        contact={name: given.get(name, "") for name in ("email", "phone")},
        problem=problem,
        faults=answers.faults(problem),
        takes_documents=documents.takes(service["workflow"], is_open=True),
        words=words.of_page(),
    )


def _back_from_details(service: dict[str, Any], chosen: Place | None) -> str:
    if service["location"]["kind"] == "none":
        return url_for(".choose")
    return url_for(".place", code=service["code"], **(chosen.carried if chosen else {}))


def sent(part: str) -> list[FileStorage]:
    """Return the files that a form sent in a part; a field left empty sends a nameless one."""
    return [file for file in request.files.getlist(part) if file.filename]


def _twin(twin: dict[str, Any]) -> dict[str, Any]:
    """Return a possible duplicate with the drawing of its status."""
    return {**twin, "tone": twin.get("tone") or "received"}

"""Between a page's form and the API's report: answers to questions, and which field a fault is about."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.http import language
from tracker.web.places import Place

PREFIX = "answer."


def given(service: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return what was answered to each question of a service, as the form holds it."""
    return {
        question["code"]: [value for value in form.getlist(PREFIX + question["code"]) if value.strip()]
        for question in service["questions"]
    }


def report_body(service: Mapping[str, Any], form: MultiDict[str, str], place: Place | None) -> dict[str, Any]:
    """Return the report that a filled form means, as `POST /reports` takes it."""
    found = given(service, form)
    contact = {name: form[name].strip() for name in ("email", "phone") if form.get(name, "").strip()}
    body: dict[str, Any] = {
        "service_code": service["code"],
        "description": form.get("description", "").strip(),
        "answers": {
            question["code"]: _value(question, found[question["code"]])
            for question in service["questions"]
            if found[question["code"]]
        },
        "language": language.current(),
    }
    if place is not None:
        body["location"] = place.as_location
    if contact:
        body["contact"] = contact
    if form.get("case"):
        body["case_number"] = form["case"]
    else:  # what looks like it was shown, and none of it chosen
        body["is_new"] = True
    return body


def faults(problem: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what is wrong, by the last word of the pointer: a question's code, `email`, `description`."""
    found: dict[str, str] = {}
    for fault in (problem or {}).get("errors", []):
        where = str(fault.get("pointer") or fault.get("parameter") or "")
        found.setdefault(where.rpartition("/")[2], fault.get("detail") or _("À vérifier"))
    return found


def _value(question: Mapping[str, Any], values: list[str]) -> Any:
    if question["datatype"] == "multivaluelist":
        return values
    if question["datatype"] == "number":
        return _number(values[0])
    return values[0].strip()


def _number(text: str) -> float | int | str:
    """Return a number; what is none goes as it is, for the API to say so in its own words."""
    try:
        value = float(text.replace(",", ".").replace("\N{NO-BREAK SPACE}", "").strip())
    except ValueError:
        return text
    return int(value) if value.is_integer() else value

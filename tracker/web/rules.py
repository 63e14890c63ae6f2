"""The rule laboratory: rules read, checked, tried on the past, put in force and taken back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.http import edge
from tracker.web import catalogue, inner, shell, site, tellings, trial_map

blueprint = Blueprint("rules", __name__, url_prefix="/dispatch/regles")

MONTHS = (3, 6, 12, 18, 24)
MOST_LISTED = 100
MOST_GAPS = 60


@blueprint.before_request
def only_staff() -> Response | None:
    """Ask for a sign-in first; the API decides what each role may do."""
    return None if shell.current().who.is_staff else site.sign_in_first()


@blueprint.get("")
def listing() -> Response:
    """List the versions, what was put in force when, and a place to write new rules."""
    return _listing(written="", told=_done(request.args.get("fait", "")))


@blueprint.post("", endpoint="load")
def load() -> Response:
    """Keep what was written, or the file that was chosen, as a draft."""
    file = request.files.get("file")
    written = request.form.get("written", "").replace("\r\n", "\n")
    source = ""
    if file is not None and file.filename:
        written, source = file.read().decode("utf-8", "replace"), file.filename[:120]
    answer = inner.call("POST", "/triage/rules", body={"written": written, "source": source})
    if not answer.is_ok:
        return _listing(written=written, problem=answer.body, status=answer.status)
    return redirect(url_for(".version", rules_id=answer.body["id"]), 303)


@blueprint.get("/<int(max=2147483647):rules_id>")
def version(rules_id: int) -> Response:
    """Show a version with what the check says of it."""
    return _version(rules_id)


@blueprint.post("/<int(max=2147483647):rules_id>/vigueur")
def activate(rules_id: int) -> Response:
    """Put a version in force."""
    body = {
        "acknowledged": request.form.get("acknowledged") == "on",
        "reason": request.form.get("reason", ""),
    }
    answer = inner.call("POST", f"/triage/rules/{rules_id}/activation", body=body)
    if not answer.is_ok:
        return _version(rules_id, told=tellings.refused(answer.body), status=answer.status)
    return redirect(url_for(".listing", fait="vigueur"), 303)


@blueprint.post("/annuler")
def undo() -> Response:
    """Take the last activation back."""
    answer = inner.call("POST", "/triage/activations/undo", body={})
    if not answer.is_ok:
        return _listing(written="", told=tellings.refused(answer.body), status=answer.status)
    return redirect(url_for(".listing", fait="annule"), 303)


@blueprint.post("/essais")
def try_out() -> Response:
    """Try rules, districts or both on the past, and show what would have been different."""
    body = {
        "rules": request.form.get("rules", type=int),
        "boundary_set": request.form.get("boundary_set", type=int),
        "months": request.form.get("months", 12, type=int),
    }
    answer = inner.call("POST", "/triage/trials", body=body)
    if not answer.is_ok:
        return _listing(written="", told=tellings.refused(answer.body), status=answer.status)
    return redirect(url_for(".trial", trial_id=answer.body["id"]), 303)


@blueprint.get("/essais/<uuid:trial_id>")
def trial(trial_id: UUID) -> Response:
    """Show a trial: sums, map and table of what would change, and the cases behind each line."""
    answer = inner.call("GET", f"/triage/trials/{trial_id}")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    found = answer.body
    districts = inner.call("GET", "/districts").body.get("features", [])
    rows = [row | {"query": _query(row)} for row in found["table"]]
    chosen = {key: value for key in _KEYS if (value := request.args.get(key)) is not None}
    listed = [one for one in found["changes"]["features"] if _is_of(one["properties"], chosen)]
    return shell.render(
        "dispatch/trial.html",
        trial=found,
        rows=rows,
        drawing=trial_map.draw(found["changes"]["features"], districts),
        listed=listed[:MOST_LISTED],
        more=max(0, len(listed) - MOST_LISTED),
        chosen=chosen,
        services=_services(),
        crews=_crews(),
        rule_name=_rule_name,
        unhit=[each["rule"] for each in found["rules_hit"] if not each["cases"]],
    )


_KEYS = ("service", "district_before", "crew_before", "district_after", "crew_after")


def _query(row: dict[str, Any]) -> str:
    return urlencode({key: row[key] for key in _KEYS})


def _is_of(found: dict[str, Any], chosen: dict[str, str]) -> bool:
    return all((found[key] or "") == value for key, value in chosen.items())


def _listing(*, written: str, told: Any = None, problem: Any = None, status: int = 200) -> Response:
    answer = inner.call("GET", "/triage/rules")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    active = next((each for each in answer.body["rules"] if each["status"] == "active"), None)
    return shell.render(
        "dispatch/rules.html",
        status,
        rules=answer.body["rules"],
        active=active,
        acts=[one | {"who": tellings.actor(one["actor"])} for one in answer.body["activations"]],
        written=written or _written(active["id"] if active else 0),
        problem=problem,
        told=told,
        sets=_sets(),
        months=MONTHS,
        may_activate=edge.may("triage.activate"),
        states=_states(),
    )


def _version(rules_id: int, *, told: Any = None, status: int = 200) -> Response:
    answer = inner.call("GET", f"/triage/rules/{rules_id}")
    if not answer.is_ok:
        return site.problem_page(answer.body)
    check = inner.call("POST", "/triage/rules/check", body={"written": answer.body["written"]})
    return shell.render(
        "dispatch/rules-version.html",
        status,
        rules=answer.body,
        check=check.body if check.is_ok else None,
        gaps=_together(check.body["gaps"]) if check.is_ok else [],
        most_gaps=MOST_GAPS,
        told=told,
        sets=_sets(),
        months=MONTHS,
        services=_services(),
        may_activate=edge.may("triage.activate"),
        states=_states(),
        whys=_whys(),
    )


def _together(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the districts of one gap on one line."""
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in gaps:
        key = (each["service"], each["rule"], each["when"], tuple(each["why"]))
        line = lines.setdefault(key, each | {"districts": []})
        if each["district"] != "none":
            line["districts"].append(each["district"])
    return list(lines.values())


def _rule_name(rule: str) -> str:
    """Return the exception that decided by its own name, the usual way of a service in words."""
    kind, _dot, name = rule.partition(".")
    usual = {
        "district": _("équipe du district"),
        "fixed_unit": _("unité désignée"),
        "contract": _("contrat"),
        "rotation": _("tour de rôle"),
        "person": _("personne nommée"),
    }
    return usual.get(name, name) if kind == "crew" else name


def _written(rules_id: int) -> str:
    answer = inner.call("GET", f"/triage/rules/{rules_id}")
    return str(answer.body.get("written", "")) if answer.is_ok else ""


def _sets() -> list[dict[str, Any]]:
    answer = inner.call("GET", "/boundary-sets")
    found = answer.body.get("boundary_sets", []) if answer.is_ok else []
    return [each for each in found if each["status"] == "draft"]


def _services() -> dict[str, str]:
    return {code: str(each["name"]) for code, each in catalogue.services().items()}


def _crews() -> dict[str, str]:
    answer = inner.call("GET", "/crews")
    found = {each["code"]: each["name"] for each in answer.body.get("crews", [])} if answer.is_ok else {}
    return found | {"": _("Personne")}


def _states() -> dict[str, str]:
    return {"draft": _("Brouillon"), "active": _("En vigueur"), "retired": _("Retirée")}


def _whys() -> dict[str, str]:
    return {
        "skill": _("personne n’a la compétence"),
        "equipment": _("matériel absent"),
        "shift": _("pas en service à temps"),
        "legal": _("repos obligatoire"),
        "capacity": _("trop peu de minutes"),
        "district": _("dessert un autre district"),
        "excluded": _("propre rue"),
    }


def _done(key: str) -> dict[str, Any] | None:
    said = {
        "vigueur": _("Les nouvelles règles sont en vigueur."),
        "annule": _("Les règles d’avant sont de nouveau en vigueur."),
    }
    return {"kind": "ok", "text": said[key]} if key in said else None

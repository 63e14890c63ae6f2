"""Workflows over HTTP: reading, drawing, checking and loading a family's table, without code."""

from typing import Any

import orjson
import yaml
from flask import Response
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy.orm import Session

from tracker import definitions, workflow
from tracker.cases import errors, families
from tracker.cases.families import VersionInUse
from tracker.http import edge, idempotency, language, openapi
from tracker.http.idempotency import Kept
from tracker.workflow import Machine, comparing, drawing, outline

blp = openapi.Blueprint(
    "workflows", __name__, url_prefix=openapi.PREFIX, description="The tables that cases move by."
)
LONGEST = 400_000
SVG = "image/svg+xml"


class VersionQuery(Schema):
    """A version; the active one unless it is named."""

    class Meta:
        unknown = EXCLUDE

    version = fields.Integer(load_default=None, validate=validate.Range(1, 1_000_000))


class DefinitionGiven(Schema):
    """A definition as YAML, in the form of data/workflows."""

    text = fields.String(required=True, validate=validate.Length(1, LONGEST))


class VersionTold(Schema):
    """A version, and how many cases keep it; null where the reader may not know that there are any."""

    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    loaded_at = fields.AwareDateTime(required=True)
    loaded_by = fields.String(required=True)
    cases = fields.Integer(allow_none=True)
    open_cases = fields.Integer(allow_none=True)


class FamilyTold(Schema):
    """A family in short."""

    family = fields.String(required=True)
    label = fields.String(required=True)
    visibility = fields.String(required=True)
    version = fields.Integer(required=True)
    versions = fields.List(fields.Nested(VersionTold), required=True)


class FamilyList(Schema):
    """The families of this town."""

    workflows = fields.List(fields.Nested(FamilyTold), required=True)


class WorkflowTold(FamilyTold):
    """A family's table in one version."""

    shown = fields.Integer(required=True, metadata={"description": "the version the rest is of"})
    states = fields.List(fields.Dict(), required=True)
    transitions = fields.List(fields.Dict(), required=True)
    text = fields.String(required=True, metadata={"description": "the definition as YAML"})
    diagram = fields.String(required=True, metadata={"description": "the table, drawn as SVG"})


class MistakeTold(Schema):
    """What is wrong, and where."""

    place = fields.String(required=True)
    line = fields.Integer(allow_none=True)
    problem = fields.String(required=True)


class ChangeTold(Schema):
    """An entry that a new version changes."""

    kind = fields.String(required=True)
    what = fields.String(required=True)
    name = fields.String(required=True)
    fields_ = fields.List(fields.String(), data_key="fields")


class WorkflowCheckTold(Schema):
    """Whether a definition can be loaded, and what that would change."""

    sound = fields.Boolean(required=True)
    mistakes = fields.List(fields.Nested(MistakeTold), required=True)
    changes = fields.List(fields.Nested(ChangeTold), required=True)
    keeping = fields.Integer(
        allow_none=True, metadata={"description": "open cases that keep the version they have"}
    )
    diagram = fields.String(allow_none=True, metadata={"description": "the new table, drawn as SVG"})
    version = fields.Integer(allow_none=True, metadata={"description": "the active version, once loaded"})


@blp.route("/workflows")
@openapi.documented(200, FamilyList)
@openapi.problems(401, 403, 404)
def list_workflows() -> Response:
    """List the families with their versions."""
    with edge.transaction() as session:
        edge.require("workflow.read")
        known = families.current(session)
        told = [
            _family(session, known.machine(name)) for name in definitions.FAMILIES if name in known.active
        ]
    return Response(orjson.dumps({"workflows": told}), 200, content_type="application/json")


@blp.route("/workflows/<family>")
@blp.arguments(VersionQuery, location="query")
@openapi.documented(200, WorkflowTold)
@openapi.problems(401, 403, 404, 422)
def read_workflow(given: dict[str, Any], family: str) -> Response:
    """Read a family's table, of the active version or a past one."""
    with edge.transaction() as session:
        edge.require("workflow.read")
        machine = _machine(session, family, given["version"])
        spoken = language.current()
        row = next(
            each.row for each in families.versions(session, family) if each.row.version == machine.version
        )
        body = _family(session, families.current(session).machine(family)) | {
            "shown": machine.version,
            "states": [outline.state(each, spoken) for each in machine.states.values()],
            "transitions": outline.moves(machine, spoken),
            "text": definitions.as_text(row.definition),
            "diagram": drawing.draw(machine, spoken),
        }
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/workflows/<family>/diagram.svg")
@blp.arguments(VersionQuery, location="query")
@openapi.documented(200, None, content_type=SVG, description="The table, drawn")
@openapi.problems(401, 403, 404, 422)
def draw_workflow(given: dict[str, Any], family: str) -> Response:
    """Draw a family's table."""
    with edge.transaction() as session:
        edge.require("workflow.read")
        drawn = drawing.draw(_machine(session, family, given["version"]), language.current())
    return Response(drawn, 200, content_type=SVG)


@blp.route("/workflows/<family>/check", methods=["POST"])
@blp.arguments(DefinitionGiven)
@openapi.documented(200, WorkflowCheckTold)
@openapi.problems(400, 401, 403, 404, 415, 422)
def check_workflow(given: dict[str, Any], family: str) -> Response:
    """Check a definition: its mistakes by line, or what it would change. Nothing is stored."""
    with edge.transaction() as session:
        edge.require("workflow.edit")
        _machine(session, family, None)
        body = _checked(session, family, given["text"])
    return Response(orjson.dumps(body), 200, content_type="application/json")


@blp.route("/workflows/<family>", methods=["POST"])
@blp.arguments(DefinitionGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, WorkflowCheckTold)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def load_workflow(given: dict[str, Any], family: str) -> Response:
    """Load a definition as the version new cases begin with. Running cases keep the one they have."""
    with edge.transaction() as session:
        who = edge.require("workflow.edit")
        _machine(session, family, None)
        return idempotency.once(
            session, f"workflows/{family}", lambda: _loaded(session, family, given["text"], who.ref)
        )


def _loaded(session: Session, family: str, text: str, by: str) -> Kept:
    told = _checked(session, family, text)
    if not told["sound"]:
        raise errors.DefinitionRefused(told["mistakes"])
    told["version"] = families.store(
        session, family, definitions.read_upload(text), source=f"{family}.yaml", by=by
    )
    return Kept(status=200, headers={"Content-Type": "application/json"}, body=orjson.dumps(told))


def _checked(session: Session, family: str, text: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "sound": False,
        "mistakes": [],
        "changes": [],
        "keeping": None,
        "diagram": None,
        "version": None,
    }
    try:
        machine = families.check(definitions.read_upload(text), f"{family}.yaml", family)
    except workflow.InvalidDefinition as wrong:
        return told | {"mistakes": [_mistake(text, each) for each in wrong.problems]}
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else None
        return told | {"mistakes": [{"place": "", "line": line, "problem": str(wrong.problem)}]}
    except (yaml.YAMLError, RecursionError) as wrong:
        return told | {"mistakes": [{"place": "", "line": None, "problem": str(wrong)}]}
    old = families.current(session).machine(family)
    changes = comparing.compare(old, machine)
    return told | {
        "sound": True,
        "changes": [
            {"kind": each.kind, "what": each.what, "name": each.name, "fields": list(each.fields)}
            for each in changes
        ],
        "keeping": _keeping(session, family),
        "diagram": drawing.draw(machine, language.current(), key="new"),
    }


def _mistake(text: str, problem: str) -> dict[str, Any]:
    place, _, said = problem.partition(": ")
    return {"place": place, "line": definitions.line_of(text, place), "problem": said or problem}


def _keeping(session: Session, family: str) -> int | None:
    """Return how many open cases there are, to whoever may know that there are any."""
    if not _may_count(session, family):
        return None
    return sum(each.open_cases for each in families.versions(session, family))


def _may_count(session: Session, family: str) -> bool:
    return family not in families.current(session).sealed or edge.actor().role == "clerk"


def _machine(session: Session, family: str, version: int | None) -> Machine:
    try:
        return families.current(session).machine(family, version)
    except KeyError:
        raise errors.FamilyNotFound(family) from None


def _family(session: Session, machine: Machine) -> dict[str, Any]:
    counts = _may_count(session, machine.family)
    return {
        "family": machine.family,
        "label": machine.label.said_in(language.current()),
        "visibility": machine.visibility,
        "version": machine.version,
        "versions": [_version(each, counts=counts) for each in families.versions(session, machine.family)],
    }


def _version(given: VersionInUse, *, counts: bool) -> dict[str, Any]:
    return {
        "version": given.row.version,
        "active": given.row.active,
        "loaded_at": given.row.loaded_at,
        "loaded_by": given.row.loaded_by,
        "cases": given.cases if counts else None,
        "open_cases": given.open_cases if counts else None,
    }

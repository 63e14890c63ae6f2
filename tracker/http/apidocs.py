"""The API's description as a page: server-rendered from the same document as `/api/openapi.json`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import flask
import orjson
from flask import current_app, render_template

from tracker.http import errors, statuses

Spec = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")

blueprint = flask.Blueprint(
    "docs", __name__, template_folder="templates", static_folder="static", static_url_path="/api/docs/files"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """The type of a value, and the schema that describes it further, if one does."""

    words: str
    schema: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One member of a body, or one parameter."""

    name: str
    kind: Kind
    place: str
    is_required: bool
    notes: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One status that an operation may answer with."""

    status: str
    description: str
    bodies: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One method on one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    bodies: tuple[tuple[str, Kind], ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Operations which belong together."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@blueprint.get("/api/docs")
def docs() -> str:
    """Show the API's description for people."""
    spec: Spec = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    schemas = spec["components"].get("schemas", {})
    return render_template(
        "api_docs.html",
        about=spec["info"]["description"],
        parts=list(parts_of(spec)),
        schemas=[
            (name, schema.get("description", ""), list(fields_of(schema))) for name, schema in schemas.items()
        ],
        problems=sorted(_problems()),
    )


def parts_of(spec: Spec) -> Iterator[Part]:
    """Return the operations of a specification by tag, in its order."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in spec.get("tags", ())}
    for path, methods in spec["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                found[operation["tags"][0]].append(_operation(spec, path, method, operation))
    for tag in spec.get("tags", ()):
        name = tag["name"].removeprefix("api-")
        yield Part(name=name, description=tag["description"], operations=tuple(found[tag["name"]]))


def _operation(spec: Spec, path: str, method: str, given: Spec) -> Operation:
    answers = sorted((str(status), _resolved(spec, each)) for status, each in given["responses"].items())
    shared = spec["paths"][path].get("parameters", [])
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').translate({ord('{'): None, ord('}'): None})}",
        method=method.upper(),
        path=path,
        summary=given.get("summary", ""),
        description=given.get("description", ""),
        parameters=tuple(
            _parameter(_resolved(spec, each)) for each in (*shared, *given.get("parameters", ()))
        ),
        bodies=_bodies(given.get("requestBody", {})),
        answers=tuple(
            Answer(status=status, description=each["description"], bodies=_bodies(each))
            for status, each in answers
            if status != "default"
        ),
    )


def _resolved(spec: Spec, given: Spec) -> Spec:
    """Return a component by its reference, anything else as it is."""
    found: Any = given
    if "$ref" in given:
        found = spec
        for step in given["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return found  # type: ignore[no-any-return]  # a document of JSON


def _bodies(given: Spec) -> tuple[tuple[str, Kind], ...]:
    content = given.get("content", {})
    return tuple((media, kind_of(each.get("schema", {}))) for media, each in content.items())


def _parameter(given: Spec) -> Field:
    return Field(
        name=given["name"],
        kind=kind_of(given.get("schema", {})),
        place=given["in"],
        is_required=given.get("required", False),
        notes="; ".join(filter(None, (given.get("description", ""), notes_of(given.get("schema", {}))))),
    )


def fields_of(schema: Spec) -> Iterator[Field]:
    """Return the members that a schema describes."""
    required = schema.get("required", ())
    for name, given in schema.get("properties", {}).items():
        yield Field(
            name=name, kind=kind_of(given), place="body", is_required=name in required, notes=notes_of(given)
        )


def kind_of(schema: Spec) -> Kind:
    """Return the type that a schema gives, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Kind(words=name, schema=name)
    for variants in ("allOf", "anyOf", "oneOf"):
        if variants in schema:
            return kind_of(schema[variants][0])
    if schema.get("type") == "array":
        inner = kind_of(schema.get("items", {}))
        return Kind(words=f"[{inner.words}]", schema=inner.schema)
    return Kind(words=schema.get("format") or schema.get("type") or "any")


def notes_of(schema: Spec) -> str:
    """Return what else a schema says of a value: its meaning, choices, bounds, default, example."""
    found = [schema.get("description", "")]
    if "enum" in schema:
        found.append(" | ".join(str(each) for each in schema["enum"] if each is not None))
    bounds = {"minimum": "≥ ", "maximum": "≤ ", "minLength": "length ≥ ", "maxLength": "length ≤ "}
    found += [f"{sign}{schema[name]}" for name, sign in bounds.items() if name in schema]
    if schema.get("default") is not None and schema["default"] != "":
        found.append(f"default {orjson.dumps(schema['default']).decode()}")
    if "example" in schema:
        found.append(f"e.g. {orjson.dumps(schema['example']).decode()}")
    return "; ".join(filter(None, found))


def _problems() -> set[tuple[int, str, str]]:
    """Return every kind of problem there is: status, stable name, title in the reader's language."""
    common = {(code, each.slug, str(each.title)) for code, each in statuses.STATUSES.items()}
    named = {slug for _, slug, _ in common}
    ours = {
        (each.status, each.slug, str(each.title or statuses.of(each.status).title))
        for each in errors.known()
        if each.slug not in named
    }
    return common | ours

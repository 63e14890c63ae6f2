"""A municipality's own words over HTTP: reading, trying on a case, keeping versions, putting one to use."""

from dataclasses import asdict
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from tracker.cases import api as cases_api
from tracker.cases import queries as cases
from tracker.http import edge, idempotency, language, openapi
from tracker.notify import book, editing, schemas, templates
from tracker.notify.api import answered, kept
from tracker.notify.book import LANGUAGES

blp = openapi.Blueprint("templates", __name__, url_prefix=openapi.PREFIX, description="The words of notices.")


@blp.route("/notice-templates")
@openapi.documented(200, schemas.TemplateList)
@openapi.problems(401, 403, 404)
def list_templates() -> Response:
    """List every notice, with whom it is for."""
    with edge.transaction() as session:
        edge.require("template.manage")
        spoken = language.current()
        in_use = editing.in_use(session)
        found = [
            {
                "code": notice.code,
                "to": list(notice.to),
                "urgent": notice.urgent,
                "version": in_use.get(notice.code, editing.HOUSE),
                "subject": notice.texts[spoken].subject,
            }
            for notice in book.current(session)
        ]
        return answered({"templates": found})


@blp.route("/notice-templates/<code>")
@openapi.documented(200, schemas.TemplateFull)
@openapi.problems(401, 403, 404)
def read_template(code: str) -> Response:
    """Read the versions of a notice's words, and the names they may use."""
    with edge.transaction() as session:
        edge.require("template.manage")
        return answered(_told(session, code))


@blp.route("/notice-templates/<code>/versions", methods=["POST"])
@blp.arguments(schemas.VersionGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(201, schemas.TemplateFull)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def save_template(given: dict[str, Any], code: str) -> Response:
    """Keep new words as a draft; unsound ones are refused with the line."""
    with edge.transaction() as session:
        who = edge.require("template.manage")

        def save() -> Any:
            editing.save(session, code, given["texts"], by=who.ref, at=edge.clock())
            return kept(_told(session, code), status=201)

        return idempotency.once(session, f"notice-templates/{code}/versions", save)


@blp.route("/notice-templates/<code>/preview", methods=["POST"])
@blp.arguments(schemas.PreviewGiven)
@openapi.documented(200, schemas.Previewed)
@openapi.problems(400, 401, 403, 404, 415, 422)
def preview_template(given: dict[str, Any], code: str) -> Response:
    """Show words as a person of a real case would read them. Nothing is kept."""
    with edge.transaction() as session:
        edge.require("template.manage")
        cases_api.check_readable(session, given["case_number"])
        case = cases.case(session, given["case_number"])
        shown = editing.preview(session, code, given["texts"], case)
        return answered({spoken: asdict(each) for spoken, each in shown.items()})


@blp.route("/notice-templates/<code>/activation", methods=["POST"])
@blp.arguments(schemas.TextActivationGiven)
@blp.doc(parameters=[openapi.IDEMPOTENCY_KEY])
@openapi.documented(200, schemas.TemplateFull)
@openapi.problems(400, 401, 403, 404, 409, 415, 422)
def activate_template(given: dict[str, Any], code: str) -> Response:
    """Put a version to use, written in both languages; version 0 is the house's own words."""
    with edge.transaction() as session:
        who = edge.require("template.manage")

        def activate() -> Any:
            editing.activate(session, code, given["version"], by=who.ref, at=edge.clock())
            return kept(_told(session, code))

        return idempotency.once(session, f"notice-templates/{code}/activation", activate)


def _told(session: Session, code: str) -> dict[str, Any]:
    versions = editing.versions(session, code)
    notice = book.shipped()[code]
    return {
        "code": code,
        "to": list(notice.to),
        "urgent": notice.urgent,
        "names": [*templates.NAMES, *(f"said.{name}" for name in notice.inputs)],
        "versions": [
            {
                "version": each.version,
                "status": each.status,
                "texts": {spoken: each.texts[spoken] for spoken in LANGUAGES if spoken in each.texts},
                "created_at": each.created_at,
            }
            for each in versions
        ],
    }

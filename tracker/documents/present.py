"""Documents as the API shows them."""

from typing import Any
from urllib.parse import quote

from flask import request
from sqlalchemy.orm import Session

from tracker.cases import present as cases
from tracker.cases.present import View
from tracker.cases.tracking import Tracked
from tracker.documents import service
from tracker.http import edge, openapi


def register() -> None:
    """Have every case that staff is shown tell its documents."""
    if section not in cases.SECTIONS:
        cases.SECTIONS.append(section)


def section(view: View, case: Any) -> dict[str, Any]:
    """Return the documents of a case, for who may open them."""
    if case.workflow not in service.TAKEN_BY or not edge.may("document.read"):
        return {"documents": []}
    found = service.of_case(view.session, case.id)
    base = f"{request.script_root}{openapi.PREFIX}/documents"
    return {"documents": [_told(each, f"{base}/{each.id}") | {"report": each.report} for each in found]}


def own(session: Session, found: Tracked, *, number: str, secret: str) -> dict[str, Any]:
    """Return a person's own documents, and whether more may be sent."""
    parts = (quote(number, safe=""), quote(secret, safe=""))
    base = f"{request.script_root}{openapi.PREFIX}/tracking/{'/'.join(parts)}/documents"
    return {
        "documents": [
            _told(each, f"{base}/{each.id}") for each in service.of_report(session, found.report.id)
        ],
        "takes_documents": service.takes(found.case.workflow, is_open=found.case.is_open),
    }


def _told(each: Any, url: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "bytes": each.byte_count,
        "pages": each.pages,
        "sender": "citizen" if each.sender == "citizen" else "city",
        "added_at": each.added_at,
        "url": url,
    }

"""Documents of a report or a case: inspected, kept on disk, named in a row, sealed into the history."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import history
from tracker.cases import queries as cases
from tracker.documents import errors, inspecting
from tracker.documents.models import Document
from tracker.events import Fact
from tracker.media.service import Shelf, keep_file

# Who applies, contests, claims or books has something to prove; a pothole has not.
TAKEN_BY = frozenset({"permit", "contestation", "booking"})
MOST_PER_CASE = 40
NAME_LENGTH = 120
NAMELESS = "document.pdf"
_UNSAID = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069"<>|:*?]+')

_OF_REPORT = select(Document).where(Document.report_id == bindparam("id"))
_OF_CASE = text("""
    SELECT d.id, d.name, d.byte_count, d.pages, d.language, d.sender, d.added_at, r.number AS report
    FROM document d LEFT JOIN report r ON r.id = d.report_id
    WHERE d.case_id = :id OR r.case_id = :id ORDER BY d.added_at, d.id
""")
_HELD = text("""
    SELECT d.name, d.sha256, c.number FROM document d LEFT JOIN report r ON r.id = d.report_id
    JOIN "case" c ON c.id = coalesce(d.case_id, r.case_id) WHERE d.id = :id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document that passed its inspection and is on disk under its SHA-256."""

    id: UUID
    name: str
    byte_count: int
    pages: int
    sha256: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """Who sends documents to which case, when, in which language; by staff without a report."""

    case_number: str
    actor: str
    at: datetime
    language: str
    report_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A document to hand out: its name, its bytes' digest and the case that it belongs to."""

    name: str
    sha256: bytes
    case_number: str


def take(shelf: Shelf, name: str, data: bytes, *, most_pages: int) -> Paper:
    """Have a document inspected, keep it and return what the case needs to know. Raises DocumentRefused."""
    pages = inspecting.pages_of(data, most_pages=most_pages)
    digest = hashlib.sha256(data).digest()
    place = shelf.document(digest)
    if place.exists():
        place.touch()  # younger again: whoever throws old files away leaves it
    else:
        keep_file(place, data)
    return Paper(id=ids.new_id(), name=said_name(name), byte_count=len(data), pages=pages, sha256=digest)


def said_name(given: str) -> str:
    """Return a file's name as it may be shown and saved: no folder, no sign that hides what it is."""
    base = _UNSAID.sub(" ", re.split(r"[/\\]", given)[-1]).strip()
    stem = base[:-4] if base.lower().endswith(".pdf") else base
    stem = " ".join(stem.split())[: NAME_LENGTH - 4].strip(" .")
    return f"{stem}.pdf" if stem else NAMELESS


def keep(session: Session, papers: Sequence[Paper], sending: Sending) -> None:
    """Store documents of a case and seal each one's digest into its history, the case locked.

    Raises CaseNotFound, DocumentsNotTaken, TooManyDocuments. The caller commits.
    """
    if not papers:
        return
    case = cases.locked(session, sending.case_number)
    if not takes(case.workflow, is_open=case.is_open):
        raise errors.DocumentsNotTaken
    if len(of_case(session, case.id)) + len(papers) > MOST_PER_CASE:
        raise errors.TooManyDocuments(MOST_PER_CASE)
    facts = []
    for paper in papers:
        session.add(
            Document(
                id=paper.id,
                report_id=sending.report_id,
                case_id=None if sending.report_id else case.id,
                name=paper.name,
                byte_count=paper.byte_count,
                pages=paper.pages,
                sha256=paper.sha256,
                language=sending.language,
                sender=sending.actor,
                added_at=sending.at,
            )
        )
        # The name may hold a person's: it stays in the row, which can be erased; the digest names nobody.
        payload = {"document": str(paper.id), "sha256": paper.sha256.hex(), "bytes": paper.byte_count,
                   "pages": paper.pages}  # fmt: skip
        facts.append(Fact(kind="document_added", actor=sending.actor, at=sending.at, payload=payload))
    history.append(session, case, *facts)


def takes(workflow: str, *, is_open: bool) -> bool:
    """Tell whether documents may be sent to a case."""
    return is_open and workflow in TAKEN_BY


def of_report(session: Session, report_id: UUID) -> list[Document]:
    """Return the documents that came with one report, the oldest first."""
    rows = session.scalars(_OF_REPORT.order_by(Document.added_at, Document.id), {"id": report_id})
    return list(rows)


def of_case(session: Session, case_id: UUID) -> list[Any]:
    """Return the documents of a case and its reports, the oldest first."""
    return list(session.execute(_OF_CASE, {"id": case_id}))


def find(session: Session, document_id: UUID) -> Held:
    """Return a document to hand out. Raises DocumentNotFound."""
    row = session.execute(_HELD, {"id": document_id}).one_or_none()
    if row is None:
        raise errors.DocumentNotFound
    return Held(name=row.name, sha256=bytes(row.sha256), case_number=row.number)

"""The documents of a request, inspected before any transaction begins."""

from flask import request

from tracker.documents import errors, service
from tracker.documents.service import Paper
from tracker.http import edge
from tracker.media import api as media

PART = "documents"


def papers_of_request() -> tuple[Paper, ...]:
    """Inspect and keep the request's documents. Raises DocumentError; nothing is written then but files."""
    if request.mimetype != "multipart/form-data":
        return ()
    settings = edge.settings()
    files = [file for file in request.files.getlist(PART) if file.filename]
    if len(files) > settings.documents_per_sending:
        raise errors.TooManyDocuments(settings.documents_per_sending)
    read = []
    for file in files:
        data = file.stream.read(settings.document_limit_bytes + 1)
        if len(data) > settings.document_limit_bytes:
            raise errors.DocumentTooHeavy(settings.document_limit_bytes)
        file.stream.seek(0)
        read.append((file.filename or "", data))
    shelf, most = media.shelf(), settings.pages_per_document
    return tuple(service.take(shelf, name, data, most_pages=most) for name, data in read)

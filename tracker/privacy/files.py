"""Photos and documents of what was erased, and files that no report names: off the disk too."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from tracker.config import PROJECT
from tracker.db import selected
from tracker.media.service import SIZES, Shelf

__all__ = ["Shelf", "drop_documents", "drop_photos", "orphans", "purge_orphans", "shelf_of"]

# A photo is kept on disk before the report that names it is committed: what is younger may belong to one.
YOUNG = timedelta(hours=24)
ORIGINALS, DOCUMENTS = "originals", "documents"

_DROP = text("""
    DELETE FROM photo WHERE report_id = ANY(CAST(:report_ids AS uuid[])) OR case_id = CAST(:case_id AS uuid)
    RETURNING id, sha256
""")
_STILL = text("SELECT sha256 FROM photo WHERE sha256 = ANY(CAST(:digests AS bytea[]))")
_DROP_DOCUMENTS = text("""
    DELETE FROM document
    WHERE report_id = ANY(CAST(:report_ids AS uuid[])) OR case_id = CAST(:case_id AS uuid)
    RETURNING sha256
""")
_STILL_DOCUMENTS = text("SELECT sha256 FROM document WHERE sha256 = ANY(CAST(:digests AS bytea[]))")
_ALL = text("SELECT id, sha256 FROM photo UNION ALL SELECT id, sha256 FROM document")


@dataclass(frozen=True, kw_only=True, slots=True)
class Orphans:
    """Files that no photo names any more, or never did."""

    files: tuple[Path, ...]
    byte_count: int


def shelf_of(session: Session, environ: Mapping[str, str] | None = None) -> Shelf:
    """Return where the photos of the session's town are, by the environment."""
    env = os.environ if environ is None else environ
    media = env.get("VIGIE_MEDIA") or str(Path(env.get("VIGIE_VAR", str(PROJECT / "var"))) / "media")
    return Shelf(root=Path(media) / selected(session).code)


def drop_photos(
    session: Session, shelf: Shelf, *, report_ids: Sequence[UUID] = (), case_id: UUID | None = None
) -> int:
    """Delete photos; their files go once the transaction is committed. Return how many they were.

    An original that another photo shows too stays: two people may send the same picture.
    """
    values = {"report_ids": list(report_ids), "case_id": case_id}
    gone = session.execute(_DROP, values).all()
    if not gone:
        return 0
    digests = {bytes(row.sha256) for row in gone}
    still = {bytes(each) for each in session.scalars(_STILL, {"digests": list(digests)})}
    doomed = [shelf.original(digest) for digest in digests - still]
    doomed += [shelf.derivative(row.id, size) for row in gone for size in SIZES]
    event.listen(session, "after_commit", lambda _: _remove(doomed), once=True)
    return len(gone)


def drop_documents(
    session: Session, shelf: Shelf, *, report_ids: Sequence[UUID] = (), case_id: UUID | None = None
) -> int:
    """Delete documents; their files go once the transaction is committed. Return how many they were."""
    values = {"report_ids": list(report_ids), "case_id": case_id}
    gone = session.scalars(_DROP_DOCUMENTS, values).all()
    digests = {bytes(each) for each in gone}
    if not digests:
        return 0
    still = {bytes(each) for each in session.scalars(_STILL_DOCUMENTS, {"digests": list(digests)})}
    doomed = [shelf.document(digest) for digest in digests - still]
    event.listen(session, "after_commit", lambda _: _remove(doomed), once=True)
    return len(gone)


def orphans(session: Session, shelf: Shelf, now: datetime) -> Orphans:
    """Return the files older than a day that no photo names: of refused reports, of interrupted ones."""
    rows = session.execute(_ALL).all()
    digests, ids = {bytes(row.sha256).hex() for row in rows}, {str(row.id) for row in rows}
    oldest = (now - YOUNG).timestamp()
    found, size = [], 0
    for file in _files(shelf):
        is_named = file.name in digests if file.parts[-3] in (ORIGINALS, DOCUMENTS) else file.stem in ids
        told: Any = file.stat()
        if not is_named and told.st_mtime < oldest:
            found.append(file)
            size += told.st_size
    return Orphans(files=tuple(found), byte_count=size)


def purge_orphans(session: Session, shelf: Shelf, now: datetime) -> Orphans:
    """Remove those files and return what they were."""
    found = orphans(session, shelf, now)
    _remove(list(found.files))
    return found


def _files(shelf: Shelf) -> Iterator[Path]:
    for kind in (ORIGINALS, DOCUMENTS, *SIZES):
        yield from (file for file in (shelf.root / kind).glob("*/*") if file.is_file())


def _remove(doomed: Sequence[Path]) -> None:
    for file in doomed:
        file.unlink(missing_ok=True)

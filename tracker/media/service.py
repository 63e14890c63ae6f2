"""Photos on disk: originals kept private under their SHA-256, clean derivatives made when first asked for.

A derivative is oriented, reduced and re-encoded, so that nothing of the EXIF (where somebody lives) is ever
served. Files are written before the transaction that names them; a file nobody names is harmless.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import photo as photos
from tracker import ids
from tracker.media import errors
from tracker.reports.submission import Picture

SIZES = {"thumb": 480, "full": 1600}
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIC": "image/heic"}

_FIND = text("SELECT sha256 FROM photo WHERE id = :id")
_OF_CASE = text("""
    SELECT c.is_public AND c.public_geom IS NULL AS is_public, c.workflow FROM photo p LEFT JOIN report r ON
    r.id = p.report_id JOIN "case" c ON c.id = coalesce(p.case_id, r.case_id) WHERE p.id = :id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Where one jurisdiction's photos and documents are."""

    root: Path

    def original(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.root / "originals" / name[:2] / name

    def document(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.root / "documents" / name[:2] / name

    def derivative(self, photo_id: UUID, size: str) -> Path:
        name = str(photo_id)
        return self.root / size / name[-2:] / f"{name}.jpg"


def take(shelf: Shelf, data: bytes) -> Picture:
    """Check a photo, keep its original and return what the report needs to know of it.

    Raises gis.errors.PhotoError when it is no photo that can be shown.
    """
    facts = photos.read_facts(data, decode=True)
    digest = hashlib.sha256(data).digest()
    place = shelf.original(digest)
    if place.exists():
        place.touch()  # younger again: whoever throws old files away leaves it
    else:
        keep_file(place, data)
    return Picture(
        id=ids.new_id(),
        sha256=digest,
        media_type=MEDIA_TYPES.get(facts.format, "application/octet-stream"),
        width=facts.width,
        height=facts.height,
        byte_count=len(data),
        # A camera's clock has no zone: what it says is kept as evidence only when it has one.
        taken_at=facts.taken_at if facts.taken_at and facts.taken_at.tzinfo else None,
        lon=facts.lon,
        lat=facts.lat,
        difference_hash=facts.difference_hash,
    )


def show(session: Session, shelf: Shelf, photo_id: UUID, size: str) -> Path:
    """Return the file of a clean derivative, made now if nobody asked before. Raises PhotoNotFound."""
    if size not in SIZES:
        raise errors.PhotoNotFound
    row = session.execute(_FIND, {"id": photo_id}).one_or_none()
    if row is None:
        raise errors.PhotoNotFound
    place = shelf.derivative(photo_id, size)
    if not place.exists():
        original = shelf.original(bytes(row.sha256))
        if not original.exists():
            raise errors.PhotoNotFound
        keep_file(place, photos.render(original.read_bytes(), SIZES[size]))
    return place


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseOfPhoto:
    """What decides who may see a photo: whether its case is on the public map, no home, and its family."""

    is_public: bool
    workflow: str


def case_of(session: Session, photo_id: UUID) -> CaseOfPhoto:
    """Return what is needed of the case a photo belongs to. Raises PhotoNotFound."""
    row = session.execute(_OF_CASE, {"id": photo_id}).one_or_none()
    if row is None:
        raise errors.PhotoNotFound
    return CaseOfPhoto(is_public=row.is_public, workflow=row.workflow)


def keep_file(place: Path, data: bytes) -> None:
    """Write a file whole or not at all, and on the disk before its name is."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, place)

"""Certificates: issued once, found again by their code, and recognised by their bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.evidence import checkpoints, drawing, errors, statement
from tracker.evidence.keys import Vault
from tracker.evidence.models import CertificateRow
from tracker.evidence.statement import Question

# Staff by what the history calls them, with their role as it is now; the town's own role cannot read this.
_ROLES = text("""
    SELECT 'staff:' || r.staff_id AS ref, r.role FROM vigie.staff_role r WHERE r.jurisdiction_code = :code
    UNION ALL
    SELECT 'token:' || t.id, t.role FROM vigie.api_token t WHERE t.jurisdiction_code = :code
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """A certificate: its code, its file, and what it states."""

    code: str
    pdf: bytes
    statement: Mapping[str, Any]

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.pdf).digest()


def roles(session: Session, code: str) -> dict[str, str]:
    """Return the role of everybody who works for a town. The session must not be limited to the town."""
    return {row.ref: row.role for row in session.execute(_ROLES, {"code": code})}


def issue(
    session: Session, asked: Question, *, known: Mapping[str, str], by: str, at: datetime, vault: Vault
) -> Certificate:
    """Make the certificate of a place and a period, and keep its digest.

    What no checkpoint holds yet is signed first. The same facts and the same question give the same bytes.
    Raises HistoryBroken. The caller commits.
    """
    facts = statement.gather(session, asked, known)
    if facts["checkpoint"] is None or not statement.is_covered(session, facts):
        checkpoints.make_checkpoint(session, at, vault)
        facts = statement.gather(session, asked, known)
    code = statement.code_of(facts)
    made = Certificate(
        code=code, pdf=drawing.draw(facts, statement.streets(session, asked), code), statement=facts
    )
    row = {"code": code, "sha256": made.sha256, "statement": dict(facts), "issued_at": at, "issued_by": by}
    session.execute(insert(CertificateRow).values(row).on_conflict_do_nothing())
    return made


def find(session: Session, code: str) -> CertificateRow:
    """Return an issued certificate by its code. Raises CertificateNotFound."""
    found = session.get(CertificateRow, code.strip().upper())
    if found is None:
        raise errors.CertificateNotFound
    return found


def recognise(session: Session, content: bytes) -> CertificateRow | None:
    """Return the certificate whose file this is to the byte, None for any other file."""
    digest = hashlib.sha256(content).digest()
    return session.scalars(select(CertificateRow).where(CertificateRow.sha256 == digest)).first()

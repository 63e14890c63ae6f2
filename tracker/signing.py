"""Signatures made with a town's own key: links that open one thing, to whoever holds them.

The key is drawn when the town is made and is kept in its schema: what is in a town's letters still opens
after the town was dumped and restored elsewhere, and no town can sign for another (docs/decisions/0016).
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from sqlalchemy import CheckConstraint, LargeBinary, SmallInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.db import Base, PerRevision

# 128 bits, as the secrets made for people (tracker/ids.py).
SIGNATURE_BYTES = 16


class SigningKey(Base):
    """The one key of a town."""

    __tablename__ = "signing_key"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)


_key = PerRevision(lambda session: bytes(session.scalars(select(SigningKey.secret)).one()))


def sign(session: Session, purpose: str, subject: str) -> str:
    """Return the signature of a subject for one purpose, as URL-safe text."""
    said = f"{purpose}\n{subject}".encode()
    digest = hmac.new(_key(session), said, sha256).digest()[:SIGNATURE_BYTES]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_signed(session: Session, purpose: str, subject: str, signature: str) -> bool:
    """Tell whether this is the signature of a subject for a purpose."""
    return hmac.compare_digest(sign(session, purpose, subject).encode(), signature.encode())

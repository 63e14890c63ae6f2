"""The key pair by which push services know a jurisdiction (VAPID, RFC 8292)."""

import base64
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.notify.channels.models import NotifyKey
from tracker.notify.keyring import Keyring

VAPID = "vapid"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPair:
    """`public` as browsers want it: base64url of the uncompressed point, 87 letters."""

    public: str
    vapid: Vapid02


def ensure(session: Session, keyring: Keyring, now: datetime) -> str:
    """Make the jurisdiction's key pair unless it has one; return the public key.

    It is never replaced: every browser subscribed to this very key.
    """
    pair = Vapid02()
    pair.generate_keys()
    row = insert(NotifyKey).values(
        name=VAPID, public=_public(pair), sealed=keyring.seal(pair.private_pem()), created_at=now
    )
    session.execute(row.on_conflict_do_nothing())
    found = public(session)
    assert found is not None
    return found


def public(session: Session) -> str | None:
    """Return the public key, if a pair was made."""
    row = session.get(NotifyKey, VAPID)
    return row.public if row else None


def load(session: Session, keyring: Keyring) -> KeyPair | None:
    """Return the key pair, if one was made. Raises SealBroken."""
    row = session.get(NotifyKey, VAPID)
    if row is None:
        return None
    return KeyPair(public=row.public, vapid=Vapid02.from_pem(keyring.unseal(row.sealed)))


def _public(pair: Vapid02) -> str:
    raw = pair.public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

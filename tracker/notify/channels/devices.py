"""Browsers that asked to be woken about a report."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import ids
from tracker.notify import keys
from tracker.notify.channels import egress, errors
from tracker.notify.channels.models import PushSubscription

AT_MOST = 10
AUTH_BYTES, POINT_BYTES = 16, 65

_WANTED = text("""
UPDATE subscription SET channels = array_append(channels, 'push')
WHERE person = :person AND ended_at IS NULL AND NOT ('push' = ANY(channels))
""")
_UNWANTED = text("""
UPDATE subscription SET channels = array_remove(channels, 'push')
WHERE person = :person AND ended_at IS NULL AND 'push' = ANY(channels)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Browser:
    """What a browser's PushSubscription says (W3C Push API §9)."""

    endpoint: str
    p256dh: str
    auth: str


def subscribe(
    session: Session, person: str, browser: Browser, language: str, now: datetime, *, allows_loopback: bool
) -> None:
    """Wake a browser with what a person hears of. Raises PushNotOffered, PushEndpointRefused.

    Ten browsers a person at most: the oldest gives way.
    """
    if keys.public(session) is None:
        raise errors.PushNotOffered
    _check(browser, allows_loopback)
    made = insert(PushSubscription).values(
        id=ids.new_id(), person=person, endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth,
        language=language, created_at=now,
    )  # fmt: skip
    changed = {name: made.excluded[name] for name in ("p256dh", "auth", "language", "created_at")}
    session.execute(made.on_conflict_do_update(index_elements=["person", "endpoint"], set_=changed))
    kept = (
        select(PushSubscription.id)
        .where(PushSubscription.person == person)
        .order_by(PushSubscription.created_at.desc(), PushSubscription.id.desc())
        .limit(AT_MOST)
    )
    session.execute(
        delete(PushSubscription).where(PushSubscription.person == person, PushSubscription.id.not_in(kept))
    )
    session.execute(_WANTED, {"person": person})


def unsubscribe(session: Session, person: str, endpoint: str) -> None:
    """Leave a browser alone; when it was the person's last, push is no channel of theirs any more."""
    session.execute(
        delete(PushSubscription).where(
            PushSubscription.person == person, PushSubscription.endpoint == endpoint
        )
    )
    left = session.scalar(
        select(func.count()).select_from(PushSubscription).where(PushSubscription.person == person)
    )
    if not left:
        session.execute(_UNWANTED, {"person": person})


def endpoints_of(session: Session, person: str) -> Sequence[str]:
    """Return the addresses to make `push` deliveries for, one for each browser of a person."""
    return session.scalars(
        select(PushSubscription.endpoint)
        .where(PushSubscription.person == person)
        .order_by(PushSubscription.created_at)
    ).all()


def _check(browser: Browser, allows_loopback: bool) -> None:
    try:
        egress.check(browser.endpoint, allows_loopback=allows_loopback)
        point, auth = _raw(browser.p256dh), _raw(browser.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (egress.AddressRefused, ValueError, binascii.Error) as error:
        raise errors.PushEndpointRefused from error
    if len(point) != POINT_BYTES or len(auth) != AUTH_BYTES:
        raise errors.PushEndpointRefused


def _raw(said: str) -> bytes:
    if not said.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(said + "=" * (-len(said) % 4), altchars=b"-_", validate=True)

"""The programs that hear of events: added, listed, silenced, told again what they missed."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.notify import claims
from tracker.notify.channels import egress
from tracker.notify.channels.models import WebhookEndpoint
from tracker.notify.channels.webhook import SECRET_PREFIX
from tracker.notify.keyring import Keyring
from tracker.notify.webhooks import errors, following

SECRET_BYTES = 32
AT_MOST = 20

_MISSED = text("""
SELECT d.id FROM delivery d JOIN notice n ON n.id = d.notice_id
WHERE d.channel = 'webhook' AND d.address = :address AND n.created_at >= :since
  AND (d.status IN ('failed', 'dropped') OR (:everything AND d.status = 'sent'))
ORDER BY d.id
""")
_AGAIN = text("UPDATE delivery SET status = 'dropped' WHERE id = ANY(:ids) AND status = 'sent'")
_FORGET = text("UPDATE delivery SET status = 'dropped', error = 'webhook removed' "
               "WHERE channel = 'webhook' AND address = :address AND status = 'waiting'")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A webhook to add; no kinds means every event. `secret` is made here unless one is given."""

    url: str
    label: str = ""
    kinds: tuple[str, ...] = ()


def add(
    session: Session, wanted: Wanted, keyring: Keyring, now: datetime, *, allows_loopback: bool = False
) -> tuple[WebhookEndpoint, str]:
    """Keep a webhook and return it with its secret, shown this once. Raises UrlRefused, TooMany."""
    try:
        egress.check(wanted.url, allows_loopback=allows_loopback)
    except egress.AddressRefused as error:
        raise errors.UrlRefused from error
    if (session.scalar(select(func.count()).select_from(WebhookEndpoint)) or 0) >= AT_MOST:
        raise errors.TooMany
    secret = secrets.token_bytes(SECRET_BYTES)
    endpoint = WebhookEndpoint(
        id=ids.new_id(), url=wanted.url, label=wanted.label, kinds=sorted(set(wanted.kinds)),
        sealed_secret=keyring.seal(secret), enabled=True, created_at=now,
    )  # fmt: skip
    session.add(endpoint)
    session.flush()
    return endpoint, SECRET_PREFIX + base64.b64encode(secret).decode()


def listing(session: Session) -> Sequence[WebhookEndpoint]:
    """Return every webhook, the oldest first."""
    return session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)).all()


def one(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    """Return a webhook. Raises WebhookNotFound."""
    found = session.get(WebhookEndpoint, endpoint_id)
    if found is None:
        raise errors.WebhookNotFound
    return found


def remove(session: Session, endpoint_id: UUID) -> None:
    """Forget a webhook; what waited for it is dropped. Raises WebhookNotFound."""
    session.delete(one(session, endpoint_id))
    session.execute(_FORGET, {"address": str(endpoint_id)})
    session.flush()


def enable(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    """Send to a disabled webhook again, from now on. Raises WebhookNotFound."""
    endpoint = one(session, endpoint_id)
    endpoint.enabled, endpoint.disabled_at = True, None
    endpoint.failing_since = endpoint.reason = None
    session.flush()
    return endpoint


def replay(
    session: Session, endpoint_id: UUID, since: datetime, now: datetime, *, everything: bool = False
) -> int:
    """Queue what a webhook missed since an instant, in the order of each case; return how many.

    What was queued before goes out again under the same ids; what happened while it was disabled is told for
    the first time. With `everything`, also what it took already. Raises WebhookNotFound.
    """
    endpoint = one(session, endpoint_id)
    values = {"address": str(endpoint_id), "since": since, "everything": everything}
    missed = list(session.scalars(_MISSED, values))
    session.execute(_AGAIN, {"ids": missed})
    queued = claims.requeue(session, missed, now)
    return queued + following.catch_up(session, endpoint, since, now)

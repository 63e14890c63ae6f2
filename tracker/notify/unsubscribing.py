"""One click and no more e-mail (RFC 8058): what the link at the foot of an e-mail does."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from tracker.notify import subscribing
from tracker.notify.channels import errors
from tracker.notify.channels.letter import UNSUBSCRIBE
from tracker.notify.keyring import Keyring
from tracker.notify.models import NoticeRow


def notice_of(session: Session, keyring: Keyring, token: str) -> NoticeRow:
    """Return the notice whose link this is. Raises LinkInvalid."""
    notice_id: UUID | None = keyring.read(UNSUBSCRIBE, token)
    notice = session.get(NoticeRow, notice_id) if notice_id is not None else None
    if notice is None:
        raise errors.LinkInvalid
    return notice


def unsubscribe(session: Session, keyring: Keyring, token: str, now: datetime) -> NoticeRow:
    """End the wish that a notice answers; of a report, write to its sender no more. Raises LinkInvalid."""
    notice = notice_of(session, keyring, token)
    subscribing.leave(session, notice, now)
    return notice

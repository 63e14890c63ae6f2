"""Addresses that must not be used, and what became of deliveries after they left."""

import re
from datetime import datetime
from uuid import UUID

import phonenumbers
from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.notify.channels.models import SuppressedAddress

REGION = "CA"
SUPPRESSED_CHANNELS = ("email", "sms")
# What no mail system here would take, said without asking one: spaces, controls, two @, an endless name.
_EMAIL = re.compile(r"[^\s@<>,;:\\\"\[\]()\x00-\x1f\x7f]{1,64}@(?:[\w-]{1,63}\.)*[\w-]{1,63}")


def email(given: str) -> str | None:
    """Return an e-mail address as it is compared and used, or nothing when it cannot be one."""
    address = given.strip()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        return None
    name, _, domain = address.rpartition("@")
    try:  # a relay that knows no SMTPUTF8 takes ASCII names only
        return f"{name.encode('ascii').decode()}@{domain.encode('idna').decode().lower()}"
    except UnicodeError:
        return None


def phone(given: str, region: str = REGION) -> str | None:
    """Return a telephone number as E.164, or nothing when no such number can exist."""
    try:
        number = phonenumbers.parse(given, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def suppress(
    session: Session, channel: str, address: str, detail: str, now: datetime, *, reason: str = "dead"
) -> None:
    """Send nothing to an address any more. What its owner said (`stopped`) outweighs what machines said."""
    if channel not in SUPPRESSED_CHANNELS:
        return
    made = insert(SuppressedAddress).values(
        channel=channel, address=address, reason=reason, detail=detail[:500], since=now
    )
    session.execute(
        made.on_conflict_do_update(
            index_elements=["channel", "address"],
            set_={
                "reason": made.excluded.reason,
                "detail": made.excluded.detail,
                "since": made.excluded.since,
            },
            where=(SuppressedAddress.reason != "stopped")
            & (made.excluded.reason != SuppressedAddress.reason),
        )
    )


def allow(session: Session, channel: str, address: str) -> bool:
    """Use an address again; False when it was not suppressed."""
    done = session.execute(
        delete(SuppressedAddress).where(
            SuppressedAddress.channel == channel, SuppressedAddress.address == address
        )
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows


def is_suppressed(session: Session, channel: str, address: str) -> bool:
    """Tell whether an address must not be used."""
    return session.get(SuppressedAddress, (channel, address)) is not None


def bounced(session: Session, delivery_id: UUID, reason: str, now: datetime, *, is_final: bool) -> bool:
    """Write that a delivery which had left did not arrive; `is_final` when the address is to blame.

    Returns False when there is no such delivery.
    """
    row = session.execute(
        text("""
            UPDATE delivery SET status = 'failed', error = :reason, unsure = false, claimed_until = NULL
            WHERE id = :id AND status IN ('sent', 'waiting', 'failed') RETURNING channel, address
        """),
        {"id": delivery_id, "reason": reason[:500]},
    ).one_or_none()
    if row is None:
        return False
    if is_final:
        suppress(session, row.channel, row.address, reason, now, reason="bounced")
    return True

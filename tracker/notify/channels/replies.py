"""What the provider of text messages tells us: what became of a message, and what people answered."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha1, sha256
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.notify import addresses
from tracker.notify.inbound.models import InboundMessage

# What the networks of North America take for a stop, in both languages (CTIA; ACTS).
STOP = frozenset(
    {"stop", "arret", "arrêt", "arreter", "arrêter", "stopall", "unsubscribe", "cancel", "end", "quit", "fin",
     "desabonner", "désabonner", "annuler"}
)  # fmt: skip
START = frozenset({"start", "unstop", "yes", "debut", "début", "reprendre", "oui"})
DELIVERED = frozenset({"delivered", "read"})
UNDELIVERED = frozenset({"undelivered", "failed"})
# The number itself is to blame: unknown or landline. 30003, a telephone that is off, is not that.
FINAL_CODES = frozenset({"30005", "30006", "21610", "21614"})
KEPT = timedelta(days=90)


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return what X-Twilio-Signature must be: HMAC-SHA1 of the address and the sorted form, in base64."""
    content = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), content.encode(), sha1)).decode()


def is_signed(token: str, url: str, form: Mapping[str, str], given: str) -> bool:
    """Tell whether a request comes from who knows the account's token."""
    return hmac.compare_digest(signature(token, url, form).encode(), given.encode())


def status_told(session: Session, delivery_id: UUID, form: Mapping[str, str], now: datetime) -> None:
    """Note what became of a text message after it left."""
    status, code = form.get("MessageStatus", ""), form.get("ErrorCode", "")
    if status in UNDELIVERED:
        addresses.bounced(
            session, delivery_id, f"sms {status} {code}".strip(), now, is_final=code in FINAL_CODES
        )
    elif form.get("MessageSid"):
        # Also how a hand-off whose answer was lost is known to have succeeded.
        session.execute(
            text("""
                UPDATE delivery SET status = 'sent', sent_at = :now, provider_id = :sid, error = NULL,
                                    unsure = false, claimed_until = NULL
                WHERE id = :id AND channel = 'sms' AND status = 'waiting' AND unsure
            """),
            {"id": delivery_id, "sid": form["MessageSid"][:100], "now": now},
        )


def answered(session: Session, form: Mapping[str, str], now: datetime) -> str:
    """Take in what somebody texted and return what it was: stop, start, duplicate, kept, or nothing."""
    number, said = addresses.phone(form.get("From", "")), form.get("Body", "").strip()
    if number is None:
        return "nothing"
    word = said.lower().strip(" .!")
    if word in STOP or form.get("OptOutType") == "STOP":
        addresses.suppress(session, "sms", number, "texted stop", now, reason="stopped")
        return "stop"
    if word in START or form.get("OptOutType") == "START":
        addresses.allow(session, "sms", number)
        return "start"
    digest = sha256(f"sms\0{form.get('MessageSid', '')}\0{number}\0{said}".encode()).digest()
    if session.scalar(select(InboundMessage.id).where(InboundMessage.digest == digest)) is not None:
        return "duplicate"
    session.add(
        InboundMessage(
            id=ids.new_id(),
            digest=digest,
            received_at=now,
            expires_at=now + KEPT,
            outcome="quarantined",
            reason="a text message: no report is named",
            sender=number,
            report_id=None,
            raw=said[:5_000].encode(),
        )  # fmt: skip
    )
    session.flush()
    return "kept"

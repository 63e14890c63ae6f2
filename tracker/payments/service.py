"""Money as facts: charged, paid, given back. No card number ever comes here."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.payments import errors, queries
from tracker.payments.models import Payment

TOLERANCE = timedelta(minutes=5)

_CHARGE = text("""
    INSERT INTO charge (case_id, kind, amount_cents, at) VALUES (:case_id, :kind, :amount, :at)
    ON CONFLICT (case_id, kind) DO UPDATE SET amount_cents = EXCLUDED.amount_cents, at = EXCLUDED.at
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """A payment somebody vouches for: `reference` is the counter's or the bank's, unique for a method."""

    amount_cents: int
    method: str
    reference: str
    at: datetime
    actor: str


def charge(session: Session, case_id: UUID, kind: str, amount_cents: int, *, at: datetime) -> None:
    """Write what a case owes of one kind; what it owed of it before is replaced."""
    values = {"case_id": case_id, "kind": kind, "amount": amount_cents, "at": at}
    session.execute(_CHARGE, values)


def record(session: Session, case_id: UUID, paid: Paid) -> Payment:
    """Note a payment of a case that is locked. Raises PaidAlready, NothingOwed."""
    known = select(Payment.id).where(Payment.method == paid.method, Payment.reference == paid.reference)
    if session.scalars(known).first() is not None:
        raise errors.PaidAlready
    due = queries.balance(session, case_id).due
    if not (0 < paid.amount_cents <= due or due <= paid.amount_cents < 0):
        raise errors.NothingOwed
    row = Payment(
        id=ids.new_id(),
        case_id=case_id,
        amount_cents=paid.amount_cents,
        method=paid.method,
        reference=paid.reference,
        at=paid.at,
        actor=paid.actor,
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What goes back to the person, in cents."""

    fee: int
    deposit: int


def give_back(session: Session, case_id: UUID, *, fee_share: float, at: datetime) -> GivenBack:
    """Owe a person back a share of the fee they paid, and the whole deposit they left.

    What was never paid is no longer owed: nobody pays for what they did not keep.
    """
    paid = queries.balance(session, case_id).paid
    owed = {each.kind: each.amount_cents for each in queries.charges(session, case_id)}
    fee = min(owed.get("fee", 0), max(paid, 0))
    deposit = min(owed.get("deposit", 0), max(paid - fee, 0))
    for kind, kept in (("fee", fee), ("deposit", deposit)):
        if owed.get(kind, 0) != kept:
            charge(session, case_id, kind, kept, at=at)
    back = GivenBack(fee=round(fee * fee_share), deposit=deposit)
    for kind, cents in (("refund", back.fee), ("deposit_return", back.deposit)):
        if cents:
            charge(session, case_id, kind, -cents, at=at)
    return back


def check_signature(secret: str, headers: dict[str, str], body: bytes, *, now: datetime) -> None:
    """Check a callback as Standard Webhooks signs it: HMAC-SHA256 of its id, time and body.

    It holds for 5 minutes. Raises SignatureInvalid.
    """
    name, sent = headers.get("id", ""), headers.get("timestamp", "")
    if not sent.isdecimal() or len(sent) > 12:
        raise errors.SignatureInvalid
    if abs(now - datetime.fromtimestamp(int(sent), UTC)) > TOLERANCE:
        raise errors.SignatureInvalid
    signed = b".".join((name.encode(), sent.encode(), body))
    digest = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    given = headers.get("signature", "").split()
    if not any(hmac.compare_digest(f"v1,{digest}".encode(), each.encode()) for each in given):
        raise errors.SignatureInvalid

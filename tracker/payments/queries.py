"""Named reads of money: what a case owes, what was paid, what a service costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.payments.models import Charge, Fee, Payment

_BALANCE = text("""
    SELECT coalesce((SELECT sum(amount_cents) FROM charge WHERE case_id = :id), 0) AS owed,
           coalesce((SELECT sum(amount_cents) FROM payment WHERE case_id = :id), 0) AS paid
""")


@dataclass(frozen=True, slots=True)
class Balance:
    """What a case owes in all and what was paid, in cents; `due` below zero is what the town gives back."""

    owed: int
    paid: int

    @property
    def due(self) -> int:
        return self.owed - self.paid


def balance(session: Session, case_id: UUID) -> Balance:
    """Return what a case owes and what was paid."""
    session.flush()
    row = session.execute(_BALANCE, {"id": case_id}).one()
    return Balance(int(row.owed), int(row.paid))


def charges(session: Session, case_id: UUID) -> list[Charge]:
    """Return what a case owes, by kind."""
    return list(session.scalars(select(Charge).where(Charge.case_id == case_id).order_by(Charge.kind)))


def payments(session: Session, case_id: UUID) -> list[Payment]:
    """Return what was paid for a case, the first first."""
    return list(session.scalars(select(Payment).where(Payment.case_id == case_id).order_by(Payment.at)))


def fee_cents(session: Session, service_code: str, answers: Mapping[str, Any]) -> int:
    """Return what a service costs for these answers, in cents; 0 where the town has no fee for it."""
    fee = session.get(Fee, service_code)
    if fee is None:
        return 0
    if not (fee.answer and fee.per and fee.per_cents):
        return fee.base_cents
    try:
        number = float(answers.get(fee.answer) or 0)
    except (TypeError, ValueError):
        number = 0.0
    return fee.base_cents + int(max(number, 0.0) // fee.per) * fee.per_cents

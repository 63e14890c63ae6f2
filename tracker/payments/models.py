"""What is owed, what was paid, and the town's fees."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

METHODS = ("online", "card_terminal", "cash", "cheque", "transfer")
KINDS = ("fee", "deposit", "refund", "deposit_return")


class Fee(Base):
    """What a service costs: a base, and so much for each full `per` of a number answered."""

    __tablename__ = "fee"
    __table_args__ = (CheckConstraint("base_cents >= 0", name="base_cents"),)

    service_code: Mapped[str] = mapped_column(Text, primary_key=True)
    base_cents: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str | None] = mapped_column(Text)
    per: Mapped[int | None] = mapped_column(BigInteger)
    per_cents: Mapped[int | None] = mapped_column(BigInteger)


class Charge(Base):
    """What a case owes, of each kind once; what the town gives back is below zero."""

    __tablename__ = "charge"
    __table_args__ = (CheckConstraint("kind IN ('fee', 'deposit', 'refund', 'deposit_return')", name="kind"),)

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Payment(Base):
    """Money that changed hands, by its reference at the bank or the counter; below zero it went back."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount_cents"),
        CheckConstraint("method IN ('online', 'card_terminal', 'cash', 'cheque', 'transfer')", name="method"),
        UniqueConstraint("method", "reference", name="payment_method_reference_key"),
        Index("payment_case_id_ix", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column()
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text)

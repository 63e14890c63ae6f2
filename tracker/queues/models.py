"""Where a dispatcher put a case in its crew's order."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class CrewOrder(Base):
    """A case's place in its crew's order, the first is 1, by whom and since when.

    A trigger on the case removes the row as soon as the case ends or has another crew (migration 0015). It
    does not come back with a case that is reopened: its day is over. Undoing a merge gives it back.
    """

    __tablename__ = "crew_order"
    __table_args__ = (
        UniqueConstraint("crew_id", "place", name="crew_order_place_key"),
        CheckConstraint("place > 0", name="place"),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    crew_id: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
